/** What is built, how large it is against Lambda's limit, and what takes the room. */

import { get } from "../api.js";
import { fill, framed, h } from "../dom.js";
import { ago, bytes, percent } from "../format.js";
import { commandLine } from "../parts/command.js";
import { mark } from "../parts/marks.js";
import { empty, table } from "../parts/table.js";
import { largest, partsOf, treemap } from "../parts/treemap.js";
import { address, remember } from "../router.js";
import { commandOf } from "../state.js";

/** @typedef {import("../types.js").Part} Part */

const NEARLY_FULL = 0.8;

/** @type {import("../main.js").Opener} */
export async function openArtifacts() {
  /** @type {{built: number | null, artifacts: import("../types.js").Artifact[]}} */
  const { built, artifacts } = await get("/api/artifacts");
  const sorted = [...artifacts].sort((a, b) => b.size_bytes - a.size_bytes);
  const element = h(
    "div",
    {},
    h("div", { class: "title" }, h("h1", {}, "Artifacts"), built ? h("p", { class: "read" }, `Built ${ago(built)}`) : null),
    sorted.length
      ? table(
          "Functions and layers by size",
          ["Name", "Kind", { text: "Unpacked", figure: true }, `Of ${limitOf(sorted[0])}`, { text: "Zipped", figure: true }],
          sorted.map(row),
          { class: "artifacts" },
        )
      : empty("Nothing is built yet", h("p", {}, "A build packs every function and layer once; then this view shows what takes the room."), commandLine(commandOf("build"))),
    h("footer", { class: "same" }, h("p", {}, "The same in a terminal:"), commandLine(commandOf("inspect"))),
  );
  return { title: "Artifacts", tab: "artifacts", element };
}

/**
 * Lambda's limit, as its documentation writes it.
 * @param {import("../types.js").Artifact | undefined} it
 */
function limitOf(it) {
  return `Lambda's ${Math.round((it?.limit_bytes ?? 0) / 1048576)} MiB`;
}

/** @param {import("../types.js").Artifact} it */
function shareOf(it) {
  const filled = h("span", { class: "filled" });
  filled.style.setProperty("--share", String(Math.min(1, it.share)));
  return [h("span", { class: "rail", "aria-hidden": "true" }, filled), h("span", { class: "figure" }, ` ${percent(it.share)}`), it.share >= NEARLY_FULL ? mark("warn", "nearly full") : null];
}

/** @param {import("../types.js").Artifact} it */
function row(it) {
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, h("a", { href: address(["artifacts", it.name]) }, it.name)),
    h("td", {}, it.kind),
    h("td", { class: "figure" }, bytes(it.size_bytes)),
    h("td", { class: "limit" }, shareOf(it)),
    h("td", { class: "figure" }, bytes(it.zip_bytes)),
  );
}

/** @type {import("../main.js").Opener} */
export async function openArtifact({ path, query }, scope) {
  const name = path[1] ?? "";
  /** @type {{name: string, tree: Part}} */
  const { tree } = await get(`/api/artifacts/${encodeURIComponent(name)}`);
  /** @type {import("../types.js").Artifact | undefined} */
  const artifact = (await get("/api/artifacts")).artifacts.find((/** @type {import("../types.js").Artifact} */ each) => each.name === name);
  const place = h("div", { class: "drawn" });
  const crumbs = h("ol", { class: "crumbs" });
  const rows = h("details", { class: "numbers", open: false }, h("summary", {}, "The same as a table"));
  const figures = h("div");
  rows.append(figures);
  let trail = followed(tree, (query.get("in") ?? "").split("/").filter(Boolean));
  const go = (/** @type {Part[]} */ next, /** @type {boolean} */ focus) => {
    trail = next;
    remember(["artifacts", name], { in: trail.slice(1).map((each) => each.name).join("/") });
    draw();
    if (focus) /** @type {HTMLElement | null} */ (crumbs.querySelector("[aria-current]"))?.focus();
  };
  let drawn = 0;
  const widthNow = () => Math.max(240, Math.floor(place.clientWidth || 900));
  const draw = () => {
    const whole = trail[trail.length - 1] ?? tree;
    fill(crumbs, trail.map((part, index) => crumb(part, index === trail.length - 1, () => go(trail.slice(0, index + 1), true))));
    const width = (drawn = widthNow());
    fill(place, treemap(whole, width, Math.min(560, Math.max(300, Math.round(width * 0.55))), (part) => go([...trail, part], true)));
    fill(figures, partsTable(whole, tree, (part) => go([...trail, part], true)));
  };
  const sized = new ResizeObserver(framed(() => (widthNow() === drawn ? undefined : draw())));
  sized.observe(place);
  scope.onClose(() => sized.disconnect());
  const element = h(
    "div",
    {},
    h("p", { class: "trail" }, h("a", { href: "#/artifacts" }, "Artifacts")),
    h("div", { class: "title" }, h("h1", {}, name), h("p", { class: "read" }, `${bytes(tree.size_bytes)} unpacked`), artifact ? h("p", { class: "limit" }, shareOf(artifact), h("span", { class: "muted" }, ` of ${limitOf(artifact)}${artifact.kind === "function" ? ", with its layers" : ""}`)) : null),
    h("nav", { "aria-label": "Within the artifact" }, crumbs),
    place,
    rows,
    h("footer", { class: "same" }, h("p", {}, "The same in a terminal:"), commandLine(`${commandOf("inspect")} ${name}`)),
  );
  draw();
  return { title: name, tab: "artifacts", element };
}

/**
 * The parts along a path of names, as far as they are there.
 * @param {Part} tree
 * @param {string[]} names
 */
function followed(tree, names) {
  const trail = [tree];
  for (const name of names) {
    const next = partsOf(trail[trail.length - 1] ?? tree).find((each) => each.name === name);
    if (!next) break;
    trail.push(next);
  }
  return trail;
}

/**
 * @param {Part} part
 * @param {boolean} last
 * @param {() => void} open
 */
function crumb(part, last, open) {
  const text = `${part.name} ${bytes(part.size_bytes)}`;
  if (last) return h("li", {}, h("span", { "aria-current": "location", tabindex: "-1" }, text));
  return h("li", {}, h("button", { type: "button", class: "link", on: { click: open } }, text));
}

/**
 * @param {Part} whole
 * @param {Part} tree
 * @param {(part: Part) => void} open
 */
function partsTable(whole, tree, open) {
  const rows = largest(whole).map((part) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, part.children?.length ? h("button", { type: "button", class: "link", on: { click: () => open(part) } }, part.name) : part.name),
      h("td", {}, part.kind),
      h("td", { class: "figure" }, bytes(part.size_bytes)),
      h("td", { class: "figure" }, percent(part.size_bytes / Math.max(1, whole.size_bytes))),
      h("td", { class: "figure" }, percent(part.size_bytes / Math.max(1, tree.size_bytes))),
    ),
  );
  const columns = ["Part", "Kind", ...["Size", "Of this", "Of all"].map((text) => ({ text, figure: true }))];
  return table(`Parts of ${whole.name}`, columns, rows);
}
