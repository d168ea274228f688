/** The lines of a run's log, added up to what a screen shows of it. How far it is says the server. Pure. */

const MOST_LINES = 2000;
const FAILED = /FAILED|ROLLBACK/;

/**
 * @typedef {{time: number, level: "info" | "warning" | "error" | "debug", region: string, text: string}} Line
 * @typedef {{time: number, region: string, stack: string, logical_id: string, resource_type: string, status: string, reason: string, failed: boolean}} StackLine
 *
 * @typedef {object} Tally
 * @property {string} phase
 * @property {string} building
 * @property {number} built
 * @property {import("../types.js").Progress} progress
 * @property {Map<string, import("../parts/lanes.js").Lane>} lanes
 * @property {Line[]} lines
 * @property {StackLine[]} stack
 * @property {{title: string, columns: string[], rows: string[][]}[]} listings
 * @property {number} moved
 * @property {string} waiting
 * @property {import("../types.js").RunEvent | null} began
 * @property {import("../types.js").RunEvent | null} ended
 */

/** @returns {Tally} */
export function tally() {
  return {
    phase: "",
    building: "",
    built: 0,
    progress: { percent: null, seconds_left: null },
    lanes: new Map(),
    lines: [],
    stack: [],
    listings: [],
    moved: 0,
    waiting: "",
    began: null,
    ended: null,
  };
}

/**
 * Take an event into account.
 * @param {Tally} it
 * @param {import("../types.js").RunEvent} event
 */
export function add(it, event) {
  ADDERS[event.type]?.(it, event);
}

/** @type {Record<string, (it: Tally, event: import("../types.js").RunEvent) => void>} */
const ADDERS = {
  RunStarted: (it, event) => void (it.began = event),
  RunEnded(it, event) {
    it.ended = event;
    it.waiting = "";
  },
  PhaseStarted(it, event) {
    it.phase = event.title || event.phase;
    it.waiting = it.building = "";
    line(it, event, "info", it.phase);
  },
  Note: (it, event) => line(it, event, event.level === "warning" ? "warning" : "info", event.message),
  Listing: (it, { title, columns, rows }) => void it.listings.push({ title, columns, rows }),
  BuildProgress: (it, { unit, step, detail }) => void (it.building = `${unit}: ${step} ${detail ?? ""}`.trim()),
  BuildFinished(it, event) {
    it.built = event.index;
    line(it, event, "info", `${event.kind} ${event.unit} ${event.reused ? "is up to date" : `built in ${event.seconds.toFixed(1)} s`} (${event.index}/${event.total})`);
  },
  StepStarted(it, event) {
    const lane = laneOf(it, event.region);
    Object.assign(lane, { step: event.index, of: event.total, text: named(event), kind: "busy" });
  },
  StepFinished(it, event) {
    if (event.detail) line(it, event, "info", `${named(event)}: ${event.detail}`);
  },
  StackEvent(it, event) {
    const failed = FAILED.test(event.status);
    const { time, region, stack, logical_id, resource_type, status, reason = "" } = event;
    push(it.stack, { time, region, stack, logical_id, resource_type, status, reason, failed });
    laneOf(it, region).text = `${stack}: ${logical_id} ${status}`;
  },
  Waiting(it, event) {
    it.waiting = `${event.what}, at most ${Math.round(event.at_most_seconds)} s`;
    if (event.region) laneOf(it, event.region).text = `waits for ${event.what}`;
  },
  RegionFinished(it, event) {
    const lane = laneOf(it, event.region);
    const failed = event.outcome === "failed";
    Object.assign(lane, { kind: failed ? "bad" : "good", step: failed ? lane.step : lane.of, text: `${event.stack} ${event.outcome}` });
    line(it, event, failed ? "error" : "info", `${event.stack} ${event.outcome} in ${event.seconds.toFixed(1)} s`);
  },
  AliasMoved(it, event) {
    it.moved += 1;
    const part = event.weight < 1 ? `, ${Math.round(event.weight * 100)} % of the calls` : "";
    line(it, event, "info", `${event.function}: ${event.alias} ${event.previous || "–"} → ${event.version}${part}`);
  },
  ShiftStep: (it, event) => line(it, event, "info", `step ${event.step} of ${event.steps}: ${Math.round(event.weight * 100)} % of the calls`),
  ShiftLook(it, event) {
    const why = event.reasons?.length ? `: ${event.reasons.join("; ")}` : "";
    line(it, event, event.verdict === "back" ? "error" : event.verdict === "hold" ? "warning" : "info", `${event.verdict}, ${event.calls} calls, ${event.errors} errors${why}`);
  },
  LogRecord(it, event) {
    const level = /error|critical/i.test(event.level) ? "error" : /warn/i.test(event.level) ? "warning" : "debug";
    line(it, event, level, `${event.logger}: ${event.message}`);
  },
};

/** @param {import("../types.js").RunEvent} event */
function named(event) {
  return event.stack ? `${event.stack}: ${event.step}` : event.step;
}

/**
 * @param {Tally} it
 * @param {string} region
 * @returns {import("../parts/lanes.js").Lane}
 */
function laneOf(it, region) {
  let lane = it.lanes.get(region);
  if (!lane) {
    lane = { region, step: 0, of: 8, text: "", kind: "busy" };
    it.lanes.set(region, lane);
  }
  return lane;
}

/**
 * @param {Tally} it
 * @param {import("../types.js").RunEvent} event
 * @param {Line["level"]} level
 * @param {string} text
 */
function line(it, event, level, text) {
  push(it.lines, { time: event.time, level, region: event.region ?? "", text });
}

/**
 * @template T
 * @param {T[]} list
 * @param {T} item
 */
function push(list, item) {
  list.push(item);
  // the log on disk has all of it; a page that is left open must not grow for ever
  if (list.length > MOST_LINES) list.splice(0, list.length - MOST_LINES);
}
