/**
 * A certificate for loopback, made when it is needed.
 *
 * @module
 */

/** Makes a key and a certificate that it has signed itself; needs `openssl`. */
export async function makeCertificate(): Promise<{ cert: string; key: string }> {
  const options = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 2 " +
    "-subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 " +
    "-addext basicConstraints=critical,CA:FALSE -keyout - -out -";
  const command = new Deno.Command("openssl", { args: options.split(" "), stdin: "null" });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot make a certificate: ${decoder.decode(stderr)}`);
  const [key, cert] = decoder.decode(stdout).split(/(?<=-----END PRIVATE KEY-----\n)/);
  return { cert: cert!, key: key! };
}
