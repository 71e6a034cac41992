/**
 * The distribution of a publication to viewers, recordings and `--output`.
 *
 * @module
 */

import type { Publication } from "../publication/publication.ts";
import type { Output } from "./record/output.ts";
import type { Recordings } from "./record/recordings.ts";
import type { StreamRegistry } from "./streams/stream_registry.ts";

/** The destinations of publications. */
export interface Destinations {
  streams: StreamRegistry;
  recordings: Recordings | undefined;
  /** Whether every publication is recorded, and not only on request. */
  recordsAll: boolean;
  output: Output | undefined;
}

/**
 * Delivers a publication to all consumers; resolves when they have read it and files are complete.
 */
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
    // The server shuts down after its output, so viewers must have read the whole stream by then. An
    // error of `delivered` is thrown below.
    await delivered.then(() => streams.end(publication.path)).catch(() => {});
    output?.finish();
  });
  await delivered;
  await Promise.all([finished, recordings?.finished(publication)]);
}
