// @ts-check
/// <reference lib="dom" />
/**
 * The connection to a live stream: over a WebSocket, or over HTTP if a proxy blocks WebSockets.
 *
 * @module
 */

/** The close code at the end of a stream (RFC 6455, section 7.4.1). */
const NORMAL_CLOSURE = 1000;

const LOST = "The connection to the stream was lost";

/** A request for a stream, and its answer. */
export class Connection {
  /** Whether its bytes come over a WebSocket. */
  usesWebSocket = true;
  #url;
  #onBytes;
  #onEnd;
  #closed = false;
  #abort = () => {};

  /**
   * @param {URL} url Of the stream over HTTP.
   * @param {object} handlers
   * @param {(bytes: Uint8Array<ArrayBuffer>) => void} handlers.onBytes
   * @param {(problem: string | undefined) => void} handlers.onEnd Called once, unless it is closed
   * from here; `problem` is `undefined` when the server has come to the stream's end.
   */
  constructor(url, { onBytes, onEnd }) {
    this.#url = url;
    this.#onBytes = onBytes;
    this.#onEnd = onEnd;
  }

  /** Requests the stream over a WebSocket, or over HTTP if that cannot be opened. */
  openWebSocket() {
    const url = new URL(this.#url);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url.href);
    socket.binaryType = "arraybuffer";
    let isOpen = false;
    socket.addEventListener("open", () => {
      isOpen = true;
      if (this.#closed) socket.close();
    });
    socket.addEventListener("message", ({ data }) => {
      if (!this.#closed) this.#onBytes(new Uint8Array(data));
    });
    socket.addEventListener("close", ({ code }) => {
      if (this.#closed) return;
      if (!isOpen) return void this.openHttp();
      this.#end(code === NORMAL_CLOSURE ? undefined : LOST);
    });
    // Browsers log an error if a socket is closed while it opens, so it is closed after that.
    this.#abort = () => isOpen && socket.close();
  }

  /** Requests the stream over HTTP. */
  async openHttp() {
    this.usesWebSocket = false;
    const controller = new AbortController();
    this.#abort = () => controller.abort();
    try {
      const { signal } = controller;
      const response = await fetch(this.#url, {
        ...{ cache: "no-store", credentials: "same-origin", signal },
      });
      if (!response.ok || !response.body) return this.#end(`${LOST}: ${response.status}`);
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (this.#closed) return;
        if (done) return this.#end(undefined);
        this.#onBytes(value);
      }
    } catch (error) {
      if (!this.#closed) this.#end(`${LOST}: ${/** @type {Error} */ (error).message}`);
    }
  }

  /** Closes the connection. */
  close() {
    if (this.#closed) return;
    this.#closed = true;
    this.#abort();
  }

  /** @param {string | undefined} problem */
  #end(problem) {
    this.#closed = true;
    this.#onEnd(problem);
  }
}
