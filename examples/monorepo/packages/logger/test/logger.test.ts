import assert from "node:assert/strict";
import { test } from "node:test";

import { type Level, Logger } from "@monorepo/logger";

function written(level: Level): { lines: Record<string, unknown>[]; log: Logger } {
  const lines: Record<string, unknown>[] = [];
  const log = new Logger({
    fields: { service: "tests" },
    level: () => level,
    write: (line) => lines.push(JSON.parse(line)),
    now: () => new Date("2026-01-02T03:04:05Z"),
  });
  return { lines, log };
}

test("a line tells when, what, of which service and of which request", () => {
  const { lines, log } = written("INFO");
  log.with({ requestId: "r-1" }).info("saved", { id: "u-1" });
  assert.deepEqual(lines, [
    {
      time: "2026-01-02T03:04:05.000Z",
      level: "INFO",
      message: "saved",
      service: "tests",
      requestId: "r-1",
      id: "u-1",
    },
  ]);
});

test("what is below the level is not written", () => {
  const { lines, log } = written("WARNING");
  log.debug("a");
  log.info("b");
  log.warning("c");
  log.error("d", "text");
  assert.deepEqual(lines.map((each) => each.message), ["c", "d"]);
});

test("an error is told with its place", () => {
  const { lines, log } = written("ERROR");
  log.error("failed", new TypeError("no"));
  const error = lines[0]?.error as Record<string, string>;
  assert.equal(error.name, "TypeError");
  assert.equal(error.message, "no");
  assert.match(error.stack ?? "", /logger\.test/);
});
