import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { MessageEncoder } from "../../src/message/message_encoder.ts";
import { writeCommand } from "../../src/message/command.ts";
import { repeat } from "../support/long.ts";
import { mediaMessage, mediaOf, tagsOf, videoTags } from "../support/media.ts";
import { handshakeBytes, RawClient, STREAM_ID } from "../support/raw_client.ts";
import { startTestApp } from "../support/server.ts";
import { until } from "../support/wait.ts";

/** Connections at once. */
const WORKERS = 16;

const TAGS = videoTags(12, 350);

/** A whole publication in chunks of 128 bytes, message by message. */
function publicationBytes(name: string): Uint8Array[] {
  const encoder = new MessageEncoder();
  return [
    writeCommand(0, "connect", 1, { app: "live", tcUrl: "rtmp://127.0.0.1/live" }),
    writeCommand(0, "createStream", 2, null),
    writeCommand(STREAM_ID, "publish", 3, null, name, "live"),
    ...TAGS.map((tag) => mediaMessage(tag)),
  ].map((message) => encoder.encode(message));
}

/**
 * Where to cut: beside the end of every message, and at every 7th byte between, which is at any
 * byte of a chunk of 128 sooner or later. The long tests cut at every byte.
 */
function placesToCut(messages: Uint8Array[]): number[] {
  const ends = new Set<number>();
  let end = 0;
  for (const { length } of messages) {
    end += length;
    for (const beside of [-1, 0, 1]) ends.add(end + beside);
  }
  const step = repeat(7, 1);
  return Array.from(Array(end).keys()).filter((at) => at % step === 0 || ends.has(at));
}

/** How many messages are whole when a publication is cut. */
function wholeMessages(messages: Uint8Array[], length: number): number {
  let end = 0;
  return messages.findIndex((message) => (end += message.length) > length);
}

Deno.test("a publication that is cut at any byte is recorded up to its last whole tag", async () => {
  const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
  const app = await startTestApp("--http-port", "off", "--record", directory);
  const name = (cut: number) => `cut${String(cut).padStart(5, "0")}`;
  const messages = publicationBytes(name(0));
  const cuts = placesToCut(messages);

  const left = cuts.values();
  const cutOff = async () => {
    for (const cut of left) {
      using client = await RawClient.connect(app.rtmp.addr.port);
      client.write(handshakeBytes());
      client.write(concat(publicationBytes(name(cut))).subarray(0, cut));
      client.end();
      await client.closed();
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, cutOff));
  await until("the end of all publications", () => app.rtmp.ledger.current.size === 0);
  assertEquals(app.rtmp.ledger.balance(), 0);
  await app.shutdown();

  const files = new Map<string, string>();
  for await (const file of Deno.readDir(`${directory}/live`)) {
    files.set(file.name.slice(0, name(0).length), `${directory}/live/${file.name}`);
  }
  for (const cut of cuts) {
    const tags = wholeMessages(messages, cut) - 3;
    const file = files.get(name(cut));
    const recorded = file && mediaOf(tagsOf(await Deno.readFile(file)));
    const expected = tags < 1 ? undefined : mediaOf(TAGS.slice(0, tags));
    assertEquals(recorded, expected, `cut at byte ${cut}`);
  }
  await Deno.remove(directory, { recursive: true });
});
