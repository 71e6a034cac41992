// @ts-check
/// <reference lib="dom" />
/**
 * The page: it connects its parts, and shows the state of the server.
 *
 * @module
 */

import { request } from "./api.js";
import { Choice } from "./choice.js";
import { byId, part, setText } from "./dom.js";
import { bitrate, counted } from "./format.js";
import { Ending } from "./ended.js";
import { History } from "./history.js";
import { showLedger } from "./ledger.js";
import { Operator } from "./operator.js";
import { Player, WAITING } from "./player/player.js";
import { poll } from "./poll.js";
import { invite, showAddresses, showPublishing } from "./publish.js";
import { showStreams, viewersOf } from "./stream_list.js";

/** @typedef {import("./types.ts").Stream} Stream */
/** @typedef {import("./types.ts").ServerDescription} ServerDescription */

/** How long a notice is shown, in milliseconds. */
const NOTICE = 6_000;

/** @type {Map<string, History>} */
const histories = new Map();
const player = new Player(byId("player"), () => ask());
const choice = new Choice(lookAtChoice);
const operator = new Operator(notify);

/** @type {ServerDescription | undefined} */
let server;
/** @type {Stream[]} */
let live = [];
let hasAsked = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let noticeTimer;
/**
 * The chosen stream, as it was when it was last live.
 *
 * @type {Stream | undefined}
 */
let selected;
/**
 * The end of the chosen stream, if it has ended.
 *
 * @type {Ending | undefined}
 */
let ending;

if (choice.path !== undefined) lookAtChoice();
const ask = poll({
  ask: askServer,
  show,
  onUnreachable: showUnreachable,
  isNeededWhileHidden: () => player.isAudible,
});

async function askServer() {
  if (!server) {
    server = /** @type {ServerDescription} */ (await request("server"));
    showPublishing(server);
    setText(byId("version"), `Sluice ${server.version}`);
  }
  /** @type {{ streams: Stream[] }} */
  const { streams } = await request("streams");
  const isLive = streams.some(({ path }) => path === choice.path);
  if (selected && !isLive) {
    ending ??= new Ending(selected);
    await ending.ask();
  }
  return { server, streams };
}

/** @param {Awaited<ReturnType<typeof askServer>>} answer */
function show({ server, streams }) {
  byId("unreachable").hidden = true;
  delete document.body.dataset.unreachable;
  announceChanges(streams);
  live = streams.toSorted((a, b) => a.path.localeCompare(b.path));
  remember(streams);
  choice.update(live);
  const current = live.find(({ path }) => path === choice.path);
  if (current) {
    selected = current;
    ending = undefined;
  }
  if (choice.path !== undefined) player.update(current, absence());
  render(server);
}

/** The player's message while the stream is not live. */
function absence() {
  if (!selected) return `${choice.path} is not live. It plays here as soon as it is.`;
  return ending?.isInterruption ?? choice.isReconnecting
    ? WAITING
    : "The stream has ended. It plays here when it is live again.";
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

/** Shows the chosen stream. */
function lookAtChoice() {
  if (choice.path === undefined) return ask();
  selected = live.find(({ path }) => path === choice.path);
  ending = undefined;
  player.watch(choice.path);
  player.update(selected, server ? absence() : "");
  if (server) render(server);
}

/** @param {ServerDescription} server */
function render(server) {
  const isLive = live.some(({ path }) => path === choice.path);
  byId("live").hidden = choice.path === undefined;
  const isNothingLive = live.length === 0;
  const isAlone = choice.path === undefined;
  invite({ isNothingLive, isAlone, isOpen: isAlone || (isNothingLive && absence() !== WAITING) });
  document.title = live.length > 0 ? `${live.length} live · Sluice` : "Sluice";
  setText(byId("totals"), live.length > 0 ? totals() : "");
  showStreams(live, histories, choice.path, choose);
  operator.show(server, isLive ? selected : undefined);
  setText(byId("detail-name"), choice.path ?? "");
  showAbsence(isLive);
  byId("ledger").hidden = selected === undefined;
  byId("addresses").parentElement?.toggleAttribute("hidden", !isLive);
  if (!selected) return;
  showLedger(ending?.stream ?? selected, isLive ? "live" : ending?.stream ? "final" : "last seen");
  showAddresses(server, selected);
}

/** @param {boolean} isLive */
function showAbsence(isLive) {
  const tag = part(byId("detail"), "absence");
  tag.hidden = isLive;
  setText(tag, !selected ? "Not live" : absence() === WAITING ? "Away" : "Has ended");
}

/** @param {string} path */
function choose(path) {
  choice.click(path);
  byId("player").scrollIntoView({ block: "nearest" });
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
  const started = [...after.difference(before)].map((path) => `${path} is live`);
  const ended = [...before.difference(after)].map((path) => `${path} has ended`);
  if (hasAsked && started.length + ended.length > 0) notify([...started, ...ended].join(", "));
  hasAsked = true;
}

/**
 * @param {string | undefined} refusal
 * @param {number} retryIn
 */
function showUnreachable(refusal, retryIn) {
  // Another server may answer next time.
  server = undefined;
  const seconds = Math.round(retryIn / 1000);
  const why = refusal ?? "The server does not answer";
  setText(byId("unreachable"), `${why}. Trying again in ${seconds} s.`);
  player.update(undefined, refusal ? `${refusal}.` : "No connection to the server.");
  byId("unreachable").hidden = false;
  document.body.dataset.unreachable = "";
}

/**
 * Shows a notice for some seconds; screen readers read it too.
 *
 * @param {string} text
 */
function notify(text) {
  clearTimeout(noticeTimer);
  setText(byId("notice"), text);
  noticeTimer = setTimeout(() => setText(byId("notice"), ""), NOTICE);
}
