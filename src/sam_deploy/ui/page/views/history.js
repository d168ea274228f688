/** Releases, the newest first; any two of them can be compared. */

import { fill, h } from "../dom.js";
import { ago, counted, moment, person, unix } from "../format.js";
import { commandLine } from "../parts/command.js";
import { mark } from "../parts/marks.js";
import { empty, table } from "../parts/table.js";
import { address, remember } from "../router.js";
import { commandOf, state, titleOf } from "../state.js";
import { readHistory } from "../stream.js";

/** @typedef {import("../types.js").Release} Release */

/** @type {Record<string, string>} */
const ACTS = { deploy: "deployed", promote: "promoted", rollback: "rolled back", found: "found as it was" };

/** @type {import("../main.js").Opener} */
export async function openHistory({ query }, scope) {
  await readHistory();
  let chosen = query.get("environment") ?? "";
  const place = h("div");
  const comparing = h("div");
  const draw = () => {
    const releases = releasesOf(chosen);
    fill(place, list(releases, chosen));
    fill(comparing, compare(releases));
  };
  const choose = h(
    "select",
    {
      on: {
        change: (/** @type {Event} */ event) => {
          chosen = /** @type {HTMLSelectElement} */ (event.target).value;
          remember(["history"], { environment: chosen });
          draw();
        },
      },
    },
    h("option", { value: "" }, "All"),
    state.app.environments.map(({ name }) => h("option", { value: name, selected: name === chosen }, titleOf(name))),
  );
  scope.on("history", draw);
  let newest = newestIds();
  scope.on("status", () => {
    if (newestIds() !== newest) void readHistory().catch(() => null);
    newest = newestIds();
  });
  draw();
  const element = h(
    "div",
    {},
    h("div", { class: "title" }, h("h1", {}, "Releases")),
    h("div", { class: "toolbar" }, h("form", { class: "filters", role: "search", "aria-label": "Filter" }, h("label", {}, h("span", {}, "Environment"), choose)), comparing),
    place,
    h("footer", { class: "same" }, h("p", {}, "The same in a terminal:"), commandLine(commandOf("history"))),
  );
  return { title: "Releases", tab: "history", element };
}

function newestIds() {
  return [...new Set((state.status?.rows ?? []).map((row) => row.release))].join();
}

/** @param {string} environment '' for all */
function releasesOf(environment) {
  return (state.history?.releases ?? []).filter((each) => !environment || each.environment === environment);
}

/**
 * @param {Release[]} releases
 * @param {string} environment
 */
function list(releases, environment) {
  const history = state.history;
  if (!releases.length) {
    return empty(
      environment ? `Nothing was released to ${titleOf(environment)} yet` : "Nothing was released yet",
      h("p", {}, "Every deployment, promotion and rollback is put on record with its commit and who made it."),
      commandLine(commandOf("deploy")),
    );
  }
  return [
    history?.not_compared ? h("p", { class: "notice warn" }, `Not known what is live: ${history.not_compared}`) : null,
    table(
      "Releases, the newest first",
      ["Release", "Environment", "State", "What", "When", "By", { text: "Functions", figure: true }, "Note"],
      releases.map(row),
    ),
  ];
}

/** @param {Release} release */
function row(release) {
  const live = state.history?.live[release.environment] === release.id;
  const moved = new Set(release.functions.filter((each) => each.moved).map((each) => each.function)).size;
  const made = unix(release.made);
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, h("a", { href: address(["history", release.id]) }, release.id)),
    h("td", {}, titleOf(release.environment)),
    h("td", {}, live ? mark("good", "live") : ""),
    h("td", {}, ACTS[release.act] ?? release.act, release.source ? ` ${release.act === "rollback" ? "to" : "from"} ${release.source}` : ""),
    h("td", { class: "figure left", title: moment(made) }, ago(made)),
    h("td", {}, person(release.who)),
    h("td", { class: "figure" }, moved ? counted(moved, "moved").replace("moveds", "moved") : "none moved"),
    h("td", { class: "wide" }, release.note, release.left_out.length ? h("span", { class: "mark warn" }, ` ! without ${release.left_out.join(", ")}`) : null),
  );
}

/** @param {Release[]} releases */
function compare(releases) {
  if (releases.length < 2) return null;
  const options = (/** @type {string} */ chosen) =>
    releases.map((each) => h("option", { value: each.id, selected: each.id === chosen }, each.id));
  const newest = releases[0];
  const before = releases.find((each) => each !== newest && each.environment === newest?.environment) ?? releases[1];
  const from = h("select", { name: "from" }, options(before?.id ?? ""));
  const to = h("select", { name: "to" }, options(newest?.id ?? ""));
  return h(
    "form",
    {
      class: "filters compare",
      "aria-label": "Compare two releases",
      on: {
        submit: (/** @type {Event} */ event) => {
          event.preventDefault();
          location.hash = address(["diff"], { from: from.value, to: to.value });
        },
      },
    },
    h("label", {}, h("span", {}, "Compare"), from),
    h("label", {}, h("span", {}, "with"), to),
    h("button", {}, "Show what changed"),
  );
}
