/**
 * Every number that a program may set is checked at once.
 *
 * @module
 */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { decodeAmf0 } from "../../src/amf/decode_amf0.ts";
import { decodeAmf3 } from "../../src/amf/decode_amf3.ts";
import { Channel } from "../../src/channel/channel.ts";
import { RtmpChunkDecoderStream } from "../../src/chunk/chunk_decoder_stream.ts";
import { playRtmp } from "../../src/client/play.ts";
import { publishRtmp } from "../../src/client/publish.ts";
import { RtmpMessageEncoderStream } from "../../src/message/message_encoder_stream.ts";
import { serveRtmp, type ServeRtmpOptions } from "../../src/serve/serve.ts";
import { DEFAULT_LIMITS } from "../../src/session/limits.ts";
import { freePort } from "../support/free_port.ts";

/** What no limit can be. */
const NO_LIMITS: unknown[] = [
  ...[NaN, Infinity, -Infinity, -1, 0.5, 1.5, 2 ** 53, Number.MIN_VALUE],
  ...["", "5", "many", null, true, false, 5n, {}, [], [5], new Number(5), new Date(), () => 5],
  ...[Symbol("five"), { valueOf: () => 5 }],
];

/** An option, how to use it, and what else it cannot be. */
interface Row {
  name: string;
  use: (value: unknown) => unknown;
  others?: unknown[];
  /** Values that are sound although others of their kind are not. */
  sound?: unknown[];
}

const MAX_TIMEOUT = 2 ** 31 - 1;
const MAX_OF_A_TIME = [0, MAX_TIMEOUT + 1];

/** Nothing listens there. */
const URL_OF_NOTHING = `rtmp://127.0.0.1:${freePort()}/live/demo`;

const serve = (options: Record<string, unknown>) =>
  serveRtmp({ hostname: "127.0.0.1", port: 0, ...options } as ServeRtmpOptions, () => {});
const served = (name: string, others: unknown[] = []): Row => ({
  name: `serveRtmp: ${name}`,
  use: (value) => serve({ [name]: value }),
  others,
});
const published = (name: string, others: unknown[], sound: unknown[] = []): Row[] =>
  [publishRtmp, playRtmp].map((connect) => ({
    name: `${connect.name}: ${name}`,
    use: (value) => connect(URL_OF_NOTHING, { [name]: value }),
    others,
    sound,
  }));

const ROWS: Row[] = [
  ...Object.keys(DEFAULT_LIMITS).map((name) =>
    served(name, [0, ...name.endsWith("imeout") ? MAX_OF_A_TIME : []])
  ),
  served("maxMessageSize", [2 ** 24]),
  served("chunkSize", [0, 2 ** 31]),
  served("authorizeTimeout", MAX_OF_A_TIME),
  served("reconnectTimeout", [MAX_TIMEOUT + 1]),
  served("port", [65_536]),
  {
    name: "serveRtmp: tls.port",
    use: (port) => serve({ tls: { port, cert: "", key: "" } }),
    others: [65_536, undefined],
  },
  ...published("timeout", MAX_OF_A_TIME),
  ...published("idleTimeout", MAX_OF_A_TIME, [Infinity]),
  ...published("closeTimeout", MAX_OF_A_TIME, [Infinity]),
  {
    name: "playRtmp: start",
    use: (start) => playRtmp(URL_OF_NOTHING, { start } as Record<string, number>),
    others: [-2, -3000],
  },
  {
    name: "RtmpChunkDecoderStream: chunkSize",
    use: (chunkSize) => new RtmpChunkDecoderStream({ chunkSize } as Record<string, number>),
    others: [0, 2 ** 31],
  },
  ...["maxMessageSize", "maxChunkStreams", "maxPartialBytes"].map((name) => ({
    name: `RtmpChunkDecoderStream: ${name}`,
    use: (value: unknown) => new RtmpChunkDecoderStream({ [name]: value }),
    others: [0],
  })),
  {
    name: "RtmpMessageEncoderStream: chunkSize",
    use: (chunkSize) => new RtmpMessageEncoderStream({ chunkSize } as Record<string, number>),
    others: [0, 2 ** 31],
  },
  ...["count", "maxDepth", "maxElements"].flatMap((name) =>
    [decodeAmf0, decodeAmf3].map((decode) => ({
      name: `${decode.name}: ${name}`,
      use: (value: unknown) => decode(Uint8Array.of(5), { [name]: value }),
    }))
  ),
  {
    name: "Channel: maxBytes",
    use: (maxBytes) => new Channel({ maxBytes: maxBytes as number, maxTime: 0 }),
  },
  {
    name: "Channel: maxTime",
    use: (maxTime) => new Channel({ maxBytes: 0, maxTime: maxTime as number }),
  },
];

for (const { name, use, others = [], sound = [] } of ROWS) {
  Deno.test(`${name} is a whole number in its range, or a RangeError`, async () => {
    for (const value of [...NO_LIMITS, ...others].filter((value) => !sound.includes(value))) {
      await assertRejects(
        async () => await use(value),
        RangeError,
        name.split(": ")[1]!,
        `of type ${typeof value}`,
      );
    }
  });
}

Deno.test("serveRtmp() takes the least and the most of each limit, and undefined for its default", async () => {
  for (const name of Object.keys(DEFAULT_LIMITS) as (keyof typeof DEFAULT_LIMITS)[]) {
    const most = name.endsWith("imeout") ? MAX_TIMEOUT : Number.MAX_SAFE_INTEGER;
    for (const value of [1, name === "maxMessageSize" ? 2 ** 24 - 1 : most, undefined]) {
      await serve({ [name]: value }).shutdown();
    }
  }
});

Deno.test("serveRtmp() listens nowhere when an option is wrong", async () => {
  const port = freePort();
  assertThrows(() => serve({ port, timeout: NaN }), RangeError);
  const server = serve({ port });
  assertEquals(server.addr.port, port);
  await server.shutdown();
});

const CALLBACKS = [
  ...["authorize", "onAcceptError", "onError", "onRelease", "password", "play", "takeOver"],
];

for (const name of CALLBACKS) {
  Deno.test(`serveRtmp() throws a TypeError when ${name} is no function`, () => {
    for (const value of [null, false, 0, "", true, "yes", {}, []]) {
      assertThrows(() => serve({ [name]: value }), TypeError, name);
    }
  });
}

Deno.test("serveRtmp() throws a TypeError when the handler is no function", () => {
  const serveAnything = serveRtmp as unknown as (...args: unknown[]) => unknown;
  for (const args of [[{ port: 0 }], [{ port: 0 }, null], [{ port: 0 }, {}]]) {
    assertThrows(() => serveAnything(...args), TypeError, "handler");
  }
});
