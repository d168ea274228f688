/** Addresses behind the #: `#/history/prod-12?with=prod-11` is a path and a query. */

/**
 * @typedef {{path: string[], query: URLSearchParams}} Address
 */

/**
 * The parts of an address. Pure.
 * @param {string} hash
 * @returns {Address}
 */
export function parse(hash) {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  return { path: path.split("/").filter(Boolean).map(decode), query: new URLSearchParams(query) };
}

/**
 * The address of a view. Empty values are left out. Pure.
 * @param {string[]} path
 * @param {Record<string, string>} [query]
 */
export function address(path, query = {}) {
  const kept = Object.entries(query).filter(([, value]) => value !== "");
  const tail = kept.length ? `?${new URLSearchParams(kept)}` : "";
  return `#/${path.map(encodeURIComponent).join("/")}${tail}`;
}

/**
 * The address is shown in the browser, without opening the view anew or a step for the back button.
 * @param {string[]} path
 * @param {Record<string, string>} query
 */
export function remember(path, query) {
  history.replaceState(null, "", address(path, query));
}

/** @param {string} part */
function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
