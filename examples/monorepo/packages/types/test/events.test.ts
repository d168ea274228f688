import assert from "node:assert/strict";
import { test } from "node:test";

import { isUserEvent, type UserEvent } from "@monorepo/types";

const event: UserEvent = {
  sequence: "1".padStart(40, "0"),
  type: "user.created",
  userId: "u-1",
  email: "ann@example.com",
  name: "Ann",
  at: "2026-01-02T03:04:05.000Z",
  changed: [],
};

test("an event is recognised", () => {
  assert.ok(isUserEvent(event));
  assert.ok(isUserEvent({ ...event, type: "user.updated", changed: ["name"] }));
});

test("nothing else is", () => {
  const { userId, ...without } = event;
  const others = [null, "text", [], without, { ...event, type: userId }, { ...event, changed: [1] }];
  for (const other of others) assert.ok(!isUserEvent(other), JSON.stringify(other));
});
