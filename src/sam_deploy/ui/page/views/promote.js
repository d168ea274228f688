/** What a promotion shall be, before its plan is read. */

import { post, problemOf } from "../api.js";
import { fill, h } from "../dom.js";
import { field, functionChoice, typed } from "../parts/choice.js";
import { commandLine } from "../parts/command.js";
import { problemBox } from "../parts/problem.js";
import { address } from "../router.js";
import { commandOf, state, titleOf } from "../state.js";

/** @type {import("../main.js").Opener} */
export function openPromote({ path }) {
  const name = path[1] ?? "";
  const environment = state.app.environments.find((each) => each.name === name);
  if (!environment?.promote_from) return notPromoted(name);
  const from = environment.promote_from;
  const title = `Promote ${titleOf(from)} to ${titleOf(name)}`;
  const line = commandLine(typed(commandOf("promote"), [name]));
  const note = field("Note", "Kept with the release.", { maxlength: "300" });
  const update = () => line.set(typed(commandOf("promote"), [name, ...words(body())]));
  const only = functionChoice(update);
  const traffic = trafficChoice(update);
  const body = () => ({ kind: "promote", environment: name, only: only.chosen(), ...traffic.value(), note: note.input.value.trim() });
  note.input.addEventListener("input", update);
  const problem = h("div");
  const button = h("button", { class: "main" }, "Read the plan");
  const form = h(
    "form",
    { class: "sheet", on: { submit: (/** @type {Event} */ event) => void submit(event, traffic, body, button, problem) } },
    h("p", {}, `What ${titleOf(from)} serves now will be served in ${titleOf(name)}: all functions in all regions, or none. Nothing is changed before you have seen the plan and agreed to it.`),
    h("h2", {}, "What"),
    only.element,
    h("h2", {}, "How calls go over"),
    traffic.element,
    note.element,
    problem,
    h("div", { class: "actions" }, button, h("a", { class: "button quiet", href: "#/" }, "Back")),
  );
  const element = h(
    "div",
    {},
    h("p", { class: "trail" }, h("a", { href: "#/" }, "Overview")),
    h("div", { class: "title" }, h("h1", {}, title)),
    form,
    h("footer", { class: "same" }, h("p", {}, "The same in a terminal:"), line),
  );
  return { title, tab: "overview", element };
}

/** @param {string} name */
function notPromoted(name) {
  const known = state.app.environments.some((each) => each.name === name);
  const element = h(
    "div",
    {},
    h("h1", {}, known ? `${titleOf(name)} is not promoted to` : `There is no environment ${name}`),
    h("p", {}, known ? "It serves what is deployed to it. " : "", h("a", { href: "#/" }, "Overview")),
    known ? commandLine(commandOf("deploy")) : null,
  );
  return { title: "Promote", tab: "overview", element };
}

/**
 * @param {{only: string[], canary: number[] | null, every_minutes: number | null, note: string}} body
 * @returns {string[]}
 */
function words(body) {
  return [
    ...body.only.flatMap((each) => ["--only", each]),
    ...(body.canary ? ["--canary", body.canary.join(",")] : []),
    ...(body.canary && body.every_minutes ? ["--every", `${body.every_minutes}m`] : []),
    ...(body.note ? ["--note", body.note] : []),
  ];
}

/** @param {() => void} changed */
function trafficChoice(changed) {
  const once = h("input", { type: "radio", name: "traffic", value: "once", checked: true });
  const steps = h("input", { type: "radio", name: "traffic", value: "steps" });
  const weights = field("Steps", "Percentages before 100, rising, such as 10, 50.", { value: "10, 50", inputmode: "numeric" });
  const minutes = field("Minutes for each step", "Alarms of all regions are watched meanwhile.", { value: "5", inputmode: "decimal" });
  const more = h("div", { class: "more", hidden: true }, weights.element, minutes.element);
  const element = h(
    "fieldset",
    {},
    h("legend", { class: "unseen" }, "How calls go over"),
    h("label", { class: "check" }, once, h("span", {}, "All at once")),
    h("label", { class: "check" }, steps, h("span", {}, "In steps, taken back by itself when an alarm fires")),
    more,
  );
  const listen = () => {
    more.hidden = !steps.checked;
    changed();
  };
  element.addEventListener("change", listen);
  element.addEventListener("input", listen);
  const numbers = () => weights.input.value.split(/[\s,;%]+/).filter(Boolean).map(Number);
  return {
    element,
    value: () => (steps.checked ? { canary: numbers(), every_minutes: Number(minutes.input.value.replace(",", ".")) || null } : { canary: null, every_minutes: null }),
    /** What is wrong with it, or an empty string; the field with the mistake has the focus then. */
    mistake() {
      if (!steps.checked) return "";
      const those = numbers();
      const rising = those.every((each, index) => each > (those[index - 1] ?? 0) && each < 100);
      if (!those.length || !rising) {
        weights.input.focus();
        return "Steps are percentages between 0 and 100 that rise, such as 10, 50";
      }
      if (!(Number(minutes.input.value.replace(",", ".")) > 0)) {
        minutes.input.focus();
        return "Minutes for each step are more than 0";
      }
      return "";
    },
  };
}

/**
 * @param {Event} event
 * @param {{mistake: () => string}} traffic
 * @param {() => object} body
 * @param {HTMLButtonElement} button
 * @param {HTMLElement} problem
 */
async function submit(event, traffic, body, button, problem) {
  event.preventDefault();
  const mistake = traffic.mistake();
  if (mistake) {
    fill(problem, problemBox({ what: mistake, hint: "correct the field above" }));
    return;
  }
  await begin(body(), button, problem);
}

/**
 * The job begins, and its view opens; or the problem is shown.
 * @param {object} body
 * @param {HTMLButtonElement} button
 * @param {HTMLElement} problem
 */
export async function begin(body, button, problem) {
  button.disabled = true;
  fill(problem);
  try {
    const { job } = await post("/api/jobs", body);
    location.hash = address(["jobs", job]);
  } catch (error) {
    fill(problem, problemBox(problemOf(error)));
    button.disabled = false;
  }
}
