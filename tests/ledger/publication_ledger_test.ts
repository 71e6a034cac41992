import { assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { ConsumerLedger, type DropReason, total } from "../../src/ledger/consumer_ledger.ts";
import { type MediaCounts, type MediaKind, noMedia } from "../../src/ledger/counts.ts";
import { PublicationLedger } from "../../src/ledger/publication_ledger.ts";
import { ReceivedCounts } from "../../src/ledger/received_counts.ts";
import { ServerLedger } from "../../src/ledger/server_ledger.ts";

const counts = (part: Partial<MediaCounts>): MediaCounts => ({ ...noMedia(), ...part });

/** A consumer that has been offered ten frames; what of that waits can be changed. */
function consumer(kind = "recording", waiting: MediaCounts = noMedia()) {
  const ledger = new ConsumerLedger(kind, "lossless", () => waiting);
  ledger.offered.videoFrames = 10;
  return ledger;
}

Deno.test("ConsumerLedger.balance() is offered - delivered - in flight - dropped", () => {
  const waiting = noMedia();
  const ledger = consumer("http-flv", waiting);
  assertEquals(ledger.balance(), 10);
  ledger.delivered.videoFrames = 6;
  waiting.videoFrames = 1;
  ledger.drop("videoFrames", "slow-subscriber");
  ledger.drop("videoFrames", "slow-subscriber");
  assertEquals(ledger.balance(), 1);
  ledger.drop("videoFrames", "paused");
  assertEquals(ledger.balance(), 0);
  assertEquals(ledger.dropped, {
    "slow-subscriber": counts({ videoFrames: 2 }),
    "paused": counts({ videoFrames: 1 }),
  });
  ledger.delivered.audioFrames = 1;
  assertEquals(ledger.balance(), -1);
});

Deno.test("ConsumerLedger as JSON has of what waits only what is there", () => {
  const ledger = consumer("http-flv", counts({ videoFrames: 4 }));
  ledger.delivered.videoFrames = 6;
  assertEquals(JSON.parse(JSON.stringify(ledger)), {
    id: ledger.id,
    kind: "http-flv",
    mode: "lossless",
    offered: counts({ videoFrames: 10 }),
    delivered: counts({ videoFrames: 6 }),
    inFlight: { videoFrames: 4 },
    dropped: {},
  });
});

Deno.test("ConsumerLedger balances whatever becomes of each tag", () => {
  const kinds: MediaKind[] = ["videoFrames", "audioFrames", "scriptTags", "otherTags"];
  const fates: (DropReason | "delivered" | "waiting")[] = [
    "delivered",
    "waiting",
    "before-keyframe",
    "not-wanted",
    "consumer-left",
  ];
  const tag = fc.tuple(fc.constantFrom(...kinds), fc.constantFrom(...fates));
  fc.assert(fc.property(fc.array(tag), (tags) => {
    const waiting = noMedia();
    const ledger = new ConsumerLedger("test", "live", () => waiting);
    for (const [kind, fate] of tags) {
      ledger.offered[kind]++;
      assertEquals(ledger.balance(), 1);
      if (fate === "delivered") ledger.delivered[kind]++;
      else if (fate === "waiting") waiting[kind]++;
      else ledger.drop(kind, fate);
      assertEquals(ledger.balance(), 0);
    }
    assertEquals(total(ledger.offered), tags.length);
  }));
});

Deno.test("PublicationLedger.balance() adds up what is off at every stage, never sets off", () => {
  const ledger = new PublicationLedger(new ReceivedCounts());
  ledger.received.videoFrames = 10;
  ledger.tags.videoFrames = 6;
  ledger.unread.videoFrames = 2;
  ledger.inFlight.videoFrames = 2;
  assertEquals(ledger.balance(), 0);
  ledger.inFlight.videoFrames = 1;
  assertEquals(ledger.balance(), 1);
  ledger.inFlight.videoFrames = 3;
  assertEquals(ledger.balance(), 1);
  const short = consumer();
  ledger.add(short);
  assertEquals(ledger.balance(), 11);
  short.delivered.videoFrames = 11;
  assertEquals(ledger.balance(), 2);
});

Deno.test("PublicationLedger keeps of consumers that have left the sums of their kinds", () => {
  const ledger = new PublicationLedger(new ReceivedCounts());
  for (const kind of ["http-flv", "http-flv", "recording"]) {
    const gone = consumer(kind);
    ledger.add(gone);
    gone.delivered.videoFrames = 7;
    gone.drop("videoFrames", "slow-subscriber");
    gone.drop("videoFrames", "consumer-left");
    assertEquals(ledger.consumers, [gone]);
    assertEquals(ledger.balance() >= 1, true);
    ledger.retire(gone);
    ledger.retire(gone);
  }
  assertEquals(ledger.consumers, []);
  // One frame of each is nowhere, and that stays in the books.
  assertEquals(ledger.balance(), 3);
  const sums = (count: number) => ({
    mode: "lossless",
    count,
    kicked: 0,
    delivered: counts({ videoFrames: 7 * count }),
    dropped: counts({ videoFrames: 2 * count }),
    balance: count,
  });
  assertEquals(ledger.toJSON().departed, [
    { kind: "http-flv", ...sums(2) },
    { kind: "recording", ...sums(1) },
  ]);
  ledger.retire(consumer("stranger"));
  assertEquals(ledger.balance(), 3);
});

Deno.test("PublicationLedger counts of a consumer that stays only what was its own", () => {
  const [first, second] = [0, 1].map(() => new PublicationLedger(new ReceivedCounts()));
  const viewer = consumer("http-flv");
  first!.add(viewer);
  viewer.delivered.videoFrames = 6;
  viewer.drop("videoFrames", "slow-subscriber");
  first!.retire(viewer);
  second!.add(viewer);
  viewer.delivered.videoFrames += 2;
  viewer.drop("videoFrames", "paused");
  const consumption = (delivered: number, dropped: object) =>
    new Map([["http-flv", { delivered: counts({ videoFrames: delivered }), dropped }]]);
  const one = counts({ videoFrames: 1 });
  assertEquals(first!.consumption(), consumption(6, { "slow-subscriber": one }));
  const own = consumption(2, { "slow-subscriber": noMedia(), "paused": one });
  assertEquals(second!.consumption(), own);
  second!.retire(viewer);
  assertEquals(second!.consumption(), own);
});

Deno.test("PublicationLedger as JSON has everything that balances", () => {
  const connection = new ReceivedCounts();
  connection.bytes = 1000;
  connection.chunks = 20;
  connection.messages = 11;
  connection.misaddressed = 3;
  connection.discard("malformed");
  connection.discard("malformed");
  connection.discard("unpublished");
  const ledger = new PublicationLedger(connection);
  ledger.received.videoFrames = 10;
  ledger.tags.videoFrames = 9;
  ledger.unread.videoFrames = 1;
  assertEquals(JSON.parse(JSON.stringify(ledger)), {
    received: {
      bytes: 1000,
      chunks: 20,
      messages: 11,
      misaddressed: 3,
      ...counts({ videoFrames: 10 }),
      discarded: { malformed: 2, unpublished: 1 },
    },
    tags: counts({ videoFrames: 9 }),
    inFlight: counts({}),
    unread: counts({ videoFrames: 1 }),
    consumers: [],
    departed: [],
    balance: 0,
  });
});

Deno.test("PublicationLedger.describe() says where everything went, and whether it balances", () => {
  const connection = new ReceivedCounts();
  connection.chunks = 30;
  connection.messages = 20;
  const ledger = new PublicationLedger(connection);
  ledger.received.videoFrames = 10;
  ledger.received.audioFrames = 8;
  ledger.tags.videoFrames = 10;
  ledger.tags.audioFrames = 8;
  const recording = consumer();
  ledger.add(recording);
  recording.delivered.videoFrames = 9;
  recording.drop("videoFrames", "before-keyframe");
  ledger.retire(recording);
  assertEquals(
    ledger.describe(),
    "Received 10 video and 8 audio; 1 × recording: 9 video and 0 audio delivered, " +
      "1 video and 0 audio dropped; The books balance",
  );
  ledger.tags.videoFrames = 7;
  ledger.unread.videoFrames = 2;
  assertMatch(ledger.describe(), /; 2 video and 0 audio unread; .*; The books are off by 1$/);
});

Deno.test("ServerLedger keeps of publications that have ended whether they balanced", () => {
  const server = new ServerLedger();
  const [good, bad] = [1, 2].map(() => new PublicationLedger(new ReceivedCounts()));
  server.open(good!);
  server.open(bad!);
  bad!.received.videoFrames = 3;
  assertEquals([server.publications, server.current.size, server.balance()], [2, 2, 3]);
  server.close(bad!);
  server.close(bad!);
  server.close(good!);
  assertEquals([server.publications, server.current.size, server.balance()], [2, 0, 3]);
  server.close(new PublicationLedger(new ReceivedCounts()));
  assertEquals(server.balance(), 3);
});
