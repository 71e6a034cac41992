/**
 * `server.publish`: a stream that did not arrive over RTMP, from the request to its end.
 *
 * @module
 */

import { errorMessage } from "../error_message.ts";
import { RtmpCommandError } from "../errors.ts";
import { checkTag, checkTags, type FlvTag } from "../flv/flv_tag.ts";
import type { ReceivedCounts } from "../ledger/received_counts.ts";
import type { ServerLedger } from "../ledger/server_ledger.ts";
import type { PublicationEnd, StreamRequest } from "../publication/publication.ts";
import type { Refusal } from "../publication/refusal.ts";
import { streamPath } from "../publication/stream_path.ts";
import { StatusCode } from "../session/status.ts";
import { Trial, type Verdict } from "../session/server/trial.ts";
import type { Deadline } from "../time/deadline.ts";
import { ExternalPublication } from "./external_publication.ts";
import { waitForFirst } from "./first_item.ts";
import { type Publications, SHUTTING_DOWN } from "./publications.ts";
import { completeRequest, type PublishedStream } from "./published_stream.ts";
import { isRefusal, noteInvalidName, noteRefusal } from "./refusals.ts";

/** The parts of the server that it uses. */
export interface PublishTagsContext {
  readonly publications: Publications;
  readonly ledger: ServerLedger;
  /** The current publications of this kind. */
  readonly external: Set<ExternalPublication>;
  /** The time limit for each of the first tags. */
  readonly deadline: Deadline;
}

/**
 * Publishes tags as `RtmpServer.publish` does.
 *
 * @throws {RtmpCommandError} If it is refused.
 * @throws {TypeError} If the tags are not a stream, or a member of the request has the wrong type.
 */
export async function publishTags(
  context: PublishTagsContext,
  given: PublishedStream,
  tags: ReadableStream<FlvTag>,
  counts: ReceivedCounts,
): Promise<PublicationEnd> {
  const { publications, ledger, external } = context;
  const completed = completeRequest(given);
  checkTags(tags);
  const path = streamPath(completed.app, completed.name);
  if ("description" in path) {
    noteInvalidName(ledger, completed, path);
    throw refused("a stream", tags, path, StatusCode.PublishDenied);
  }
  const request = { ...completed, ...path };
  const refusal = await publications.authorize(request);
  if (refusal) {
    noteRefusal(ledger, request, refusal, "not-authorized");
    throw refused(request.path, tags, refusal, StatusCode.PublishDenied);
  }
  const first = await waitForFirstTags(context, request, tags);
  if ("reason" in first) {
    publications.release(request);
    return first;
  }
  const { stream, verdict } = first;
  if (isRefusal(verdict)) {
    publications.release(request);
    throw refused(request.path, stream, verdict, StatusCode.PublishBadName);
  }
  const publisher = new ExternalPublication(request, stream, counts);
  const { publication } = publisher;
  const nameRefusal = publications.claim(publication, request, () => publisher.silence);
  if (nameRefusal) {
    publications.release(request);
    noteRefusal(ledger, request, nameRefusal, "name-taken");
    publication.close(nameRefusal.description);
    throw refused(request.path, undefined, nameRefusal, StatusCode.PublishBadName);
  }
  external.add(publisher);
  void publications.begin(publication);
  try {
    return await publisher.run();
  } finally {
    external.delete(publisher);
  }
}

/** The stream from its first tag on, and the verdict of the inspection. */
interface FirstTags {
  stream: ReadableStream<FlvTag>;
  verdict: Verdict;
}

/** Waits for the first tags: the name is claimed only for a stream that is not empty. */
async function waitForFirstTags(
  { publications, deadline }: PublishTagsContext,
  request: StreamRequest,
  tags: ReadableStream<FlvTag>,
): Promise<FirstTags | PublicationEnd> {
  const inspection = publications.inspection(request);
  const trial = inspection && new Trial<FlvTag>(inspection);
  let verdict: Verdict;
  const isEnough = (tag: FlvTag) =>
    !trial || (verdict = trial.take(checkTag(tag), tag.data.length, [tag])) !== undefined;
  const stream = await waitForFirst(`publish ${request.path}`, tags, deadline, isEnough)
    .catch((error) => ({ error }));
  if (!stream) return { reason: "unpublished", description: "Nothing was published" };
  if (publications.isClosed) {
    if (!("error" in stream)) stream.cancel(SHUTTING_DOWN.description).catch(() => {});
    return { reason: "closed", description: SHUTTING_DOWN.description };
  }
  if ("error" in stream) {
    const { error } = stream;
    return { reason: "failed", description: errorMessage(error), error };
  }
  return { stream, verdict };
}

/** The error for a refusal, as an RTMP publisher would get it. It cancels the tags. */
function refused(
  what: string,
  tags: ReadableStream<FlvTag> | undefined,
  { code, description }: Refusal,
  usualCode: string,
): RtmpCommandError {
  tags?.cancel(description).catch(() => {});
  const statusCode = code ?? usualCode;
  return new RtmpCommandError(`Cannot publish ${what}`, { read: description, statusCode });
}
