/** Tables that may be wider than the screen: they scroll by themselves, also from the keyboard. */

import { h } from "../dom.js";

/**
 * @typedef {{text: string, figure?: boolean}} Column
 */

/**
 * A table in a frame that scrolls. `caption` is its name, and shown when `titled`.
 * @param {string} caption
 * @param {(string | Column)[]} columns
 * @param {Node[]} rows
 * @param {{titled?: boolean, class?: string}} [options]
 */
export function table(caption, columns, rows, options = {}) {
  const head = columns.map((each) => {
    const column = typeof each === "string" ? { text: each } : each;
    return h("th", { scope: "col", class: column.figure ? "figure" : null }, column.text);
  });
  const body = h("tbody", {}, rows);
  const element = h(
    "div",
    { class: "scroller", role: "group", "aria-label": caption, tabindex: "0" },
    h(
      "table",
      { class: options.class },
      h("caption", { class: options.titled ? null : "unseen" }, caption),
      h("thead", {}, h("tr", {}, head)),
      body,
    ),
  );
  return Object.assign(element, { body });
}

/**
 * What is shown where there is nothing, and what to do about it.
 * @param {string} title
 * @param {...import("../dom.js").Child} children
 */
export function empty(title, ...children) {
  return h("div", { class: "empty" }, h("p", {}, h("strong", {}, title)), ...children);
}
