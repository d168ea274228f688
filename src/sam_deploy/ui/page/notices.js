/** What is true whatever is looked at: a lost connection, something begun and not ended, no answer. */

import { announce } from "./announce.js";
import { fill, h, ticks, unseen } from "./dom.js";
import { commandLine } from "./parts/command.js";
import { get } from "./api.js";
import { on, state } from "./state.js";

const PATIENCE = 1200;

/** The notices above the view follow the state from now on. */
export function watchNotices() {
  const place = /** @type {HTMLElement} */ (document.getElementById("banners"));
  const connection = h("div", { class: "slot" });
  const open = h("div", { class: "slot" });
  const unread = h("div", { class: "slot" });
  fill(place, connection, open, unread);
  watchConnection(connection);
  let shown = "";
  on("status", () => {
    const now = JSON.stringify([state.status?.open, state.status?.unreachable, state.statusProblem, state.status?.error]);
    if (now === shown) return;
    shown = now;
    fill(open, openNotice());
    fill(unread, unreadNotice());
  });
  void countRuns();
  on("run", ({ event }) => {
    if (event.type === "RunStarted" || event.type === "RunEnded") void countRuns();
  });
  on("connection", ({ again }) => {
    if (again) void countRuns();
  });
}

/** @param {HTMLElement} slot */
function watchConnection(slot) {
  let patience = 0;
  on("connection", ({ connected, again, lost }) => {
    if (connected) {
      clearTimeout(patience);
      patience = 0;
      fill(slot);
      if (again && lost) announce("Connected again");
      return;
    }
    // each attempt that fails tells it again
    if (patience) return;
    patience = setTimeout(() => {
      const text = "Connection lost. What is shown may be old; the page tries again by itself.";
      fill(slot, h("p", { class: "notice bad" }, h("strong", {}, "Connection lost. "), text.slice(17)));
      announce(text);
    }, PATIENCE);
  });
}

function openNotice() {
  const open = state.status?.open;
  if (!open) return null;
  return h(
    "div",
    { class: "notice warn" },
    h("p", {}, h("strong", {}, open.running ? "Under way: " : "Not ended: "), ticks(open.what)),
    open.command ? commandLine(open.command) : null,
  );
}

function unreadNotice() {
  const problem = state.statusProblem ?? state.status?.error;
  if (problem) {
    return h(
      "div",
      { class: "notice bad" },
      h("p", {}, h("strong", {}, ticks(`${problem.what}. `)), ticks(problem.why ?? "")),
      problem.hint ? h("p", {}, ticks(problem.hint)) : null,
    );
  }
  const those = state.status?.unreachable ?? [];
  if (!those.length) return null;
  return h(
    "div",
    { class: "notice warn" },
    h("p", {}, h("strong", {}, "No answer: "), "what these regions serve is not known."),
    h("ul", {}, those.map((each) => h("li", {}, h("code", {}, each.region), " ", ticks(each.why)))),
  );
}

/** The tab says how many runs are under way. */
async function countRuns() {
  const badge = /** @type {HTMLElement} */ (document.getElementById("live-count"));
  try {
    const { runs } = await get("/api/runs");
    const count = runs.filter((/** @type {import("./types.js").Run} */ each) => each.running).length;
    badge.hidden = count === 0;
    fill(badge, String(count), unseen(" under way"));
  } catch {
    badge.hidden = true;
  }
}
