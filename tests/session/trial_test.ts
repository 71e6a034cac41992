import { assertEquals } from "@std/assert";
import { MessageType, type RtmpMessage } from "../../src/message/message.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import type { Publication } from "../../src/publication/publication.ts";
import { type Inspection, mediaOf, Trial, type Verdict } from "../../src/session/server/trial.ts";
import { videoTag } from "../support/media.ts";
import { FakeProgram } from "./fake_program.ts";
import { Peer } from "./peer.ts";

function message(typeId: number, bytes: number): RtmpMessage {
  const payload = new Uint8Array(bytes);
  return { chunkStreamId: 4, messageStreamId: 1, typeId, timestamp: 0, payload };
}

Deno.test("a trial holds what comes before the verdict, and is over with too much of it", () => {
  const table: [size: number, held: number][] = [[1, 65], [0, 65], [400_000, 4], [2_000_000, 2]];
  for (const [size, held] of table) {
    const trial = new Trial(() => undefined);
    const video = message(MessageType.Video, size);
    while (trial.take(video, size, mediaOf(video)) === undefined);
    assertEquals(trial.held.length, held, `${size} bytes each`);
  }
});

Deno.test("a trial inspects audio and video alone", () => {
  const seen: string[] = [];
  const trial = new Trial(({ type }) => void seen.push(type));
  for (const typeId of [18, 8, 15, 9, 99]) {
    trial.take(undefined, 1, mediaOf(message(typeId, 1)));
  }
  assertEquals(seen, ["audio", "video"]);
});

const HEADER: FlvTag = { type: "video", timestamp: 0, data: Uint8Array.of(0x17, 0, 0, 0, 0) };

/** A peer whose publication is on trial until its first frame, of which `verdict` is the outcome. */
async function onTrial(verdict: Verdict) {
  const claims: Publication[] = [];
  const inspection: Inspection = ({ data }) => data[1] === 1 ? verdict : undefined;
  const program = Object.assign(new FakeProgram(), { inspection: () => inspection });
  program.give = (publication) => void claims.push(publication);
  const peer = await Peer.connect({ program });
  peer.command("createStream", 2, null);
  peer.publish(1, "demo");
  peer.sendTags([HEADER]);
  await peer.settled();
  assertEquals(peer.codes, ["Publish.Start"]);
  assertEquals([claims.length, program.publications.length], [0, 0]);
  return { peer, program, claims };
}

Deno.test("a publication on trial claims its name with its first frame, and loses nothing", async () => {
  const { peer, program, claims } = await onTrial(true);
  peer.sendTags([videoTag(0), videoTag(1)]);
  await peer.held();
  assertEquals(claims, program.publications);
  const [publication] = program.publications;
  const tags = Array.fromAsync(publication!.tags);
  peer.end();
  assertEquals(await tags, [HEADER, videoTag(0), videoTag(1)]);
  await peer.sessionEnd;
  assertEquals([publication!.ledger.balance(), program.released], [0, []]);
});

Deno.test("a publication that is found unfit is refused, without a claim", async () => {
  const { peer, program, claims } = await onTrial({ description: "Not you" });
  peer.sendTags([videoTag(0)]);
  await peer.sessionEnd;
  assertEquals(peer.statuses.at(-1), {
    ...{ stream: 1, level: "error", code: "NetStream.Publish.BadName", description: "Not you" },
  });
  assertEquals([claims, program.publications], [[], []]);
  assertEquals([program.released.length, peer.counts.discarded.unpublished], [1, 2]);
});

Deno.test("a publication whose name is taken at the end of its trial is refused", async () => {
  const { peer, program } = await onTrial(true);
  program.give = () => ({ description: "Taken" });
  peer.sendTags([videoTag(0)]);
  await peer.sessionEnd;
  assertEquals(peer.codes.at(-1), "Publish.BadName");
  assertEquals([program.released.length, program.publications.length], [1, 0]);
});

for (const way of ["deleteStream", "the end of the connection"]) {
  Deno.test(`a publication on trial that ends by ${way} is released, and never begins`, async () => {
    const { peer, program, claims } = await onTrial(true);
    if (way === "deleteStream") peer.command(way, 0, null, 1);
    else peer.end();
    await peer.settled();
    assertEquals([claims, program.publications], [[], []]);
    assertEquals([program.released.length, peer.counts.discarded.unpublished], [1, 1]);
  });
}
