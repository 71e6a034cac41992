/**
 * The server's side of the handshake of a connection.
 *
 * @module
 */

import { RtmpHandshakeError, RtmpTimeoutError } from "../errors.ts";
import { checkC0, HANDSHAKE_CLIENT_BYTES, PACKET_BYTES } from "../handshake/packet.ts";
import { answerHandshake } from "../handshake/server_handshake.ts";
import type { ReceivedCounts } from "../ledger/received_counts.ts";
import type { TcpSocket } from "../net/tcp_socket.ts";
import { after } from "../time/idle.ts";

/**
 * Answers the handshake of a peer, from C0 to C2.
 *
 * @param counts Counts the received bytes.
 * @param timeout The time limit, in milliseconds.
 * @throws {RtmpHandshakeError} If the peer sends no valid handshake, or ends before it is complete.
 * @throws {RtmpTimeoutError} If the handshake takes too long.
 */
export async function shakeHands(
  socket: TcpSocket,
  counts: ReceivedCounts,
  timeout: number,
): Promise<void> {
  const stop = after(timeout, () =>
    socket.expire(
      new RtmpTimeoutError("Cannot wait any longer for the handshake", {
        read: `${counts.bytes} bytes in ${timeout / 1000} s`,
        expected: `${HANDSHAKE_CLIENT_BYTES + PACKET_BYTES}`,
      }),
    ));
  try {
    const c0c1 = new Uint8Array(HANDSHAKE_CLIENT_BYTES);
    await socket.readExactly(c0c1, (read) => {
      counts.bytes = read.length;
      checkC0(read);
    });
    const { s0s1s2 } = await answerHandshake(c0c1);
    await socket.write(s0s1s2);
    await socket.readExactly(new Uint8Array(PACKET_BYTES), (read) => {
      counts.bytes = HANDSHAKE_CLIENT_BYTES + read.length;
    });
  } finally {
    stop();
  }
}

/** Whether a handshake failed because the peer ended the connection, in any way. */
export function isEndOfPeer(error: unknown): boolean {
  return error instanceof RtmpHandshakeError || error instanceof Deno.errors.ConnectionReset ||
    // A TLS connection that ends during the handshake of TLS.
    error instanceof Deno.errors.UnexpectedEof;
}
