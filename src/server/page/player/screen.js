// @ts-check
/// <reference lib="dom" />
/**
 * The screen: mpegts.js between a feed and the video element.
 *
 * @module
 */

/** @typedef {typeof import("mpegts.js").default} Mpegts */
/** @typedef {import("./feed.js").Feed} Feed */

/** The target latency behind the newest frame, in seconds. */
export const TARGET_LATENCY = 0.8;

/** How long played media is kept, in seconds. */
const MAX_BACK_BUFFER = 30;
const MIN_BACK_BUFFER = 10;

/** The configuration of mpegts.js: play at once, near the newest frame. */
const CONFIG = {
  enableStashBuffer: false,
  lazyLoad: false,
  liveSync: true,
  liveSyncTargetLatency: TARGET_LATENCY,
  autoCleanupSourceBuffer: true,
  autoCleanupMaxBackwardDuration: MAX_BACK_BUFFER,
  autoCleanupMinBackwardDuration: MIN_BACK_BUFFER,
};

const mpegts = /** @type {Mpegts} */ (Reflect.get(globalThis, "mpegts"));
mpegts.LoggingControl.enableAll = false;

/**
 * Called with a problem. Errors about a single packet are not fatal: later packets may play.
 *
 * @typedef {(problem: string, isFatal: boolean) => void} OnError
 */

/** Shows a feed until it is closed. */
export class Screen {
  #player;
  #isClosed = false;

  /**
   * @param {HTMLVideoElement} video
   * @param {Feed} feed
   * @param {OnError} onError
   */
  constructor(video, feed, onError) {
    /** @type {OnError} mpegts.js does not survive being destroyed within its own calls. */
    const report = (problem, isFatal) =>
      void setTimeout(() => this.#isClosed || onError(problem, isFatal));
    const source = { type: "flv", isLive: true, url: location.href };
    const config = { ...CONFIG, customLoader: loaderOf(feed, report) };
    this.#player = mpegts.createPlayer(source, config);
    this.#player.on(mpegts.Events.ERROR, (_type, detail, info) => {
      report(info?.msg ?? detail, detail === mpegts.ErrorDetails.MEDIA_MSE_ERROR);
    });
    this.#player.attachMediaElement(video);
    this.#player.load();
  }

  /** Releases the video element. */
  close() {
    this.#isClosed = true;
    this.#player.destroy();
  }
}

/**
 * Makes the loader class through which mpegts.js reads a feed. Only its first instance gets data.
 * mpegts.js aborts it when the browser's buffer is full.
 *
 * @param {Feed} feed
 * @param {OnError} report
 */
function loaderOf(feed, report) {
  let isTaken = false;
  const { kBuffering, kComplete } = mpegts.LoaderStatus;
  return class extends mpegts.BaseLoader {
    #isOpen = false;

    constructor() {
      super("live");
    }

    /** @override */
    open() {
      if (isTaken) return;
      isTaken = true;
      this.#isOpen = true;
      this._status = kBuffering;
      let received = 0;
      feed.attach((bytes) => {
        if (!this.#isOpen) return;
        const start = received;
        received += bytes.length;
        try {
          this.onDataArrival(bytes.buffer, start, received);
        } catch (error) {
          report(/** @type {Error} */ (error).message, false);
        }
      }, () => {
        if (!this.#isOpen) return;
        this.#isOpen = false;
        this._status = kComplete;
        this.onComplete(0, received - 1);
      });
    }

    /** @override */
    abort() {
      this.#isOpen = false;
      this._status = kComplete;
      report("The browser's buffer is full", true);
    }

    /** @override */
    destroy() {
      this.#isOpen = false;
      super.destroy();
    }
  };
}
