/**
 * Those who consume a stream, each of whom stops taking it when the test says so.
 *
 * @module
 */

import { FlvDemuxer } from "../../src/flv/demuxer.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { MessageType } from "../../src/message/message.ts";
import { writeCommand } from "../../src/message/command.ts";
import { RawHttpClient } from "../support/http.ts";
import { RawClient, STREAM_ID } from "../support/raw_client.ts";
import { ScriptedServer } from "../support/scripted_server.ts";
import { stopped, until, within } from "../support/wait.ts";
import { Gate } from "./flood.ts";
import { UPGRADE } from "../support/websocket.ts";

/** A consumer that takes nothing until it is told to. */
export interface FarSide extends AsyncDisposable {
  /** What the books call it. */
  readonly kind: string;
  /** Takes what waits, and all that comes; resolves with the number of video frames. */
  takeAll(): Promise<number>;
}

/** A closing frame with an empty body, masked with nothing (RFC 6455, section 5.2). */
const WEB_SOCKET_CLOSE = Uint8Array.of(0x88, 0x80, 0, 0, 0, 0);

/** Where the server listens that it is a consumer of. */
export interface Ports {
  port: number;
  httpPort: number;
}

/** Begins to consume `live/demo`; it need not be there yet. */
export type Begin = (ports: Ports, query?: string) => Promise<FarSide>;

/** An RTMP player whose socket is not read. */
export const rtmpPlayer: Begin = async ({ port }) => {
  const client = await RawClient.open(port);
  client.command("createStream", 2, null);
  client.send(writeCommand(STREAM_ID, "play", 3, null, "demo"));
  await client.status("NetStream.Play.Start");
  client.deafen();
  return {
    kind: "rtmp-play",
    async takeAll() {
      client.hearAgain();
      // The stream ends, or the server does.
      await until("the end", () =>
        client.ended ||
        client.statuses.some(({ code }) => code === "NetStream.Play.UnpublishNotify"));
      return client.messages.filter(({ typeId }) => typeId === MessageType.Video).length;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(client[Symbol.dispose]()),
  };
};

/** A viewer over HTTP whose body is not read. */
export const httpViewer: Begin = ({ httpPort }, query = "") => {
  const stop = new AbortController();
  const response = fetch(`http://127.0.0.1:${httpPort}/live/demo.flv${query}`, stop);
  return Promise.resolve({
    kind: "http-flv",
    takeAll: async () => videoFrames(await Array.fromAsync((await response).body!)),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await response.then(({ body }) => body?.cancel()).catch(() => {});
    },
  });
};

/** A viewer over a WebSocket whose socket is not read. */
export const webSocketViewer: Begin = async ({ httpPort }, query = "") => {
  const client = await RawHttpClient.connect(httpPort);
  client.request(
    `GET /live/demo.flv${query}`,
    ...UPGRADE,
  );
  client.stopReading();
  return {
    kind: "ws-flv",
    async takeAll() {
      client.goOnReading();
      // Looking into a long text takes time: not as long as more is coming.
      await stopped("the last bytes", () => client.received.length);
      await until("the goodbye", () => client.received.endsWith("The stream has ended"));
      client.write(WEB_SOCKET_CLOSE);
      const body = client.received.slice(client.received.indexOf("\r\n\r\n") + 4);
      return videoFrames(webSocketMessages(bytesOf(body)));
    },
    [Symbol.asyncDispose]: () => Promise.resolve(client[Symbol.dispose]()),
  };
};

/** A server that is pushed to and reads nothing behind `publish`. */
export class PushTarget implements FarSide {
  readonly kind = "push";
  readonly url: string;
  readonly #gate = new Gate();
  readonly #frames: PromiseWithResolvers<number> = Promise.withResolvers<number>();
  readonly #server = new ScriptedServer(async (end) => {
    await end.begun("publish");
    await Promise.race([this.#gate.passed, end.over]);
    await end.goodbye();
    this.#frames.resolve(end.seen.filter(({ typeId }) => typeId === MessageType.Video).length);
  });

  constructor() {
    this.url = this.#server.url("copy");
  }

  takeAll(): Promise<number> {
    this.#gate.open();
    return within("the push to end", this.#frames.promise);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server[Symbol.asyncDispose]();
  }
}

/** The bytes of a text with a character for each. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function videoFrames(chunks: Iterable<Uint8Array>): number {
  const demuxer = new FlvDemuxer();
  const tags: FlvTag[] = [];
  for (const chunk of chunks) demuxer.decode(chunk, (tag) => tags.push(tag));
  return tags.filter(({ type }) => type === "video").length;
}

/** The binary messages in what a server has sent (RFC 6455, section 5.2): none is masked. */
function* webSocketMessages(bytes: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < bytes.length;) {
    const isBinary = bytes[at] === 0x82;
    let length = bytes[at + 1]!;
    at += 2;
    if (length === 126) {
      length = view.getUint16(at);
      at += 2;
    } else if (length === 127) {
      length = Number(view.getBigUint64(at));
      at += 8;
    }
    if (isBinary) yield bytes.subarray(at, at + length);
    at += length;
  }
}
