/**
 * RTMPS with no more permissions than it needs: on a terminal Deno would ask for any other.
 *
 * @module
 */

import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { checkCertificate, TlsListener } from "../../src/net/tls_listener.ts";
import { makeCertificate } from "../support/certificate.ts";
import { freePort } from "../support/free_port.ts";
import { runServer } from "../support/server.ts";
import { TERMINAL, Terminal } from "../support/terminal.ts";
import { hasTool, toolTest } from "../support/tools.ts";

const MAIN = new URL("../../src/server/main.ts", import.meta.url).pathname;

const OPENSSL = await hasTool("openssl");
const [first, second] = OPENSSL ? [await makeCertificate(), await makeCertificate()] : [];

const PORT = freePort();

Deno.test({
  name: "a certificate is checked without a permission",
  ignore: !OPENSSL,
  permissions: "none",
  fn() {
    checkCertificate(first!);
    assertThrows(() => checkCertificate({ ...first!, key: second!.key }));
    assertThrows(() => checkCertificate({ ...first!, cert: "none" }));
  },
});

Deno.test({
  name: "a certificate is renewed with the permission for the port alone",
  ignore: !OPENSSL,
  permissions: { net: [`127.0.0.1:${PORT}`] },
  async fn() {
    const entrance = new TlsListener("127.0.0.1", { ...first!, port: PORT });
    const running = entrance.run((conn) => conn.close(), () => {});
    await entrance.renew(second!);
    const tcp = await Deno.connect({ hostname: "127.0.0.1", port: PORT });
    const tls = await Deno.startTls(tcp, { hostname: "localhost", caCerts: [second!.cert] });
    await tls.handshake();
    tls.close();
    entrance.close();
    await running;
  },
});

/** A directory with a certificate, and the flags that use it. */
async function certificateFiles(): Promise<{ directory: string; flags: string[] }> {
  const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
  const [certFile, keyFile] = [`${directory}/cert.pem`, `${directory}/key.pem`];
  await Deno.writeTextFile(certFile, first!.cert);
  await Deno.writeTextFile(keyFile, first!.key);
  return { directory, flags: ["--tls-cert", certFile, "--tls-key", keyFile] };
}

await toolTest([TERMINAL, "openssl"], "on a terminal RTMPS asks for nothing", async () => {
  const { directory, flags } = await certificateFiles();
  const ports = [freePort(), freePort(), freePort()];
  const net = ports.map((port) => `127.0.0.1:${port}`).join(",");
  const [rtmp, http, rtmps] = ports.map(String) as [string, string, string];
  await using terminal = Terminal.start(Deno.execPath(), [
    ...["run", `--allow-net=${net}`, `--allow-read=${directory}`, MAIN, "--host", "127.0.0.1"],
    ...["--port", rtmp, "--http-port", http, "--rtmps-port", rtmps, ...flags],
  ]);
  await terminal.see(new RegExp(`Publish to rtmps://127\\.0\\.0\\.1:${rtmps}/live/demo`));
  await terminal.see(/ Watch /);
  await terminal.interrupt();
  assertEquals(await terminal.ended(), 0, terminal.text);
  assertEquals(/Allow\?/.test(terminal.text), false, terminal.text);
  await Deno.remove(directory, { recursive: true });
});

await toolTest(["openssl"], "a port of RTMPS that is taken is named with its flag", async () => {
  const { directory, flags } = await certificateFiles();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const taken = String(listener.addr.port);
  const { code, stderr } = await runServer(
    ["--host", "127.0.0.1", "--port", "0", "--http-port", "off", "--rtmps-port", taken, ...flags],
    ["--allow-net", `--allow-read=${directory}`],
  );
  assertEquals(code, 1);
  assertMatch(stderr, new RegExp(`^Cannot listen for RTMPS on .*:${taken}: .*--rtmps-port\n$`));
  await Deno.remove(directory, { recursive: true });
});
