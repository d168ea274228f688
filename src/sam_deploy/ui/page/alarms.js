/** When alarms changed while the page was open: the server tells their state, not its past. */

import { on } from "./state.js";

/** @typedef {{environment: string, time: number, region: string, name: string, state: string}} Change */

/** @type {Change[]} */
const changes = [];
/** @type {Map<string, string>} */
const last = new Map();

/** Changes are kept from now on. */
export function watchAlarms() {
  on("shifts", ({ shifts }) => {
    for (const shift of /** @type {import("./types.js").Shift[]} */ (shifts)) {
      for (const { region, alarms } of shift.regions) for (const alarm of alarms) note(shift.environment, region, alarm);
    }
  });
}

/**
 * @param {string} environment
 * @param {string} region
 * @param {{name: string, state: string}} alarm
 */
function note(environment, region, { name, state }) {
  const key = `${environment}/${region}/${name}`;
  const before = last.get(key);
  last.set(key, state);
  if (before === state || (before === undefined && state !== "ALARM")) return;
  changes.push({ environment, time: Date.now() / 1000, region, name, state });
}

/**
 * The changes in an environment, the oldest first.
 * @param {string} environment
 */
export function alarmChanges(environment) {
  return changes.filter((each) => each.environment === environment);
}
