// @ts-check
/// <reference lib="dom" />
/**
 * The cards of live streams.
 *
 * @module
 */

import { describeAudio, describeVideo } from "./codecs.js";
import { byId, copyTemplate, fill, part, setText, showList } from "./dom.js";
import { bitrate, counted, duration } from "./format.js";
import { drawSparkline } from "./sparkline.js";

/** @typedef {import("./types.ts").Stream} Stream */
/** @typedef {import("./types.ts").Point} Point */
/** @typedef {import("./history.js").History} History */

/** The kinds of consumers that are viewers. */
const VIEWERS = ["rtmp-play", "http-flv", "ws-flv"];

/**
 * The number of viewers of a stream.
 *
 * @param {Stream} stream
 * @returns {number}
 */
export function viewersOf({ ledger }) {
  return ledger.consumers.filter(({ kind }) => VIEWERS.includes(kind)).length;
}

/**
 * Whether a stream is recorded.
 *
 * @param {Stream} stream
 * @returns {boolean}
 */
export function isRecorded({ ledger }) {
  return ledger.consumers.some(({ kind }) => kind === "recording");
}

/**
 * Shows a card for each stream.
 *
 * @param {Stream[]} streams
 * @param {Map<string, History>} histories By path.
 * @param {string | undefined} selected The path of the chosen stream.
 * @param {(path: string) => void} select
 */
export function showStreams(streams, histories, selected, select) {
  showList(byId("streams"), streams, {
    key: ({ path }) => path,
    make({ path }) {
      const card = copyTemplate("stream-template");
      part(card, "name").addEventListener("click", () => select(path));
      return card;
    },
    update(card, stream) {
      const history = /** @type {History} */ (histories.get(stream.path));
      showStream(card, stream, history, stream.path === selected);
    },
  });
}

/**
 * @param {HTMLElement} card
 * @param {Stream} stream
 * @param {History} history
 * @param {boolean} isSelected
 */
function showStream(card, stream, history, isSelected) {
  part(card, "name").setAttribute("aria-current", String(isSelected));
  fill(card, {
    name: stream.path,
    recording: isRecorded(stream) ? "Rec" : "",
    video: describeVideo(stream),
    audio: describeAudio(stream),
    viewers: counted(viewersOf(stream), "viewer"),
    uptime: `Up ${duration(Date.now() - Date.parse(stream.publisher.since))}`,
  });
  showRate(card, "bitrate", "Bitrate", history.bitrate, bitrate);
  part(card, "frame-rate-chart-box").hidden = !stream.video;
  showRate(card, "frame-rate", "Frame rate", history.frameRate, (rate) => `${rate.toFixed(1)} fps`);
}

/**
 * @param {HTMLElement} card
 * @param {string} name
 * @param {string} title
 * @param {Point[]} points
 * @param {(value: number) => string} format
 */
function showRate(card, name, title, points, format) {
  const values = points.map(({ value }) => value);
  const last = values.at(-1);
  setText(part(card, name), last === undefined ? "–" : format(last));
  const label = last === undefined
    ? `${title}: nothing measured yet`
    : `${title} in the last two minutes: ${format(Math.min(...values))} to ${
      format(Math.max(...values))
    }`;
  drawSparkline(part(card, `${name}-chart`), points, label);
}
