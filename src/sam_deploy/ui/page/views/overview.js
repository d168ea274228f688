/** What every environment serves in every region. */

import { empty } from "../parts/table.js";
import { commandLine } from "../parts/command.js";
import { fill, framed, h, say } from "../dom.js";
import { ago, counted, duration } from "../format.js";
import { remember } from "../router.js";
import { commandOf, state } from "../state.js";
import { readHistory } from "../stream.js";
import { environmentSection } from "./environment.js";
import { origins, rowsByKey } from "./served.js";

const MANY_REGIONS = 6;
const DENSE = "sam-deploy-dense";

/** @type {import("../main.js").Opener} */
export function openOverview({ query }, scope) {
  const filter = { text: query.get("function") ?? "", set: query.get("set") ?? "", region: query.get("region") ?? "" };
  const sections = state.app.environments.map(environmentSection);
  const read = h("p", { class: "read" });
  const place = h("div", { class: "environments" }, sections.map((each) => each.element));
  const nothing = h("div", { hidden: true });
  const dense = density();
  const found = h("p", { class: "found", role: "status" });
  const element = h(
    "div",
    {},
    h("div", { class: "title" }, h("h1", {}, "What is served"), read),
    filters(filter, dense, () => {
      const shown = sections.map((each) => each.narrow(filter));
      const narrowed = filter.text || filter.set || filter.region;
      say(found, narrowed ? counted(shown[0] ?? 0, "function") : "");
      remember([], { function: filter.text, set: filter.set, region: filter.region });
    }),
    found,
    nothing,
    place,
    h("footer", { class: "same" }, h("p", {}, "The same in a terminal:"), commandLine(commandOf("status"))),
  );
  for (const each of sections) each.narrow(filter);

  let known = origins(state.app, state.history);
  const update = () => {
    const { status } = state;
    const rows = rowsByKey(status);
    const lost = status ? Boolean(status.error || status.as_of) : state.statusProblem !== null;
    const silent = new Set(lost ? state.app.regions : (status?.unreachable ?? []).map((each) => each.region));
    const served = { rows, origins: known, silent, read: status !== null || lost, known: !lost, dense: dense.checked };
    place.classList.toggle("dense", dense.checked);
    const byEnvironment = grouped(status?.rows ?? []);
    sections.forEach((each, index) => each.update(served, byEnvironment.get(state.app.environments[index]?.name ?? "") ?? []));
    tellRead(read);
    tellEmptiness(nothing, place);
  };
  const soon = framed(update);
  dense.addEventListener("change", update);
  let releases = releasesNow();
  scope.on("status", () => {
    soon();
    // commits and ages come with the releases: read anew when there is another one
    const now = releasesNow();
    if (now !== releases) void readHistory().catch(() => null);
    releases = now;
  });
  scope.on("history", () => {
    known = origins(state.app, state.history);
    soon();
  });
  scope.on("shifts", soon);
  const ticking = setInterval(() => tellRead(read), 1000);
  scope.onClose(() => {
    clearInterval(ticking);
    for (const each of sections) each.close();
  });
  // what was read for another view may be old by now
  void readHistory().catch(() => null);
  update();
  return { title: "Overview", tab: "overview", element };
}

/** The newest release of each environment, as one string. */
function releasesNow() {
  return [...new Set((state.status?.rows ?? []).map((row) => row.release))].join();
}

/** @param {import("../types.js").Row[]} rows */
function grouped(rows) {
  /** @type {Map<string, import("../types.js").Row[]>} */
  const groups = new Map();
  for (const row of rows) {
    const those = groups.get(row.environment);
    if (those) those.push(row);
    else groups.set(row.environment, [row]);
  }
  return groups;
}

/** @param {HTMLElement} place */
function tellRead(place) {
  const { status } = state;
  if (!status) return;
  if (status.as_of) say(place, `Last read ${ago(status.as_of)}`);
  else say(place, status.error ? "Could not be read" : `Read ${ago(status.read)}, in ${duration(status.seconds)}`);
}

/**
 * @param {HTMLElement} nothing
 * @param {HTMLElement} place
 */
function tellEmptiness(nothing, place) {
  const { status } = state;
  const isEmpty = status !== null && !status.error && !status.unreachable.length && status.rows.every((row) => row.version === null);
  if (nothing.hidden === !isEmpty && place.hidden === isEmpty) return;
  nothing.hidden = !isEmpty;
  place.hidden = isEmpty;
  if (!isEmpty) return;
  const first = state.app.environments[0];
  fill(
    nothing,
    empty(
      "Nothing is deployed yet",
      h("p", {}, `The first deployment builds every function, and serves it in ${first?.title || first?.name}. This view follows.`),
      commandLine(commandOf("deploy")),
    ),
  );
}

/**
 * @param {import("./matrix.js").Filter} filter
 * @param {HTMLInputElement} dense
 * @param {() => void} changed
 */
function filters(filter, dense, changed) {
  const sets = [...new Set(state.app.functions.map((each) => each.feature_set))];
  const listen = (/** @type {"text" | "set" | "region"} */ name) => (/** @type {Event} */ event) => {
    filter[name] = /** @type {HTMLInputElement} */ (event.target).value;
    changed();
  };
  const choice = (/** @type {string} */ label, /** @type {"set" | "region"} */ name, /** @type {string[]} */ values) =>
    h(
      "label",
      {},
      h("span", {}, label),
      h("select", { on: { change: listen(name) } }, h("option", { value: "" }, "All"), values.map((value) => h("option", { value, selected: filter[name] === value }, value))),
    );
  return h(
    "form",
    { class: "filters", role: "search", "aria-label": "Filter", on: { submit: (/** @type {Event} */ event) => event.preventDefault() } },
    h("label", {}, h("span", {}, "Function"), h("input", { type: "search", value: filter.text, autocomplete: "off", spellcheck: "false", on: { input: listen("text") } })),
    choice("Feature set", "set", sets),
    choice("Region", "region", state.app.regions),
    h("label", { class: "check" }, dense, h("span", {}, "Dense")),
  );
}

/** Whether fields show versions only; kept for the next time. */
function density() {
  const kept = localStorage.getItem(DENSE);
  const box = h("input", { type: "checkbox", checked: kept ? kept === "yes" : state.app.regions.length > MANY_REGIONS });
  box.addEventListener("change", () => localStorage.setItem(DENSE, box.checked ? "yes" : "no"));
  return box;
}
