/** What a run said, and what its stacks did: long lists to which lines are added at the end. */

import { h, say } from "../dom.js";
import { clock, counted } from "../format.js";
import { table } from "../parts/table.js";

/** How near to the end a reader counts as following it, in pixels. */
const NEAR = 40;

/**
 * @template T
 * @param {HTMLElement} body rows are added here
 * @param {HTMLElement} frame what scrolls
 * @param {(line: T) => HTMLElement} drawn
 */
function follower(body, frame, drawn) {
  /** @type {T | undefined} */
  let last;
  return {
    restart() {
      last = undefined;
      body.replaceChildren();
    },
    /** @param {T[]} lines */
    update(lines) {
      const from = last === undefined ? 0 : lines.lastIndexOf(last) + 1;
      if (from === lines.length) return;
      const following = frame.scrollHeight - frame.scrollTop - frame.clientHeight < NEAR;
      body.append(...lines.slice(from).map(drawn));
      while (body.children.length > lines.length) body.firstChild?.remove();
      last = lines[lines.length - 1];
      if (following) frame.scrollTop = frame.scrollHeight;
    },
  };
}

/** The events of all stacks; failures stand out, and can be had alone. */
export function stackLog() {
  const only = h("input", { type: "checkbox" });
  const count = h("span", { class: "muted" });
  const grid = table("Stack events", ["Time", "Region", "Resource", "Status", "Reason"], [], { class: "events" });
  grid.classList.add("tall");
  const element = h(
    "section",
    { class: "log", "aria-labelledby": "stack-events", hidden: true },
    h("div", { class: "title" }, h("h2", { id: "stack-events" }, "Stack events"), count, h("label", { class: "check" }, only, h("span", {}, "Failures only"))),
    grid,
  );
  only.addEventListener("change", () => grid.classList.toggle("failures", only.checked));
  const body = follower(grid.body, grid, stackRow);
  return {
    element,
    restart: body.restart,
    /** @param {import("./tally.js").StackLine[]} lines */
    update(lines) {
      element.hidden = lines.length === 0;
      const failed = lines.filter((each) => each.failed).length;
      say(count, `${counted(lines.length, "event")}${failed ? `, ${failed} failed` : ""}`);
      body.update(lines);
    },
  };
}

/** @param {import("./tally.js").StackLine} line */
function stackRow(line) {
  return h(
    "tr",
    { class: line.failed ? "failed" : null },
    h("td", { class: "figure left" }, clock(line.time)),
    h("td", { class: "region" }, line.region),
    h("th", { scope: "row" }, line.logical_id, h("span", { class: "muted" }, ` ${line.resource_type}`)),
    h("td", { class: "status" }, line.failed ? h("span", { "aria-hidden": "true" }, "✕ ") : null, line.status),
    h("td", { class: "reason" }, line.reason),
  );
}

const SIGNS = { info: "", debug: "", warning: "warning: ", error: "error: " };

/** What the run said; what libraries log at debug level is hidden at first. */
export function log() {
  const everything = h("input", { type: "checkbox" });
  const list = h("ol", { class: "quiet-debug" });
  const frame = h("div", { class: "lines", tabindex: "0", role: "group", "aria-label": "Lines of the log" }, list);
  const element = h(
    "section",
    { class: "log", "aria-labelledby": "said" },
    h("div", { class: "title" }, h("h2", { id: "said" }, "Log"), h("label", { class: "check" }, everything, h("span", {}, "Calls and details, too"))),
    frame,
  );
  everything.addEventListener("change", () => list.classList.toggle("quiet-debug", !everything.checked));
  const body = follower(list, frame, (/** @type {import("./tally.js").Line} */ line) =>
    h(
      "li",
      { class: line.level },
      h("span", { class: "time" }, clock(line.time)),
      h("span", { class: "region" }, line.region),
      h("span", { class: "text" }, SIGNS[line.level], line.text),
    ),
  );
  return {
    element,
    restart: body.restart,
    /** @param {import("./tally.js").Line[]} lines */
    update(lines) {
      element.hidden = lines.length === 0;
      body.update(lines);
    },
  };
}
