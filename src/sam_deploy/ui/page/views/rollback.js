/** Back to an earlier release: which one, and of which functions. */

import { fill, h } from "../dom.js";
import { ago, person, unix } from "../format.js";
import { field, functionChoice, typed } from "../parts/choice.js";
import { commandLine } from "../parts/command.js";
import { empty } from "../parts/table.js";
import { address } from "../router.js";
import { commandOf, state, titleOf } from "../state.js";
import { readHistory } from "../stream.js";
import { begin } from "./promote.js";

/** @type {import("../main.js").Opener} */
export async function openRollback({ path, query }) {
  const name = path[1] ?? "";
  const title = `Roll back ${titleOf(name)}`;
  const history = await readHistory();
  const releases = (history?.releases ?? []).filter((each) => each.environment === name);
  const body = releases.length > 1 ? form(name, releases, query.get("to") ?? "") : nothing(name, releases.length);
  const element = h("div", {}, h("p", { class: "trail" }, h("a", { href: "#/" }, "Overview")), h("div", { class: "title" }, h("h1", {}, title)), body);
  return { title, tab: "overview", element };
}

/**
 * @param {string} name
 * @param {number} count releases there are
 */
function nothing(name, count) {
  return empty(
    count ? `${titleOf(name)} has one release only` : `Nothing was released to ${titleOf(name)} yet`,
    h("p", {}, "There is no earlier one to go back to."),
    commandLine(typed(commandOf("history"), [name])),
  );
}

/**
 * @param {string} name
 * @param {import("../types.js").Release[]} releases the newest first
 * @param {string} chosen
 */
function form(name, releases, chosen) {
  const line = commandLine(typed(commandOf("rollback"), [name]));
  const to = h(
    "select",
    { id: "to" },
    h("option", { value: "" }, `The one before ${releases[0]?.id ?? ""}`),
    releases.slice(1).map((each) => h("option", { value: each.id, selected: each.id === chosen }, `${each.id}, ${ago(unix(each.made))} by ${person(each.who)}${each.note ? `: ${each.note}` : ""}`)),
  );
  const compare = h("a", {}, "What would change");
  const note = field("Note", "Kept with the release.", { maxlength: "300" });
  const update = () => {
    const words = [name, ...(to.value ? ["--to", to.value] : []), ...only.chosen().flatMap((each) => ["--only", each]), ...(note.input.value.trim() ? ["--note", note.input.value.trim()] : [])];
    line.set(typed(commandOf("rollback"), words));
    compare.href = address(["diff"], { from: releases[0]?.id ?? "", to: to.value || (releases[1]?.id ?? "") });
  };
  const only = functionChoice(update);
  to.addEventListener("change", update);
  note.input.addEventListener("input", update);
  const problem = h("div");
  const button = h("button", { class: "main" }, "Read the plan");
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    const body = { kind: "rollback", environment: name, to: to.value || null, only: only.chosen(), note: note.input.value.trim() };
    void begin(body, button, problem);
  };
  update();
  const element = h("div");
  fill(
    element,
    h(
      "form",
      { class: "sheet", on: { submit } },
      h("p", {}, "The versions of that release are served again, without a build: all functions in all regions, or none. Nothing is changed before you have seen the plan and agreed to it."),
      h("h2", {}, "Where to"),
      h("div", { class: "field" }, h("label", { for: "to" }, "Release"), to, h("p", { class: "hint" }, compare)),
      h("h2", {}, "What"),
      only.element,
      note.element,
      problem,
      h("div", { class: "actions" }, button, h("a", { class: "button quiet", href: "#/" }, "Back")),
    ),
    h("footer", { class: "same" }, h("p", {}, "The same in a terminal:"), line),
  );
  return element;
}
