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
 * Calls `renew` with the new pair whenever the files have changed, and again at the next check if that
 * fails. An invalid pair is logged as an error once: the files may be replaced one after the other.
 *
 * @param interval Milliseconds between two checks.
 * @returns A function that stops watching.
 */
export function watchCertificate(
  files: CertificateFiles,
  current: Certificate,
  renew: (certificate: Certificate) => Promise<void>,
  interval: number = CHECK_INTERVAL,
): () => void {
  const { certFile: file } = files;
  let used = current;
  let lastError: string | undefined;
  let isChecking = false;
  const check = async () => {
    if (isChecking) return;
    isChecking = true;
    try {
      const found = await readCertificate(files);
      const isNew = found.cert !== used.cert || found.key !== used.key;
      if (isNew) {
        await renew(found);
        used = found;
        log.info("The certificate {file} has been renewed", { file });
      }
      lastError = undefined;
    } catch (cause) {
      const error = String(cause);
      if (error !== lastError) {
        log.error("Cannot renew the certificate {file}: {error}", { file, error });
      }
      lastError = error;
    } finally {
      isChecking = false;
    }
  };
  const timer = setInterval(check, interval);
  return () => clearInterval(timer);
}
