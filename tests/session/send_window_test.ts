import { assert, assertEquals } from "@std/assert";
import { acknowledgement, setPeerBandwidth } from "../../src/message/control.ts";
import type { RtmpMessage } from "../../src/message/message.ts";
import { LimitType, SendWindow } from "../../src/session/send_window.ts";
import { videoTag } from "../support/media.ts";
import { promisesDone } from "../support/streams.ts";
import { until } from "../support/wait.ts";
import type { FakeSource } from "./fake_program.ts";
import { Peer } from "./peer.ts";

const { Hard, Soft, Dynamic } = LimitType;

/** A window of which so many bytes are acknowledged. */
function opened(sent: number, acknowledged: number): SendWindow {
  const window = new SendWindow();
  window.add(sent);
  window.acknowledge(acknowledged);
  return window;
}

/** Whether there is room, and nothing is left waiting. */
function hasRoom(window: SendWindow): boolean {
  const ready = window.ready();
  if (ready) window.removeLimit();
  return ready === undefined;
}

Deno.test("SendWindow has room without a limit, and for a peer that acknowledges nothing", () => {
  assert(hasRoom(opened(2 ** 40, 0)));
  const window = new SendWindow();
  window.limitTo(100, Hard);
  window.add(10_000);
  assert(hasRoom(window));
});

const LIMITS: [limits: [bytes: number, type: number][], limit: number | undefined][] = [
  [[[100, Hard]], 100],
  [[[100, Hard], [500, Hard]], 500],
  [[[100, Soft]], 100],
  [[[100, Soft], [500, Soft]], 100],
  [[[500, Soft], [100, Soft]], 100],
  [[[100, Hard], [500, Soft]], 100],
  [[[100, Soft], [500, Hard]], 500],
  [[[100, Dynamic]], undefined],
  [[[100, Hard], [500, Dynamic]], 500],
  [[[100, Hard], [500, Dynamic], [50, Dynamic]], 50],
  [[[100, Soft], [50, Dynamic]], 100],
  [[[100, Hard], [90, Soft], [50, Dynamic]], 90],
  [[[100, 3]], undefined],
  [[[100, Hard], [50, 255]], 100],
];

for (const [limits, limit] of LIMITS) {
  Deno.test(`SendWindow makes ${limit} of the limits ${JSON.stringify(limits)}`, () => {
    const limited = (onTheWay: number) => {
      const window = opened(1000 + onTheWay, 1000);
      for (const [bytes, type] of limits) window.limitTo(bytes, type);
      return !hasRoom(window);
    };
    if (limit === undefined) return assert(!limited(2 ** 30));
    assertEquals([limited(limit - 1), limited(limit), limited(limit + 1)], [false, true, true]);
  });
}

const ACKNOWLEDGEMENTS: [sent: number, sequenceNumber: number, onTheWay: number][] = [
  [5000, 4000, 1000],
  [5000, 5000, 0],
  // A peer that counts the handshake too.
  [5000, 8073, 0],
  [2 ** 32 + 10, 10, 0],
  [2 ** 32 + 10, 2 ** 32 - 10, 20],
  [2 ** 33 + 500, 0, 500],
  [2 ** 32 - 5, 3068, 0],
];

for (const [sent, sequenceNumber, onTheWay] of ACKNOWLEDGEMENTS) {
  Deno.test(`SendWindow reads an acknowledgement of ${sequenceNumber} of ${sent}`, () => {
    for (const [limit, room] of [[onTheWay, false], [onTheWay + 1, true]] as const) {
      const window = opened(sent, sequenceNumber);
      window.limitTo(limit, Hard);
      assertEquals(hasRoom(window), room);
    }
  });
}

Deno.test("SendWindow lets all go on when an acknowledgement makes room", async () => {
  const window = opened(1000, 0);
  window.limitTo(500, Hard);
  const went: number[] = [];
  for (const i of [1, 2]) void window.ready()!.then(() => went.push(i));
  window.acknowledge(400);
  await promisesDone();
  assertEquals(went, []);
  window.acknowledge(600);
  await promisesDone();
  assertEquals(went, [1, 2]);
});

/** A player with a hard limit, and what it plays: nine tags of about 1000 bytes. */
async function limitedPlayer(): Promise<{ peer: Peer; source: FakeSource }> {
  const peer = await Peer.connect();
  const hard: RtmpMessage = setPeerBandwidth(3000);
  hard.payload[4] = Hard;
  peer.send(hard);
  peer.streamCommand(1, "play", "demo");
  await peer.settled();
  const [source] = peer.program.sources;
  return { peer, source: source! };
}

const frames = ({ heard }: Peer) => heard.filter((what) => what === "video").length;
const tags = Array.from({ length: 9 }, (_, i) => videoTag(i, 1000));

Deno.test("a player that acknowledges is sent no more than it lets us", async () => {
  const { peer, source } = await limitedPlayer();
  peer.send(acknowledgement(peer.heardBytes));
  await peer.settled();
  source.show(...tags);
  await peer.settled();
  assertEquals(frames(peer), 3);
  // What keeps the connection going is not held up.
  peer.command("createStream", 9, null);
  await peer.settled();
  assertEquals(peer.heard.at(-1), "_result 9");
  for (const more of [6, 9]) {
    peer.send(acknowledgement(peer.heardBytes));
    await peer.settled();
    assertEquals(frames(peer), more);
  }
  peer.end();
  await peer.sessionEnd;
});

Deno.test("a player that never acknowledges is sent everything", async () => {
  const { peer, source } = await limitedPlayer();
  source.show(...tags);
  await peer.settled();
  assertEquals(frames(peer), 9);
});

Deno.test("a player that acknowledges no more is sent everything after a while", async () => {
  const { peer, source } = await limitedPlayer();
  peer.send(acknowledgement(peer.heardBytes));
  await peer.settled();
  source.show(...tags);
  await until("every frame", () => frames(peer) === 9);
});

Deno.test("a player that waits for its own acknowledgement can end", async () => {
  for (const end of ["closeStream", "end"]) {
    const { peer, source } = await limitedPlayer();
    peer.send(acknowledgement(peer.heardBytes));
    await peer.settled();
    source.show(...tags);
    await peer.settled();
    if (end === "closeStream") peer.streamCommand(1, "closeStream");
    await peer.settled();
    peer.end();
    assertEquals(await peer.sessionEnd, {});
    await peer.settled();
    assertEquals([frames(peer), source.told], [3, ["left"]]);
  }
});
