/**
 * A certificate whose files change while the server runs.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import { readCertificate, watchCertificate } from "../../../src/server/cli/certificate_files.ts";
import { makeCertificate } from "../../support/certificate.ts";
import { captureLog } from "../../support/log.ts";
import { toolTest } from "../../support/tools.ts";
import { stopped, until } from "../../support/wait.ts";

/** Milliseconds between two checks. */
const INTERVAL = 5;

/** Files that are watched, and what is done with new pairs of them. */
async function watchFiles(renew: (cert: string) => void) {
  const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
  const files = { certFile: `${directory}/cert.pem`, keyFile: `${directory}/key.pem` };
  let checks = 0;
  const watched = {
    get certFile() {
      checks++;
      return files.certFile;
    },
    keyFile: files.keyFile,
  };
  const write = async ({ cert, key }: { cert?: string; key?: string }) => {
    if (cert) await Deno.writeTextFile(files.certFile, cert);
    if (key) await Deno.writeTextFile(files.keyFile, key);
  };
  await write(await makeCertificate());
  const stop = watchCertificate(
    watched,
    await readCertificate(files),
    ({ cert }) => Promise.resolve(renew(cert)),
    INTERVAL,
  );
  return {
    write,
    /** Waits until what the files hold now has been looked at several times. */
    async seen() {
      const before = checks;
      await until("some checks", () => checks > before + 10);
    },
    async [Symbol.asyncDispose]() {
      stop();
      await stopped("the last check", () => checks);
      await Deno.remove(directory, { recursive: true });
    },
  };
}

await toolTest(["openssl"], "files that change one after the other renew once", async () => {
  await using log = await captureLog();
  const renewed: string[] = [];
  await using files = await watchFiles((cert) => void renewed.push(cert));
  await files.seen();
  assertEquals([renewed, log.lines("info", "error")], [[], []]);
  const next = await makeCertificate();
  await files.write({ cert: next.cert });
  await files.seen();
  assertEquals(renewed, []);
  assertEquals(log.lines("error").length, 1);
  assertMatch(log.lines("error")[0]!, /^Cannot renew the certificate .*cert\.pem: /);
  await files.write({ key: next.key });
  await files.seen();
  assertEquals([renewed, log.lines("info").length], [[next.cert], 1]);
  assertEquals(log.lines("error").length, 1);
});

await toolTest(["openssl"], "a renewal that fails is tried again, and logged once", async () => {
  await using log = await captureLog();
  const renewed: string[] = [];
  let isBroken = true;
  await using files = await watchFiles((cert) => {
    if (isBroken) throw new Error("the port is taken");
    renewed.push(cert);
  });
  const next = await makeCertificate();
  await files.write(next);
  await files.seen();
  assertEquals(log.lines("error").filter((line) => line.includes("the port is taken")).length, 1);
  isBroken = false;
  await files.seen();
  assertEquals([renewed, log.lines("info").length], [[next.cert], 1]);
});
