/** Tells those who have subscribed to the topic what happens to users. */
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { documents, DynamoActivity } from "@monorepo/database";
import { Logger } from "@monorepo/logger";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import {
  environment,
  logLevel,
  perEnvironment,
  resourceArn,
  resourceName,
  setting,
} from "sam-deploy-runtime";

import { handle, type Needs } from "./messages";

const sns = new SNSClient({});

const needs = perEnvironment((): Needs => {
  const topic = resourceArn("UserNews");
  return {
    activity: new DynamoActivity(
      documents(),
      resourceName("user-activity"),
      Number(process.env.ACTIVITY_DAYS),
    ),
    publish: async ({ subject, text, type }) => {
      const MessageAttributes = { type: { DataType: "String", StringValue: type } };
      const given = { TopicArn: topic, Subject: subject, Message: text, MessageAttributes };
      await sns.send(new PublishCommand(given));
    },
    product: () => setting("PRODUCT_NAME"),
    log: new Logger({
      fields: { service: "notification-service", environment: environment() },
      level: logLevel,
    }),
    now: () => new Date(),
  };
});

export const handler = (event: SQSEvent): Promise<SQSBatchResponse> => handle(event, needs());
