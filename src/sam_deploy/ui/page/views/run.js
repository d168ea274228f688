/** One run: percentage, region lanes, stack events with their reasons, and what it said. */

import { announce } from "../announce.js";
import { get } from "../api.js";
import { fill, framed, h, say } from "../dom.js";
import { clock, duration, moment } from "../format.js";
import { bar, lanes } from "../parts/lanes.js";
import { endOf } from "../parts/marks.js";
import { problemBox } from "../parts/problem.js";
import { table } from "../parts/table.js";
import { follower } from "./following.js";
import { add, tally } from "./tally.js";
import { log, stackLog } from "./log.js";

/** @type {import("../main.js").Opener} */
export async function openRun({ path }, scope) {
  const name = encodeURIComponent(path[1] ?? "");
  /** @type {(run: import("../types.js").Run) => void} */
  let whole = () => {};
  /** @type {(line: import("../types.js").RunLine) => void} */
  let next = () => {};
  const following = follower(() => get(`/api/runs/${name}`), (read) => whole(read), (line) => next(line));
  scope.on("run", (data) => {
    if (data.run === path[1]) following.take(data);
  });
  let run = /** @type {import("../types.js").Run} */ (await following.read());
  let it = added(run);
  const command = [run.command, ...run.arguments.filter((each) => each !== run.command)].join(" ");
  const page = screen(command, run);
  const draw = () => page.update(run, it);
  const soon = framed(draw);
  whole = (read) => {
    run = read;
    it = added(run);
    page.restart();
    soon();
  };
  next = ({ event, progress }) => {
    add(it, event);
    it.progress = progress;
    if (event.type === "RunEnded") {
      run = { ...run, running: false, exit_code: event.exit_code, seconds: event.seconds };
      announce(`${command} ${run.exit_code === 0 ? "is done" : `ended with exit code ${run.exit_code}`}`);
    } else {
      tellProgress(it);
    }
    soon();
  };
  following.go();
  // time goes on while a run is silent
  scope.on("progress", (data) => {
    if (data.run !== path[1] || !run.running) return;
    it.progress = data.progress;
    tellProgress(it);
    soon();
  });
  scope.on("connection", ({ again }) => {
    if (again) void following.read().catch(() => null);
  });
  const ticking = setInterval(() => run.running && page.tick(run), 1000);
  scope.onClose(() => clearInterval(ticking));
  draw();
  return { title: command, tab: "live", element: page.element };
}

/** @param {import("../types.js").Run} run */
function added(run) {
  const it = tally();
  for (const event of run.events ?? []) add(it, event);
  it.progress = run.progress ?? it.progress;
  return it;
}

let told = -1;

/** @param {import("./tally.js").Tally} it */
function tellProgress(it) {
  const { percent } = it.progress;
  if (percent === null) return;
  const tenth = Math.floor(percent / 10);
  if (tenth === told) return;
  told = tenth;
  announce(`${percent} %, ${it.phase}`);
}

/**
 * @param {string} command
 * @param {import("../types.js").Run} run
 */
function screen(command, run) {
  const end = h("span");
  const time = h("span", { class: "figure" });
  const phase = h("p", { class: "phase" });
  const progress = bar();
  const side = lanes();
  const problem = h("div");
  const listings = h("div");
  const stack = stackLog();
  const said = log();
  const element = h(
    "div",
    {},
    h("p", { class: "trail" }, h("a", { href: "#/live" }, "Live")),
    h("div", { class: "title" }, h("h1", {}, h("code", {}, command)), h("p", { class: "read" }, end, " ", time)),
    h("p", { class: "facts" }, `Began ${moment(run.started).slice(0, 10)} ${clock(run.started)}. Log: `, h("code", {}, `.sam-deploy/runs/${run.run}.jsonl`)),
    problem,
    progress.element,
    phase,
    side.element,
    listings,
    stack.element,
    said.element,
  );
  let shownEnd = "";
  let shownListings = 0;
  /** @type {import("../types.js").Progress | null} */
  let shownProgress = null;
  /** When it should end, in Unix seconds; no time is told once that is over. */
  let expected = 0;
  const tick = (/** @type {import("../types.js").Run} */ now) => {
    const soFar = duration(now.running ? Date.now() / 1000 - now.started : (now.seconds ?? 0));
    const left = Math.ceil(expected - Date.now() / 1000);
    say(time, now.running && left > 0 ? `${soFar}, about ${duration(left)} left` : soFar);
  };
  return {
    element,
    tick,
    restart() {
      stack.restart();
      said.restart();
    },
    /**
     * @param {import("../types.js").Run} now
     * @param {import("./tally.js").Tally} it
     */
    update(now, it) {
      const ending = `${now.running}/${now.exit_code}`;
      if (ending !== shownEnd) {
        fill(end, endOf(now));
        const error = it.ended?.error;
        fill(problem, error ? problemBox(error) : null);
      }
      shownEnd = ending;
      if (it.progress !== shownProgress) expected = Date.now() / 1000 + (it.progress.seconds_left ?? 0);
      shownProgress = it.progress;
      tick(now);
      progress.element.hidden = !it.lanes.size && it.progress.percent === null;
      progress.update(it.progress.percent);
      say(phase, now.running ? [it.phase, it.waiting || it.building].filter(Boolean).join(" · ") : "");
      phase.hidden = !phase.textContent;
      side.update([...it.lanes.values()]);
      if (it.listings.length !== shownListings) {
        fill(listings, it.listings.map((each) => table(each.title, [...each.columns], each.rows.map((row) => h("tr", {}, row.map((text) => h("td", {}, text)))), { titled: true })));
      }
      shownListings = it.listings.length;
      stack.update(it.stack);
      said.update(it.lines);
    },
  };
}
