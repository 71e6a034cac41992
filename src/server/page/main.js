// @ts-check
/// <reference lib="dom" />
/**
 * The page: puts its parts together, and decides which stream is looked at.
 *
 * @module
 */

import { request } from "./api.js";
import { byId, part, setText } from "./dom.js";
import { bitrate, counted } from "./format.js";
import { History } from "./history.js";
import { showLedger } from "./ledger.js";
import { Operator } from "./operator.js";
import { Player } from "./player.js";
import { poll } from "./poll.js";
import { showAddresses, showPublishing } from "./publish.js";
import { showStreams, viewersOf } from "./stream_list.js";

/** @typedef {import("./types.ts").Stream} Stream */
/** @typedef {import("./types.ts").ServerDescription} ServerDescription */

/** How long a notice stands, in milliseconds. */
const NOTICE = 6_000;

/** @type {Map<string, History>} */
const histories = new Map();
const player = new Player(byId("player"));
const operator = new Operator(notify);

/** @type {ServerDescription | undefined} */
let server;
/** @type {Stream[]} */
let live = [];
let hasLooked = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let noticeTimer;
/**
 * The stream that is looked at, as it was when it was last live.
 *
 * @type {Stream | undefined}
 */
let selected;

poll(look, show, showUnreachable);

async function look() {
  if (!server) {
    server = /** @type {ServerDescription} */ (await request("server"));
    showPublishing(server);
    setText(byId("version"), `Sluice ${server.version}`);
  }
  /** @type {{ streams: Stream[] }} */
  const { streams } = await request("streams");
  return { server, streams };
}

/** @param {Awaited<ReturnType<typeof look>>} answer */
function show({ server, streams }) {
  byId("unreachable").hidden = true;
  delete document.body.dataset.unreachable;
  announceChanges(streams);
  live = streams.toSorted((a, b) => a.path.localeCompare(b.path));
  remember(streams);
  chooseStream();
  render(server);
}

/** @param {Stream[]} streams */
function remember(streams) {
  const now = performance.now();
  for (const path of histories.keys()) {
    if (!streams.some((stream) => stream.path === path)) histories.delete(path);
  }
  for (const stream of streams) {
    const history = histories.get(stream.path) ?? new History();
    histories.set(stream.path, history);
    history.add(stream, now);
  }
}

/** The stream that is looked at stays so when it has ended, until another one is live. */
function chooseStream() {
  const same = live.find(({ path }) => path === selected?.path);
  if (same) {
    selected = same;
    return player.update(same);
  }
  const asked = live.find(({ path }) => `#${encodeURIComponent(path)}` === location.hash);
  const next = asked ?? live[0];
  if (next) select(next);
}

/** @param {Stream} stream */
function select(stream) {
  selected = stream;
  player.play(stream);
}

/** @param {ServerDescription} server */
function render(server) {
  const isLive = live.some(({ path }) => path === selected?.path);
  byId("live").hidden = selected === undefined;
  byId("publish").hidden = live.length > 0;
  document.title = live.length > 0 ? `${live.length} live · Sluice` : "Sluice";
  setText(byId("totals"), live.length > 0 ? totals() : "");
  showStreams(live, histories, selected?.path, (path) => choose(path, server));
  operator.show(server, isLive ? selected : undefined);
  if (!selected) return;
  setText(byId("detail-name"), selected.path);
  part(byId("detail"), "ended").hidden = isLive;
  byId("live").classList.toggle("is-over", !isLive);
  showLedger(selected);
  showAddresses(server, selected);
}

/**
 * @param {string} path
 * @param {ServerDescription} server
 */
function choose(path, server) {
  const stream = live.find((stream) => stream.path === path);
  if (!stream) return;
  history.replaceState(null, "", `#${encodeURIComponent(path)}`);
  select(stream);
  render(server);
  byId("detail").scrollIntoView({ block: "nearest" });
}

function totals() {
  const viewers = live.reduce((sum, stream) => sum + viewersOf(stream), 0);
  const bits = live.reduce((sum, stream) => sum + stream.bitrate, 0);
  return `${counted(live.length, "stream")} · ${counted(viewers, "viewer")} · ${bitrate(bits)}`;
}

/** @param {Stream[]} streams */
function announceChanges(streams) {
  const before = new Set(live.map(({ path }) => path));
  const after = new Set(streams.map(({ path }) => path));
  const begun = [...after.difference(before)].map((path) => `${path} is live`);
  const ended = [...before.difference(after)].map((path) => `${path} has ended`);
  if (hasLooked && begun.length + ended.length > 0) notify([...begun, ...ended].join(", "));
  hasLooked = true;
}

/**
 * @param {string | undefined} refusal
 * @param {number} retryIn
 */
function showUnreachable(refusal, retryIn) {
  // It may come back as another one.
  server = undefined;
  const seconds = Math.round(retryIn / 1000);
  const why = refusal ?? "The server does not answer";
  setText(byId("unreachable"), `${why}. Trying again in ${seconds} s.`);
  byId("unreachable").hidden = false;
  document.body.dataset.unreachable = "";
}

/**
 * Says something in passing; screen readers read it too.
 *
 * @param {string} text
 */
function notify(text) {
  clearTimeout(noticeTimer);
  setText(byId("notice"), text);
  noticeTimer = setTimeout(() => setText(byId("notice"), ""), NOTICE);
}
