/** Records of the stream, one after the other: the changes of a user keep their order. */
import type { AttributeValue as Attribute } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { type ActivityStore, LOCK } from "@monorepo/database";
import type { Logger } from "@monorepo/logger";
import type { Activity, User, UserChange, UserEvent } from "@monorepo/types";
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";

export interface Needs {
  readonly activity: ActivityStore;
  readonly send: (event: UserEvent) => Promise<void>;
  readonly log: Logger;
}

const CHANGES: Readonly<Record<string, UserChange>> = {
  INSERT: "user.created",
  MODIFY: "user.updated",
  REMOVE: "user.deleted",
};
const DIGITS = 40; // DynamoDB Streams, StreamRecord
/** Every change has other ones, and nobody asks for them. */
const BOOKKEEPING: ReadonlySet<string> = new Set(["version", "updatedAt"]);

/** Handle records up to the first that fails; Lambda brings it, and all after it, again. */
export async function handle(
  event: DynamoDBStreamEvent,
  needs: Needs,
): Promise<DynamoDBBatchResponse> {
  for (const record of event.Records) {
    try {
      await handleOne(record, needs);
    } catch (error) {
      needs.log.error("a record failed", error, { sequence: record.dynamodb?.SequenceNumber });
      return { batchItemFailures: [{ itemIdentifier: record.dynamodb?.SequenceNumber ?? "" }] };
    }
  }
  return { batchItemFailures: [] };
}

async function handleOne(record: DynamoDBRecord, needs: Needs): Promise<void> {
  const event = eventOf(record);
  if (!event) return;
  await needs.activity.record(activityOf(event));
  await needs.send(event);
  needs.log.info(event.type, { userId: event.userId, changed: event.changed });
}

/** Return what a record tells of a user; nothing for items that are no users. */
export function eventOf(record: DynamoDBRecord): UserEvent | undefined {
  const type = CHANGES[record.eventName ?? ""];
  const before = imageOf(record.dynamodb?.OldImage);
  const after = imageOf(record.dynamodb?.NewImage);
  const user = after ?? before;
  if (!type || !user || user.id.startsWith(LOCK)) return undefined;
  const { SequenceNumber, ApproximateCreationDateTime: seconds } = record.dynamodb ?? {};
  if (!SequenceNumber || seconds === undefined) throw new Error("a record without number or time");
  return {
    sequence: SequenceNumber.padStart(DIGITS, "0"),
    type,
    userId: user.id,
    email: user.email,
    name: user.name,
    at: new Date(seconds * 1000).toISOString(),
    changed: before && after ? changedIn(before, after) : [],
  };
}

function imageOf(image: Record<string, unknown> | undefined): User | undefined {
  // The types of Lambda's events and of the SDK say the same in other words.
  return image ? (unmarshall(image as Record<string, Attribute>) as User) : undefined;
}

function changedIn(before: User, after: User): string[] {
  const names = Object.keys(after) as (keyof User)[];
  return names.filter((name) => !BOOKKEEPING.has(name) && before[name] !== after[name]).sort();
}

function activityOf({ userId, sequence, type, at, changed }: UserEvent): Activity {
  return { userId, sequence, type, at, detail: changed.join(", ") };
}
