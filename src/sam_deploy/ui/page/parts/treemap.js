/** A treemap as SVG: areas are bytes. What has parts is a button that opens it. */

import { s } from "../dom.js";
import { bytes, percent } from "../format.js";
import { squarify } from "./squarify.js";

const LETTER = 6.6;
const HEAD = 20;
const COLOURS = 6;
const MOST = 60;

/** @typedef {import("../types.js").Part} Part */

/**
 * What a part consists of. A folder that holds everything, such as `python/`, is no level.
 * @param {Part} part
 * @returns {Part[]}
 */
export function partsOf(part) {
  let parts = part.children ?? [];
  while (parts.length === 1 && parts[0]?.children?.length) parts = parts[0].children;
  return parts;
}

/**
 * The largest parts of `whole`, and all others as one.
 * @param {Part} whole
 * @returns {Part[]}
 */
export function largest(whole) {
  const all = [...partsOf(whole)].filter((each) => each.size_bytes > 0).sort((a, b) => b.size_bytes - a.size_bytes);
  if (all.length <= MOST) return all;
  const rest = all.slice(MOST - 1);
  const size_bytes = rest.reduce((sum, each) => sum + each.size_bytes, 0);
  return [...all.slice(0, MOST - 1), { name: `${rest.length} smaller ones`, kind: "rest", size_bytes }];
}

/**
 * @param {Part} whole
 * @param {number} width pixels
 * @param {number} height
 * @param {(part: Part) => void} open
 */
export function treemap(whole, width, height, open) {
  const parts = largest(whole);
  const places = squarify(parts.map((each) => each.size_bytes), { x: 0, y: 0, width, height });
  const svg = s("svg", { class: "treemap", viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": `Parts of ${whole.name} by size` });
  parts.forEach((part, index) => {
    const place = places[index];
    if (place) svg.append(tile(part, place, whole.size_bytes, index % COLOURS, open));
  });
  return svg;
}

/**
 * @param {Part} part
 * @param {import("./squarify.js").Rectangle} place
 * @param {number} whole bytes
 * @param {number} colour
 * @param {(part: Part) => void} open
 */
function tile(part, place, whole, colour, open) {
  const { x, y, width, height } = place;
  const opens = Boolean(part.children?.length);
  const label = `${part.name}, ${bytes(part.size_bytes)}, ${percent(part.size_bytes / whole)}`;
  const group = s("g", {
    class: opens ? `tile tile-${colour} opens` : "tile",
    tabindex: opens ? "0" : null,
    role: opens ? "button" : "img",
    "aria-label": label,
  });
  group.append(s("title", {}, label), s("rect", { class: "ground", x: x + 0.5, y: y + 0.5, width: Math.max(0, width - 1), height: Math.max(0, height - 1), rx: 2 }));
  if (opens) group.append(...inner(part, place));
  if (width > 34 && height > 16) {
    group.append(
      s("text", { class: "name", x: x + 6, y: y + 14 }, cut(part.name, width - 12)),
      height > 34 && !(opens && height > 60) ? s("text", { class: "size", x: x + 6, y: y + 29 }, cut(bytes(part.size_bytes), width - 12)) : s("g"),
    );
  }
  if (opens) {
    group.addEventListener("click", () => open(part));
    group.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      open(part);
    });
  }
  return group;
}

/**
 * The parts of a part, without names, so that one sees what there is to open.
 * @param {Part} part
 * @param {import("./squarify.js").Rectangle} place
 */
function inner(part, { x, y, width, height }) {
  if (width < 40 || height < HEAD + 24) return [];
  const parts = largest(part);
  const frame = { x: x + 4, y: y + HEAD, width: width - 8, height: height - HEAD - 4 };
  return squarify(parts.map((each) => each.size_bytes), frame).flatMap((place, index) => {
    if (place.width < 3 || place.height < 3) return [];
    const box = s("rect", { class: "leaf", x: place.x + 0.5, y: place.y + 0.5, width: place.width - 1, height: place.height - 1 });
    const name = parts[index]?.name ?? "";
    const fits = place.width > name.length * LETTER + 8 && place.height > 18;
    return fits ? [box, s("text", { class: "within", x: place.x + 5, y: place.y + 14 }, name)] : [box];
  });
}

/**
 * @param {string} text
 * @param {number} room pixels
 */
function cut(text, room) {
  const letters = Math.floor(room / LETTER);
  return text.length <= letters ? text : letters > 2 ? `${text.slice(0, letters - 1)}…` : "";
}
