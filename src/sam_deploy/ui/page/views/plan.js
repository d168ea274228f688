/** The plan of a promotion or rollback: what each region serves before and after. */

import { fill, h, unseen } from "../dom.js";
import { commit, counted } from "../format.js";
import { empty, table } from "../parts/table.js";

/** @typedef {import("../types.js").PlanRow} PlanRow */

/**
 * The plan, drawn again only when another one is read: `summary` is what it does in words, for above
 * the question, and `element` the table.
 */
export function planSection() {
  const summary = h("section", { class: "plan", "aria-labelledby": "plan", hidden: true });
  const element = h("div", { class: "plan", hidden: true });
  let shown = "";
  return {
    summary,
    element,
    /** @param {import("../types.js").Job} job */
    update(job) {
      const { plan } = job;
      const now = plan ? JSON.stringify([plan.digest, plan.warnings, plan.lines, plan.changes, plan.rows.length]) : "";
      summary.hidden = element.hidden = plan === null;
      if (!plan || now === shown) return;
      shown = now;
      const regions = [...new Set(plan.rows.map((row) => row.region))].sort();
      const functions = [...new Set(plan.rows.map((row) => row.function))];
      fill(
        summary,
        h("h2", { id: "plan" }, "Plan"),
        plan.warnings.map((text) => h("p", { class: "notice warn" }, h("strong", {}, "Warning: "), text)),
        plan.changes.length
          ? // details are indented, as at the terminal
            [h("h3", {}, "Stacks"), h("pre", { class: "changes", role: "group", tabindex: "0", "aria-label": "What changes in the stacks" }, plan.changes.join("\n"))]
          : null,
        h(
          "div",
          { id: "plan-says" },
          plan.lines.length ? h("ul", { class: "does" }, plan.lines.map((text) => h("li", {}, text))) : null,
          plan.rows.length
            ? h("p", { class: "sentence" }, `${counted(functions.length, "function")} in ${counted(regions.length, "region")}, all or none; plan `, h("code", {}, plan.digest.slice(0, 8)))
            : empty("Nothing differs", h("p", {}, "Every function serves already what it would be moved to.")),
        ),
      );
      fill(element, plan.rows.length ? grid(plan.rows, functions, regions) : null);
    },
  };
}

/**
 * @param {PlanRow[]} rows
 * @param {string[]} functions
 * @param {string[]} regions
 */
function grid(rows, functions, regions) {
  /** @type {Map<string, PlanRow>} */
  const known = new Map(rows.map((row) => [`${row.function}/${row.region}`, row]));
  const lines = functions.map((name) => {
    const those = regions.map((region) => known.get(`${name}/${region}`)).filter((row) => row !== undefined);
    return h("tr", {}, h("th", { scope: "row" }, name), h("td", { class: "wide" }, changes(those)), regions.map((region) => field(known.get(`${name}/${region}`))));
  });
  return table("What changes, by function and region", ["Function", "What changes", ...regions.map((text) => ({ text, figure: true }))], lines, { class: "plan-table" });
}

/** @param {PlanRow[]} rows of one function */
function changes(rows) {
  const what = [...new Set(rows.flatMap((row) => row.changed))].join(", ") || "version";
  const commits = [...new Set(rows.map((row) => `${commit(row.commit_before) || "–"} → ${commit(row.commit_after) || "–"}`))];
  const known = rows.some((row) => row.commit_before || row.commit_after);
  return [what, known ? h("span", { class: "commit" }, commits.join(", ")) : null];
}

/** @param {PlanRow | undefined} row */
function field(row) {
  if (!row) return h("td", { class: "figure" }, h("span", { "aria-hidden": "true" }, "–"), unseen("stays"));
  return h("td", { class: "figure" }, row.before ?? "none", h("span", { "aria-hidden": "true" }, " → "), unseen(" to "), h("strong", {}, row.after ?? "new"));
}
