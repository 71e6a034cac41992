/**
 * Publishing over HTTP: the body of a PUT or POST is an FLV file, which may last for hours.
 *
 * @module
 */

import type { IncomingMessage } from "node:http";
import { getLogger } from "@logtape/logtape";
import type { Handler } from "hono";
import { httpError } from "../http/http_error.ts";
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
import { SHUTTING_DOWN_TEXT } from "./view.ts";

const log = getLogger(["sluice", "http"]);

/**
 * The HTTP status for each end of a publication; after `disconnected` no client reads it.
 */
const STATUS_OF_END: Readonly<Record<PublicationEnd["reason"], 201 | 400 | 409>> = {
  unpublished: 201,
  disconnected: 400,
  failed: 400,
  closed: 409,
};

/** The error for a page that may be one of another site by DNS rebinding. */
const REBINDING_ERROR =
  "cross-site requests are not allowed: without a stream key, pages may publish only where their " +
  "URL has an address, since any site could have its name lead here";

/** The media types of form submissions (HTML, "form submission attributes"). */
const FORM_TYPES: readonly string[] = [
  "application/x-www-form-urlencoded",
  "multipart/form-data",
  "text/plain",
];

/** The parts of the server that publishing uses. */
export interface PublishContext {
  publish: RtmpServer["publish"];
  /** Lists publishers while they send. */
  peers: Pick<PeerRegistry, "add">;
  /** Whether publishing needs no key; then pages of other sites must not publish. */
  isOpen: boolean;
  /** Whether only this machine can reach the server, so that other host names are refused. */
  isLocal: boolean;
  /** Aborted when the server shuts down; then no publication begins. */
  stopping: AbortSignal;
  /** Called when a publisher is cut off because all together held too many unfinished bytes. */
  noteUnfinished: () => void;
}

/**
 * Answers when the body has ended and all of it has been delivered.
 *
 * @param budget The limit on unfinished tags of all bodies together: by default that of RTMP.
 */
export function httpPublish(
  { publish, peers, isOpen, isLocal, stopping, noteUnfinished }: PublishContext,
  budget: PartialBudget = new PartialBudget(DEFAULT_LIMITS.maxTotalPartialBytes),
): Handler<HttpEnv> {
  return async (context) => {
    const { incoming } = context.env;
    const request = readStreamRequest("publish", incoming);
    const header = (name: string) => context.req.header(name);
    if (stopping.aborted) throw httpError(503, SHUTTING_DOWN_TEXT);
    if (isFromOtherSite(header) || (isOpen && isLocal && !isForLoopback(header))) {
      throw httpError(403, "cross-site requests are not allowed");
    }
    if (isOpen && mayBeRebound(header)) throw httpError(403, REBINDING_ERROR);
    if (context.req.method === "POST" && isForm(header("content-type"))) {
      throw httpError(415, "the body must be FLV, and its Content-Type video/x-flv or none");
    }
    const counts = new ReceivedCounts();
    const demuxer = new FlvDemuxerStream();
    const stop = new AbortController();
    const { connection, remoteAddr, path } = request;
    const facts = { connection, remoteAddr, path };
    const hold = budget.open(() => {
      log.warn(
        "{remoteAddr} is disconnected: it holds the most unfinished bytes of all publishers, {path}",
        facts,
      );
      noteUnfinished();
      stop.abort(budgetError());
    });
    const updateBudget = () => hold(demuxer.reservedBytes);
    const body = bodyOf(incoming, counts, updateBudget, stop.signal);
    const tags = body.pipeThrough(demuxer);
    const removePeer = peers.add({
      protocol: "http-flv",
      socket: socketOf(incoming),
    });
    log.info("{remoteAddr} starts to publish {path} over HTTP", facts);
    const end = await publish(request, tags, counts)
      .catch((error) => {
        throw refusal(error, request);
      })
      .finally(() => {
        hold(0);
        removePeer();
      });
    const truncation = end.reason === "unpublished" ? bodyError(demuxer) : undefined;
    if (truncation) throw httpError(400, truncation);
    const status = STATUS_OF_END[end.reason];
    if (status !== 201) throw httpError(status, end.description);
    return context.json({ path: request.path, messages: counts.messages }, 201);
  };
}

/**
 * Whether a body has the type of a form. A form of any page can send one by POST, and its browser
 * does not ask this server first; with PUT it cannot.
 */
function isForm(contentType = ""): boolean {
  const [type = ""] = contentType.split(";");
  return FORM_TYPES.includes(type.trim().toLowerCase());
}

/**
 * The bytes of the body, read on demand. It is never cancelled: that would close the connection,
 * which still has to send the answer.
 *
 * @param updateBudget Called before each read.
 * @param stopped Fails the stream when it is aborted.
 */
function bodyOf(
  incoming: IncomingMessage,
  counts: ReceivedCounts,
  updateBudget: () => void,
  stopped: AbortSignal,
): ReadableStream<Uint8Array> {
  const chunks = incoming[Symbol.asyncIterator]();
  const outlet: Outlet<Uint8Array> = new Outlet({
    async wanted() {
      updateBudget();
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

function budgetError(): FlvError {
  return new FlvError("Unfinished tags of all connections too large", {
    read: "most of them on this one",
  });
}

function bodyError({ header, incompleteBytes }: FlvDemuxerStream): string | undefined {
  if (!header) return "the body ended early: it is too short for an FLV file";
  return incompleteBytes > 0 ? "the body ended early: it ends inside a tag" : undefined;
}

/** The HTTP error for a refusal: 401 for a publisher without a key, which may retry with one. */
function refusal(error: unknown, { params }: StreamRequest): unknown {
  if (!(error instanceof RtmpCommandError)) return error;
  const message = error.read ?? error.message;
  if (error.statusCode === StatusCode.PublishBadName) return httpError(409, message);
  if (params.has("key")) return httpError(403, message);
  return httpError(401, message);
}
