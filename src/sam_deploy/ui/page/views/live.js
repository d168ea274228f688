/** Runs under way and past, of everybody who works on this project, and canaries. */

import { get } from "../api.js";
import { fill, framed, h } from "../dom.js";
import { duration, moment } from "../format.js";
import { commandLine } from "../parts/command.js";
import { endOf } from "../parts/marks.js";
import { empty, table } from "../parts/table.js";
import { address } from "../router.js";
import { commandOf, state, titleOf } from "../state.js";
import { percent } from "../format.js";

/** @typedef {import("../types.js").Run} Run */

/** @type {import("../main.js").Opener} */
export async function openLive(_, scope) {
  const shifts = h("section", { "aria-labelledby": "canaries" });
  const runs = h("section", { "aria-labelledby": "runs" });
  const element = h("div", {}, h("div", { class: "title" }, h("h1", {}, "Live")), shifts, runs);
  const drawShifts = () => {
    shifts.hidden = state.shifts.length === 0;
    fill(shifts, shiftsList());
  };
  /** @type {Run[]} */
  let known = (await get("/api/runs")).runs;
  const drawRuns = framed(() => fill(runs, runsTable(known)));
  const readAgain = async () => {
    known = (await get("/api/runs").catch(() => ({ runs: known }))).runs;
    drawRuns();
  };
  scope.on("shifts", drawShifts);
  scope.on("run", ({ event }) => {
    if (event.type === "RunStarted" || event.type === "RunEnded") void readAgain();
  });
  scope.on("connection", ({ again }) => {
    if (again) void readAgain();
  });
  const ticking = setInterval(() => {
    if (known.some((each) => each.running)) tick(runs);
  }, 1000);
  scope.onClose(() => clearInterval(ticking));
  drawShifts();
  fill(runs, runsTable(known));
  return { title: "Live", tab: "live", element };
}

/** @param {HTMLElement} place */
function tick(place) {
  for (const each of place.querySelectorAll("[data-started]")) {
    each.textContent = duration(Date.now() / 1000 - Number(each.getAttribute("data-started")));
  }
}

function shiftsList() {
  if (!state.shifts.length) return null;
  return [
    h("h2", { id: "canaries" }, "Canaries"),
    h(
      "ul",
      { class: "cards" },
      state.shifts.map((shift) => {
        const step = shift.steps[shift.step - 1];
        const firing = shift.regions.flatMap((each) => each.alarms).filter((each) => each.state === "ALARM").length;
        return h(
          "li",
          {},
          h("a", { href: address(["canary", shift.environment]) }, titleOf(shift.environment)),
          h("span", {}, ` ${shift.state}`),
          step ? h("span", { class: "muted" }, ` step ${shift.step} of ${shift.steps.length}, ${percent(step.percent / 100)} of the calls`) : null,
          firing ? h("span", { class: "mark bad" }, ` ✕ ${firing} in alarm`) : null,
        );
      }),
    ),
  ];
}

/** @param {Run[]} runs */
function runsTable(runs) {
  const heading = h("h2", { id: "runs" }, "Runs");
  if (!runs.length) {
    return [
      heading,
      empty(
        "Nothing has run yet",
        h("p", {}, "What a command does in this project shows here, whoever runs it and in whichever terminal."),
        commandLine(commandOf("deploy")),
      ),
    ];
  }
  const rows = runs.map((run) =>
    h(
      "tr",
      { class: run.running ? "running" : null },
      h("th", { scope: "row" }, h("a", { href: address(["live", run.run]) }, h("code", {}, [run.command, ...run.arguments.filter((each) => each !== run.command)].join(" ")))),
      h("td", {}, endOf(run)),
      h("td", { class: "figure" }, moment(run.started)),
      run.running
        ? h("td", { class: "figure", data: { started: run.started } }, duration(Date.now() / 1000 - run.started))
        : h("td", { class: "figure" }, run.seconds === null ? "–" : duration(run.seconds)),
    ),
  );
  return [heading, table("Runs, the newest first", ["Command", "State", { text: "Began", figure: true }, { text: "Took", figure: true }], rows)];
}
