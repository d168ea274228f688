/** Regions side by side: how far each one is. */

import { h, say } from "../dom.js";

/**
 * @typedef {{region: string, step: number, of: number, text: string, kind?: "busy" | "good" | "bad"}} Lane
 */

const ENDS = { busy: "", good: "✓ ", bad: "✕ " };

/** A list of lanes that is changed in place by `update`. */
export function lanes() {
  const list = h("ol", { class: "lanes", "aria-label": "Regions" });
  /** @type {Map<string, ReturnType<typeof lane>>} */
  const known = new Map();
  return {
    element: list,
    /** @param {Lane[]} those */
    update(those) {
      list.hidden = those.length === 0;
      for (const each of those) {
        let shown = known.get(each.region);
        if (!shown) {
          shown = lane(each.region);
          known.set(each.region, shown);
          list.append(shown.element);
        }
        shown.update(each);
      }
    },
  };
}

/** @param {string} region */
function lane(region) {
  const track = h("span", { class: "track", "aria-hidden": "true" });
  const text = h("span", { class: "doing" });
  const element = h("li", {}, h("span", { class: "region" }, region), track, text);
  return {
    element,
    /** @param {Lane} now */
    update(now) {
      while (track.children.length > now.of) track.lastChild?.remove();
      while (track.children.length < now.of) track.append(h("i"));
      [...track.children].forEach((each, index) => {
        const name = index < now.step - 1 || now.kind === "good" ? "over" : index === now.step - 1 ? "at" : "";
        if (each.className !== name) each.className = name;
      });
      const kind = now.kind ?? "busy";
      if (element.className !== kind) element.className = kind;
      const step = now.of && kind === "busy" && now.step ? `${now.step}/${now.of} ` : "";
      say(text, `${ENDS[kind]}${step}${now.text}`);
    },
  };
}

/** A bar with a figure, changed in place by `update`. */
export function bar() {
  const value = h("span", { class: "filled" });
  const figure = h("span", { class: "figure" });
  const element = h(
    "div",
    { class: "bar", role: "progressbar", "aria-label": "Progress", "aria-valuemin": "0", "aria-valuemax": "100" },
    h("span", { class: "rail" }, value),
    figure,
  );
  return {
    element,
    /** @param {number | null} percent null when it cannot be told */
    update(percent) {
      element.classList.toggle("unknown", percent === null);
      if (percent === null) {
        element.removeAttribute("aria-valuenow");
        say(figure, "");
        return;
      }
      element.setAttribute("aria-valuenow", String(percent));
      value.style.setProperty("--share", String(percent / 100));
      say(figure, `${percent} %`);
    },
  };
}
