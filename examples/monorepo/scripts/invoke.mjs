// Calls a service's archive in this process, as dev of the embedded cloud has it: with its variables,
// against its tables and queues. A debugger can stop in it, in the TypeScript sources.
//
//   node [--inspect-brk] --enable-source-maps scripts/invoke.mjs SERVICE [EVENT_FILE]
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";

const FUNCTIONS = {
  "user-service": "UserService",
  "event-service": "EventService",
  "notification-service": "NotificationService",
};
const REGION = "us-east-1";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const [service, file = join(root, "events", `${service}.json`)] = process.argv.slice(2);
const name = FUNCTIONS[service];
if (!name) fail(`there is no service \`${service}\`; there are ${Object.keys(FUNCTIONS).join(", ")}`);
const event = JSON.parse(readFileSync(file, "utf8"));

const { running, endpoint } = JSON.parse(
  execFileSync("sam-deploy", ["cloud", "status", "--json"], { cwd: root, encoding: "utf8" }),
);
if (!running) fail("the embedded cloud does not run: scripts/deploy.sh --environment dev");
Object.assign(process.env, {
  AWS_REGION: REGION,
  AWS_ENDPOINT_URL: endpoint,
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
});
const FunctionName = `lambda-monorepo-dev-${service}`;
const deployed = await new LambdaClient({}).send(
  new GetFunctionConfigurationCommand({ FunctionName, Qualifier: "dev" }),
);
Object.assign(process.env, deployed.Environment?.Variables, {
  AWS_LAMBDA_FUNCTION_NAME: FunctionName,
  AWS_LAMBDA_FUNCTION_VERSION: deployed.Version,
});

const folder = join(root, ".build", "invoke", service);
rmSync(folder, { recursive: true, force: true });
const archive = join(root, ".sam-deploy", "build", `${name}.zip`);
execFileSync("python3", ["-m", "zipfile", "-e", archive, folder]);

// Standard output is for the answer; what the service logs goes where people look.
const answers = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);
const { handler } = createRequire(import.meta.url)(join(folder, "index.js"));
const answer = await handler(event, {
  functionName: FunctionName,
  functionVersion: deployed.Version,
  invokedFunctionArn: deployed.FunctionArn,
  awsRequestId: randomUUID(),
  getRemainingTimeInMillis: () => deployed.Timeout * 1000,
});
answers(`${JSON.stringify(answer, null, 2)}\n`);

function fail(why) {
  console.error(`invoke.mjs: ${why}`);
  process.exit(2);
}
