/** Everything of one release: who, when, why, and each function in each region. */

import { get } from "../api.js";
import { h, unseen } from "../dom.js";
import { ago, commit, moment, person, unix } from "../format.js";
import { commandLine } from "../parts/command.js";
import { mark } from "../parts/marks.js";
import { table } from "../parts/table.js";
import { address } from "../router.js";
import { commandOf, state, titleOf } from "../state.js";

/** @type {Record<string, string>} */
const ACTS = { deploy: "Deployed", promote: "Promoted", rollback: "Rolled back", found: "Found as it was" };

/** @type {import("../main.js").Opener} */
export async function openRelease({ path }) {
  /** @type {import("../types.js").Release} */
  const release = await get(`/api/releases/${encodeURIComponent(path[1] ?? "")}`);
  const made = unix(release.made);
  const act = `${ACTS[release.act] ?? release.act}${release.source ? ` ${release.act === "rollback" ? "to" : "from"} ${release.source}` : ""}`;
  const element = h(
    "div",
    {},
    h("p", { class: "trail" }, h("a", { href: "#/history" }, "Releases")),
    h("div", { class: "title" }, h("h1", {}, release.id), h("p", { class: "read" }, `${act} ${ago(made)} by ${person(release.who)}`)),
    actions(release),
    facts(release),
    byRegion(release),
    h("footer", { class: "same" }, h("p", {}, "The same in a terminal:"), commandLine(`${commandOf("release show")} ${release.id}`)),
  );
  return { title: release.id, tab: "history", element };
}

/** @param {import("../types.js").Release} release */
function actions(release) {
  const promoted = state.app.environments.find((each) => each.name === release.environment)?.promote_from;
  return h(
    "p",
    { class: "actions" },
    release.before ? h("a", { class: "button", href: address(["diff"], { from: release.before, to: release.id }) }, `Compare with ${release.before}`) : null,
    promoted ? h("a", { class: "button quiet", href: address(["rollback", release.environment], { to: release.id }) }, "Roll back to this…") : null,
  );
}

/** @param {import("../types.js").Release} release */
function facts(release) {
  const those = /** @type {[string, import("../dom.js").Child][]} */ ([
    ["Environment", titleOf(release.environment)],
    ["Made", moment(unix(release.made))],
    ["By", `${release.who}${release.host ? ` on ${release.host}` : ""}`],
    ["Note", release.note],
    ["Approval", release.approval],
    ["Plan", release.digest ? h("code", {}, release.digest.slice(0, 8)) : ""],
    ["Left out", release.left_out.length ? mark("warn", release.left_out.join(", ")) : ""],
  ]);
  return h("dl", { class: "facts-list" }, those.filter(([, value]) => value).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

/** @param {import("../types.js").Release} release */
function byRegion(release) {
  const regions = [...new Set(release.functions.map((each) => each.region))].sort();
  const names = [...new Set(release.functions.map((each) => each.function))];
  const rows = names.map((name) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, name),
      regions.map((region) => {
        const it = release.functions.find((each) => each.function === name && each.region === region);
        if (!it) return h("td", {}, unseen("not in this region"));
        return h(
          "td",
          { class: it.moved ? "moved" : null },
          h("span", { class: "version" }, it.version),
          it.moved ? h("span", { class: "sign" }, " moved") : null,
          it.commit ? h("span", { class: "commit" }, commit(it.commit)) : null,
        );
      }),
    ),
  );
  return h("section", { "aria-labelledby": "functions" }, h("h2", { id: "functions" }, "Functions"), table(`Functions of ${release.id} by region`, ["Function", ...regions], rows, { class: "versions" }));
}
