import assert from "node:assert/strict";
import { test } from "node:test";

import { Logger } from "@monorepo/logger";
import type { Activity, UserEvent } from "@monorepo/types";
import type { SQSRecord } from "aws-lambda";

import { handle, type Needs, type Notification, notificationOf } from "../src/messages";

const event: UserEvent = {
  sequence: "7".padStart(40, "0"),
  type: "user.created",
  userId: "u-1",
  email: "ann@example.com",
  name: "Ann",
  at: "2026-01-02T03:04:05.000Z",
  changed: [],
};
const message = (id: string, body: string): SQSRecord => ({ messageId: id, body }) as SQSRecord;

function needs(fails = false) {
  const published: Notification[] = [];
  const kept: Activity[] = [];
  const lines: Record<string, unknown>[] = [];
  const made: Needs = {
    activity: {
      has: async (one) => kept.some((each) => each.sequence === one.sequence),
      of: async () => kept,
      record: async (one) => void kept.push(one),
    },
    publish: async (notification) => {
      if (fails) throw new Error("the topic does not answer");
      published.push(notification);
    },
    product: async () => "Users",
    log: new Logger({
      fields: {},
      level: () => "INFO",
      write: (line) => lines.push(JSON.parse(line)),
    }),
    now: () => new Date("2026-01-02T03:04:07Z"),
  };
  return { made, published, kept, lines };
}

test("an event is published once, however often it comes", async () => {
  const { made, published, kept, lines } = needs();
  const Records = [message("m-1", JSON.stringify(event))];
  assert.deepEqual(await handle({ Records }, made), { batchItemFailures: [] });
  assert.deepEqual(await handle({ Records }, made), { batchItemFailures: [] });
  assert.deepEqual(published, [
    {
      subject: "Users: user.created",
      text: "Ann <ann@example.com> has registered.",
      type: "user.created",
    },
  ]);
  assert.deepEqual(kept.map(({ type, detail }) => [type, detail]), [
    ["notification.sent", "user.created"],
  ]);
  assert.deepEqual(lines.map((each) => each.seconds ?? each.message), [2, "sent before"]);
});

test("a message that cannot be handled comes again by itself", async () => {
  const { made, published } = needs();
  const Records = [
    message("m-1", "no JSON"),
    message("m-2", JSON.stringify(event)),
    message("m-3", JSON.stringify({ ...event, type: "user.wondered" })),
  ];
  assert.deepEqual(await handle({ Records }, made), {
    batchItemFailures: [{ itemIdentifier: "m-1" }, { itemIdentifier: "m-3" }],
  });
  assert.equal(published.length, 1);
});

test("what was not published is not kept as sent", async () => {
  const { made, kept } = needs(true);
  const answered = await handle({ Records: [message("m-1", JSON.stringify(event))] }, made);
  assert.deepEqual(answered, { batchItemFailures: [{ itemIdentifier: "m-1" }] });
  assert.deepEqual(kept, []);
});

test("a subject is one line of at most 100 letters of ASCII", () => {
  const { subject } = notificationOf(event, `Zoë\n${"x".repeat(200)}`);
  assert.match(subject, /^Zo\?x+$/);
  assert.equal(subject.length, 100);
});
