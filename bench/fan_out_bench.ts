/**
 * One publication to many subscribers: what a channel adds to bare streams.
 *
 * An iteration is two seconds of a publisher, read by every subscriber as soon as it can. The limit
 * is one bare stream for each subscriber, into which all tags are put.
 *
 * @module
 */

import { Channel } from "../src/channel/channel.ts";
import type { FlvTag } from "../src/flv/flv_tag.ts";
import { PublicationLedger } from "../src/ledger/publication_ledger.ts";
import { ReceivedCounts } from "../src/ledger/received_counts.ts";
import { drain, tags } from "./material.ts";

const all = tags();

for (const subscribers of [1, 20, 100]) {
  const group = `${all.length} tags to ${subscribers} subscriber${subscribers === 1 ? "" : "s"}`;

  Deno.bench("limit: bare streams", { group, baseline: true }, async () => {
    const streams = Array.from({ length: subscribers }, bareStream);
    const reading = Promise.all(streams.map(({ readable }) => drain(readable)));
    for (const tag of all) {
      for (const { controller } of streams) controller.enqueue(tag);
      await Promise.resolve();
    }
    for (const { controller } of streams) controller.close();
    await reading;
  });

  const kinds = [["live", true], ["live", false], ["lossless", true]] as const;
  for (const [mode, shared] of kinds) {
    Deno.bench(`channel, ${mode}, ${shared ? "shared" : "own"} tags`, { group }, async () => {
      const channel = new Channel();
      const subscriptions = Array.from(
        { length: subscribers },
        () => channel.subscribe({ kind: "bench", mode, shared }),
      );
      const reading = Promise.all(subscriptions.map(({ tags }) => drain(tags)));
      await channel.run(ReadableStream.from(all), new PublicationLedger(new ReceivedCounts()));
      await reading;
    });
  }
}

function bareStream() {
  let controller!: ReadableStreamDefaultController<FlvTag>;
  const readable = new ReadableStream<FlvTag>({ start: (its) => void (controller = its) });
  return { readable, controller };
}
