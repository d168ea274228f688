/** Measurements of a canary, added up by version and time. Pure. */

/**
 * @typedef {{time: number, invocations: number, errors: number, rate: number, p50: number | null}} Point
 * @typedef {Map<string, Point[]>} ByVersion
 */

/**
 * Of one region, or of all where `region` is empty. Versions are in the order of their numbers.
 * @param {import("../types.js").Sample[]} series
 * @param {string} region
 * @returns {ByVersion}
 */
export function byVersion(series, region) {
  /** @type {Map<string, Map<number, Point>>} */
  const sums = new Map();
  for (const each of series) {
    if (region && each.region !== region) continue;
    const times = sums.get(each.version) ?? new Map();
    sums.set(each.version, times);
    const point = times.get(each.time) ?? { time: each.time, invocations: 0, errors: 0, rate: 0, p50: null };
    times.set(each.time, point);
    point.invocations += each.invocations;
    point.errors += each.errors;
    point.rate = point.invocations ? point.errors / point.invocations : 0;
    // the slowest region is the one to know of: medians cannot be added up
    if (each.duration_p50_ms !== null) point.p50 = Math.max(point.p50 ?? 0, each.duration_p50_ms);
  }
  // where functions move from and to different versions, these are called old and new
  const place = (/** @type {string} */ version) => (version === "old" ? -1 : version === "new" ? Infinity : Number(version));
  const versions = [...sums.keys()].sort((a, b) => place(a) - place(b));
  return new Map(versions.map((version) => [version, [...(sums.get(version)?.values() ?? [])].sort((a, b) => a.time - b.time)]));
}

/**
 * A version as people call it: version 47, the old version.
 * @param {string} version
 */
export function called(version) {
  return /^\d/.test(version) ? `version ${version}` : `the ${version} version`;
}

/**
 * Every moment that was measured, the oldest first.
 * @param {ByVersion} versions
 */
export function moments(versions) {
  return [...new Set([...versions.values()].flatMap((points) => points.map((each) => each.time)))].sort((a, b) => a - b);
}

/**
 * When each step began: the first with the canary, the present one as the server says, those
 * between them as far as the plan tells.
 * @param {import("../types.js").Shift} shift
 * @returns {{time: number, percent: number}[]}
 */
export function stepTimes(shift) {
  /** @type {{time: number, percent: number}[]} */
  const times = [];
  let time = shift.started ?? shift.began ?? 0;
  shift.steps.slice(0, shift.step).forEach((step, index) => {
    if (index === shift.step - 1 && shift.began) time = shift.began;
    times.push({ time, percent: step.percent });
    time += step.minutes * 60;
  });
  return times;
}
