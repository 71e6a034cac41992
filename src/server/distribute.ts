/**
 * What becomes of every publication: viewers get it, and it is written where the operator wants it.
 *
 * @module
 */

import type { Publication } from "../publication/publication.ts";
import type { Output } from "./record/output.ts";
import type { Recordings } from "./record/recordings.ts";
import type { StreamRegistry } from "./streams/stream_registry.ts";

/** Where publications go. */
export interface Destinations {
  streams: StreamRegistry;
  recordings: Recordings | undefined;
  /** Whether every publication is recorded, as opposed to those that are asked for. */
  recordsAll: boolean;
  output: Output | undefined;
}

/** Gives a publication to all its consumers; resolves when they have read it and it is written. */
export async function distribute(
  publication: Publication,
  { streams, recordings, recordsAll, output }: Destinations,
): Promise<void> {
  const stream = streams.open(publication);
  if (recordsAll) recordings?.begin(stream);
  const written = output?.write(stream);
  const delivered = stream.run();
  const finished = written?.then(async (isComplete) => {
    if (!isComplete) return;
    // The server ends with its output, and viewers are to have all of the stream by then. What
    // `delivered` fails with is thrown below.
    await delivered.then(() => streams.end(publication.path)).catch(() => {});
    output?.finish();
  });
  await delivered;
  await Promise.all([finished, recordings?.finished(publication)]);
}
