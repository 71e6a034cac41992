import { assertEquals, assertMatch } from "@std/assert";
import { videoTags } from "../../support/media.ts";
import { RawClient } from "../../support/raw_client.ts";
import { runServer, ServerProcess } from "../../support/server.ts";

/** A line that must be one JSON object. */
function parse(line: string): Record<string, unknown> & { message: string } {
  const object = JSON.parse(line);
  for (const key of ["@timestamp", "level", "message", "logger"]) {
    assertEquals(typeof object[key], "string", line);
  }
  return object;
}

Deno.test("with --json every line is an object, the API token's and the last one too", async () => {
  // Beyond loopback, where a token is made.
  const server = await ServerProcess.start({ args: ["--json", "--http-host", "0.0.0.0"] });
  using client = await RawClient.publish(server.port, `de"m\\o`);
  client.sendTags(videoTags(5));
  client.command("FCUnpublish", 4, null, `de"m\\o`);
  await server.line(/ has ended/);
  client[Symbol.dispose]();
  await server.stop();

  const lines = server.lines.map(parse);
  const [token] = lines.filter(({ apiToken }) => apiToken !== undefined);
  assertEquals(token!.message, `API token: ${token!.apiToken}`);
  const [publish] = lines.filter(({ url }) => url !== undefined);
  assertEquals(publish!.message, `Publish to ${publish!.url}`);
  const [ended] = lines.filter(({ message }) => / has ended/.test(message));
  assertEquals(ended!.path, `live/de"m\\o`);
  assertMatch(
    ended!.message,
    /^live\/de"m\\o has ended: The publisher ended the stream\. Received 5 video/,
  );
  const { received, consumers, balance } = ended!.ledger as Record<string, Record<string, number>>;
  assertEquals([received!.videoFrames, received!.audioFrames, balance as unknown], [5, 0, 0]);
  assertEquals(received!.messages! > 0 && received!.chunks! > 0, true);
  assertEquals(consumers as unknown, []);
});

/** Command lines that do not lead to a server. */
const FAILURES: [args: string[], code: number, message: RegExp][] = [
  [["--json", "--prot", "1"], 2, /did you mean --port/],
  [["--port", "--json"], 2, /--port needs a value/],
  [["--json", "--record", "rec"], 1, /Cannot record into rec/],
];

for (const [args, code, message] of FAILURES) {
  Deno.test(`with --json a failed start is an object: ${args.join(" ")}`, async () => {
    const result = await runServer(args);
    assertEquals([result.code, result.stderr.split("\n").length], [code, 2]);
    const line = parse(result.stderr);
    assertMatch(line.message, message);
    assertEquals(line.level, "ERROR");
  });
}
