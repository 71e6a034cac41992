// @ts-check
/// <reference lib="dom" />
/**
 * Texts with a button that copies them.
 *
 * @module
 */

import { copyTemplate, part, setText, showList } from "./dom.js";

/** How long a button shows "Copied", in milliseconds. */
const COPIED_TIME = 2_000;

/**
 * Shows texts in a list, under their labels.
 *
 * @param {Element} list
 * @param {[label: string, text: string][]} texts
 */
export function showCopyable(list, texts) {
  showList(list, texts, {
    key: ([label]) => label,
    make: ([label]) => makeCopyable(label),
    update: (element, [, text]) => showWords(part(element, "text"), text),
  });
}

/** @param {string} label */
function makeCopyable(label) {
  const element = copyTemplate("copyable-template");
  setText(part(element, "label"), label);
  const button = part(element, "copy");
  const word = part(element, "copy-label");
  button.setAttribute("aria-label", `Copy: ${label}`);
  button.addEventListener("click", async () => {
    await copy(part(element, "text"));
    setText(word, "Copied");
    setTimeout(() => setText(word, "Copy"), COPIED_TIME);
  });
  return element;
}

/**
 * Writes a text whose lines break only at spaces, and not at hyphens.
 *
 * @param {Element} element
 * @param {string} text
 */
function showWords(element, text) {
  if (element.textContent === text) return;
  const words = text.split(" ").map((word) => {
    const span = document.createElement("span");
    span.textContent = word;
    return span;
  });
  element.replaceChildren(...words.flatMap((word, i) => i === 0 ? [word] : [" ", word]));
}

/**
 * Copies the text of an element. Only pages over HTTPS or from this machine have the clipboard API;
 * other pages use `execCommand`.
 *
 * @param {Element} element
 */
async function copy(element) {
  if ("clipboard" in navigator) {
    return await navigator.clipboard.writeText(element.textContent ?? "");
  }
  getSelection()?.selectAllChildren(element);
  document.execCommand("copy");
}
