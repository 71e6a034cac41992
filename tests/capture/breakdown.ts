/**
 * The counts as people read them.
 *
 * @module
 */

import type { Frames } from "./frames.ts";
import type { Counted } from "./pipeline.ts";

/** One line a layer, from the publisher to the consumer. */
export function describe(counted: Counted): string[] {
  const { sent, bytes, chunks, messages, media, tags, consumers, balance } = counted;
  const arrived = received(counted);
  const percent = Math.floor(1000 * arrived / sent.video) / 10;
  return [
    `publisher sent ${inWords(sent)}`,
    line("connection", `${number(bytes)} bytes`),
    line("chunks", number(chunks)),
    line("messages", `${number(messages)}, of which ${inWords(media)}`),
    line("tags", inWords(tags)),
    ...consumers.flatMap(({ kind, delivered, dropped, found }) => [
      line(kind, `${inWords(delivered)}; dropped ${inWords(dropped)}`),
      line(`${kind}, read`, inWords(found)),
    ]),
    line("balance", String(balance)),
    `consumer received ${number(arrived)} frames (${percent} %)`,
  ];
}

/** Whether every frame that was sent has come out everywhere, and the books say the same. */
export function isWhole({ sent, media, tags, consumers, balance }: Counted): boolean {
  const layers = [media, tags, ...consumers.flatMap(({ delivered, found }) => [delivered, found])];
  return balance === 0 &&
    layers.every(({ video, audio }) => video === sent.video && audio === sent.audio);
}

/** Video frames of the consumer that got the fewest. */
function received({ consumers }: Counted): number {
  return Math.min(...consumers.map(({ found }) => found.video));
}

function line(layer: string, what: string): string {
  return `  ${layer.padEnd(18)} ${what}`;
}

function inWords({ video, audio }: Frames): string {
  return `${number(video)} frames and ${number(audio)} of audio`;
}

function number(value: number): string {
  return value.toLocaleString("en");
}
