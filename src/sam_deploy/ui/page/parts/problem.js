/** An error in the four parts that all of sam-deploy's errors have. */

import { h, ticks } from "../dom.js";

const PARTS = /** @type {const} */ (["why", "state", "hint"]);

/**
 * What, why, what had changed already, and what to do next.
 * @param {import("../types.js").Problem} problem
 * @returns {HTMLElement}
 */
export function problemBox(problem) {
  const parts = PARTS.filter((name) => problem[name]).map((name) =>
    h("div", {}, h("dt", {}, name), h("dd", {}, ticks(problem[name] ?? ""))),
  );
  const problems = problem.problems ?? [];
  return h(
    "div",
    { class: "problem", role: "alert" },
    h("p", { class: "what" }, h("strong", { class: "label" }, "error"), " ", ticks(problem.what)),
    problems.length ? h("ul", {}, problems.map((each) => h("li", {}, ticks(String(each))))) : null,
    parts.length ? h("dl", {}, parts) : null,
  );
}
