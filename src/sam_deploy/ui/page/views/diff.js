/** What changed from one release to another, by function and region. */

import { get } from "../api.js";
import { fill, h, unseen } from "../dom.js";
import { ago, commit, counted, person, unix } from "../format.js";
import { commandLine } from "../parts/command.js";
import { empty, table } from "../parts/table.js";
import { address } from "../router.js";
import { commandOf, state } from "../state.js";
import { readHistory } from "../stream.js";

/** @type {import("../main.js").Opener} */
export async function openDiff({ query }) {
  const from = query.get("from") ?? "";
  const to = query.get("to") ?? "";
  if (!state.history) await readHistory();
  /** @type {import("../types.js").Diff} */
  const diff = await get(`/api/diff?${new URLSearchParams({ from, to })}`);
  const place = h("div");
  const all = h("input", { type: "checkbox" });
  const draw = () => fill(place, changes(diff, all.checked));
  all.addEventListener("change", draw);
  draw();
  const element = h(
    "div",
    {},
    h("p", { class: "trail" }, h("a", { href: "#/history" }, "Releases")),
    h("div", { class: "title" }, h("h1", {}, `From ${from} to ${to}`)),
    h("p", { class: "facts" }, side(diff.from), " → ", side(diff.to), " ", h("a", { href: address(["diff"], { from: to, to: from }) }, "The other way round")),
    h("form", { class: "filters", "aria-label": "Filter" }, h("label", { class: "check" }, all, h("span", {}, "What is the same, too"))),
    place,
    h("footer", { class: "same" }, h("p", {}, "Each of them in a terminal:"), commandLine(`${commandOf("release show")} ${from}`), commandLine(`${commandOf("release show")} ${to}`)),
  );
  return { title: `From ${from} to ${to}`, tab: "history", element };
}

/** @param {import("../types.js").Side} it */
function side(it) {
  return h("span", {}, h("a", { href: address(["history", it.id]) }, it.id), ` ${ago(unix(it.made))} by ${person(it.who)}`);
}

/**
 * @param {import("../types.js").Diff} diff
 * @param {boolean} all
 */
function changes(diff, all) {
  const shown = all ? diff.functions : diff.functions.filter((each) => each.changed.length);
  const changed = new Set(diff.functions.filter((each) => each.changed.length).map((each) => each.function)).size;
  if (!shown.length) return empty("Nothing differs", h("p", {}, "Both releases serve the same versions of the same functions."));
  const everywhere = new Set(diff.functions.map((each) => each.region)).size;
  const rows = alike(shown).map(([each, regions]) =>
    h(
      "tr",
      { class: each.changed.length ? null : "same-row" },
      h("th", { scope: "row" }, each.function),
      h("td", { class: "regions" }, regions.length === everywhere && everywhere > 1 ? `all ${everywhere}` : regions.join(", ")),
      h("td", {}, what(each)),
      h("td", { class: "figure left" }, arrow(each.from?.version, each.to?.version)),
      h("td", { class: "figure left" }, arrow(commit(each.from?.commit), commit(each.to?.commit))),
      h("td", { class: "figure left" }, arrow(each.from?.code_sha256?.slice(0, 8), each.to?.code_sha256?.slice(0, 8))),
    ),
  );
  return [
    h("p", { class: "sentence" }, changed ? `${counted(changed, "function")} changed` : "No function changed"),
    table("What changed", ["Function", "Regions", "Changed", "Version", "Commit", "Code hash"], rows),
  ];
}

/**
 * Rows of a function that say the same, with all of their regions.
 * @param {import("../types.js").DiffRow[]} rows
 * @returns {[import("../types.js").DiffRow, string[]][]}
 */
function alike(rows) {
  /** @type {Map<string, [import("../types.js").DiffRow, string[]]>} */
  const groups = new Map();
  for (const row of rows) {
    const key = JSON.stringify([row.function, row.from, row.to, row.changed]);
    const group = groups.get(key);
    if (group) group[1].push(row.region);
    else groups.set(key, [row, [row.region]]);
  }
  return [...groups.values()];
}

/** @param {import("../types.js").DiffRow} row */
function what(row) {
  if (!row.from) return "new here";
  if (!row.to) return "gone";
  return row.changed.join(", ") || "the same";
}

/**
 * @param {string | null | undefined} before
 * @param {string | null | undefined} after
 */
function arrow(before, after) {
  if ((before ?? "") === (after ?? "")) return h("span", { class: "muted" }, before || "–");
  return h("span", {}, before || "–", h("span", { "aria-hidden": "true" }, " → "), unseen(" to "), h("strong", {}, after || "–"));
}
