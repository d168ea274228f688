/** One environment of the overview: its release in a sentence, what can be done, and its matrix. */

import { fill, h, say } from "../dom.js";
import { ago, counted, person, unix } from "../format.js";
import { mark } from "../parts/marks.js";
import { address } from "../router.js";
import { state, titleOf } from "../state.js";
import { matrix } from "./matrix.js";
import { sentenceOf, summaryOf } from "./served.js";

/** @param {import("../types.js").Environment} environment */
export function environmentSection(environment) {
  const { name } = environment;
  const title = environment.title || name;
  const grid = matrix(state.app, environment);
  const sentence = h("p", { class: "sentence" });
  const facts = h("p", { class: "facts" });
  const shift = h("p", { class: "facts" });
  const element = h(
    "section",
    { class: "environment", "aria-labelledby": `environment-${name}` },
    h(
      "header",
      {},
      h("div", {}, h("h2", { id: `environment-${name}` }, title), sentence, facts, shift),
      actions(environment),
    ),
    grid.element,
  );
  let factsShown = "";
  /** @type {import("./matrix.js").Served | null} */
  let waiting = null;
  let near = false;
  const draw = () => {
    if (waiting) grid.update(waiting);
    waiting = null;
  };
  // what is far below is drawn when nothing else is to be done, or when one comes near it
  const later = () => ("requestIdleCallback" in window ? requestIdleCallback(draw) : setTimeout(draw, 200));
  const sight = new IntersectionObserver(
    ([entry]) => {
      near = entry?.isIntersecting ?? true;
      if (near) draw();
    },
    { rootMargin: "300px" },
  );
  sight.observe(element);
  return {
    close: () => sight.disconnect(),
    element,
    narrow: grid.narrow,
    /**
     * @param {import("./matrix.js").Served} served
     * @param {import("../types.js").Row[]} rows of this environment
     */
    update(served, rows) {
      const summary = summaryOf(rows, served.silent);
      say(sentence, served.read ? sentenceOf(name, summary, served.known) : "Reading…");
      element.classList.toggle("even", summary.deployed && summary.agree === summary.regions);
      const release = state.history?.releases.find((each) => each.id === summary.release);
      const now = JSON.stringify([summary, release?.id, release && ago(unix(release.made))]);
      if (now !== factsShown) fill(facts, factsOf(summary, release));
      factsShown = now;
      fill(shift, shiftOf(name));
      waiting = served;
      if (near) draw();
      else later();
    },
  };
}

/** @param {import("../types.js").Environment} environment */
function actions(environment) {
  const { name, promote_from } = environment;
  if (!promote_from) return h("p", { class: "actions note" }, "Served by each ", h("code", {}, "deploy"));
  if (state.app.read_only) return h("p", { class: "actions note" }, "Read only");
  return h(
    "div",
    { class: "actions" },
    h("a", { class: "button", href: address(["promote", name]) }, `Promote from ${titleOf(promote_from)}…`),
    h("a", { class: "button quiet", href: address(["rollback", name]), "aria-label": `Roll back ${titleOf(name)}…` }, "Roll back…"),
  );
}

/**
 * @param {import("./served.js").Summary} summary
 * @param {import("../types.js").Release | undefined} release
 */
function factsOf(summary, release) {
  /** @type {import("../dom.js").Child[]} */
  const facts = [];
  if (release) {
    facts.push(
      h("a", { href: address(["history", release.id]) }, release.id),
      ` ${ACTS[release.act] ?? release.act}${release.source ? ` ${release.act === "rollback" ? "to" : "from"} ${release.source}` : ""} ${ago(unix(release.made))} by ${person(release.who)} `,
    );
  }
  if (summary.drifting - summary.hot > 0) facts.push(mark("warn", `${counted(summary.drifting - summary.hot, "alias")} adrift`.replace("aliass", "aliases")), " ");
  if (summary.hot) facts.push(mark("warn", `${counted(summary.hot, "alias")} with hot code`.replace("aliass", "aliases")), " ");
  if (summary.unread) facts.push(mark("bad", `${counted(summary.unread, "region")} without an answer`));
  return facts;
}

/** @type {Record<string, string>} */
const ACTS = { deploy: "deployed", promote: "promoted", rollback: "rolled back", found: "found as it was" };

/** @param {string} name */
function shiftOf(name) {
  const shift = state.shifts.find((each) => each.environment === name);
  if (!shift) return null;
  const step = shift.steps[shift.step - 1];
  const how = step ? `step ${shift.step} of ${shift.steps.length}, ${step.percent} %` : shift.state;
  return h("a", { href: address(["canary", name]) }, `Canary ${shift.state}: ${how}`);
}
