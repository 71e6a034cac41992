// @ts-check
/// <reference lib="dom" />
/**
 * Instructions for publishing, and the addresses of a stream.
 *
 * @module
 */

import { serverUrl, urlPath } from "./api.js";
import { showCopyable } from "./copyable.js";
import { byId, setText } from "./dom.js";

/** @typedef {import("./types.ts").Stream} Stream */
/** @typedef {import("./types.ts").ServerDescription} ServerDescription */

/** The placeholder for the stream key, which the page does not know. */
const YOUR_KEY = "YOUR_KEY";

/** The default port of RTMP, which URLs leave out. */
const RTMP_PORT = 1935;

/** FFmpeg's options for live encoding: a keyframe every two seconds at 30 fps, and no delay. */
const ENCODER = "-c:v libx264 -preset veryfast -tune zerolatency -g 60 -pix_fmt yuv420p -c:a aac";

const TEST_PICTURE = "-f lavfi -i testsrc2=size=1280x720:rate=30 -f lavfi -i sine=frequency=440";

/**
 * Shows where to publish.
 *
 * @param {ServerDescription} server
 */
export function showPublishing(server) {
  const app = server.app ?? "live";
  const base = `${rtmpBase(server)}/${app}`;
  const name = server.needsKey ? `demo?key=${YOUR_KEY}` : "demo";
  byId("key-note").hidden = !server.needsKey;
  showCopyable(byId("publish-url"), [["Publish to", `${base}/${name}`]]);
  showCopyable(byId("obs"), [["Server", base], ["Stream key", name]]);
  showCopyable(byId("ffmpeg"), [
    ["File", `ffmpeg -re -i input.mp4 ${ENCODER} -f flv "${base}/${name}"`],
    ["Test picture", `ffmpeg -re ${TEST_PICTURE} ${ENCODER} -f flv "${base}/${name}"`],
  ]);
}

/**
 * Shows the instructions for publishing: on the whole page if it is empty, otherwise at its end.
 *
 * @param {object} invitation
 * @param {boolean} invitation.isNothingLive
 * @param {boolean} invitation.isAlone Whether the page shows nothing else.
 * @param {boolean} invitation.isOpen Whether the instructions are open; the viewer may change that.
 */
export function invite({ isNothingLive, isAlone, isOpen }) {
  const publish = /** @type {HTMLDetailsElement} */ (byId("publish"));
  setText(byId("publish-title"), isNothingLive ? "Nothing is live" : "Publish");
  byId("publish-button").hidden = isAlone;
  publish.hidden = false;
  publish.classList.toggle("alone", isAlone);
  if (isOpen !== wasOpen) publish.open = isOpen;
  wasOpen = isOpen;
}

/** @type {boolean | undefined} */
let wasOpen;

/**
 * Shows where else a stream can be watched.
 *
 * @param {ServerDescription} server
 * @param {Stream} stream
 */
export function showAddresses(server, stream) {
  const http = serverUrl(`${urlPath(stream)}.flv`).href;
  showCopyable(byId("addresses"), [
    ["HTTP-FLV", http],
    ["WS-FLV", http.replace(/^http/, "ws")],
    ["RTMP", `${rtmpBase(server)}/${urlPath(stream)}`],
  ]);
}

byId("publish-button").addEventListener("click", () => {
  const publish = /** @type {HTMLDetailsElement} */ (byId("publish"));
  publish.open = true;
  publish.scrollIntoView();
});

/** @param {ServerDescription} server */
function rtmpBase({ rtmpPort }) {
  return `rtmp://${location.hostname}${rtmpPort === RTMP_PORT ? "" : `:${rtmpPort}`}`;
}
