// @ts-check
/// <reference lib="dom" />
/**
 * The frame ledger, drawn as the pipeline whose frames it counts.
 *
 * @module
 */

import { byId, copyTemplate, fill, part, setText, showList } from "./dom.js";
import { count, counted, size } from "./format.js";
import { discardWords, dropWords, KIND_NAMES } from "./ledger_words.js";

/** @typedef {import("./types.ts").Stream} Stream */
/** @typedef {import("./types.ts").Ledger} Ledger */
/** @typedef {import("./types.ts").Consumer} Consumer */
/** @typedef {import("./types.ts").MediaCounts} MediaCounts */

/** The most consumers that are drawn one by one; others are shown as a number. */
const MAX_CONSUMERS = 12;

/** Reasons of drops that the consumer itself requested, which are no loss. */
const REQUESTED_DROPS = ["not-wanted", "paused"];

/**
 * A stage of the pipeline with its texts.
 *
 * @typedef {{ title: string, count: string, note?: string, small?: string, lost?: string }} Stage
 */

/**
 * A consumer, or several consumers together.
 *
 * @typedef {object} Branch
 * @property {string} key
 * @property {string} name
 * @property {string} mode
 * @property {Partial<MediaCounts>} delivered
 * @property {Partial<MediaCounts>} waiting
 * @property {[words: string, counts: MediaCounts][]} lost
 * @property {[words: string, counts: MediaCounts][]} spared
 * @property {boolean} [departed]
 */

/**
 * Shows the ledger of a stream.
 *
 * @param {Stream} stream
 * @param {"live" | "final" | "last seen"} age Its age: for a stream that has ended, it is the final
 * ledger or the last one that the page received.
 */
export function showLedger(stream, age) {
  const { balance, departed } = stream.ledger;
  const ledger = byId("ledger");
  setText(part(ledger, "balance"), age === "last seen" ? "As last seen" : balanceWords(balance));
  part(ledger, "balance").classList.toggle("off", balance !== 0);
  showList(byId("stages"), stagesOf(stream), {
    key: ({ title }) => title,
    make: () => copyTemplate("stage-template"),
    update: showStage,
  });
  const branches = [...branchesOf(stream.ledger), ...departed.map(departedBranch)];
  showList(byId("consumers"), age === "live" ? branches : branches.map(endedBranch), {
    key: ({ key }) => key,
    make: () => copyTemplate("consumer-template"),
    update: showBranch,
  });
}

/** @param {number} balance */
function balanceWords(balance) {
  return balance === 0 ? "The books balance" : `The books are off by ${count(balance)}`;
}

/**
 * A consumer of a stream that has ended: nothing is in flight.
 *
 * @param {Branch} branch
 * @returns {Branch}
 */
function endedBranch(branch) {
  return { ...branch, mode: branch.departed ? branch.mode : "", waiting: {} };
}

/**
 * @param {Stream} stream
 * @returns {Stage[]}
 */
function stagesOf({ publisher, ledger: { received, tags, inFlight, unread } }) {
  const { bytes, chunks, messages, discarded } = received;
  const onTheWay = total(inFlight);
  return [
    {
      title: "Publisher",
      count: size(bytes),
      note: publisher.flashVer,
      small: publisher.address,
    },
    // Media over HTTP has no chunks.
    ...(chunks > 0 ? [{ title: "Chunks", count: count(chunks) }] : []),
    {
      title: "Messages",
      count: count(messages),
      lost: discardWords(discarded).join(", "),
    },
    {
      title: "Tags",
      count: count(total(tags)),
      note: tags.videoFrames > 0 ? `${count(tags.videoFrames)} video` : "",
      small: [
        ...(tags.audioFrames > 0 ? [`${count(tags.audioFrames)} audio`] : []),
        ...(onTheWay > 0 ? [`${count(onTheWay)} on the way`] : []),
      ].join(", "),
      lost: total(unread) > 0 ? `${count(total(unread))} not read` : "",
    },
  ];
}

/**
 * @param {HTMLElement} element
 * @param {Stage} stage
 */
function showStage(element, { title, count, note = "", small = "", lost = "" }) {
  element.classList.toggle("has-lost", lost !== "");
  fill(element, { title, count, note, small, lost });
}

/**
 * @param {Ledger} ledger
 * @returns {Branch[]}
 */
function branchesOf({ consumers }) {
  const hasLost = (/** @type {Consumer} */ { dropped }) =>
    Object.keys(dropped).some((reason) => !REQUESTED_DROPS.includes(reason));
  const sorted = consumers.toSorted((a, b) => Number(hasLost(b)) - Number(hasLost(a)));
  const shown = sorted.slice(0, MAX_CONSUMERS).map((consumer) => consumerBranch(consumer));
  const rest = sorted.length - shown.length;
  return rest === 0 ? shown : [...shown, {
    ...{ key: "rest", name: `${counted(rest, "consumer")} more`, mode: "" },
    ...{ delivered: {}, waiting: {}, lost: [], spared: [] },
  }];
}

/**
 * @param {Consumer} consumer
 * @returns {Branch}
 */
function consumerBranch({ id, kind, mode, delivered, inFlight, dropped }) {
  const reasons = Object.entries(dropped).filter(([, counts]) => total(counts) > 0);
  const words = (/** @type {boolean} */ spared) =>
    reasons
      .filter(([reason]) => REQUESTED_DROPS.includes(reason) === spared)
      .map((
        [reason, counts],
      ) => /** @type {[string, MediaCounts]} */ ([dropWords(reason), counts]));
  return {
    ...{ key: id, name: KIND_NAMES[kind] ?? kind, mode, delivered, waiting: inFlight },
    ...{ lost: words(false), spared: words(true) },
  };
}

/**
 * @param {Ledger["departed"][number]} departed
 * @returns {Branch}
 */
function departedBranch({ kind, mode, count: number, delivered, dropped }) {
  /** @type {Branch["lost"]} */
  const missing = total(dropped) > 0 ? [["not delivered", dropped]] : [];
  // A viewer that leaves always has tags in flight; a recording should not.
  const isLoss = mode === "lossless";
  return {
    ...{ key: `gone ${kind}`, name: `${count(number)} × ${KIND_NAMES[kind] ?? kind}` },
    ...{ mode: "gone", delivered, waiting: {}, departed: true },
    ...{ lost: isLoss ? missing : [], spared: isLoss ? [] : missing },
  };
}

/**
 * @param {HTMLElement} element
 * @param {Branch} branch
 */
function showBranch(element, { name, mode, delivered, waiting, lost, spared, departed = false }) {
  const [good, queued, bad] = part(element, "share").children;
  const lostTags = lost.reduce((sum, [, counts]) => sum + total(counts), 0);
  grow(good, total(delivered));
  grow(queued, total(waiting));
  grow(bad, lostTags);
  element.classList.toggle("has-lost", lostTags > 0);
  element.classList.toggle("gone", departed);
  fill(element, {
    name,
    mode,
    delivered: frames(delivered),
    waiting: total(waiting) > 0 ? `${count(total(waiting))} in flight` : "",
    lost: lost.map(([words, counts]) => `${frames(counts)} ${words}`).join("; "),
    spared: spared.map(([words, counts]) => `${frames(counts)} ${words}`).join("; "),
  });
}

/**
 * @param {Element | undefined} element
 * @param {number} share
 */
function grow(element, share) {
  const { style } = /** @type {HTMLElement} */ (element);
  style.flexGrow = String(share);
  style.display = share > 0 ? "" : "none";
}

/**
 * @param {Partial<MediaCounts>} counts
 * @returns {string}
 */
function frames({ videoFrames = 0, audioFrames = 0, scriptTags = 0, otherTags = 0 }) {
  const parts = [
    ...(videoFrames > 0 ? [`${count(videoFrames)} video`] : []),
    ...(audioFrames > 0 ? [`${count(audioFrames)} audio`] : []),
  ];
  if (parts.length > 0) return parts.join(", ");
  const other = scriptTags + otherTags;
  return other > 0 ? counted(other, "header") : "";
}

/**
 * @param {Partial<MediaCounts>} counts
 * @returns {number}
 */
function total({ videoFrames = 0, audioFrames = 0, scriptTags = 0, otherTags = 0 }) {
  return videoFrames + audioFrames + scriptTags + otherTags;
}
