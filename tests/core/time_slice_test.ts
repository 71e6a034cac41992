import { assert, assertEquals } from "@std/assert";
import { TimeSlice } from "../../src/time/time_slice.ts";

/** Keeps the event loop busy for a millisecond. */
function work(): void {
  for (const begin = performance.now(); performance.now() - begin < 1;);
}

/** Peers that all have something to do at once; what is done between two rounds of the event loop. */
async function serve(slice: TimeSlice, peers: number, items: number, bytes: number) {
  const done = Array<number>(peers).fill(0);
  const rounds: number[] = [];
  let atFirstEnd: number[] | undefined;
  let sum = 0;
  const peer = async (number: number) => {
    for (let i = 0; i < items; i++) {
      // As after a read that found its bytes already there.
      await undefined;
      slice.start();
      const pause = slice.yieldIfSpent(bytes);
      if (pause) await pause;
      work();
      slice.stop();
      done[number]!++;
      sum++;
    }
    atFirstEnd ??= [...done];
  };
  const all = Promise.all(Array.from({ length: peers }, (_, number) => peer(number)));
  let ended = false;
  all.then(() => ended = true);
  for (let before = 0; !ended; before = sum) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    rounds.push(sum - before);
  }
  return { rounds, atFirstEnd: atFirstEnd! };
}

const WHO: [what: string, peers: number, items: number, bytes: number][] = [
  ["one peer with large messages", 1, 80, 64 * 1024],
  ["thirty peers with large messages", 30, 3, 64 * 1024],
  ["a hundred peers with a message each", 100, 1, 64 * 1024],
  ["one peer with small messages", 1, 200, 1],
  ["thirty peers with small messages", 30, 7, 1],
];

for (const [what, peers, items, bytes] of WHO) {
  Deno.test(`${what} leave the event loop to others after some milliseconds`, async () => {
    const { rounds } = await serve(new TimeSlice(), peers, items, bytes);
    assertEquals(rounds.reduce((sum, count) => sum + count, 0), peers * items);
    // A millisecond each: a slice of 8, and what passes before the clock is looked at.
    const most = bytes === 1 ? 2 * 64 : 32;
    assert(Math.max(...rounds) <= most, `${Math.max(...rounds)} at once: ${rounds}`);
  });
}

Deno.test("peers are served in turn, so that none has to wait for another's last message", async () => {
  const { atFirstEnd } = await serve(new TimeSlice(), 10, 12, 64 * 1024);
  assert(Math.min(...atFirstEnd) > 0, String(atFirstEnd));
});

Deno.test("a pause in which the event loop has not gone round does not begin a new slice", async () => {
  const slice = new TimeSlice();
  let hasGoneRound = false;
  setTimeout(() => hasGoneRound = true, 0);
  let pause: Promise<void> | undefined;
  for (let i = 0; i < 100 && !pause; i++) {
    slice.start();
    pause = slice.yieldIfSpent(Infinity);
    work();
    slice.stop();
    // As the collector does.
    work();
  }
  assert(pause, "there was no end of it");
  assertEquals(hasGoneRound, false);
  await pause;
  assertEquals(hasGoneRound, true);
});

Deno.test("work after a pause does not wait for the next slice", async () => {
  const slice = new TimeSlice();
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    slice.start();
    assertEquals(slice.yieldIfSpent(Infinity), undefined);
    slice.stop();
  }
});
