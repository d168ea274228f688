/** Begins: reads the app, connects, and opens the view that the address names. */

import { get, problemOf, whenLockedOut } from "./api.js";
import { announce } from "./announce.js";
import { watchAlarms } from "./alarms.js";
import { watchNotices } from "./notices.js";
import { fill, h, say } from "./dom.js";
import { problemBox } from "./parts/problem.js";
import { parse } from "./router.js";
import { on, state } from "./state.js";
import { connect, readShifts, readStatus } from "./stream.js";
import { openArtifact, openArtifacts } from "./views/artifacts.js";
import { openCanary } from "./views/canary.js";
import { openDiff } from "./views/diff.js";
import { openHistory } from "./views/history.js";
import { openJob } from "./views/job.js";
import { openLive } from "./views/live.js";
import { openOverview } from "./views/overview.js";
import { openPromote } from "./views/promote.js";
import { openRelease } from "./views/release.js";
import { openRollback } from "./views/rollback.js";
import { openRun } from "./views/run.js";

/**
 * @typedef {object} Scope What a view may use until it is closed.
 * @property {(topic: import("./state.js").Topic, listener: (data: any) => void) => void} on
 * @property {(closing: () => void) => void} onClose
 *
 * @typedef {{title: string, tab: string, element: HTMLElement, shown?: () => void}} View
 * @typedef {(address: import("./router.js").Address, scope: Scope) => View | Promise<View>} Opener
 */

const main = /** @type {HTMLElement} */ (document.getElementById("main"));
/** @type {(() => void)[]} */
let closing = [];
let turn = 0;
let first = true;
let lockedOut = false;
/** @type {import("./types.js").App | null} */
let newer = null;
const APP_AGAIN = 2500;

/**
 * Which view an address means.
 * @param {string[]} path
 * @returns {Opener | null}
 */
function openerOf([head = "", name = ""]) {
  switch (head) {
    case "":
      return openOverview;
    case "live":
      return name ? openRun : openLive;
    case "canary":
      return name ? openCanary : null;
    case "history":
      return name ? openRelease : openHistory;
    case "diff":
      return openDiff;
    case "artifacts":
      return name ? openArtifact : openArtifacts;
    case "promote":
      return name ? openPromote : null;
    case "rollback":
      return name ? openRollback : null;
    case "jobs":
      return name ? openJob : null;
    default:
      return null;
  }
}

/** @param {boolean} [again] the same view is drawn anew */
async function route(again = false) {
  if (lockedOut) return;
  if (newer) takeApp(newer);
  turn += 1;
  const mine = turn;
  for (const close of closing.splice(0)) close();
  /** @type {(() => void)[]} */
  const closers = [];
  const scope = {
    on: (/** @type {any} */ topic, /** @type {any} */ listener) => void closers.push(on(topic, listener)),
    onClose: (/** @type {() => void} */ close) => void closers.push(close),
  };
  main.setAttribute("aria-busy", "true");
  const view = await opened(scope);
  if (mine !== turn || lockedOut) {
    for (const close of closers) close();
    return;
  }
  closing = closers;
  show(view, again);
}

/**
 * @param {Scope} scope
 * @returns {Promise<View>}
 */
async function opened(scope) {
  const address = parse(location.hash);
  const opener = openerOf(address.path);
  if (!opener) return nowhere();
  try {
    return await opener(address, scope);
  } catch (error) {
    const again = h("button", { type: "button", on: { click: () => void route() } }, "Try again");
    const element = h("div", {}, h("h1", {}, "This could not be shown"), problemBox(problemOf(error)), again);
    return { title: "Error", tab: address.path[0] || "overview", element };
  }
}

/** @returns {View} */
function nowhere() {
  const element = h(
    "div",
    {},
    h("h1", {}, "There is no such view"),
    h("p", {}, "The address names nothing that this dashboard shows. ", h("a", { href: "#/" }, "Overview")),
  );
  return { title: "No such view", tab: "", element };
}

/**
 * @param {View} view
 * @param {boolean} again
 */
function show(view, again) {
  const inside = main.contains(document.activeElement);
  fill(main, view.element);
  main.removeAttribute("aria-busy");
  document.title = `${view.title} · ${state.app.name || "sam-deploy"}`;
  for (const link of document.querySelectorAll("[data-tab]")) {
    if (link.getAttribute("data-tab") === view.tab) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const heading = main.querySelector("h1");
  heading?.setAttribute("tabindex", "-1");
  // the reader of a new view begins at its heading; who has just come begins at the top of the page
  if (!first && (inside || !again) && !main.contains(document.activeElement)) heading?.focus({ preventScroll: true });
  if (!first && !again) window.scrollTo(0, 0);
  if (!first) announce(again ? `deploy.py has changed: ${view.title} is drawn anew` : view.title);
  first = false;
  view.shown?.();
}

/** @param {import("./types.js").Problem} problem */
function showLockedOut(problem) {
  lockedOut = true;
  const how = "Run `sam-deploy ui` again, and open the address that it prints.";
  const element = h(
    "div",
    {},
    h("h1", { tabindex: "-1" }, "The server does not know this browser"),
    problemBox({ ...problem, hint: problem.hint || how }),
  );
  fill(main, element);
  main.removeAttribute("aria-busy");
  document.title = "Not let in · sam-deploy";
}

function showApp() {
  const { name, target, account, version } = state.app;
  say(/** @type {Element} */ (document.getElementById("app-name")), name);
  fill(
    /** @type {Element} */ (document.getElementById("app-place")),
    h("span", { class: `target target-${target}` }, target === "aws" ? "AWS" : target),
    account ? h("span", { class: "account" }, account) : null,
    h("span", { class: "program" }, `sam-deploy ${version}`),
  );
}

/** @param {import("./types.js").App} app */
function takeApp(app) {
  state.app = app;
  newer = null;
  showApp();
}

/** Whether somebody is filling something in: a view that is drawn anew would take it away. */
function isBusy() {
  const at = document.activeElement;
  return main.querySelector("form.sheet, form.question") !== null || (main.contains(at) && at?.matches("input, select, textarea") === true);
}

/** `deploy.py` may be another one by now: views are drawn by it, at the latest when one is opened. */
function watchApp() {
  let reading = false;
  const look = async () => {
    const tag = state.status?.app;
    if (reading || lockedOut || !tag || tag === (newer ?? state.app).tag) return draw();
    reading = true;
    newer = await get("/api/app").catch(() => newer);
    reading = false;
    // the server keeps its readings for a moment
    if (newer?.tag !== tag) setTimeout(look, APP_AGAIN);
    draw();
  };
  const draw = () => {
    if (newer && newer.tag === state.app.tag) newer = null;
    if (newer && !isBusy()) void route(true);
  };
  on("status", () => void look());
  // not before the focus is where it goes
  main.addEventListener("focusout", () => void setTimeout(draw, 0));
}

async function begin() {
  whenLockedOut(showLockedOut);
  try {
    state.app = await get("/api/app");
  } catch (error) {
    if (lockedOut) return;
    const again = h("button", { type: "button", on: { click: () => void begin() } }, "Try again");
    fill(main, h("h1", {}, "The dashboard could not begin"), problemBox(problemOf(error)), again);
    return;
  }
  showApp();
  watchNotices();
  watchAlarms();
  watchApp();
  connect();
  document.querySelector(".skip")?.addEventListener("click", (event) => {
    event.preventDefault(); // #main is the address of no view
    main.focus();
  });
  // forms are answered by their views; none of them is sent anywhere
  document.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("hashchange", () => void route());
  // the first reading of AWS may take a while: the frame of the view is there before it
  void readStatus();
  void readShifts();
  await route();
}

void begin();
