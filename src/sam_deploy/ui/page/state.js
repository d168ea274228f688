/** What the page knows, and who wants to hear of it. Views read here and never keep a copy. */

/**
 * @typedef {object} State
 * @property {import("./types.js").App} app
 * @property {import("./types.js").Status | null} status
 * @property {import("./types.js").History | null} history
 * @property {import("./types.js").Shift[]} shifts
 * @property {Map<string, import("./types.js").Job>} jobs
 * @property {import("./types.js").Problem | null} statusProblem
 */

/** @type {State} */
export const state = {
  app: {
    name: "",
    version: "",
    target: "",
    account: "",
    home_region: "",
    regions: [],
    topology: "",
    environments: [],
    functions: [],
    commands: {},
  },
  status: null,
  history: null,
  shifts: [],
  jobs: new Map(),
  statusProblem: null,
};

/** @typedef {"status" | "history" | "shifts" | "run" | "progress" | "job" | "connection"} Topic */

/** @type {Map<string, Set<(data: any) => void>>} */
const listeners = new Map();

/**
 * `listener` hears of `topic` until the returned function is called.
 * @param {Topic} topic
 * @param {(data: any) => void} listener
 * @returns {() => void}
 */
export function on(topic, listener) {
  const those = listeners.get(topic) ?? new Set();
  listeners.set(topic, those);
  those.add(listener);
  return () => those.delete(listener);
}

/**
 * Everybody who listens to `topic` has heard `data`.
 * @param {Topic} topic
 * @param {any} [data]
 */
export function tell(topic, data) {
  for (const listener of [...(listeners.get(topic) ?? [])]) listener(data);
}

/**
 * An environment's title, such as Production, or its name.
 * @param {string} name
 */
export function titleOf(name) {
  return state.app.environments.find((each) => each.name === name)?.title || name;
}

/**
 * A command as it is typed for this project, with nothing behind it.
 * @param {string} name such as status, or release show
 */
export function commandOf(name) {
  const program = (state.app.commands.status ?? "sam-deploy status").replace(/ status$/, "");
  return `${program} ${name}`;
}
