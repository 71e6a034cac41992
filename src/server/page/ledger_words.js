// @ts-check
/**
 * Texts for the terms of the ledger.
 *
 * @module
 */

import { count } from "./format.js";

/**
 * Names of consumers, by kind.
 *
 * @type {Record<string, string>}
 */
export const KIND_NAMES = {
  "recording": "Recording",
  "output": "Output",
  "push": "Push",
  "rtmp-play": "RTMP player",
  "http-flv": "HTTP-FLV viewer",
  "ws-flv": "WS-FLV viewer",
};

/** @type {Record<string, string>} */
const DROP_REASONS = {
  "before-keyframe": "dropped: came before a keyframe",
  "before-header": "dropped: came before their header",
  "already-had": "sent again after a broken connection",
  "slow-subscriber": "dropped: too slow, resumed at a keyframe",
  "memory-limit": "dropped: too slow for the server's memory",
  "consumer-left": "dropped: left before reading them",
  "paused": "while paused",
  "not-wanted": "not asked for",
};

/** @type {Record<string, string>} */
const DISCARD_REASONS = {
  "aborted-message": "taken back by the sender",
  "incomplete-chunk": "incomplete: ended inside a chunk",
  "incomplete-message": "incomplete",
  "malformed": "malformed",
  "malformed-metadata": "with malformed metadata",
  "oversize-metadata": "with metadata too large to be read",
  "shared-object": "about shared objects",
  "unknown-type": "of unknown type",
  "unpublished": "for a stream that is not published",
};

/**
 * The text for a reason of a drop.
 *
 * @param {string} reason
 * @returns {string}
 */
export function dropWords(reason) {
  return DROP_REASONS[reason] ?? reason;
}

/**
 * Texts for discarded messages, by reason.
 *
 * @param {Record<string, number>} discarded
 * @returns {string[]}
 */
export function discardWords(discarded) {
  return Object.entries(discarded)
    .map(([reason, number]) => `${count(number)} ${DISCARD_REASONS[reason] ?? reason}`);
}
