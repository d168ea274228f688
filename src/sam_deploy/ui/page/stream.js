/**
 * The server's events. Connects again by itself, and then reads anew what may have been missed.
 *
 * A browser has six connections to this address for all of its tabs, and a stream takes one: with six
 * tabs nothing else would get through, neither a reading nor Stop. So a tab that nobody sees lets go
 * of its stream. Given up is what such a tab would notice: when an alarm changed meanwhile is told as
 * of its return, and nothing is announced. Its title tells no state, and what a job asks waits.
 */

import { get } from "./api.js";
import { tell, state } from "./state.js";

const AGAIN = 2000;
/** Who looks into another tab and comes back at once is spared a new beginning. */
const REST = 2000;
/** @type {EventSource | null} */
let source = null;
let connected = false;
let wasConnected = false;
let resting = false;
let rest = 0;

/** Events arrive in `state` and are told by topic, from now on, while the tab is seen. */
export function connect() {
  document.addEventListener("visibilitychange", () => {
    clearTimeout(rest);
    if (document.hidden) rest = setTimeout(letGo, REST);
    else if (resting) open();
  });
  if (document.hidden) letGo();
  else open();
}

function letGo() {
  source?.close();
  source = null;
  resting = true;
}

function open() {
  source?.close();
  source = new EventSource("/api/events");
  source.onopen = () => {
    const lost = wasConnected && !connected;
    const again = lost || resting;
    connected = wasConnected = true;
    resting = false;
    tell("connection", { connected, again, lost });
    if (again) void refresh();
  };
  source.onerror = () => {
    connected = false;
    tell("connection", { connected, again: false, lost: true });
    // closed: the server answered with an error, and the browser will not try again
    if (source?.readyState === EventSource.CLOSED) setTimeout(reopen, AGAIN);
  };
  hear("status", takeStatus);
  hear("shifts", (data) => {
    state.shifts = data.shifts;
    tell("shifts", data);
  });
  hear("run", (data) => tell("run", data));
  hear("progress", (data) => tell("progress", data));
  // more has happened than the server keeps for who was away
  hear("gap", () => {
    tell("connection", { connected: true, again: true, lost: true });
    void refresh();
  });
  hear("job", (data) => {
    state.jobs.set(data.job, data);
    tell("job", data);
  });
}

async function reopen() {
  // a 401 is told by the call itself; anything else is tried for as long as the page is open
  await get("/api/app").catch(() => null);
  if (source?.readyState === EventSource.CLOSED) open();
}

/**
 * @param {string} name
 * @param {(data: any) => void} listener
 */
function hear(name, listener) {
  source?.addEventListener(name, (event) => listener(JSON.parse(/** @type {MessageEvent} */ (event).data)));
}

/** Status and shifts are read anew; views that show more do the same when they hear `again`. */
export async function refresh() {
  await Promise.all([readStatus(), readShifts()]);
}

/** The newest status is in `state`, or why there is none. */
export async function readStatus() {
  try {
    takeStatus(await get("/api/status"));
  } catch (error) {
    state.statusProblem = /** @type {any} */ (error).problem ?? { what: String(error) };
    tell("status", state.status);
  }
}

/**
 * The newer of two readings is kept: an answer may come after an event that tells more.
 * @param {import("./types.js").Status} status
 */
function takeStatus(status) {
  if (!state.status || status.read >= state.status.read) state.status = status;
  state.statusProblem = null;
  tell("status", state.status);
}

/** The shifts under way are in `state`. */
export async function readShifts() {
  try {
    state.shifts = (await get("/api/shifts")).shifts;
    tell("shifts", { shifts: state.shifts });
  } catch {
    // what was known stays; the banner tells that the connection is lost
  }
}

/** The releases are in `state`. */
export async function readHistory() {
  state.history = await get("/api/history");
  tell("history", state.history);
  return state.history;
}
