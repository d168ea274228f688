import assert from "node:assert/strict";
import { test } from "node:test";

import { Logger } from "@monorepo/logger";
import type { Activity, UserEvent } from "@monorepo/types";
import type { DynamoDBRecord } from "aws-lambda";

import { eventOf, handle, type Needs } from "../src/stream";

const ann = (name: string, version: string) => ({
  id: { S: "u-1" },
  email: { S: "ann@example.com" },
  name: { S: name },
  version: { N: version },
});
const created: DynamoDBRecord = {
  eventName: "INSERT",
  dynamodb: {
    SequenceNumber: "7",
    ApproximateCreationDateTime: 1767323045,
    NewImage: ann("Ann", "1"),
  },
};
const renamed: DynamoDBRecord = {
  eventName: "MODIFY",
  dynamodb: {
    SequenceNumber: "8",
    ApproximateCreationDateTime: 1767323046,
    OldImage: ann("Ann", "1"),
    NewImage: ann("Anna", "2"),
  },
};

function needs(fails: (event: UserEvent) => boolean = () => false) {
  const sent: UserEvent[] = [];
  const kept: Activity[] = [];
  const lines: string[] = [];
  const made: Needs = {
    activity: {
      has: async () => false,
      of: async () => kept,
      record: async (activity) => void kept.push(activity),
    },
    send: async (event) => {
      if (fails(event)) throw new Error("the queue does not answer");
      sent.push(event);
    },
    log: new Logger({ fields: {}, level: () => "INFO", write: (line) => lines.push(line) }),
  };
  return { made, sent, kept, lines };
}

test("a record becomes an event, with what has changed", () => {
  assert.deepEqual(eventOf(created), {
    sequence: "7".padStart(40, "0"),
    type: "user.created",
    userId: "u-1",
    email: "ann@example.com",
    name: "Ann",
    at: "2026-01-02T03:04:05.000Z",
    changed: [],
  });
  assert.deepEqual(eventOf(renamed)?.changed, ["name"]);
  assert.equal(eventOf(renamed)?.name, "Anna");
  const gone = { ...renamed.dynamodb, NewImage: undefined } as DynamoDBRecord["dynamodb"] & {};
  assert.equal(eventOf({ eventName: "REMOVE", dynamodb: gone })?.type, "user.deleted");
});

test("items that are no users are passed over", async () => {
  const lock = { id: { S: "email#ann@example.com" }, owner: { S: "u-1" } };
  const record: DynamoDBRecord = {
    eventName: "INSERT",
    dynamodb: { SequenceNumber: "6", ApproximateCreationDateTime: 1767323045, NewImage: lock },
  };
  const { made, sent, kept } = needs();
  assert.deepEqual(await handle({ Records: [record] }, made), { batchItemFailures: [] });
  assert.deepEqual([sent, kept], [[], []]);
});

test("every change is kept and passed on, in its order", async () => {
  const { made, sent, kept } = needs();
  assert.deepEqual(await handle({ Records: [created, renamed] }, made), { batchItemFailures: [] });
  assert.deepEqual(sent.map(({ type }) => type), ["user.created", "user.updated"]);
  assert.deepEqual(kept.map(({ type, detail }) => [type, detail]), [
    ["user.created", ""],
    ["user.updated", "name"],
  ]);
});

test("what fails ends the batch: nothing after it goes before it", async () => {
  const { made, sent, lines } = needs(({ type }) => type === "user.created");
  const answered = await handle({ Records: [created, renamed] }, made);
  assert.deepEqual(answered, { batchItemFailures: [{ itemIdentifier: "7" }] });
  assert.deepEqual(sent, []);
  assert.match(lines.join("\n"), /the queue does not answer/);
});

test("a record that cannot be read is told by its number", async () => {
  const broken = { ...created, dynamodb: { ...created.dynamodb } };
  delete broken.dynamodb.ApproximateCreationDateTime;
  const { made } = needs();
  const answered = await handle({ Records: [broken] }, made);
  assert.deepEqual(answered, { batchItemFailures: [{ itemIdentifier: "7" }] });
});
