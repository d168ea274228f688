/** What the table's stream tells becomes events of users: kept in their history, and passed on. */
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { documents, DynamoActivity } from "@monorepo/database";
import { Logger } from "@monorepo/logger";
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import { environment, logLevel, perEnvironment, resourceName } from "sam-deploy-runtime";

import { queueUrl } from "./queue";
import { handle, type Needs } from "./stream";

const sqs = new SQSClient({});

const needs = perEnvironment((): Needs => {
  const activity = new DynamoActivity(
    documents(),
    resourceName("user-activity"),
    Number(process.env.ACTIVITY_DAYS),
  );
  const url = queueUrl(sqs, resourceName("UserNotifications"));
  return {
    activity,
    send: async (event) => {
      const MessageBody = JSON.stringify(event);
      await sqs.send(new SendMessageCommand({ QueueUrl: await url(), MessageBody }));
    },
    log: new Logger({
      fields: { service: "event-service", environment: environment() },
      level: logLevel,
    }),
  };
});

export const handler = (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> =>
  handle(event, needs());
