// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * The few things that every part of the page does with elements. Text that comes from publishers gets
 * into the page through `textContent` and attributes alone.
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
 * The part of an element that has this name in `data-part`.
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
 * Writes a text, unless it stands there already: a selection and a screen reader's place survive.
 *
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Writes texts into the parts of an element by their names; one that is empty is hidden.
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
 * Has a list show items, in their order: elements are made for new ones, kept for known ones, and
 * removed for entries that are no longer in the list.
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
