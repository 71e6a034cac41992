// @ts-check
/// <reference lib="dom" />
/**
 * The operator's actions: end a stream, record it.
 *
 * @module
 */

import * as api from "./api.js";
import { byId, part, setText } from "./dom.js";
import { isRecorded } from "./stream_list.js";

/** @typedef {import("./types.ts").Stream} Stream */
/** @typedef {import("./types.ts").ServerDescription} ServerDescription */

/** The buttons beside a stream's name, and the token that they need. */
export class Operator {
  /** @type {Stream | undefined} */
  #stream;
  /** @type {ServerDescription | undefined} */
  #server;
  #notify;
  #actions = byId("detail");
  #tokenDialog = /** @type {HTMLDialogElement} */ (byId("token-dialog"));
  #tokenField = /** @type {HTMLInputElement} */ (byId("token-field"));
  #endDialog = /** @type {HTMLDialogElement} */ (byId("end-dialog"));

  /** @param {(text: string) => void} notify Shows the result of an action. */
  constructor(notify) {
    this.#notify = notify;
    byId("token-button").addEventListener("click", () => this.#askOrForget());
    part(this.#actions, "record").addEventListener("click", () => this.#record());
    part(this.#actions, "end").addEventListener("click", () => this.#askToEnd());
    onSubmit(this.#tokenDialog, () => this.#submitToken());
    onSubmit(this.#endDialog, () => this.#end());
  }

  /**
   * Shows the actions that are allowed for a stream.
   *
   * @param {ServerDescription} server
   * @param {Stream | undefined} stream
   */
  show(server, stream) {
    this.#server = server;
    this.#stream = stream;
    const hasToken = api.token() !== null;
    const may = stream !== undefined && (hasToken || !server.needsToken);
    const tokenButton = byId("token-button");
    tokenButton.hidden = !server.needsToken;
    setText(part(tokenButton, "label"), hasToken ? "Forget token" : "Enter API token");
    part(this.#actions, "end").hidden = !may;
    part(this.#actions, "record").hidden = !may || !server.canRecord;
    if (!stream) return;
    const recorded = isRecorded(stream);
    setText(part(this.#actions, "record-label"), recorded ? "Stop recording" : "Record");
    part(this.#actions, "record").classList.toggle("active", recorded);
  }

  #refresh() {
    if (this.#server) this.show(this.#server, this.#stream);
  }

  #askOrForget(error = "") {
    if (api.token() !== null) {
      api.storeToken(null);
      this.#refresh();
      if (error === "") return;
    }
    this.#tokenField.value = "";
    this.#showTokenError(error);
    this.#tokenDialog.showModal();
  }

  async #submitToken() {
    const candidate = this.#tokenField.value;
    try {
      if (!await api.isTokenRight(candidate)) return this.#showTokenError("That is not the token.");
    } catch (error) {
      return this.#showTokenError(`${/** @type {Error} */ (error).message}.`);
    }
    api.storeToken(candidate);
    this.#tokenField.value = "";
    this.#tokenDialog.close();
    this.#refresh();
  }

  /** @param {string} text */
  #showTokenError(text) {
    setText(byId("token-error"), text);
    this.#tokenField.setAttribute("aria-invalid", String(text !== ""));
  }

  async #record() {
    const stream = this.#stream;
    if (!stream) return;
    const isOn = isRecorded(stream);
    await this.#attempt(() =>
      isOn ? api.stopRecording(stream.path) : api.startRecording(stream.path)
    );
  }

  #askToEnd() {
    setText(part(this.#endDialog, "name"), this.#stream?.path ?? "");
    this.#endDialog.showModal();
  }

  async #end() {
    const stream = this.#stream;
    this.#endDialog.close();
    if (stream) await this.#attempt(() => api.endStream(stream));
  }

  /** @param {() => Promise<void>} action */
  async #attempt(action) {
    try {
      await action();
    } catch (error) {
      const refused = error instanceof api.ApiError && error.status === 401;
      if (refused) this.#askOrForget("The server does not take this token.");
      else this.#notify(/** @type {Error} */ (error).message);
    }
  }
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {() => void} submitted
 */
function onSubmit(dialog, submitted) {
  part(dialog, "cancel").addEventListener("click", () => dialog.close());
  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    submitted();
  });
}
