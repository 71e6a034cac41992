/**
 * Publishing over HTTP: the body of a PUT is an FLV file that may go on for hours.
 *
 * @module
 */

import type { IncomingMessage } from "node:http";
import type { Handler } from "hono";
import { HTTPException } from "hono/http-exception";
import { RtmpCommandError } from "../../errors.ts";
import { FlvDemuxerStream } from "../../flv/demuxer.ts";
import { ReceivedCounts } from "../../ledger/received_counts.ts";
import type { PublicationEnd, StreamRequest } from "../../session/publication.ts";
import { StatusCode } from "../../session/status.ts";
import type { HttpEnv } from "./http_routes.ts";
import type { RtmpServer } from "../serve.ts";
import { readStreamUrl } from "./stream_url.ts";

/** The status for each way in which a publication ends; nobody is left to read that of the second. */
const STATUS: Readonly<Record<PublicationEnd["reason"], 201 | 400 | 409>> = {
  unpublished: 201,
  disconnected: 400,
  failed: 400,
  closed: 409,
};

/** Answers when the body has ended, and everything in it has been handed on. */
export function httpPublish(publish: RtmpServer["publish"]): Handler<HttpEnv> {
  return async (context) => {
    const { incoming } = context.env;
    const request = publishRequest(incoming);
    const counts = new ReceivedCounts();
    const demuxer = new FlvDemuxerStream();
    const tags = bodyOf(incoming, counts).pipeThrough(demuxer);
    const end = await publish(request, tags, counts).catch((error) => {
      throw refusal(error, request);
    });
    const flaw = end.reason === "unpublished" ? flawOf(demuxer) : undefined;
    if (flaw) throw new HTTPException(400, { message: flaw });
    const status = STATUS[end.reason];
    if (status !== 201) throw new HTTPException(status, { message: end.description });
    return context.json({ path: `${request.app}/${request.name}`, messages: counts.messages }, 201);
  };
}

/** A key may come as `?key=KEY`, as over RTMP, or as `Authorization: Bearer KEY`. */
function publishRequest({ url, headers, socket }: IncomingMessage): StreamRequest {
  const { app, name, params } = readStreamUrl(url ?? "");
  const [scheme, token] = (headers.authorization ?? "").split(" ");
  if (scheme?.toLowerCase() === "bearer" && token && !params.has("key")) params.set("key", token);
  const { remoteAddress = "", remotePort = 0 } = socket;
  const host = remoteAddress.includes(":") ? `[${remoteAddress}]` : remoteAddress;
  return {
    kind: "publish",
    app,
    name,
    params,
    remoteAddr: `${host}:${remotePort}`,
    tcUrl: `http://${headers.host ?? ""}/${app}`,
    flashVer: headers["user-agent"] ?? "",
    type: "live",
  };
}

/**
 * The bytes of the body, read when they are wanted. There is no cancelling it: that would close the
 * connection, on which the answer is still to be sent.
 */
function bodyOf(incoming: IncomingMessage, counts: ReceivedCounts): ReadableStream<Uint8Array> {
  const chunks = incoming[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) return controller.close();
      counts.bytes += value.length;
      controller.enqueue(value);
    },
  }, { highWaterMark: 0 });
}

function flawOf({ header, incompleteBytes }: FlvDemuxerStream): string | undefined {
  if (!header) return "The body is too short for an FLV file";
  return incompleteBytes > 0 ? "The body ends inside a tag" : undefined;
}

/** Who has shown no key may come again with one. */
function refusal(error: unknown, { params }: StreamRequest): unknown {
  if (!(error instanceof RtmpCommandError)) return error;
  const message = error.read ?? error.message;
  if (error.statusCode === StatusCode.PublishBadName) return new HTTPException(409, { message });
  if (params.has("key")) return new HTTPException(403, { message });
  return new HTTPException(401, { message });
}
