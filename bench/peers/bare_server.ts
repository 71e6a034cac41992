/**
 * The floor: what reading and writing sockets costs in Deno when nothing is done with the bytes.
 *
 * A connection whose first byte is 0 is a player; what any other sends is read, and written to all
 * players.
 *
 * @module
 */

/** The largest read, as in our server. */
const READ = 64 * 1024;

const players = new Set<Deno.Conn>();

for await (const conn of Deno.listen({ hostname: "127.0.0.1", port: Number(Deno.args[0]) })) {
  serve(conn).catch(() => {}).finally(() => {
    players.delete(conn);
    conn[Symbol.dispose]();
  });
}

async function serve(conn: Deno.Conn): Promise<void> {
  const memory = new Uint8Array(READ);
  for (let count = await conn.read(memory); count !== null; count = await conn.read(memory)) {
    if (memory[0] === 0 && count === 1) players.add(conn);
    else if (players.size > 0) await giveAll(memory.subarray(0, count));
  }
}

async function giveAll(bytes: Uint8Array): Promise<void> {
  await Promise.all([...players].map(async (player) => {
    for (let at = 0; at < bytes.length;) at += await player.write(bytes.subarray(at));
  }));
}
