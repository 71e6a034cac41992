import { assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import type { DropReason } from "../../src/ledger/consumer.ts";
import { ConsumerLedger } from "../../src/ledger/consumer_ledger.ts";
import { ConsumerShare } from "../../src/ledger/consumer_share.ts";
import { type MediaCounts, type MediaKind, noMedia } from "../../src/ledger/counts.ts";
import { total } from "../../src/ledger/media_sums.ts";
import { PublicationLedger } from "../../src/ledger/publication_ledger.ts";
import { ReceivedCounts } from "../../src/ledger/received_counts.ts";
import { ServerLedger } from "../../src/ledger/server_ledger.ts";

const counts = (part: Partial<MediaCounts>): MediaCounts => ({ ...noMedia(), ...part });

function consumer(kind = "recording"): ConsumerLedger {
  return new ConsumerLedger({ kind, mode: "lossless" });
}

/** The share of a consumer that has been offered ten frames. */
function shareIn(ledger: PublicationLedger, of = consumer()): ConsumerShare {
  const share = ledger.add(of);
  share.offered.videoFrames = 10;
  return share;
}

Deno.test("ConsumerShare.balance() is offered - delivered - in flight - dropped", () => {
  const share = new ConsumerShare(consumer("http-flv"));
  share.offered.videoFrames = 10;
  assertEquals(share.balance(), 10);
  share.delivered.videoFrames = 6;
  share.inFlight.videoFrames = 1;
  share.drop("videoFrames", "slow-subscriber");
  share.drop("videoFrames", "slow-subscriber");
  assertEquals(share.balance(), 1);
  share.drop("videoFrames", "paused");
  assertEquals(share.balance(), 0);
  assertEquals(share.dropped, {
    "slow-subscriber": counts({ videoFrames: 2 }),
    "paused": counts({ videoFrames: 1 }),
  });
  share.delivered.audioFrames = 1;
  assertEquals(share.balance(), -1);
});

Deno.test("ConsumerLedger is the sum of its shares, those that are closed included", () => {
  const ledger = consumer();
  const shares = [1, 2, 3].map((delivered) => {
    const share = ledger.open();
    share.offered.videoFrames = 10;
    share.delivered.videoFrames = delivered;
    share.inFlight.audioFrames = 1;
    share.drop("videoFrames", "paused");
    return share;
  });
  const seen = () => [ledger.offered, ledger.delivered, ledger.inFlight, ledger.dropped];
  const sums = [
    counts({ videoFrames: 30 }),
    counts({ videoFrames: 6 }),
    counts({ audioFrames: 3 }),
    { paused: counts({ videoFrames: 3 }) },
  ];
  assertEquals([seen(), ledger.balance()], [sums, 18]);
  for (const share of [shares[1]!, shares[1]!, shares[0]!]) ledger.close(share);
  assertEquals([seen(), ledger.balance()], [sums, 18]);
});

Deno.test("ConsumerLedger and its shares as JSON have of what waits only what is there", () => {
  const facts = { kind: "http-flv", mode: "live", address: "[::1]:5", connection: "c" } as const;
  const ledger = new ConsumerLedger(facts);
  const share = ledger.open();
  share.offered.videoFrames = 10;
  share.delivered.videoFrames = 6;
  share.inFlight.videoFrames = 4;
  const json = {
    id: ledger.id,
    ...facts,
    since: ledger.since.toISOString(),
    offered: counts({ videoFrames: 10 }),
    delivered: counts({ videoFrames: 6 }),
    inFlight: { videoFrames: 4 },
    dropped: {},
  };
  assertEquals(JSON.parse(JSON.stringify([ledger, share])), [json, json]);
  const { address, connection } = JSON.parse(JSON.stringify(consumer()));
  assertEquals([address, connection], [null, null]);
});

Deno.test("ConsumerShare balances whatever becomes of each tag", () => {
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
    const share = new ConsumerShare(consumer());
    for (const [kind, fate] of tags) {
      share.offered[kind]++;
      assertEquals(share.balance(), 1);
      if (fate === "delivered") share.delivered[kind]++;
      else if (fate === "waiting") share.inFlight[kind]++;
      else share.drop(kind, fate);
      assertEquals(share.balance(), 0);
    }
    assertEquals(total(share.offered), tags.length);
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
  const short = shareIn(ledger);
  assertEquals(ledger.balance(), 11);
  short.delivered.videoFrames = 11;
  assertEquals(ledger.balance(), 2);
});

Deno.test("PublicationLedger keeps of consumers that have left the sums of their kinds", () => {
  const ledger = new PublicationLedger(new ReceivedCounts());
  for (const kind of ["http-flv", "http-flv", "recording"]) {
    const gone = shareIn(ledger, consumer(kind));
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
  ledger.retire(new ConsumerShare(consumer("stranger")));
  assertEquals(ledger.balance(), 3);
});

Deno.test("PublicationLedger counts of a consumer that stays only what was its own", () => {
  const [first, second] = [0, 1].map(() => new PublicationLedger(new ReceivedCounts()));
  const viewer = consumer("http-flv");
  const shares = [first!, second!].map((ledger) => shareIn(ledger, viewer));
  shares[0]!.delivered.videoFrames = 6;
  shares[0]!.drop("videoFrames", "slow-subscriber");
  shares[1]!.delivered.videoFrames = 2;
  shares[1]!.drop("videoFrames", "paused");
  const consumption = (delivered: number, reason: DropReason) =>
    new Map([["http-flv", {
      delivered: counts({ videoFrames: delivered }),
      dropped: { [reason]: counts({ videoFrames: 1 }) },
    }]]);
  for (let look = 0; look < 2; look++) {
    assertEquals(first!.consumption(), consumption(6, "slow-subscriber"));
    assertEquals(second!.consumption(), consumption(2, "paused"));
    first!.retire(shares[0]!);
  }
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
  const recording = shareIn(ledger);
  recording.delivered.videoFrames = 9;
  recording.drop("videoFrames", "before-keyframe");
  ledger.retire(recording);
  assertEquals(
    ledger.describe(),
    "Received 10 video, 8 audio; 1 × recording: delivered 9 video, 0 audio, " +
      "dropped 1 video, 0 audio; ledger balanced",
  );
  ledger.tags.videoFrames = 7;
  ledger.unread.videoFrames = 2;
  assertMatch(ledger.describe(), /; unread 2 video, 0 audio; .*; ledger off by 1$/);
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
