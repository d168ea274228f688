/** The API of the users: what the service needs, for the environment of the call. */
import { documents, DynamoActivity, DynamoUsers } from "@monorepo/database";
import { Logger } from "@monorepo/logger";
import type { HttpAnswer, HttpRequest } from "@monorepo/utils";
import type { Context } from "aws-lambda";
import { environment, logLevel, perEnvironment, resourceName, setting } from "sam-deploy-runtime";

import { type Needs, handle } from "./api";

const needs = perEnvironment(
  (): Needs => ({
    users: new DynamoUsers(documents(), resourceName("users")),
    activity: new DynamoActivity(
      documents(),
      resourceName("user-activity"),
      Number(process.env.ACTIVITY_DAYS),
    ),
    tokenKey: () => setting("TOKEN_KEY"),
    log: new Logger({
      fields: { service: "user-service", environment: environment() },
      level: logLevel,
    }),
    about: { environment: environment(), version: process.env.AWS_LAMBDA_FUNCTION_VERSION ?? "" },
    now: () => new Date(),
  }),
);

export const handler = (event: HttpRequest, context: Context): Promise<HttpAnswer> =>
  handle(event, context.awsRequestId, needs());
