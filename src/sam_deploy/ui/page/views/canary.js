/** A canary: its steps, alarms, and the calls and errors of both versions over time. */

import { alarmChanges } from "../alarms.js";
import { announce } from "../announce.js";
import { fill, framed, h, say } from "../dom.js";
import { clock, countdown, moment, percent } from "../format.js";
import { commandLine } from "../parts/command.js";
import { mark } from "../parts/marks.js";
import { figure } from "../parts/plot.js";
import { empty, table } from "../parts/table.js";
import { commandOf, state, titleOf } from "../state.js";
import { readShifts } from "../stream.js";
import { byVersion, called, moments, stepTimes } from "./samples.js";

/** @typedef {import("../types.js").Shift} Shift */

/** @type {import("../main.js").Opener} */
export async function openCanary({ path }, scope) {
  const environment = path[1] ?? "";
  const title = `Canary of ${titleOf(environment)}`;
  if (!find(environment)) await readShifts();
  const page = screen(environment, title);
  const soon = framed(page.update);
  let step = -1;
  scope.on("shifts", () => {
    const shift = find(environment);
    if (shift && shift.step !== step && step >= 0) announce(`Step ${shift.step} of ${shift.steps.length}`);
    step = shift?.step ?? -1;
    soon();
  });
  const sized = new ResizeObserver(soon);
  sized.observe(page.element);
  const ticking = setInterval(page.tick, 1000);
  scope.onClose(() => {
    sized.disconnect();
    clearInterval(ticking);
  });
  page.update();
  return { title, tab: "live", element: page.element };
}

/** @param {string} environment */
function find(environment) {
  return state.shifts.find((each) => each.environment === environment);
}

/**
 * @param {string} environment
 * @param {string} title
 */
function screen(environment, title) {
  let region = "";
  /** @type {number | null} */
  let at = null;
  const left = h("p", { class: "read" });
  const steps = h("div");
  const alarms = h("div");
  const plots = h("div", { class: "plots" });
  const numbers = h("details", { class: "numbers" }, h("summary", {}, "The same as a table"));
  const figures = h("div");
  numbers.append(figures);
  const where = h("select", {}, h("option", { value: "" }, "All"));
  const slider = h("input", { type: "range", min: "0", max: "0", value: "0" });
  const reading = h("output", { class: "reading" });
  const controls = h(
    "form",
    { class: "filters", "aria-label": "Plots" },
    h("label", {}, h("span", {}, "Region"), where),
    h("label", { class: "moment" }, h("span", {}, "Moment"), slider),
    reading,
  );
  const body = h("div", {}, steps, controls, plots, numbers, alarms);
  const none = h("div");
  const update = () => {
    const shift = find(environment);
    body.hidden = !shift;
    fill(none, shift ? null : nothing(environment));
    if (!shift) return;
    tick();
    fill(steps, stepList(shift));
    fill(alarms, alarmTable(shift));
    options(where, shift);
    const versions = byVersion(shift.series, region);
    const times = moments(versions);
    slider.max = String(Math.max(0, times.length - 1));
    if (at === null) slider.value = slider.max;
    const now = times[Number(slider.value)] ?? null;
    slider.setAttribute("aria-valuetext", now === null ? "nothing measured" : clock(now));
    say(reading, now === null ? "Nothing measured yet" : readingOf(versions, now));
    fill(plots, plotsOf(shift, versions, times, at === null ? null : now, body.clientWidth || 640));
    if (numbers.open) fill(figures, numbersOf(versions, times));
  };
  const tick = () => {
    const shift = find(environment);
    if (!shift) return say(left, "");
    const seconds = shift.next === null ? null : shift.next - Date.now() / 1000;
    const rest = seconds === null ? "" : seconds > 0 ? `, next step in ${countdown(seconds)}` : ", next step when the calls and alarms allow it";
    say(left, `${shift.state}, began ${moment(shift.started ?? shift.began ?? 0)}${rest}`);
  };
  where.addEventListener("change", () => {
    region = where.value;
    update();
  });
  slider.addEventListener("input", () => {
    at = Number(slider.value);
    update();
  });
  numbers.addEventListener("toggle", update);
  const element = h("div", {}, h("p", { class: "trail" }, h("a", { href: "#/live" }, "Live")), h("div", { class: "title" }, h("h1", {}, title), left), none, body);
  return { element, update, tick };
}

/** @param {string} environment */
function nothing(environment) {
  return empty(
    `No canary is under way in ${titleOf(environment)}`,
    h("p", {}, "A promotion in steps shows here while it lasts, and for an hour after."),
    commandLine(`${commandOf("promote")} ${environment} --canary 10,50`),
  );
}

/**
 * @param {HTMLSelectElement} select
 * @param {Shift} shift
 */
function options(select, shift) {
  if (select.options.length === shift.regions.length + 1) return;
  for (const { region } of shift.regions) select.append(h("option", { value: region }, region));
}

/** @param {Shift} shift */
function stepList(shift) {
  return h(
    "ol",
    { class: "steps", "aria-label": "Steps" },
    shift.steps.map((each, index) => {
      const now = index < shift.step - 1 ? "over" : index === shift.step - 1 ? "at" : "ahead";
      return h(
        "li",
        { class: now, "aria-current": now === "at" ? "step" : null },
        h("strong", {}, `${each.percent} %`),
        h("span", {}, each.minutes ? ` for ${each.minutes} min` : ""),
        h("span", { class: "unseen" }, ` (${now === "at" ? "now" : now})`),
      );
    }),
  );
}

/** @param {Shift} shift */
function alarmTable(shift) {
  const rows = shift.regions.flatMap((each) =>
    (each.alarms.length ? each.alarms : [{ name: "none", state: "" }]).map((alarm) =>
      h(
        "tr",
        {},
        h("th", { scope: "row", class: "region" }, each.region),
        h("td", { class: "figure" }, percent(each.weight)),
        h("td", {}, alarm.name),
        h("td", {}, alarm.state === "ALARM" ? mark("bad", "in alarm") : alarm.state === "OK" ? mark("good", "ok") : mark("none", alarm.state.toLowerCase().replaceAll("_", " ") || "–")),
      ),
    ),
  );
  return h("section", { "aria-labelledby": "alarms" }, h("h2", { id: "alarms" }, "Regions and alarms"), table("Regions and alarms", ["Region", { text: "Weight", figure: true }, "Alarm", "State"], rows));
}

/**
 * @param {import("./samples.js").ByVersion} versions
 * @param {number} time
 */
function readingOf(versions, time) {
  const those = [...versions].map(([version, points]) => {
    const it = points.find((each) => each.time === time);
    return it ? `${called(version)}: ${it.invocations} calls, ${it.errors} errors (${percent(it.rate)})` : `${called(version)}: –`;
  });
  return `${clock(time)} · ${those.join(" · ")}`;
}

/**
 * @param {Shift} shift
 * @param {import("./samples.js").ByVersion} versions
 * @param {number[]} times
 * @param {number | null} at
 * @param {number} room pixels
 */
function plotsOf(shift, versions, times, at, room) {
  if (!times.length) return null;
  const width = room < 700 ? room : Math.floor((room - 24) / 2);
  const steps = stepTimes(shift);
  const from = times[0] ?? 0;
  const over = shift.state === "committed" || shift.state === "returned";
  // what happens now is later than what was measured last
  const now = over ? 0 : Math.min(Date.now() / 1000, (times[times.length - 1] ?? 0) + 600);
  const to = Math.max(times[times.length - 1] ?? 0, from + 60, now);
  const marks = [
    ...steps.map(({ time, percent: share }) => ({ time, text: `${share} %`, kind: /** @type {const} */ ("step") })),
    ...alarmChanges(shift.environment).map((each) => ({
      time: each.time,
      text: `${each.name} in ${each.region}: ${each.state}`,
      kind: /** @type {"alarm" | "fine"} */ (each.state === "ALARM" ? "alarm" : "fine"),
    })),
  ];
  const of = (/** @type {"invocations" | "errors" | "rate"} */ name, /** @type {string} */ title, /** @type {(value: number) => string} */ shown) => {
    const lines = [...versions].map(([version, points]) => ({ name: /^\d/.test(version) ? `v${version}` : version, called: called(version), points: points.map((each) => ({ time: each.time, value: each[name] })) }));
    const said = lines.map((line) => `${line.called} now ${shown(line.points[line.points.length - 1]?.value ?? 0)}`).join(", ");
    return figure({ title, said, lines, marks, figure: shown, from, to, width, at, least: name === "rate" ? 0.01 : 4 });
  };
  const whole = (/** @type {number} */ value) => (value >= 10000 ? `${Math.round(value / 1000)}k` : String(Number(value.toFixed(1))));
  const weights = [...steps, { time: to, percent: steps[steps.length - 1]?.percent ?? 0 }];
  return [
    of("invocations", "Calls", whole),
    of("errors", "Errors", whole),
    of("rate", "Error rate", percent),
    figure({
      title: "Weight of the new version",
      said: weights.map((each) => `${each.percent} % from ${clock(each.time)}`).join(", "),
      first: 1,
      lines: [{ name: "weight", points: weights.map((each) => ({ time: Math.max(from, each.time), value: each.percent / 100 })) }],
      marks: marks.filter((each) => each.kind !== "step"),
      figure: percent,
      from,
      to,
      width,
      at,
      stepped: true,
    }),
  ];
}

/**
 * @param {import("./samples.js").ByVersion} versions
 * @param {number[]} times
 */
function numbersOf(versions, times) {
  const rows = [...times].reverse().flatMap((time) =>
    [...versions].flatMap(([version, points]) => {
      const it = points.find((each) => each.time === time);
      if (!it) return [];
      const cells = [clock(time), version, String(it.invocations), String(it.errors), percent(it.rate), it.p50 === null ? "–" : `${Math.round(it.p50)} ms`];
      return [h("tr", {}, cells.map((text) => h("td", { class: "figure" }, text)))];
    }),
  );
  const columns = ["Time", "Version", "Calls", "Errors", "Error rate", "Median"].map((text) => ({ text, figure: true }));
  return table("Calls and errors by version", columns, rows);
}
