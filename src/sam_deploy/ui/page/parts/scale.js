/** Ticks for plots. Pure. */

/**
 * Round figures from 0 up to at least `most`, about `count` of them.
 * @param {number} most
 * @param {number} [count]
 * @returns {number[]}
 */
export function ticks(most, count = 3) {
  const top = most > 0 ? most : 1;
  const rough = top / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= rough) ?? rough;
  const found = [];
  for (let at = 0; at < top + step * 0.999; at += step) found.push(Number(at.toPrecision(6)));
  return found;
}

/**
 * Whole minutes between two moments, at most about `count`.
 * @param {number} from Unix seconds
 * @param {number} to
 * @param {number} [count]
 * @returns {number[]}
 */
export function minuteTicks(from, to, count = 5) {
  const steps = [15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600];
  const step = steps.find((each) => (to - from) / each <= count) ?? 86400;
  const found = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) found.push(at);
  return found;
}
