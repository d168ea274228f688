/** A small plot of lines over time, as SVG. The table that says the same is the view's business. */

import { h, s } from "../dom.js";
import { clock } from "../format.js";
import { minuteTicks, ticks } from "./scale.js";

/**
 * @typedef {{name: string, points: {time: number, value: number}[]}} Line
 * @typedef {{time: number, text: string, kind: "step" | "alarm" | "fine"}} Mark
 *
 * @typedef {object} Plot
 * @property {string} title
 * @property {string} said what it shows, in a sentence
 * @property {Line[]} lines
 * @property {Mark[]} marks
 * @property {(value: number) => string} figure
 * @property {number} from Unix seconds
 * @property {number} to
 * @property {number} width pixels
 * @property {number | null} at the moment that is pointed at
 * @property {boolean} [stepped] values hold until the next
 * @property {number} [least] the axis goes up to here at least
 * @property {number} [first] which look the first line has
 */

const HEIGHT = 148;
const LEFT = 46;
const RIGHT = 64;
const TOP = 18;
const BOTTOM = 22;

/** @param {Plot} plot */
export function figure(plot) {
  const most = Math.max(plot.least ?? 0, ...plot.lines.flatMap((line) => line.points.map((each) => each.value)));
  const levels = ticks(most);
  const top = levels[levels.length - 1] ?? 1;
  const span = Math.max(1, plot.to - plot.from);
  const x = (/** @type {number} */ time) => LEFT + ((time - plot.from) / span) * (plot.width - LEFT - RIGHT);
  const y = (/** @type {number} */ value) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM);
  const svg = s(
    "svg",
    { viewBox: `0 0 ${plot.width} ${HEIGHT}`, width: plot.width, height: HEIGHT, role: "img", "aria-label": `${plot.title}. ${plot.said}` },
    levels.map((level) => [
      s("line", { class: "grid", x1: LEFT, x2: plot.width - RIGHT, y1: y(level), y2: y(level) }),
      s("text", { class: "tick", x: LEFT - 6, y: y(level) + 4, "text-anchor": "end" }, plot.figure(level)),
    ]).flat(),
    minuteTicks(plot.from, plot.to, plot.width < 420 ? 3 : 6).map((time) =>
      s("text", { class: "tick", x: x(time), y: HEIGHT - 6, "text-anchor": "middle" }, span < 300 ? clock(time) : clock(time).slice(0, 5)),
    ),
    plot.marks.filter((each) => each.time >= plot.from && each.time <= plot.to).map((each) => marked(each, x(each.time))),
    plot.lines.map((line, index) => s("path", { class: `line line-${(index + (plot.first ?? 0)) % 3}`, d: path(line, x, y, plot.stepped ?? false) })),
    plot.at === null ? null : s("line", { class: "cross", x1: x(plot.at), x2: x(plot.at), y1: TOP, y2: HEIGHT - BOTTOM }),
    names(plot, y),
  );
  return h("figure", { class: "plot" }, h("figcaption", {}, plot.title), svg);
}

/**
 * @param {Mark} mark
 * @param {number} x
 */
function marked(mark, x) {
  const sign = mark.kind === "alarm" ? "▲" : mark.kind === "fine" ? "△" : "";
  return s(
    "g",
    { class: `at ${mark.kind}` },
    s("line", { x1: x, x2: x, y1: TOP - 4, y2: HEIGHT - BOTTOM }),
    s("text", { x: x + 3, y: TOP - 6 }, `${sign}${sign ? " " : ""}${mark.kind === "step" ? mark.text : ""}`),
    s("title", {}, `${clock(mark.time)} ${mark.text}`),
  );
}

/**
 * @param {Line} line
 * @param {(time: number) => number} x
 * @param {(value: number) => number} y
 * @param {boolean} stepped
 */
function path(line, x, y, stepped) {
  return line.points
    .map(({ time, value }, index) => {
      const to = `${x(time).toFixed(1)},${y(value).toFixed(1)}`;
      if (index === 0) return `M${to}`;
      return stepped ? `H${x(time).toFixed(1)}V${y(value).toFixed(1)}` : `L${to}`;
    })
    .join("");
}

/**
 * Names stand at the ends of their lines, moved apart where lines end together.
 * @param {Plot} plot
 * @param {(value: number) => number} y
 */
function names(plot, y) {
  const wanted = plot.lines
    .map((line, index) => ({ index, name: line.name, at: y(line.points[line.points.length - 1]?.value ?? 0) }))
    .sort((a, b) => a.at - b.at);
  wanted.forEach((each, index) => {
    const above = wanted[index - 1];
    if (above) each.at = Math.max(each.at, above.at + 14);
  });
  const over = (wanted[wanted.length - 1]?.at ?? 0) - (HEIGHT - BOTTOM);
  return wanted.map((each) =>
    s("text", { class: `name line-${(each.index + (plot.first ?? 0)) % 3}`, x: plot.width - RIGHT + 8, y: each.at - Math.max(0, over) + 4 }, each.name),
  );
}
