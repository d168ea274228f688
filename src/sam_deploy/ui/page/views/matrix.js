/** The table of one environment: a row for each function, a column for each region. */

import { h, unseen } from "../dom.js";
import { draw, signature } from "./cells.js";
import { keyOf } from "./served.js";

/**
 * @typedef {{text: string, set: string, region: string}} Filter
 * @typedef {{rows: Map<string, import("../types.js").Row>, origins: Map<string, import("./served.js").Origin>, silent: Set<string>, read: boolean, known: boolean, dense: boolean}} Served
 */

/**
 * The table; `update` redraws the fields that have changed and no others, `narrow` hides rows and
 * columns.
 * @param {import("../types.js").App} app
 * @param {import("../types.js").Environment} environment
 */
export function matrix(app, environment) {
  const heads = app.regions.map((region) => regionHead(app, region));
  /** @type {{field: HTMLElement, key: string, region: string, drawn: string | null}[]} */
  const fields = [];
  const lines = app.functions.map(({ name, feature_set }) => {
    const those = app.regions.map((region) => {
      const field = h("td");
      fields.push({ field, key: keyOf(environment.name, name, region), region, drawn: null });
      return field;
    });
    const element = h("tr", {}, h("th", { scope: "row" }, h("span", { class: "function" }, humps(name)), h("span", { class: "set" }, feature_set)), those);
    return { element, name: name.toLowerCase(), set: feature_set };
  });
  const none = h("p", { class: "none", hidden: true }, "No function is called like that.");
  const grid = h(
    "table",
    { class: "matrix" },
    h("caption", { class: "unseen" }, `Versions that ${environment.title || environment.name} serves, by function and region`),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Function"), heads)),
    h("tbody", {}, lines.map((line) => line.element)),
  );
  const element = h(
    "div",
    { class: "scroller", role: "group", tabindex: "0", "aria-label": `${environment.title || environment.name}: functions by region` },
    grid,
    none,
  );

  return {
    element,
    /**
     * Returns how many fields were drawn anew.
     * @param {Served} served
     */
    update(served) {
      let drawn = 0;
      for (const each of fields) {
        const cell = {
          row: served.rows.get(each.key),
          origin: served.origins.get(each.key),
          silent: served.silent.has(each.region),
          read: served.read,
          known: served.known,
          dense: served.dense,
        };
        const now = signature(cell);
        if (now === each.drawn) continue;
        draw(each.field, cell);
        if (each.drawn !== null && each.drawn !== "…") each.field.classList.add("fresh");
        each.drawn = now;
        drawn += 1;
      }
      return drawn;
    },
    /** @param {Filter} filter */
    narrow(filter) {
      const wanted = filter.text.trim().toLowerCase();
      let shown = 0;
      for (const line of lines) {
        const fits = (!filter.set || line.set === filter.set) && line.name.includes(wanted);
        line.element.hidden = !fits;
        if (fits) shown += 1;
      }
      heads.forEach((head) => (head.hidden = Boolean(filter.region) && head.dataset.region !== filter.region));
      for (const each of fields) each.field.hidden = Boolean(filter.region) && each.region !== filter.region;
      grid.style.setProperty("--columns", String(filter.region ? 1 : app.regions.length));
      none.hidden = shown > 0;
      grid.hidden = shown === 0;
      return shown;
    },
  };
}

/**
 * A name that may be broken where a word begins in it.
 * @param {string} name
 */
function humps(name) {
  return name.split(/(?=[A-Z][a-z])/).flatMap((part, index) => (index ? [h("wbr"), part] : [part]));
}

/**
 * @param {import("../types.js").App} app
 * @param {string} region
 */
function regionHead(app, region) {
  const home = region === app.home_region;
  const head = h("th", { scope: "col", data: { region } }, region);
  if (home) head.append(h("span", { class: "home", title: "home region" }, h("span", { "aria-hidden": "true" }, " ⌂"), unseen(", home region")));
  return head;
}
