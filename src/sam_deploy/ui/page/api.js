/** Calls of the server. What it refuses becomes a `Refusal` with the product's four parts. */

/** An answer that is an error. `status` is 0 when there was no answer at all. */
export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {import("./types.js").Problem} problem
   */
  constructor(status, problem) {
    super(problem.what);
    this.status = status;
    this.problem = problem;
  }
}

/** @type {(problem: import("./types.js").Problem) => void} */
let lockedOut = () => {};

/**
 * `listener` is called when the server no longer knows this browser.
 * @param {(problem: import("./types.js").Problem) => void} listener
 */
export function whenLockedOut(listener) {
  lockedOut = listener;
}

/**
 * The document at `path`. Raises `Refusal`.
 * @param {string} path
 * @returns {Promise<any>}
 */
export function get(path) {
  return ask(path, { headers: { accept: "application/json" } });
}

/**
 * What the server answers to `body`. Raises `Refusal`.
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<any>}
 */
export function post(path, body = {}) {
  return ask(path, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(body),
  });
}

/**
 * @param {string} path
 * @param {RequestInit} options
 */
async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(path, { credentials: "same-origin", cache: "no-store", ...options });
  } catch {
    throw new Refusal(0, {
      what: "The dashboard's server did not answer",
      why: "nothing listens at this address any more, or the connection was cut",
      hint: "look at the terminal that runs `sam-deploy ui`",
    });
  }
  const document = await answer.json().catch(() => null);
  if (answer.ok) return document;
  const problem = document?.error ?? { what: `The server answered ${answer.status}`, why: answer.statusText };
  if (answer.status === 401) lockedOut(problem);
  throw new Refusal(answer.status, problem);
}

/**
 * What to show for anything that was thrown.
 * @param {unknown} error
 * @returns {import("./types.js").Problem}
 */
export function problemOf(error) {
  if (error instanceof Refusal) return error.problem;
  return { what: "The page has a bug", why: String(error), hint: "reload the page; `sam-deploy status` shows the same" };
}
