/** Form fields that promotions and rollbacks have in common. */

import { h, say } from "../dom.js";
import { counted } from "../format.js";
import { state } from "../state.js";

/**
 * A list of functions to tick; none ticked means all.
 * @param {() => void} changed
 */
export function functionChoice(changed) {
  const boxes = state.app.functions.map(({ name, feature_set }) => {
    const box = h("input", { type: "checkbox", value: name });
    return { box, label: h("label", { class: "check" }, box, h("span", {}, name, h("span", { class: "muted" }, ` ${feature_set}`))) };
  });
  const chosen = () => boxes.filter(({ box }) => box.checked).map(({ box }) => box.value);
  const told = h("span", {}, "All functions");
  const element = h(
    "details",
    { class: "choice" },
    h("summary", {}, told),
    h("fieldset", {}, h("legend", {}, "Only these functions, in all of their regions"), boxes.map(({ label }) => label)),
  );
  element.addEventListener("change", () => {
    const those = chosen();
    say(told, those.length ? `Only ${counted(those.length, "function")}` : "All functions");
    changed();
  });
  return { element, chosen };
}

/**
 * A command with its arguments as a shell wants them.
 * @param {string} command
 * @param {string[]} words
 */
export function typed(command, words) {
  return [command, ...words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))].join(" ");
}

/**
 * A text field of one line.
 * @param {string} label
 * @param {string} hint
 * @param {Record<string, any>} props
 */
export function field(label, hint, props) {
  const id = `field-${label.toLowerCase().replaceAll(" ", "-")}`;
  const input = h("input", { id, type: "text", autocomplete: "off", "aria-describedby": hint ? `${id}-hint` : null, ...props });
  const element = h("div", { class: "field" }, h("label", { for: id }, label), input, hint ? h("p", { class: "hint", id: `${id}-hint` }, hint) : null);
  return { element, input };
}
