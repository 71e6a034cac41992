/**
 * The files of the page. They are imported as text, so that they come with the program and can be
 * served without a permission to read. JSR refuses packages that import text by a declaration; these
 * are loaded with the program as well, since their names are known.
 *
 * @module
 */

/** The files by their paths, the page itself at `/`. */
export const ASSETS: Readonly<Record<string, string>> = {
  "/": (await import("./page.html", { with: { type: "text" } })).default,
  "/page/api.js": (await import("./api.js", { with: { type: "text" } })).default,
  "/page/base.css": (await import("./base.css", { with: { type: "text" } })).default,
  "/page/choice.js": (await import("./choice.js", { with: { type: "text" } })).default,
  "/page/codecs.js": (await import("./codecs.js", { with: { type: "text" } })).default,
  "/page/controls.css": (await import("./controls.css", { with: { type: "text" } })).default,
  "/page/copyable.js": (await import("./copyable.js", { with: { type: "text" } })).default,
  "/page/dom.js": (await import("./dom.js", { with: { type: "text" } })).default,
  "/page/ended.js": (await import("./ended.js", { with: { type: "text" } })).default,
  "/page/format.js": (await import("./format.js", { with: { type: "text" } })).default,
  "/page/history.js": (await import("./history.js", { with: { type: "text" } })).default,
  "/page/icon.svg": (await import("./icon.svg", { with: { type: "text" } })).default,
  "/page/ledger.css": (await import("./ledger.css", { with: { type: "text" } })).default,
  "/page/ledger.js": (await import("./ledger.js", { with: { type: "text" } })).default,
  "/page/ledger_words.js": (await import("./ledger_words.js", { with: { type: "text" } })).default,
  "/page/live.css": (await import("./live.css", { with: { type: "text" } })).default,
  "/page/main.js": (await import("./main.js", { with: { type: "text" } })).default,
  "/page/mpegts.js": (await import("mpegts.js/dist/mpegts.js", { with: { type: "text" } })).default,
  "/page/operator.js": (await import("./operator.js", { with: { type: "text" } })).default,
  "/page/player.css": (await import("./player.css", { with: { type: "text" } })).default,
  "/page/player/absences.js":
    (await import("./player/absences.js", { with: { type: "text" } })).default,
  "/page/player/configurations.js":
    (await import("./player/configurations.js", { with: { type: "text" } })).default,
  "/page/player/connection.js":
    (await import("./player/connection.js", { with: { type: "text" } })).default,
  "/page/player/controls.js":
    (await import("./player/controls.js", { with: { type: "text" } })).default,
  "/page/player/feed.js": (await import("./player/feed.js", { with: { type: "text" } })).default,
  "/page/player/flv_output.js":
    (await import("./player/flv_output.js", { with: { type: "text" } })).default,
  "/page/player/flv_reader.js":
    (await import("./player/flv_reader.js", { with: { type: "text" } })).default,
  "/page/player/live_clock.js":
    (await import("./player/live_clock.js", { with: { type: "text" } })).default,
  "/page/player/media.js": (await import("./player/media.js", { with: { type: "text" } })).default,
  "/page/player/playback.js":
    (await import("./player/playback.js", { with: { type: "text" } })).default,
  "/page/player/player.js":
    (await import("./player/player.js", { with: { type: "text" } })).default,
  "/page/player/retries.js":
    (await import("./player/retries.js", { with: { type: "text" } })).default,
  "/page/player/screen.js":
    (await import("./player/screen.js", { with: { type: "text" } })).default,
  "/page/player/tracks.js":
    (await import("./player/tracks.js", { with: { type: "text" } })).default,
  "/page/player/watchdog.js":
    (await import("./player/watchdog.js", { with: { type: "text" } })).default,
  "/page/poll.js": (await import("./poll.js", { with: { type: "text" } })).default,
  "/page/publish.css": (await import("./publish.css", { with: { type: "text" } })).default,
  "/page/publish.js": (await import("./publish.js", { with: { type: "text" } })).default,
  "/page/sparkline.js": (await import("./sparkline.js", { with: { type: "text" } })).default,
  "/page/stream_list.js": (await import("./stream_list.js", { with: { type: "text" } })).default,
  "/page/theme.css": (await import("./theme.css", { with: { type: "text" } })).default,
};
