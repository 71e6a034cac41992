/**
 * The floor: what reading and writing sockets costs in Deno when nothing is done with the bytes.
 *
 * A connection whose first byte is 0 is a player; what any other sends is read, and written to all
 * players. With `copies` behind the port what is read is copied and kept for a while, which is what a
 * server that hands media on cannot do without.
 *
 * @module
 */

/** The largest read. */
const READ = 64 * 1024;

/** Bytes that are kept of a connection: two seconds of 40 Mbit/s. */
const KEPT = 10 * 1024 * 1024;

/** The latest of what has been read, in memory of its own. */
class Copies {
  #pieces: Uint8Array[] = [];
  #bytes = 0;

  add(bytes: Uint8Array): void {
    this.#pieces.push(bytes.slice());
    this.#bytes += bytes.length;
    if (this.#bytes < KEPT) return;
    this.#pieces = [];
    this.#bytes = 0;
  }
}

const [port, copies] = Deno.args;
const players = new Set<Deno.Conn>();

for await (const conn of Deno.listen({ hostname: "127.0.0.1", port: Number(port) })) {
  serve(conn).catch(() => {}).finally(() => {
    players.delete(conn);
    conn[Symbol.dispose]();
  });
}

async function serve(conn: Deno.Conn): Promise<void> {
  const memory = new Uint8Array(READ);
  const kept = new Copies();
  for (let count = await conn.read(memory); count !== null; count = await conn.read(memory)) {
    if (copies !== undefined) kept.add(memory.subarray(0, count));
    if (memory[0] === 0 && count === 1) players.add(conn);
    else if (players.size > 0) await giveAll(memory.subarray(0, count));
  }
}

async function giveAll(bytes: Uint8Array): Promise<void> {
  await Promise.all([...players].map(async (player) => {
    for (let at = 0; at < bytes.length;) at += await player.write(bytes.subarray(at));
  }));
}
