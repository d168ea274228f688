/** Figures, times and sizes as people read them. Pure. */

const UNITS = ["B", "kB", "MB", "GB"];
const AGES = /** @type {[number, string][]} */ ([
  [86400, "d"],
  [3600, "h"],
  [60, "min"],
]);

/**
 * 52.8 MB; decimal units, as everywhere in sam-deploy.
 * @param {number} count
 */
export function bytes(count) {
  let unit = 0;
  let value = count;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value.toFixed(unit > 1 && value < 100 ? 1 : 0)} ${UNITS[unit]}`;
}

/**
 * 3 d, 5 h, 12 min, or 'now' below a minute.
 * @param {number} then Unix seconds
 * @param {number} [now] Unix seconds
 */
export function age(then, now = Date.now() / 1000) {
  const seconds = Math.max(0, now - then);
  for (const [size, name] of AGES) {
    if (seconds >= size) return `${Math.floor(seconds / size)} ${name}`;
  }
  return "now";
}

/**
 * '3 d ago', or 'just now'.
 * @param {number} then Unix seconds
 * @param {number} [now]
 */
export function ago(then, now = Date.now() / 1000) {
  const text = age(then, now);
  return text === "now" ? "just now" : `${text} ago`;
}

/**
 * 1.5 s, 2 min 05 s, 1 h 03 min.
 * @param {number} seconds
 */
export function duration(seconds) {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${pad(Math.floor(seconds % 60))} s`;
  return `${Math.floor(seconds / 3600)} h ${pad(Math.floor((seconds % 3600) / 60))} min`;
}

/**
 * 2026-01-02 03:10, in the reader's time zone.
 * @param {number} seconds Unix
 */
export function moment(seconds) {
  const d = new Date(seconds * 1000);
  return `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())} ${pad(d.getHours())}:${pad(d.getMinutes())}`;
}

/**
 * 03:10:05, in the reader's time zone.
 * @param {number} seconds Unix
 */
export function clock(seconds) {
  const d = new Date(seconds * 1000);
  return `${pad(d.getHours())}:${pad(d.getMinutes())}:${pad(d.getSeconds())}`;
}

/**
 * 9:05 of time that is left.
 * @param {number} seconds
 */
export function countdown(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${pad(whole % 60)}`;
}

/**
 * Seven characters of a commit, and the + of changed files.
 * @param {string | null | undefined} full
 */
export function commit(full) {
  if (!full) return "";
  return full.slice(0, 7) + (full.endsWith("+") && full.length > 7 ? "+" : "");
}

/**
 * The name at the end of an ARN, or what is there.
 * @param {string} arn
 */
export function person(arn) {
  return arn.split(/[/:]/).pop() || arn;
}

/**
 * ISO 8601 in UTC as Unix seconds; 0 for what is none.
 * @param {string} iso
 */
export function unix(iso) {
  const zoned = /([zZ]|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`;
  return (Date.parse(zoned) || 0) / 1000;
}

/**
 * '1 function', '2 functions'.
 * @param {number} count
 * @param {string} noun
 */
export function counted(count, noun) {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * A fraction as a percentage: 10 %, 0.4 %.
 * @param {number} fraction
 */
export function percent(fraction) {
  const value = fraction * 100;
  return `${value > 0 && value < 10 && value % 1 ? value.toFixed(1) : Math.round(value)} %`;
}

/** @param {number} number */
function pad(number) {
  return String(number).padStart(2, "0");
}
