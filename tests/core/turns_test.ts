import { assert, assertEquals } from "@std/assert";
import { Turns } from "../../src/time/turns.ts";

/** Keeps the event loop busy for a millisecond. */
function work(): void {
  for (const begin = performance.now(); performance.now() - begin < 1;);
}

/** Peers that all have something to do at once; what is done between two rounds of the event loop. */
async function serve(turns: Turns, peers: number, items: number, bytes: number) {
  const done = Array<number>(peers).fill(0);
  const rounds: number[] = [];
  let atFirstEnd: number[] | undefined;
  let sum = 0;
  const peer = async (number: number) => {
    for (let i = 0; i < items; i++) {
      // As after a read that found its bytes already there.
      await undefined;
      turns.begin();
      const turn = turns.take(bytes);
      if (turn) await turn;
      work();
      turns.end();
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
    const { rounds } = await serve(new Turns(), peers, items, bytes);
    assertEquals(rounds.reduce((sum, count) => sum + count, 0), peers * items);
    // A millisecond each: a turn of 8, and what passes before the clock is looked at.
    const most = bytes === 1 ? 2 * 64 : 32;
    assert(Math.max(...rounds) <= most, `${Math.max(...rounds)} at once: ${rounds}`);
  });
}

Deno.test("peers are served in turn, so that none has to wait for another's last message", async () => {
  const { atFirstEnd } = await serve(new Turns(), 10, 12, 64 * 1024);
  assert(Math.min(...atFirstEnd) > 0, String(atFirstEnd));
});

Deno.test("a pause in which the event loop has not gone round does not begin a new turn", async () => {
  const turns = new Turns();
  let hasGoneRound = false;
  setTimeout(() => hasGoneRound = true, 0);
  let turn: Promise<void> | undefined;
  for (let i = 0; i < 100 && !turn; i++) {
    turns.begin();
    turn = turns.take(Infinity);
    work();
    turns.end();
    // As the collector does.
    work();
  }
  assert(turn, "there was no end of it");
  assertEquals(hasGoneRound, false);
  await turn;
  assertEquals(hasGoneRound, true);
});

Deno.test("work after a pause does not wait for a turn", async () => {
  const turns = new Turns();
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    turns.begin();
    assertEquals(turns.take(Infinity), undefined);
    turns.end();
  }
});
