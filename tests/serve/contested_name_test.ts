import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { RtmpCommandError } from "../../src/errors.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { ReceivedCounts } from "../../src/ledger/received_counts.ts";
import { PublisherRegistry } from "../../src/serve/publisher_registry.ts";
import type { StreamRequest } from "../../src/publication/publication.ts";
import { MessageInput } from "../../src/session/server/message_input.ts";
import { TestClock } from "../support/clock.ts";
import { videoTag } from "../support/media.ts";
import { collect, publishRequest } from "../support/publications.ts";
import { RawClient } from "../support/raw_client.ts";
import { until } from "../support/wait.ts";

const CONTESTED = /^Two encoders publish live\/demo; .* stop one of them, or give it another name$/;
const TAKEN = /^Another publisher is already publishing live\/demo$/;

/** Publishers of `live/demo`, each with a silence that a test sets. */
class Fight {
  readonly clock = new TestClock();
  readonly names = new PublisherRegistry(this.clock);
  /** Those that have lost the name, in their order. */
  readonly closed: string[] = [];

  /** Asks for the name; returns how long the publisher has been silent, to be changed, or why not. */
  claim(
    name: string,
    { frames = 1, query = "", ...request }: Partial<StreamRequest> & {
      frames?: number;
      query?: string;
    } = {},
  ): { silence: number } | string {
    const input: MessageInput = new MessageInput(
      { ...publishRequest(), params: new URLSearchParams(query), ...request },
      new ReceivedCounts(),
      (description) => {
        this.closed.push(name);
        input.end({ reason: "closed", description });
      },
    );
    const { publication } = input;
    publication.ledger.received.videoFrames = frames;
    const publisher = { silence: 0 };
    return this.names.claim(publication, () => publisher.silence)?.description ?? publisher;
  }
}

Deno.test("of two encoders with one name the last to begin has it, however long the other tries", () => {
  const fight = new Fight();
  fight.claim("first");
  fight.clock.advance(60_000);
  const second = fight.claim("second");
  assertEquals([typeof second, fight.closed], ["object", ["first"]]);
  // As OBS does it: each wait is half as long again as the one before.
  for (let attempt = 0; attempt < 20; attempt++) {
    const wait = 2_000 * 1.46 ** attempt;
    fight.clock.advance(wait);
    assertMatch(String(fight.claim("first")), CONTESTED, `after ${wait} ms`);
  }
  assertEquals(fight.closed, ["first"]);
});

Deno.test("a name that was contested goes to a newcomer when the other has tried no more for 30 s", () => {
  const fight = new Fight();
  fight.claim("first");
  fight.claim("second");
  fight.clock.advance(2_000);
  assertMatch(String(fight.claim("first")), CONTESTED);
  fight.clock.advance(29_999);
  assertMatch(String(fight.claim("third")), CONTESTED);
  fight.clock.advance(32_000);
  assertEquals(typeof fight.claim("third"), "object");
  assertEquals(fight.closed, ["first", "second"]);
});

Deno.test("a name that was contested is given back when its new holder has been silent for a second", () => {
  const fight = new Fight();
  fight.claim("first");
  const second = fight.claim("second") as { silence: number };
  second.silence = 999;
  assertMatch(String(fight.claim("first")), CONTESTED);
  second.silence = 1_000;
  assertEquals(typeof fight.claim("first"), "object");
  // It was taken from one that was not sending: that is no contest.
  assertEquals(typeof fight.claim("second"), "object");
});

Deno.test("an encoder that opens its URL twice, and publishes on the second, has its name", () => {
  const fight = new Fight();
  fight.claim("probe", { frames: 0 });
  assertEquals(typeof fight.claim("encoder", { frames: 0 }), "object");
  assertEquals(typeof fight.claim("again"), "object");
  assertEquals(fight.closed, ["probe", "encoder"]);
});

const OTHERS: [what: string, holder: object, newcomer: object, silence: number, taken: boolean][] =
  [
    ["the same parameters in another order", { query: "a=1&b=2" }, { query: "b=2&a=1" }, 0, true],
    ["another value of a parameter", { query: "token=ann" }, { query: "token=bob" }, 4_999, false],
    ["a parameter more", { query: "" }, { query: "token=bob" }, 1_000, false],
    ["another address", {}, { remoteAddr: "127.0.0.2:1" }, 4_999, false],
    ["another address, after 5 s of silence", {}, { remoteAddr: "127.0.0.2:1" }, 5_000, true],
    ["another port of the address", {}, { remoteAddr: "127.0.0.1:2" }, 0, true],
    [
      "a publisher from anywhere, of what is pulled",
      { relayed: true, remoteAddr: "origin:1935" },
      { query: "key=1" },
      0,
      true,
    ],
    ["a pull, of what is published", {}, { relayed: true }, 0, false],
    ["a pull, of what is published and silent", {}, { relayed: true }, 60_000, false],
  ];

for (const [what, holder, newcomer, silence, taken] of OTHERS) {
  Deno.test(`a name that is taken ${taken ? "goes to" : "does not go to"} a newcomer with ${what}`, () => {
    const fight = new Fight();
    const held = fight.claim("holder", holder) as { silence: number };
    held.silence = silence;
    const answer = fight.claim("newcomer", newcomer);
    if (taken) assertEquals(typeof answer, "object");
    else assertMatch(String(answer), TAKEN);
    assertEquals(fight.closed, taken ? ["holder"] : []);
  });
}

Deno.test("a connection may take over from itself as often as it wants", () => {
  const fight = new Fight();
  for (let i = 0; i < 5; i++) {
    assertEquals(typeof fight.claim(`${i}`, { connection: "one" }), "object");
  }
  assertEquals(fight.closed, ["0", "1", "2", "3"]);
});

Deno.test("a publisher that has lost its name to another one is refused with BadName, and disturbs nothing", async () => {
  await using app = collect();
  using first = await RawClient.publish(app.port, "demo");
  first.sendTags([videoTag(0)]);
  const lost = await app.publication(0);
  await until("a frame", () => lost.tags.length === 1);
  using second = await RawClient.publish(app.port, "demo");
  await first.closed();

  const holder = await app.publication(1);
  let frame = 0;
  for (let attempt = 0; attempt < 3; attempt++) {
    second.sendTags([videoTag(frame++)]);
    await until("a frame of the holder", () => holder.tags.length === frame);
    using again = await RawClient.open(app.port);
    again.askToPublish("demo");
    const { level, description } = await again.status("NetStream.Publish.BadName");
    assertEquals(level, "error");
    assertMatch(description, CONTESTED);
    await again.closed();
  }
  second.sendTags([videoTag(frame++)]);
  await until("the last frame of the holder", () => holder.tags.length === frame);
  assertEquals([app.received.length, second.ended], [2, false]);
});

Deno.test("a publisher displaces what is brought in from another server, and not the other way round", async () => {
  await using app = collect();
  const request = { ...publishRequest(), remoteAddr: "origin.example:1935", relayed: true };
  const endless = () =>
    new ReadableStream<FlvTag>({ start: (controller) => controller.enqueue(videoTag(0)) });
  const pulled = app.server.publish(request, endless());
  const { publication } = await app.publication(0);
  assertEquals(publication.relayed, true);

  using client = await RawClient.publish(app.port, "demo?key=other");
  assertEquals((await pulled).reason, "closed");
  client.sendTags([videoTag(0)]);
  assertEquals((await app.publication(1)).publication.relayed, false);
  const error = await assertRejects(
    () => app.server.publish(request, endless()),
    RtmpCommandError,
    "already publishing",
  );
  assertEquals(error.statusCode, "NetStream.Publish.BadName");
  assertEquals(client.ended, false);
});
