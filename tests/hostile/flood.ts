/**
 * Peers that send as fast as a server takes it, and notice when it does not.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { userControl, UserControlEvent } from "../../src/message/control.ts";
import { MessageEncoder } from "../../src/message/message_encoder.ts";
import { MessageType, type RtmpMessage } from "../../src/message/message.ts";
import type { RawHttpClient } from "../support/http.ts";
import { RawClient } from "../support/raw_client.ts";
import { stopped, until } from "../support/wait.ts";

/** Bytes that are sent at a time. */
const BATCH = 60_000;

/** Bytes that wait to leave when the server takes no more: above what a read or two take at once. */
const HELD = 2 ** 20;

/** Bytes that a server may take of a peer that reads nothing: mostly what the system keeps. */
const UNREAD = 32 * 2 ** 20;

/** A client that can flood. */
export type Sender = RawClient | RawHttpClient;

/** Messages as bytes that can be sent again and again, in chunks of this size. */
export function encoded(messages: RtmpMessage[], chunkSize = 128): Uint8Array {
  const encoder = new MessageEncoder({ chunkSize });
  return concat(messages.map((message) => encoder.encode(message)));
}

/**
 * Waits until everything that was sent has left for the server.
 *
 * @throws {Error} If the server has closed: the attack is over, and was to go on.
 */
export async function taken(sender: Sender): Promise<void> {
  await until("bytes to leave", () => {
    expectOpen(sender);
    return sender.unsent === 0;
  });
}

/**
 * Sends a piece again and again, on a connection that the server is to keep.
 *
 * @throws {Error} If the server closes it.
 */
export async function flood(sender: Sender, piece: Uint8Array, times: number): Promise<void> {
  const atOnce = Math.max(1, Math.floor(BATCH / piece.length));
  for (let sent = 0; sent < times; sent += atOnce) {
    sender.write(concat(Array(Math.min(atOnce, times - sent)).fill(piece)));
    await taken(sender);
  }
}

/** The same over RTMP, and waits until the server has dealt with all of it. */
export async function floodAnswered(
  client: RawClient,
  piece: Uint8Array,
  times: number,
): Promise<void> {
  await flood(client, piece, times);
  await answered(client);
}

/**
 * Sends a piece again and again to a server whose answers are not read, until it takes no more.
 *
 * @throws {Error} If it takes ever more, or closes.
 */
export async function floodUnread(sender: Sender, piece: Uint8Array): Promise<void> {
  const batch = batchOf(piece);
  let sent = 0;
  for (let held = 0; held < HELD;) {
    for (; sender.unsent < HELD; sent += batch.length) sender.write(batch);
    // It may be full for a moment, too.
    held = await stopped("the server to take no more, or all", () => sender.unsent || 1);
    expectOpen(sender);
    if (sent > UNREAD) throw new Error(`The server takes ever more: ${sent} bytes so far`);
  }
}

/**
 * Sends a piece again and again, until the server cuts the connection off.
 *
 * @throws {Error} If it takes ever more.
 */
export async function floodUntilCut(sender: Sender, piece: Uint8Array): Promise<void> {
  const batch = batchOf(piece);
  for (let sent = 0; !isCut(sender); sent += batch.length) {
    if (sent > UNREAD) throw new Error(`The server takes ever more: ${sent} bytes so far`);
    sender.write(batch);
    await until("bytes to leave", () => sender.unsent < HELD || isCut(sender));
  }
}

/**
 * Sends what costs the connection, again and again, each time on a new one.
 *
 * @param attack Opens a connection and sends it.
 */
export async function floodAnew(attack: () => Promise<Sender>, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    using sender = await attack();
    await until("the server to cut a peer off", () => isCut(sender));
  }
}

/** Waits until an RTMP server has dealt with everything that a client has sent. */
export async function answered(client: RawClient): Promise<void> {
  const count = pongs(client) + 1;
  client.send(userControl(UserControlEvent.PingRequest, 0));
  await until("the answer to a ping", () => {
    if (pongs(client) >= count) return true;
    expectOpen(client);
  });
}

/** Whether the server has closed. */
export function isCut(sender: Sender): boolean {
  return sender instanceof RawClient ? sender.ended : sender.closed;
}

/** @throws {Error} If the server has closed. */
export function expectOpen(sender: Sender): void {
  if (isCut(sender)) throw new Error("The server has cut a peer off that was to stay");
}

function batchOf(piece: Uint8Array): Uint8Array {
  return concat(Array(Math.ceil(BATCH / piece.length)).fill(piece));
}

function pongs(client: RawClient): number {
  return client.messages.filter(({ typeId, payload }) =>
    typeId === MessageType.UserControl && payload[1] === UserControlEvent.PingResponse
  ).length;
}
