/**
 * A certificate in files, which is read again when they change.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { type Certificate, checkCertificate } from "../../net/tls_listener.ts";

/** Interval between two readings of the files, in milliseconds. */
const CHECK_INTERVAL = 10_000;

const log = getLogger(["sluice", "tls"]);

/** The files of a certificate and its key. */
export interface CertificateFiles {
  certFile: string;
  keyFile: string;
}

/**
 * Reads certificate and key, and checks that they can be used.
 *
 * @throws {Error} If they cannot be read or used.
 */
export async function readCertificate(
  { certFile, keyFile }: CertificateFiles,
): Promise<Certificate> {
  const [cert, key] = await Promise.all([Deno.readTextFile(certFile), Deno.readTextFile(keyFile)]);
  checkCertificate({ cert, key });
  return { cert, key };
}

/**
 * Calls `renew` with the new pair whenever the files have changed. An invalid pair is logged as an
 * error, and is tried again when the files change once more.
 *
 * @returns A function that stops watching.
 */
export function watchCertificate(
  files: CertificateFiles,
  current: Certificate,
  renew: (certificate: Certificate) => Promise<void>,
): () => void {
  let seen = current;
  const timer = setInterval(async () => {
    try {
      const found = await readCertificate(files);
      if (found.cert === seen.cert && found.key === seen.key) return;
      seen = found;
      await renew(found);
      log.info("The certificate {file} has been renewed", { file: files.certFile });
    } catch (error) {
      log.error("Cannot renew the certificate {file}: {error}", {
        file: files.certFile,
        error: String(error),
      });
    }
  }, CHECK_INTERVAL);
  return () => clearInterval(timer);
}
