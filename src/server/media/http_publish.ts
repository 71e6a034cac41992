/**
 * Publishing over HTTP: the body of a PUT or POST is an FLV file, which may last for hours.
 *
 * @module
 */

import type { IncomingMessage } from "node:http";
import { getLogger } from "@logtape/logtape";
import type { Handler } from "hono";
import { HTTPException } from "hono/http-exception";
import { FlvError, RtmpCommandError } from "../../errors.ts";
import { FlvDemuxerStream } from "../../flv/demuxer.ts";
import { ReceivedCounts } from "../../ledger/received_counts.ts";
import { Outlet } from "../../pipeline/outlet.ts";
import { SourceStream } from "../../pipeline/source_stream.ts";
import { DEFAULT_LIMITS } from "../../session/limits.ts";
import { PartialBudget } from "../../session/partial_budget.ts";
import type { PublicationEnd, StreamRequest } from "../../publication/publication.ts";
import { StatusCode } from "../../session/status.ts";
import type { PeerRegistry } from "../streams/peer_registry.ts";
import type { RtmpServer } from "../../serve/types.ts";
import type { HttpEnv } from "../http/http_env.ts";
import { isForLoopback, isFromOtherSite, mayBeRebound } from "../http/same_site.ts";
import { readStreamRequest, socketOf } from "../http/stream_request.ts";
import { ENDING } from "./view.ts";

const log = getLogger(["sluice", "http"]);

/**
 * The status for each way in which a publication ends; no client is left to read that of the second.
 */
const STATUS: Readonly<Record<PublicationEnd["reason"], 201 | 400 | 409>> = {
  unpublished: 201,
  disconnected: 400,
  failed: 400,
  closed: 409,
};

/** What a page is told that any site could have put in a browser. */
const REBOUND =
  "Cross-site requests are not allowed: without a stream key, pages may publish only where their " +
  "URL has an address, since any site could have its name lead here";

/** What forms are sent as (HTML, "form submission attributes"). */
const FORM_TYPES: readonly string[] = [
  "application/x-www-form-urlencoded",
  "multipart/form-data",
  "text/plain",
];

/** Where publications go. */
export interface PublishContext {
  publish: RtmpServer["publish"];
  /** Knows publishers while they send. */
  peers: Pick<PeerRegistry, "add">;
  /** Whether every client may publish; then pages of other sites must not, whatever they do. */
  isOpen: boolean;
  /** Whether only this machine can reach the server, so that no other name leads here. */
  isLocal: boolean;
  /** Aborted when the server shuts down: nothing begins any more. */
  ending: AbortSignal;
  /** Is told of a publisher that is cut off for what all of them leave unfinished. */
  noteUnfinished: () => void;
}

/**
 * Answers when the body has ended, and everything in it has been delivered.
 *
 * @param budget What all bodies together may take up in unfinished tags: as much as RTMP, by default.
 */
export function httpPublish(
  { publish, peers, isOpen, isLocal, ending, noteUnfinished }: PublishContext,
  budget: PartialBudget = new PartialBudget(DEFAULT_LIMITS.maxTotalPartialBytes),
): Handler<HttpEnv> {
  return async (context) => {
    const { incoming } = context.env;
    const request = readStreamRequest("publish", incoming);
    const header = (name: string) => context.req.header(name);
    if (ending.aborted) throw new HTTPException(503, { message: ENDING });
    if (isFromOtherSite(header) || (isOpen && isLocal && !isForLoopback(header))) {
      throw new HTTPException(403, { message: "Cross-site requests are not allowed" });
    }
    if (isOpen && mayBeRebound(header)) throw new HTTPException(403, { message: REBOUND });
    if (context.req.method === "POST" && isForm(header("content-type"))) {
      throw new HTTPException(415, {
        message:
          "Unsupported media type: the body must be FLV, and its Content-Type video/x-flv or none",
      });
    }
    const counts = new ReceivedCounts();
    const demuxer = new FlvDemuxerStream();
    const stop = new AbortController();
    const { connection, remoteAddr, path } = request;
    const facts = { connection, remoteAddr, path };
    const hold = budget.open(() => {
      log.warn(
        "{remoteAddr} is cut off: it has sent the most of what is unfinished, {path}",
        facts,
      );
      noteUnfinished();
      stop.abort(tooMuch());
    });
    const look = () => hold(demuxer.reservedBytes);
    const body = bodyOf(incoming, counts, look, stop.signal);
    const tags = body.pipeThrough(demuxer);
    const leave = peers.add({
      protocol: "http-flv",
      socket: socketOf(incoming),
    });
    log.info("{remoteAddr} begins to send {path} over HTTP", facts);
    const end = await publish(request, tags, counts)
      .catch((error) => {
        throw refusal(error, request);
      })
      .finally(() => {
        hold(0);
        leave();
      });
    const flaw = end.reason === "unpublished" ? flawOf(demuxer) : undefined;
    if (flaw) throw new HTTPException(400, { message: flaw });
    const status = STATUS[end.reason];
    if (status !== 201) throw new HTTPException(status, { message: end.description });
    return context.json({ path: request.path, messages: counts.messages }, 201);
  };
}

/**
 * Whether a body is of a kind that any page can have a form send anywhere, without its browser asking
 * this server first. There is no such thing for PUT.
 */
function isForm(contentType = ""): boolean {
  const [type = ""] = contentType.split(";");
  return FORM_TYPES.includes(type.trim().toLowerCase());
}

/**
 * The bytes of the body, read when they are wanted. There is no cancelling it: that would close the
 * connection, on which the answer is still to be sent.
 *
 * @param look Called before each read.
 * @param stopped Fails it.
 */
function bodyOf(
  incoming: IncomingMessage,
  counts: ReceivedCounts,
  look: () => void,
  stopped: AbortSignal,
): ReadableStream<Uint8Array> {
  const chunks = incoming[Symbol.asyncIterator]();
  const outlet: Outlet<Uint8Array> = new Outlet({
    async wanted() {
      look();
      const { done, value } = await chunks.next();
      if (done) return outlet.end();
      counts.bytes += value.length;
      outlet.give(value);
    },
    left() {},
  });
  stopped.addEventListener("abort", () => outlet.fail(stopped.reason));
  return new SourceStream(outlet);
}

function tooMuch(): FlvError {
  return new FlvError("Cannot keep so many bytes of unfinished tags over all connections", {
    read: "the most of them on this one",
  });
}

function flawOf({ header, incompleteBytes }: FlvDemuxerStream): string | undefined {
  if (!header) return "Request body ended early: it is too short for an FLV file";
  return incompleteBytes > 0 ? "Request body ended early: it ends inside a tag" : undefined;
}

/** Who has shown no key may come again with one. */
function refusal(error: unknown, { params }: StreamRequest): unknown {
  if (!(error instanceof RtmpCommandError)) return error;
  const message = error.read ?? error.message;
  if (error.statusCode === StatusCode.PublishBadName) return new HTTPException(409, { message });
  if (params.has("key")) return new HTTPException(403, { message });
  return new HTTPException(401, { message });
}
