/**
 * Adobe's authentication as an operator sees it: in the log, in the ledger, and against guessing.
 *
 * @module
 */

import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { publishRtmp } from "../../src/client/publish.ts";
import { RtmpCommandError } from "../../src/errors.ts";
import { AdobeAuthenticator } from "../../src/serve/adobe_authenticator.ts";
import { ServerLedger } from "../../src/ledger/server_ledger.ts";
import { answerAdobeRejection } from "../../src/session/adobe_auth.ts";
import { captureLog } from "../support/log.ts";
import { serveOnLoopback } from "../support/publications.ts";
import { RawClient } from "../support/raw_client.ts";
import { until } from "../support/wait.ts";

const password = (user: string) => user === "joe" ? "secret" : undefined;

/** A server that lets joe in. */
function serve() {
  return serveOnLoopback({ password }, ({ tags }) => tags.pipeTo(new WritableStream()));
}

for (const userInfo of ["joe:wrong", "jim:secret", "joe%20x%0AINF%20forged:wrong"]) {
  Deno.test(`${userInfo} is refused with a warning that names the user, and counted`, async () => {
    await using log = await captureLog();
    await using server = serve();
    const url = `rtmp://${userInfo}@127.0.0.1:${server.addr.port}/live/demo`;
    await assertRejects(() => publishRtmp(url), RtmpCommandError, "reason=authfailed");
    assertEquals(server.ledger.refusals, { "not-authorized": 1 });
    const warnings = log.records.filter(({ level }) => level === "warning");
    assertEquals(warnings.length, 1);
    const { user, reason, remoteAddr, connection } = warnings[0]!.properties;
    assertEquals(user, decodeURIComponent(userInfo.split(":")[0]!));
    assertEquals(reason, "the user or the password is wrong");
    assertMatch(String(remoteAddr), /^127\.0\.0\.1:\d+$/);
    assertMatch(String(connection), /^[\da-f-]{36}$/);
    assertEquals(log.lines("warning").filter((line) => /wrong$|secret/.test(line)).length, 1);
  });
}

Deno.test("a right password is no refusal, and no word of it is in the log", async () => {
  await using log = await captureLog();
  await using server = serve();
  const url = `rtmp://joe:secret@127.0.0.1:${server.addr.port}/live/demo`;
  await (await publishRtmp(url)).close();
  assertEquals(server.ledger.refusals, {});
  assertEquals(log.lines("warning", "error"), []);
  assertEquals(log.lines("debug", "info").filter((line) => line.includes("secret")), []);
});

Deno.test("a peer without a user is asked for one, which the log tells at info", async () => {
  await using log = await captureLog();
  await using server = serve();
  const url = `rtmp://127.0.0.1:${server.addr.port}/live/demo`;
  await assertRejects(() => publishRtmp(url), RtmpCommandError, "need auth");
  const lines = log.lines("info").filter((line) =>
    /was asked for a user and a password/.test(line)
  );
  assertEquals(lines.length, 1);
  assertEquals(log.lines("warning"), []);
});

Deno.test("a rejection has a code and a description for the peer, and nothing else", async () => {
  await using server = serve();
  using client = await RawClient.connect(server.addr.port);
  await client.handshake();
  client.command("connect", 1, { app: "live?authmod=adobe&user=joe" });
  const [name, , , info] = await until("an answer", () => client.commands[0]);
  assertEquals([name, Object.keys(info as object)], ["_error", ["level", "code", "description"]]);
});

/** Connects as often as it takes to prove a password; returns what the server says at last. */
async function tryPassword(
  authenticator: AdobeAuthenticator,
  password: string,
  remoteAddr: string,
) {
  const applicant = { connection: crypto.randomUUID(), remoteAddr };
  const asked = await authenticator.admit("live?authmod=adobe&user=joe", applicant);
  const query = answerAdobeRejection(asked!.description, { user: "joe", password }, "abc");
  return (await authenticator.admit(`live?${query}`, applicant))?.description;
}

Deno.test("a peer that has guessed too many passwords waits, even with the right one", async () => {
  const ledger = new ServerLedger();
  let looked = 0;
  const authenticator = new AdobeAuthenticator((user) => {
    looked++;
    return password(user);
  }, ledger);
  let answer: string | undefined;
  let guesses = 0;
  for (; guesses < 100; guesses++) {
    answer = await tryPassword(authenticator, `guess${guesses}`, `192.0.2.1:${guesses}`);
    if (!answer?.includes("authfailed")) break;
  }
  assertMatch(answer!, /^Too many wrong passwords; try again in 1 s$/);
  assertEquals(looked, guesses);
  assertMatch((await tryPassword(authenticator, "secret", "192.0.2.1:9"))!, /Too many/);
  assertEquals(looked, guesses);
  // Others are not held up.
  assertEquals(await tryPassword(authenticator, "secret", "192.0.2.2:1"), undefined);
  assertEquals(ledger.refusals, { "not-authorized": guesses + 2 });
});
