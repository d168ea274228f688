/** The command that does the same in a terminal, and a button that copies it. */

import { announce } from "../announce.js";
import { h, say } from "../dom.js";

/**
 * A line with `command` and a button. `set` changes the command later.
 * @param {string} command
 * @returns {HTMLElement & {set: (command: string) => void}}
 */
export function commandLine(command) {
  const code = h("code", {}, command);
  const button = h("button", { type: "button", class: "quiet copy" }, "Copy");
  button.addEventListener("click", async () => {
    const copied = await copy(code.textContent ?? "", code);
    say(button, copied ? "Copied" : "Press Ctrl-C");
    announce(copied ? "Command copied" : "Command selected");
    setTimeout(() => say(button, "Copy"), 1600);
  });
  const line = h(
    "div",
    { class: "command" },
    h("span", { class: "prompt", "aria-hidden": "true" }, "$"),
    h("div", { class: "typed", tabindex: "0", role: "group", "aria-label": "Command" }, code),
    button,
  );
  const name = (/** @type {string} */ text) => button.setAttribute("aria-label", `Copy: ${text}`);
  name(command);
  return Object.assign(line, {
    set: (/** @type {string} */ text) => {
      say(code, text);
      name(text);
    },
  });
}

/**
 * @param {string} text
 * @param {HTMLElement} code
 */
async function copy(text, code) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(code);
    return false;
  }
}
