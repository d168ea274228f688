/** A promotion or rollback begun here: its plan, its questions, how far it is, what came of it. */

import { announce } from "../announce.js";
import { get, post, problemOf } from "../api.js";
import { fill, framed, h, say, ticks } from "../dom.js";
import { counted } from "../format.js";
import { commandLine } from "../parts/command.js";
import { bar, lanes } from "../parts/lanes.js";
import { mark } from "../parts/marks.js";
import { problemBox } from "../parts/problem.js";
import { address } from "../router.js";
import { state, titleOf } from "../state.js";
import { planSection } from "./plan.js";
import { asker } from "./question.js";

/** @typedef {import("../types.js").Job} Job */

const STATES = {
  reading: "reading what is served",
  asking: "waits for your answer",
  working: "under way",
  done: "done",
  failed: "failed",
  stopped: "stopped",
};

/** @type {import("../main.js").Opener} */
export async function openJob({ path }, scope) {
  const id = path[1] ?? "";
  let heard = 0;
  let draw = () => {};
  scope.on("job", (/** @type {Job} */ job) => {
    if (job.job !== id) return;
    heard += 1;
    draw();
  });
  const read = async () => {
    const before = heard;
    const job = await get(`/api/jobs/${encodeURIComponent(id)}`);
    // an event that came meanwhile is newer than the answer
    if (heard === before || !state.jobs.has(id)) state.jobs.set(id, job);
  };
  await read();
  const first = /** @type {Job} */ (state.jobs.get(id));
  const title = `${first.kind === "promote" ? "Promote to" : "Roll back"} ${titleOf(first.environment)}`;
  const page = screen(first, title);
  draw = framed(() => page.update(/** @type {Job} */ (state.jobs.get(id))));
  scope.on("connection", async ({ again }) => {
    if (!again) return;
    await read().catch(() => null);
    draw();
  });
  scope.onClose(page.close);
  page.update(first);
  return { title, tab: "overview", element: page.element, shown: page.shown };
}

/**
 * @param {Job} first
 * @param {string} title
 */
function screen(first, title) {
  const id = encodeURIComponent(first.job);
  const how = h("p", { class: "read" });
  const plan = planSection();
  const problem = h("div");
  const question = asker(async (answer, number) => {
    await post(`/api/jobs/${id}/answer`, number === undefined ? { answer } : { answer, question: number });
  }, () => void stop());
  const progress = bar();
  const phase = h("p", { class: "phase" });
  const side = lanes();
  const work = h("section", { class: "work", "aria-labelledby": "regions", hidden: true }, h("h2", { id: "regions" }, "Regions"), progress.element, phase, side.element);
  const outcome = h("div", { class: "outcome" });
  const button = h("button", { type: "button", class: "danger", on: { click: () => void stop() } }, "Stop");
  const stopping = h("div", { class: "actions" }, button);
  const stop = async () => {
    button.disabled = true;
    try {
      await post(`/api/jobs/${id}/stop`);
    } catch (error) {
      fill(problem, problemBox(problemOf(error)));
      button.disabled = false;
    }
  };
  const element = h(
    "div",
    { class: "job" },
    h("p", { class: "trail" }, h("a", { href: "#/" }, "Overview")),
    h("div", { class: "title" }, h("h1", {}, title), how),
    commandLine(first.command),
    outcome,
    plan.summary,
    question.element,
    problem,
    work,
    stopping,
    plan.element,
  );
  let ended = "";
  return {
    element,
    close: question.close,
    shown: question.focus,
    /** @param {Job} job */
    update(job) {
      const over = isOver(job);
      fill(how, stateMark(job));
      plan.update(job);
      question.update(job);
      work.hidden = !isMoving(job);
      progress.update(job.progress?.percent ?? null);
      say(phase, job.progress?.text ?? "");
      phase.hidden = !phase.textContent;
      side.update(lanesOf(job));
      stopping.hidden = over || (job.state === "asking" && job.question?.kind === "confirm");
      button.disabled = job.stopping === true;
      say(button, job.stopping ? "Stopping…" : "Stop");
      if (over && ended !== job.state) fill(outcome, outcomeOf(job));
      if (over && ended === "") outcome.querySelector("h2")?.focus();
      if (over) ended = job.state;
      else tellProgress(job);
    },
  };
}

/** @param {Job} job */
function isOver(job) {
  return job.state === "done" || job.state === "failed" || job.state === "stopped";
}

/**
 * Whether anything has been moved, or is about to be.
 * @param {Job} job
 */
function isMoving(job) {
  const { progress } = job;
  if (!progress?.lanes.length) return false;
  return job.state === "working" || job.state === "done" || progress.percent > 0;
}

/** @param {Job} job */
function stateMark(job) {
  const kind = job.state === "done" ? "good" : job.state === "failed" || job.state === "stopped" ? "bad" : job.state === "asking" ? "warn" : "busy";
  return mark(kind, job.stopping && !isOver(job) ? "stopping" : STATES[job.state]);
}

/**
 * @param {Job} job
 * @returns {import("../parts/lanes.js").Lane[]}
 */
function lanesOf(job) {
  return (job.progress?.lanes ?? []).map((lane) => {
    const kind = job.state === "done" ? "good" : job.state === "failed" || job.state === "stopped" ? "bad" : "busy";
    return { ...lane, kind, text: kind === "bad" ? `${lane.text} (${job.state})` : lane.text };
  });
}

let told = "";

/** @param {Job} job */
function tellProgress(job) {
  if (job.state === "asking") return;
  const now = job.progress && job.state === "working" ? `${job.progress.percent} %` : STATES[job.state];
  if (now === told) return;
  told = now;
  announce(now);
}

/** @param {Job} job */
function outcomeOf(job) {
  const { result, error } = job;
  const rows = [
    result ? h("h2", { class: "result", tabindex: "-1" }, mark("good", result.summary)) : h("h2", { class: "result", tabindex: "-1" }, mark("bad", endText(job))),
    result
      ? h("dl", { class: "facts-list" }, [
          fact("Regions", `${result.regions_done}/${result.regions_total}`),
          result.window_ms === null ? null : fact("Regions differed for", `${Math.round(result.window_ms)} ms`),
          job.plan ? fact("Moved", counted(job.plan.rows.length, "row").replace("row", "alias").replace("aliass", "aliases")) : null,
        ])
      : null,
    error ? problemBox(error) : null,
    h("p", { class: "actions" }, h("a", { class: "button", href: "#/" }, "What is served now"), h("a", { class: "button quiet", href: address(["history"], { environment: job.environment }) }, "Releases")),
  ];
  return rows;
}

/** @param {Job} job */
function endText(job) {
  const regions = job.progress?.lanes.length || new Set((job.plan?.rows ?? []).map((row) => row.region)).size;
  const none = regions ? `0/${regions} regions: ` : "";
  return job.state === "stopped" ? `${none}stopped` : `${none}failed`;
}

/**
 * @param {string} name
 * @param {string} value
 */
function fact(name, value) {
  return h("div", {}, h("dt", {}, name), h("dd", {}, ticks(value)));
}
