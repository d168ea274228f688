/** Signs of a state: always a word and a shape, never a colour alone. */

import { h } from "../dom.js";

const SHAPES = {
  good: "✓",
  bad: "✕",
  warn: "!",
  busy: "…",
  none: "·",
};

/**
 * A word with the shape of its kind in front.
 * @param {keyof typeof SHAPES} kind
 * @param {string} text
 */
export function mark(kind, text) {
  return h("span", { class: `mark ${kind}` }, h("span", { "aria-hidden": "true" }, SHAPES[kind]), ` ${text}`);
}

/**
 * How a run has ended, or that it is under way.
 * @param {{running: boolean, exit_code: number | null}} run
 */
export function endOf(run) {
  if (run.running) return mark("busy", "under way");
  if (run.exit_code === null) return mark("bad", "broke off");
  return run.exit_code === 0 ? mark("good", "done") : mark("bad", `exit ${run.exit_code}`);
}
