// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * Helpers for elements. Texts of publishers get into the page only through `textContent` and
 * attributes.
 *
 * @module
 */

/**
 * The element with this id.
 *
 * @template {Element} [T=HTMLElement]
 * @param {string} id
 * @returns {T}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}`);
  return /** @type {T} */ (/** @type {Element} */ (found));
}

/**
 * The descendant of an element with this `data-part`.
 *
 * @template {Element} [T=HTMLElement]
 * @param {ParentNode} root
 * @param {string} name
 * @returns {T}
 */
export function part(root, name) {
  const found = root.querySelector(`[data-part="${name}"]`);
  if (!found) throw new Error(`There is no part ${name}`);
  return /** @type {T} */ (found);
}

/**
 * A copy of the element in a template.
 *
 * @param {string} id
 * @returns {HTMLElement}
 */
export function copyTemplate(id) {
  const template = /** @type {HTMLTemplateElement} */ (byId(id));
  const first = /** @type {Element} */ (template.content.firstElementChild);
  return /** @type {HTMLElement} */ (document.importNode(first, true));
}

/**
 * Writes a text if it has changed, so that a selection and a screen reader's position survive.
 *
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Writes texts into the parts of an element by name; a part with an empty text is hidden.
 *
 * @param {ParentNode} root
 * @param {Record<string, string>} texts
 */
export function fill(root, texts) {
  for (const [name, text] of Object.entries(texts)) {
    const element = part(root, name);
    setText(element, text);
    element.hidden = text === "";
  }
}

/**
 * Shows items in a list, in their order. New items get new elements, known items keep theirs, and
 * elements of other items are removed.
 *
 * @template Item
 * @param {Element} list
 * @param {Item[]} items
 * @param {{
 *   key: (item: Item) => string,
 *   make: (item: Item) => HTMLElement,
 *   update: (element: HTMLElement, item: Item) => void,
 * }} how
 */
export function showList(list, items, { key, make, update }) {
  const known = new Map(
    Array.from(/** @type {Iterable<HTMLElement>} */ (list.children), (child) => [
      child.dataset.key,
      child,
    ]),
  );
  items.forEach((item, index) => {
    const name = key(item);
    let element = known.get(name);
    known.delete(name);
    if (!element) {
      element = make(item);
      element.dataset.key = name;
    }
    update(element, item);
    if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null);
  });
  for (const removed of known.values()) removed.remove();
}
