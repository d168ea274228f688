/** What is served where, put together from the status and the releases. Pure. */

import { commit, unix } from "../format.js";

/**
 * @typedef {import("../types.js").Row} Row
 * @typedef {{commit: string, moved: number}} Origin The commit of a version, and when it was moved here.
 * @typedef {{release: string | null, regions: number, agree: number, drifting: number, hot: number, unread: number, shifting: number, deployed: boolean}} Summary
 */

/** @param {string} environment @param {string} name @param {string} region */
export function keyOf(environment, name, region) {
  return `${environment}/${name}/${region}`;
}

/**
 * Rows by environment, function and region.
 * @param {import("../types.js").Status | null} status
 * @returns {Map<string, Row>}
 */
export function rowsByKey(status) {
  const rows = new Map();
  for (const row of status?.rows ?? []) rows.set(keyOf(row.environment, row.function, row.region), row);
  return rows;
}

/**
 * Where each served version comes from, by environment, function and region.
 * @param {import("../types.js").App} app
 * @param {import("../types.js").History | null} history the newest first
 * @returns {Map<string, Origin>}
 */
export function origins(app, history) {
  /** @type {Map<string, Origin>} */
  const found = new Map();
  /** @type {Map<string, string>} */
  const names = new Map();
  for (const { name, function_name } of app.functions) {
    if (function_name) names.set(function_name, name);
    for (const { name: environment } of app.environments) {
      const title = environment.charAt(0).toUpperCase() + environment.slice(1);
      // the second in one stack for all environments, the third in stacks of an environment's own
      for (const onAws of [name, `${name}Function`, `${name}${title}Function`]) {
        if (!names.has(onAws)) names.set(onAws, name);
      }
    }
  }
  for (const release of history?.releases ?? []) {
    const made = unix(release.made);
    for (const each of release.functions) {
      const key = keyOf(release.environment, names.get(each.function) ?? each.function, each.region);
      const known = found.get(key);
      if (!known) found.set(key, { commit: commit(each.commit), moved: each.moved ? made : 0 });
      else if (!known.moved && each.moved) known.moved = made;
    }
  }
  return found;
}

/**
 * One line about an environment.
 * @param {Row[]} rows of the environment
 * @param {Set<string>} unreachable regions
 * @returns {Summary}
 */
export function summaryOf(rows, unreachable) {
  /** @type {Map<string, boolean>} */
  const agreeing = new Map();
  const summary = { release: null, regions: 0, agree: 0, drifting: 0, hot: 0, unread: 0, shifting: 0, deployed: false };
  for (const row of rows) {
    const silent = unreachable.has(row.region);
    const fine = !silent && row.version !== null && !row.drift && !row.hot;
    agreeing.set(row.region, (agreeing.get(row.region) ?? true) && fine);
    summary.release = /** @type {any} */ (summary.release ?? row.release);
    summary.deployed ||= row.version !== null;
    if (row.drift) summary.drifting += 1;
    if (row.hot) summary.hot += 1;
    if (Object.keys(row.weights).length) summary.shifting += 1;
  }
  summary.regions = new Set([...agreeing.keys(), ...unreachable]).size;
  summary.agree = [...agreeing.values()].filter(Boolean).length;
  summary.unread = unreachable.size;
  return summary;
}

/**
 * The sentence of a summary. `known` is false where nothing could be read: what there is, is old.
 * @param {string} environment
 * @param {Summary} it
 * @param {boolean} known
 */
export function sentenceOf(environment, it, known) {
  if (!known) return `It is not known what ${environment} serves now${it.deployed ? `; it was ${it.release ?? "what the first deployment put there"} when it was last read` : ""}`;
  if (!it.deployed && it.unread) return `It is not known what ${environment} serves: not every region answers`;
  if (!it.deployed) return `${environment} serves nothing yet`;
  if (!it.release && it.unread) return `${environment} serves something; which release that is could not be read`;
  if (!it.release) return `${environment} serves what the first deployment put there; nothing was released to it yet`;
  return `${environment} serves ${it.release} in ${it.agree} of ${it.regions} regions`;
}
