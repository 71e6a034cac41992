import { assertEquals, assertThrows } from "@std/assert";
import { RtmpMessageError } from "../../src/errors.ts";
import {
  acknowledgement,
  readControlValue,
  readUserControl,
  setChunkSize,
  setPeerBandwidth,
  userControl,
  UserControlEvent,
  windowAcknowledgementSize,
} from "../../src/message/control.ts";
import type { RtmpMessage } from "../../src/message/message.ts";
import { hex } from "../support/bytes.ts";

/** Message, type, body; all on chunk stream 2 and message stream 0 at time 0. */
const MESSAGES: [message: RtmpMessage, typeId: number, body: string][] = [
  [setChunkSize(1), 1, "00000001"],
  [setChunkSize(2 ** 31 - 1), 1, "7fffffff"],
  [acknowledgement(2 ** 32 - 1), 3, "ffffffff"],
  [windowAcknowledgementSize(2_500_000), 5, "002625a0"],
  [setPeerBandwidth(2_500_000), 6, "002625a0 02"],
  [userControl(UserControlEvent.StreamBegin, 1), 4, "0000 00000001"],
  [userControl(UserControlEvent.StreamEof, 2 ** 32 - 1), 4, "0001 ffffffff"],
  [userControl(UserControlEvent.SetBufferLength, 1, 3000), 4, "0003 00000001 00000bb8"],
  [userControl(UserControlEvent.PingRequest, 0x12345678), 4, "0006 12345678"],
  [userControl(UserControlEvent.PingResponse, 0), 4, "0007 00000000"],
];

for (const [message, typeId, body] of MESSAGES) {
  Deno.test(`control message ${typeId} is written as ${body}`, () => {
    assertEquals(message, {
      chunkStreamId: 2,
      messageStreamId: 0,
      typeId,
      timestamp: 0,
      payload: hex(body),
    });
  });
}

const withBody = (body: string, typeId = 4): RtmpMessage => ({
  chunkStreamId: 7,
  messageStreamId: 0,
  typeId,
  timestamp: 0,
  payload: hex(body),
});

Deno.test("readControlValue() reads 32 bits, whatever is behind them", () => {
  assertEquals(readControlValue(withBody("fedcba98")), 0xfedcba98);
  assertEquals(readControlValue(withBody("002625a0 02")), 2_500_000);
});

Deno.test("readUserControl() reads the event, and its first value if there is one", () => {
  assertEquals(readUserControl(withBody("0006 fedcba98")), { event: 6, value: 0xfedcba98 });
  assertEquals(readUserControl(withBody("0003 00000001 00000bb8")), { event: 3, value: 1 });
  assertEquals(readUserControl(withBody("ffff")), { event: 65_535 });
  assertEquals(readUserControl(withBody("0006 fedcba")), { event: 6 });
});

for (const body of ["", "00", "0000", "000000"]) {
  Deno.test(`readControlValue() and readUserControl() name what is missing in "${body}"`, () => {
    const bytes = body.length / 2;
    const error = assertThrows(() => readControlValue(withBody(body, 5)), RtmpMessageError);
    assertEquals(
      error.message,
      `Cannot read a control message of type 5: read ${bytes} bytes, expected at least 4 ` +
        "(on chunk stream 7)",
    );
    if (bytes < 2) assertThrows(() => readUserControl(withBody(body)), RtmpMessageError, "least 2");
  });
}
