import { assert, assertEquals } from "@std/assert";
import { writeCommand } from "../../src/message/command.ts";
import { RawHttpClient } from "../support/http.ts";
import { videoTags } from "../support/media.ts";
import { RawClient, STREAM_ID } from "../support/raw_client.ts";
import { recordPermissions, ServerProcess } from "../support/server.ts";
import { until } from "../support/wait.ts";

/** One line, whatever its format. */
interface Line {
  connection: string | undefined;
  message: string;
}

function readText(line: string): Line {
  const [, connection, message = ""] = /^\S+ [A-Z]{3} (?:\[([0-9a-f]{8})\] )?(.*)$/.exec(line) ??
    [];
  return { connection, message };
}

function readJson(line: string): Line {
  const { connection, message } = JSON.parse(line);
  return { connection, message };
}

/** What the lines of one connection say, in order, for as long as it is there. */
const RTMP_PUBLISHER = [
  / connected/,
  /live\/demo is published by/,
  /live\/demo is recorded to/,
  /The recording .* is complete/,
  /live\/demo has ended/,
  /disconnected/,
];
const RTMP_PLAYER = [/ connected/, /watches live\/demo \(rtmp-play\)/, /no longer watches/];
const HTTP_VIEWER = [
  / connected/,
  /watches live\/demo \(http-flv\)/,
  /no longer watches live\/demo: 5 video and 0 audio frames delivered/,
  /disconnected/,
];

for (
  const [format, flags, read] of [
    ["text", [], readText],
    ["JSON", ["--json"], readJson],
  ] as [string, string[], (line: string) => Line][]
) {
  Deno.test(`all lines of a connection have its id, in ${format}`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
    await using server = await ServerProcess.start({
      args: ["--record", directory, "--log-level", "debug", ...flags],
      permissions: recordPermissions(directory),
    });
    const httpPort = Number(server.http.split(":").at(-1));
    {
      using client = await RawClient.publish(server.port, "demo");
      client.sendTags(videoTags(5));
      using player = await RawClient.open(server.port);
      player.command("createStream", 2, null);
      player.send(writeCommand(STREAM_ID, "play", 0, null, "demo"));
      await player.status("NetStream.Play.Start");
      using viewer = await RawHttpClient.connect(httpPort);
      viewer.request("GET /live/demo.flv");
      await server.line(/ watches .*http-flv/);
      await server.line(/ watches .*rtmp-play/);
      client.command("FCUnpublish", 4, null, "demo");
      await until("the end of the body", () => viewer.received.endsWith("0\r\n\r\n"));
      await server.line(/live\/demo.* has ended/);
    }
    const { connections } = await until("the end of all connections", async () => {
      const response = await fetch(`${server.http}/api/v1/connections`);
      const answer = await response.json();
      return answer.connections.length === 0 && answer;
    });
    assertEquals(connections, []);
    await server.stop();
    await Deno.remove(directory, { recursive: true });

    const byConnection = Map.groupBy(server.lines.map(read), ({ connection }) => connection);
    const stories = [...byConnection].filter(([id]) => id !== undefined)
      .map(([, lines]) => lines.map(({ message }) => message));
    for (const expected of [RTMP_PUBLISHER, RTMP_PLAYER, HTTP_VIEWER]) {
      const own = stories.filter((story) => story.some((line) => expected[1]!.test(line)));
      assertEquals(own.length, 1, `${expected[1]}: ${JSON.stringify(stories, null, 2)}`);
      const found = expected.map((pattern) => own[0]!.findIndex((line) => pattern.test(line)));
      assertEquals(found, found.toSorted((a, b) => a - b), JSON.stringify(own[0], null, 2));
      assert(!found.includes(-1), JSON.stringify(own[0], null, 2));
    }
    const others = byConnection.get(undefined)!.map(({ message }) => message);
    assertEquals(others.filter((line) => line.includes("live/demo ")), []);
  });
}
