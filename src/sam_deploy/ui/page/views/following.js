/**
 * The lines of one log, each once and in order: those of events are held against what was read, by
 * the place where they end in the log, and wait while it is read.
 */

/**
 * @typedef {import("../types.js").Run} Run
 * @typedef {import("../types.js").RunLine} RunLine
 */

/**
 * `whole` gets what is read of the log, `next` each line after that, once `go` was called. `read`
 * may be called again at any time, as after a break.
 * @param {() => Promise<Run>} fetched
 * @param {(run: Run) => void} whole
 * @param {(line: RunLine) => void} next
 */
export function follower(fetched, whole, next) {
  /** @type {RunLine[]} */
  let waiting = [];
  let seen = 0;
  let reading = 0;
  let going = false;
  const release = () => {
    if (reading || !going) return;
    for (const line of waiting.splice(0)) {
      if (line.at <= seen) continue;
      seen = line.at;
      next(line);
    }
  };
  return {
    /** @param {RunLine} line */
    take(line) {
      waiting.push(line);
      release();
    },
    /** Lines are handed on from now on. */
    go() {
      going = true;
      release();
    },
    /** What is read of the log. Raises as `fetched` does; then the lines go on where they were. */
    async read() {
      reading += 1;
      try {
        const run = await fetched();
        // of two readings that cross, one may be older than what is shown already
        if ((run.read_to ?? 0) >= seen) {
          seen = run.read_to ?? 0;
          whole(run);
        }
        return run;
      } finally {
        reading -= 1;
        release();
      }
    },
  };
}
