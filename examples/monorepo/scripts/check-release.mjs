// The check of a promotion (`--check`): asks one function, by the number of its new version.
//
// sam-deploy calls it for each function and region, before any call goes to the new version, with
// the facts as JSON on standard input. Exit code 0 is good.
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";

const health = {
  version: "2.0",
  routeKey: "GET /health",
  rawPath: "/health",
  rawQueryString: "",
  headers: {},
  requestContext: { http: { method: "GET", path: "/health" }, stage: "" },
  isBase64Encoded: false,
};
const nothingToDo = {
  event: { Records: [] },
  good: ({ batchItemFailures }) => batchItemFailures.length === 0,
};
const CHECKS = {
  UserService: {
    event: health,
    good: ({ statusCode, body }, { version }) =>
      statusCode === 200 && JSON.parse(body).version === version,
  },
  EventService: nothingToDo,
  NotificationService: nothingToDo,
};

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const facts = JSON.parse(Buffer.concat(chunks).toString("utf8"));
const check = CHECKS[facts.name];
if (!check) {
  console.error(`there is no check of ${facts.name}: add one to scripts/check-release.mjs`);
  process.exit(1);
}
const lambda = new LambdaClient({ region: facts.region });
const answer = await lambda.send(
  new InvokeCommand({
    FunctionName: facts.function,
    Qualifier: facts.version,
    Payload: JSON.stringify(check.event),
  }),
);
const text = Buffer.from(answer.Payload ?? []).toString("utf8");
if (answer.FunctionError || !check.good(JSON.parse(text), facts)) {
  console.error(`${facts.name} version ${facts.version} answered ${text.slice(0, 500)}`);
  process.exit(1);
}
console.log(`${facts.name} version ${facts.version} is well`);
