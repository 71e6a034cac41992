/**
 * Ports for programs that cannot pick one themselves.
 *
 * @module
 */

/** A port of loopback that was free a moment ago. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Whether a program listens on a port of loopback. */
export async function isListening(port: number): Promise<boolean> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port }).catch(() => undefined);
  conn?.close();
  return conn !== undefined;
}
