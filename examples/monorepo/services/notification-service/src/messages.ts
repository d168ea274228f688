/** Messages of the queue, side by side: each of them succeeds or fails by itself. */
import type { ActivityStore } from "@monorepo/database";
import type { Logger } from "@monorepo/logger";
import { type Activity, isUserEvent, type UserEvent } from "@monorepo/types";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";

export interface Notification {
  readonly subject: string;
  readonly text: string;
  readonly type: UserEvent["type"];
}

export interface Needs {
  readonly activity: ActivityStore;
  readonly publish: (notification: Notification) => Promise<void>;
  /** What users know the product as. */
  readonly product: () => Promise<string>;
  readonly log: Logger;
  readonly now: () => Date;
}

const SUBJECT_MOST = 100; // SNS, Publish

/** Handle all messages; those that fail come again, and end in the dead-letter queue. */
export async function handle(event: SQSEvent, needs: Needs): Promise<SQSBatchResponse> {
  const failed = await Promise.all(event.Records.map((record) => fails(record, needs)));
  const failures = event.Records.filter((_, index) => failed[index]);
  return { batchItemFailures: failures.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

async function fails(record: SQSRecord, needs: Needs): Promise<boolean> {
  try {
    await handleOne(record, needs);
    return false;
  } catch (error) {
    needs.log.error("a message failed", error, { messageId: record.messageId });
    return true;
  }
}

async function handleOne(record: SQSRecord, needs: Needs): Promise<void> {
  const event: unknown = JSON.parse(record.body);
  if (!isUserEvent(event)) throw new Error("the message is no event of a user");
  const sent: Activity = {
    userId: event.userId,
    sequence: event.sequence,
    type: "notification.sent",
    at: event.at,
    detail: event.type,
  };
  if (await needs.activity.has(sent)) {
    needs.log.info("sent before", { sequence: event.sequence });
    return;
  }
  await needs.publish(notificationOf(event, await needs.product()));
  await needs.activity.record(sent);
  const seconds = (needs.now().getTime() - Date.parse(event.at)) / 1000;
  needs.log.info("sent", { sequence: event.sequence, type: event.type, seconds });
}

/** Return what subscribers read. A subject is one line of ASCII, as SNS wants it. */
export function notificationOf(event: UserEvent, product: string): Notification {
  const what = {
    "user.created": `${event.name} <${event.email}> has registered.`,
    "user.updated": `${event.name} <${event.email}> has changed: ${event.changed.join(", ")}.`,
    "user.deleted": `${event.name} <${event.email}> is gone.`,
  }[event.type];
  const subject = `${product}: ${event.type}`.replace(/[^\x20-\x7e]+/g, "?");
  return { subject: subject.slice(0, SUBJECT_MOST), text: what, type: event.type };
}
