import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { acknowledgement, setChunkSize } from "../../src/message/control.ts";
import { writeCommand } from "../../src/message/command.ts";
import { MessageWriter } from "../../src/session/message_writer.ts";
import { filled } from "../support/bytes.ts";
import { decodeParts } from "../support/decode.ts";
import { promisesDone } from "../support/streams.ts";

/** A writer, and what it has written; each write ends when the test says so. */
function slowWriter() {
  const writes: Uint8Array[] = [];
  const ends: PromiseWithResolvers<void>[] = [];
  const writer = new MessageWriter({
    write(bytes) {
      writes.push(bytes!);
      ends.push(Promise.withResolvers());
      return ends.at(-1)!.promise;
    },
  });
  return { writer, writes, ends };
}

/** Whether a promise settles by itself. */
async function settles(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.then(() => settled = true);
  await promisesDone();
  return settled;
}

Deno.test("MessageWriter makes one write of what is sent in one turn, and one of what is sent during it", async () => {
  const { writer, writes, ends } = slowWriter();
  const messages = [setChunkSize(4096), acknowledgement(1), writeCommand(0, "x".repeat(500), 1)];
  writer.send(...messages);
  const flushed = writer.flush();
  writer.send(acknowledgement(2));
  writer.sendBytes(Uint8Array.of());
  writer.send(acknowledgement(3));
  await promisesDone();
  assertEquals(writes.length, 1);
  ends[0]!.resolve();
  await promisesDone();
  assertEquals(writes.length, 2);
  assert(!await settles(flushed));
  ends[1]!.resolve();
  await flushed;
  assertEquals(decodeParts([concat(writes)]).messages.map(({ typeId }) => typeId), [
    1,
    3,
    20,
    3,
    3,
  ]);
});

Deno.test("MessageWriter.flushIfFull() waits when more than 256 KiB wait, and not before", async () => {
  const { writer, ends } = slowWriter();
  writer.sendBytes(filled(1_000_000));
  assert(await settles(writer.flushIfFull()));
  writer.sendBytes(filled(256 * 1024));
  assert(await settles(writer.flushIfFull()));
  writer.sendBytes(filled(1));
  const flushed = writer.flushIfFull();
  assert(!await settles(flushed));
  for (let i = 0; i < 3; i++) {
    ends[i]!.resolve();
    await promisesDone();
  }
  await flushed;
});

Deno.test("MessageWriter makes no copy of what is large, and one piece of what is small", async () => {
  const { writer, writes, ends } = slowWriter();
  const large = filled(64 * 1024);
  writer.sendBytes(large);
  writer.flush();
  const pieces = [filled(10), filled(20), large, filled(30), large];
  for (const piece of pieces) writer.sendBytes(piece);
  for (let i = 0; i < 5; i++) {
    await promisesDone();
    ends[i]!.resolve();
  }
  await writer.flush();
  assertEquals(writes.map((write) => write === large || write.length), [true, 30, true, 30, true]);
  assertEquals(concat(writes), concat([large, ...pieces]));
});

Deno.test("MessageWriter throws nothing when it cannot write, and keeps why", async () => {
  const { writer, writes, ends } = slowWriter();
  writer.send(acknowledgement(1));
  const flushed = writer.flush();
  writer.send(acknowledgement(2));
  await promisesDone();
  const error = new Error("reset");
  ends[0]!.reject(error);
  await flushed;
  assertEquals(writer.failure, error);
  writer.sendBytes(filled(1_000_000));
  await writer.flushIfFull();
  await writer.flush();
  assertEquals(writes.length, 1);
});
