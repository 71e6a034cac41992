/**
 * `await publication.metadata` before any tag is read: it holds nothing up, whatever is published.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { encodeAmf0 } from "../../src/amf/encode_amf0.ts";
import { writeTagHeader } from "../../src/flv/tag_header.ts";
import { MessageType, type RtmpMessage } from "../../src/message/message.ts";
import { LOOKAHEAD_BYTES, LOOKAHEAD_MESSAGES } from "../../src/session/server/publication_input.ts";
import { mediaMessage, videoTag } from "../support/media.ts";
import { within } from "../support/wait.ts";
import { assertBalanced, data, message, publish } from "./published.ts";

const METADATA = data("@setDataFrame", "onMetaData", { width: 16 });
const VIDEO_HEADER = message(MessageType.Video, Uint8Array.of(0x17, 0, 0, 0, 0, 1));
const AUDIO_HEADER = message(MessageType.Audio, Uint8Array.of(0xaf, 0, 0x12, 0x10));
const FRAME = mediaMessage(videoTag(0));
const EMPTY_AUDIO = message(MessageType.Audio, new Uint8Array(0));
const text = (number: number): RtmpMessage => data("onTextData", { number });

/** Messages in an aggregate (RTMP 1.0, section 7.1.6). */
function aggregate(...messages: RtmpMessage[]): RtmpMessage {
  const parts = messages.map(({ typeId, payload }) => {
    const part = new Uint8Array(11 + payload.length + 4);
    writeTagHeader(part, 0, typeId, payload.length, 0);
    part.set(payload, 11);
    return [...part];
  });
  return message(MessageType.Aggregate, Uint8Array.from(parts.flat()));
}

const FOUND = { width: 16 };

const PUBLISHED: [what: string, messages: RtmpMessage[], metadata: unknown, tags: number][] = [
  ["metadata, then frames", [METADATA, FRAME, FRAME], FOUND, 3],
  ["metadata behind other data", [text(1), text(2), METADATA, FRAME], FOUND, 4],
  ["metadata behind empty audio", [EMPTY_AUDIO, METADATA, FRAME], FOUND, 3],
  ["metadata in an aggregate", [aggregate(text(1), METADATA, FRAME)], FOUND, 3],
  ["metadata alone", [METADATA], FOUND, 1],
  ["two times metadata", [METADATA, data("onMetaData", { width: 9 }), FRAME], FOUND, 3],
  ["frames alone", [FRAME, FRAME, FRAME], undefined, 3],
  ["frames in an aggregate", [aggregate(FRAME, FRAME)], undefined, 2],
  ["sound alone", [AUDIO_HEADER, message(MessageType.Audio, Uint8Array.of(0xaf, 1))], undefined, 2],
  ["a header alone", [VIDEO_HEADER], undefined, 1],
  ["headers alone", [VIDEO_HEADER, AUDIO_HEADER], undefined, 2],
  ["metadata behind a header", [VIDEO_HEADER, METADATA, FRAME], undefined, 3],
  ["metadata behind frames", [FRAME, FRAME, METADATA], undefined, 3],
  ["other data, then frames", [text(1), text(2), FRAME], undefined, 3],
  ["broken metadata, then frames", [data("onMetaData", 5), FRAME], undefined, 2],
];

for (const [what, messages, metadata, tags] of PUBLISHED) {
  Deno.test(`Publication.metadata does not wait for a reader of ${what}`, async () => {
    const { peer, publication } = await publish();
    peer.send(...messages);
    assertEquals(await within("the metadata", publication.metadata), metadata as undefined);
    peer.end();
    assertEquals((await Array.fromAsync(publication.tags)).length, tags);
    assertBalanced(publication.ledger);
  });
}

const ENDINGS: [what: string, messages: RtmpMessage[]][] = [
  ["nothing", []],
  ["other data alone", [text(1), text(2)]],
  ["empty audio alone", [EMPTY_AUDIO, EMPTY_AUDIO]],
];

for (const [what, messages] of ENDINGS) {
  Deno.test(`Publication.metadata resolves at the end of a publisher that sent ${what}`, async () => {
    const { peer, publication } = await publish();
    peer.send(...messages);
    peer.end();
    assertEquals(await within("the metadata", publication.metadata), undefined);
    assertEquals((await Array.fromAsync(publication.tags)).length, messages.length);
    assertBalanced(publication.ledger);
  });

  Deno.test(`Publication.metadata resolves when a publication of ${what} is closed`, async () => {
    const { peer, publication } = await publish();
    peer.send(...messages);
    await peer.settled();
    publication.close();
    assertEquals(await within("the metadata", publication.metadata), undefined);
    await publication.tags.cancel();
    assertBalanced(publication.ledger);
  });
}

Deno.test("a publisher that sends other data without end is held back when its tags are not read", async () => {
  const { peer, publication } = await publish();
  const sent = Array.from({ length: 3 * LOOKAHEAD_MESSAGES }, (_, i) => text(i));
  peer.send(...sent, METADATA);
  assertEquals(await within("the metadata", publication.metadata), undefined);
  await peer.held();
  assertEquals(publication.ledger.inFlight.scriptTags, LOOKAHEAD_MESSAGES);
  assert(peer.unsent > 0);
  peer.end();
  assertEquals((await Array.fromAsync(publication.tags)).length, sent.length + 1);
  assertBalanced(publication.ledger);
});

Deno.test("a publisher of large other data is held back when its tags are not read", async () => {
  const { peer, publication } = await publish();
  const size = LOOKAHEAD_BYTES / 4;
  const sent = Array.from({ length: 12 }, (_, i) => data(`${i}`.padEnd(size - 3)));
  peer.send(...sent, METADATA);
  assertEquals(await within("the metadata", publication.metadata), undefined);
  await peer.held();
  // Four fill it, the fifth passes it.
  assertEquals(publication.ledger.inFlight.scriptTags, 5);
  assert(peer.unsent > 0);
  await publication.tags.cancel();
  peer.end();
  await peer.sessionEnd;
  assertEquals(publication.ledger.unread.scriptTags, sent.length + 1);
  assertBalanced(publication.ledger);
});

Deno.test("tags that are read before the metadata is asked for come in order", async () => {
  const { peer, publication } = await publish();
  const tags = Array.fromAsync(publication.tags);
  peer.send(text(0), text(1), METADATA, text(2));
  peer.end();
  assertEquals(await publication.metadata, FOUND);
  const numbers = (await tags).map(({ data }) =>
    encodeAmf0("onTextData").every((byte, i) => data[i] === byte)
  );
  assertEquals(numbers, [true, true, false, true]);
});
