/** Tells screen readers how things go: politely, and no more often than they can be read out. */

const PAUSE = 2000;
let last = 0;
let waiting = 0;

/**
 * `text` is read out at the next pause. Of several in a row the newest is.
 * @param {string} text
 */
export function announce(text) {
  clearTimeout(waiting);
  const rest = Math.max(0, last + PAUSE - Date.now());
  waiting = setTimeout(() => {
    last = Date.now();
    const place = document.getElementById("announcer");
    if (place && place.textContent !== text) place.textContent = text;
  }, rest);
}
