import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { concat } from "@std/bytes";
import fc from "fast-check";
import { encodeAmf0 } from "../../src/amf/encode_amf0.ts";
import { AmfError, RtmpCommandError, RtmpError, RtmpLimitError } from "../../src/errors.ts";
import {
  type Command,
  type CommandLimits,
  isCommand,
  readCommand,
  writeCommand,
} from "../../src/message/command.ts";
import { MessageType, type RtmpMessage } from "../../src/message/message.ts";
import { hex } from "../support/bytes.ts";

const LIMITS: CommandLimits = { maxCommandSize: 1000, maxAmfDepth: 5, maxAmfElements: 20 };

const withBody = (payload: Uint8Array, typeId: number = MessageType.CommandAmf0): RtmpMessage => ({
  chunkStreamId: 3,
  messageStreamId: 0,
  typeId,
  timestamp: 0,
  payload,
});

const COMMANDS: [what: string, body: Uint8Array, command: Command][] = [
  ["a call", encodeAmf0("createStream", 2, null), {
    name: "createStream",
    transactionId: 2,
    object: null,
    args: [],
  }],
  ["an object and arguments", encodeAmf0("connect", 1, { app: "live" }, "a", true), {
    name: "connect",
    transactionId: 1,
    object: { app: "live" },
    args: ["a", true],
  }],
  ["no object", encodeAmf0("pause", 0), {
    name: "pause",
    transactionId: 0,
    object: null,
    args: [],
  }],
  ["a text for an object", encodeAmf0("pause", 0, "text", 5), {
    name: "pause",
    transactionId: 0,
    object: null,
    args: [5],
  }],
  ["undefined arguments", encodeAmf0("_result", 3, null, undefined), {
    name: "_result",
    transactionId: 3,
    object: null,
    args: [undefined],
  }],
];

for (const [what, body, command] of COMMANDS) {
  Deno.test(`readCommand() reads ${what}`, () => {
    assertEquals(readCommand(withBody(body), LIMITS), command);
    const amf3 = withBody(concat([hex("00"), body]), MessageType.CommandAmf3);
    assertEquals(readCommand(amf3, LIMITS), command);
  });
}

Deno.test("readCommand() reads AMF3 behind its marker in a command of type 17", () => {
  // 11: what follows is AMF3; 06 0f: a string of 7 bytes.
  const body = concat([hex("00"), encodeAmf0("publish", 5, null), hex("11 06 0f 64656d6f3f6b31")]);
  assertEquals(readCommand(withBody(body, MessageType.CommandAmf3), LIMITS).args, ["demo?k1"]);
});

Deno.test("readCommand() refuses what has no name or no transaction id", () => {
  for (const values of [[], ["name"], [5, 1, null], [null, 1], ["name", "1"], [{}, 1]]) {
    const message = withBody(encodeAmf0(...values));
    assertThrows(() => readCommand(message, LIMITS), RtmpCommandError, "a name and a transaction");
  }
  const empty = withBody(hex(""), MessageType.CommandAmf3);
  assertThrows(() => readCommand(empty, LIMITS), RtmpCommandError);
});

Deno.test("readCommand() keeps to its limits", () => {
  const large = withBody(encodeAmf0("x".repeat(1000), 1, null));
  const error = assertThrows(() => readCommand(large, LIMITS), RtmpLimitError);
  assertEquals(error.chunkStreamId, 3);
  const exact = encodeAmf0("x".repeat(1000 - 3 - 9 - 1), 1, null);
  assertEquals(exact.length, LIMITS.maxCommandSize);
  readCommand(withBody(exact), LIMITS);
  const deep = withBody(encodeAmf0("x", 1, [[[[[[]]]]]]));
  assertThrows(() => readCommand(deep, LIMITS), AmfError, "limit 5");
  const many = withBody(encodeAmf0("x", 1, Array.from({ length: 20 }, () => 0)));
  assertThrows(() => readCommand(many, LIMITS), AmfError, "20");
});

Deno.test("readCommand() throws nothing but errors of RTMP, whatever it reads", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.constantFrom(17, 20), (payload, typeId) => {
      try {
        readCommand(withBody(payload, typeId), LIMITS);
      } catch (error) {
        assert(error instanceof RtmpError, `${error}`);
      }
    }),
  );
});

Deno.test("writeCommand() puts the connection on chunk stream 3 and message streams on 5", () => {
  for (const [messageStreamId, chunkStreamId] of [[0, 3], [1, 5], [70_000, 5]] as const) {
    assertEquals(writeCommand(messageStreamId, "onStatus", 0, null, { a: 1 }), {
      chunkStreamId,
      messageStreamId,
      typeId: 20,
      timestamp: 0,
      payload: encodeAmf0("onStatus", 0, null, { a: 1 }),
    });
  }
});

Deno.test("isCommand() knows both types", () => {
  for (let typeId = 0; typeId < 256; typeId++) {
    const message = withBody(hex(""), typeId);
    if (typeId === 17 || typeId === 20) assert(isCommand(message));
    else assertFalse(isCommand(message));
  }
});
