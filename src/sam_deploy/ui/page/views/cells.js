/** One field of the matrix: what a function serves in a region. Rebuilt only when that changes. */

import { fill, h, unseen } from "../dom.js";
import { age, percent } from "../format.js";

/**
 * @typedef {object} Cell
 * @property {import("../types.js").Row | undefined} row
 * @property {import("./served.js").Origin | undefined} origin
 * @property {boolean} silent the region does not answer
 * @property {boolean} read there is a status at all
 * @property {boolean} known it could be read: else the row is an old one
 * @property {boolean} dense versions only: a thousand fields have no room, and no time, for more
 */

/**
 * What the field shows, as one string: equal strings look the same.
 * @param {Cell} cell
 */
export function signature({ row, origin, silent, read, known, dense }) {
  if (silent && (known || !row)) return "?";
  if (!row) return read ? "" : "…";
  const state = `${row.version}|${row.drift}|${row.hot}|${known}`;
  const weights = Object.entries(row.weights);
  const shares = weights.length ? weights.join() : "";
  if (dense) return `${state}|${shares}|dense`;
  return `${state}|${shares}|${origin?.commit}|${origin?.moved ? age(origin.moved) : ""}`;
}

/**
 * The field shows `cell`.
 * @param {HTMLElement} field
 * @param {Cell} cell
 */
export function draw(field, cell) {
  const { row, silent, read, known, dense } = cell;
  const origin = dense ? undefined : cell.origin;
  field.className = classOf(cell);
  if (silent && (known || !row)) {
    fill(field, h("span", { class: "sign" }, h("span", { "aria-hidden": "true" }, "? "), "no answer"));
    return;
  }
  if (!row) {
    fill(field, read ? unseen("not in this region") : h("span", { class: "ghost", "aria-hidden": "true" }));
    return;
  }
  const old = known ? null : h("span", { class: "sign old" }, dense ? "old" : "as last read");
  if (row.version === null) {
    fill(field, h("span", { "aria-hidden": "true" }, "–"), unseen("not deployed"), old);
    return;
  }
  const weights = Object.entries(row.weights);
  const moved = origin?.moved ? age(origin.moved) : "";
  fill(
    field,
    h("span", { class: "version" }, row.version),
    origin?.commit ? h("span", { class: "commit" }, origin.commit) : null,
    moved ? h("span", { class: "age" }, moved) : null,
    weights.map(([version, weight]) => weightBar(version, weight)),
    row.drift && !row.hot ? h("span", { class: "sign drift" }, h("span", { "aria-hidden": "true" }, "≠ "), "drift") : null,
    row.hot ? h("span", { class: "sign hot" }, h("span", { "aria-hidden": "true" }, "△ "), dense ? "hot" : "hot code") : null,
    old,
  );
}

/** @param {Cell} cell */
function classOf({ row, silent, known }) {
  if (silent || (row && !known)) return "silent";
  if (!row) return "absent";
  if (row.version === null) return "nothing";
  if (row.hot || row.drift) return "off";
  return Object.keys(row.weights).length ? "shifting" : "";
}

/**
 * @param {string} version
 * @param {number} weight
 */
function weightBar(version, weight) {
  const filled = h("span", { class: "filled" });
  filled.style.setProperty("--share", String(weight));
  return h(
    "span",
    { class: "weight" },
    h("span", { class: "rail", "aria-hidden": "true" }, filled),
    h("span", {}, percent(weight), unseen(" of the calls"), h("span", { "aria-hidden": "true" }, " → "), unseen(" go to version "), version),
  );
}
