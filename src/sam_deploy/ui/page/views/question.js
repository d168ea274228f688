/** What a job asks: yes or no, the app's name, the one-time code. */

import { announce } from "../announce.js";
import { problemOf } from "../api.js";
import { fill, h, say, ticks } from "../dom.js";
import { countdown } from "../format.js";
import { problemBox } from "../parts/problem.js";
import { state } from "../state.js";

/** @typedef {import("../types.js").Question} Question */

/**
 * Where a job asks. A question is drawn once, so that nothing that was typed is lost while the rest
 * of the view changes.
 * @param {(answer: string, number: number | undefined) => Promise<void>} answer
 * @param {() => void} decline
 */
export function asker(answer, decline) {
  const element = h("div", { class: "asks" });
  let shown = "";
  let clock = 0;
  let focus = () => {};
  const close = () => clearInterval(clock);
  return {
    element,
    close,
    /** Whoever comes to the view is at the question, if there is one. */
    focus: () => focus(),
    /** @param {import("../types.js").Job} job */
    update(job) {
      const { question } = job;
      const now = question && !job.stopping ? JSON.stringify([question.id, question.kind, question.text, question.attempts_left]) : "";
      if (now === shown) return;
      shown = now;
      close();
      if (!question || !now) {
        fill(element);
        focus = () => {};
        return;
      }
      const form = formOf(question, job, answer, decline);
      fill(element, form.element);
      clock = form.clock;
      announce(question.text);
      focus = form.focus;
      focus();
    },
  };
}

/**
 * @param {Question} question
 * @param {import("../types.js").Job} job
 * @param {(answer: string, number: number | undefined) => Promise<void>} answer
 * @param {() => void} decline
 */
function formOf(question, job, answer, decline) {
  const problem = h("div");
  const { input, element: fields, given, clock } = FIELDS[question.kind](question, job);
  const button = h("button", { class: question.kind === "confirm" ? "main danger" : "main" }, question.kind === "confirm" ? "Yes, go on" : "Go on");
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const { value, mistake } = given();
    if (mistake) {
      fill(problem, h("p", { class: "mistake", role: "alert" }, mistake));
      input?.setAttribute("aria-invalid", "true");
      input?.focus();
      return;
    }
    button.disabled = true;
    fill(problem);
    try {
      await answer(value, question.id);
    } catch (error) {
      fill(problem, problemBox(problemOf(error)));
    }
    if (input) input.value = "";
    button.disabled = false;
  };
  // who begins to read at the question is told what it is about
  const heading = h("h2", { tabindex: "-1", "aria-describedby": job.plan && question.kind === "confirm" ? "plan-says" : null }, ticks(question.text));
  const element = h(
    "form",
    { class: `question ${question.kind}`, on: { submit }, autocomplete: question.kind === "code" ? null : "off" },
    heading,
    question.detail ? h("p", { class: "detail" }, ticks(question.detail)) : null,
    fields,
    problem,
    h("div", { class: "actions" }, button, question.kind === "confirm" ? h("button", { type: "button", class: "quiet", on: { click: decline } }, "No, stop here") : null),
  );
  // a yes must not be one stray Enter away: the question itself is where one begins to read
  return { element, clock, focus: () => (input ?? heading).focus() };
}

/**
 * @typedef {{input: HTMLInputElement | null, element: HTMLElement | null, clock: number, given: () => {value: string, mistake: string}}} Fields
 * @type {Record<Question["kind"], (question: Question, job: import("../types.js").Job) => Fields>}
 */
const FIELDS = {
  confirm: () => ({ input: null, element: null, clock: 0, given: () => ({ value: "yes", mistake: "" }) }),
  name() {
    const input = h("input", { id: "answer", type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false" });
    const label = h("label", { for: "answer" }, "Type the app's name: ", h("code", {}, state.app.name));
    const given = () => {
      const value = input.value.trim();
      return { value, mistake: value === state.app.name ? "" : `That is not ${state.app.name}` };
    };
    return { input, element: h("div", { class: "field" }, label, input), clock: 0, given };
  },
  code(question) {
    const input = h("input", { id: "answer", type: "text", inputmode: "numeric", autocomplete: "one-time-code", maxlength: "12", "aria-describedby": "code-left" });
    const rest = h("p", { class: "hint", id: "code-left" });
    const { until } = question;
    const tell = () => say(rest, leftOf(question.attempts_left, until === null ? null : until - Date.now() / 1000));
    tell();
    const given = () => {
      const value = input.value.replace(/[\s-]/g, "");
      return { value, mistake: /^\d{6}$/.test(value) ? "" : "A code has six digits" };
    };
    const element = h("div", { class: "field" }, h("label", { for: "answer" }, "One-time code"), input, rest);
    return { input, element, clock: setInterval(tell, 1000), given };
  },
};

/**
 * @param {number | null} attempts
 * @param {number | null} seconds
 */
function leftOf(attempts, seconds) {
  const tries = attempts === null ? "" : attempts === 1 ? "The last try" : `${attempts} tries left`;
  const time = seconds === null ? "" : seconds > 0 ? `good for ${countdown(seconds)}` : "its time is over";
  return [tries, time].filter(Boolean).join("; ");
}
