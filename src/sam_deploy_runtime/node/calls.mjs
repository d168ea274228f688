// The call being answered: its environment, and what AWS calls the app's resources there.
import { AsyncLocalStorage } from "node:async_hooks";

const VARIABLE = "SAM_DEPLOY_ENVIRONMENT";
const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");
const OUTSIDE =
  "no call is being handled here: this code runs at import time, or outside of the handler's own " +
  "promises. All aliases of a version share this process, so an environment exists only during a " +
  "call: ask inside the handler, or make the value in a factory with perEnvironment()";

// Their names stay readable when the bundle is minified.
export const kindOfError = (name) =>
  Object.defineProperty(class extends Error { name = name; }, "name", { value: name });
export const EnvironmentUnknownError = kindOfError("EnvironmentUnknownError");
export const ResourceUnknownError = kindOfError("ResourceUnknownError");

// { name } or { reason }, with the owner of the function: { partition, account }
const current = new AsyncLocalStorage();
let known; // the app's facts: the same in every environment and region

export const facts = () => {
  if (known) return known;
  throw new Error(
    "This is no function packed by sam-deploy: the facts of the app are not here. In tests, give " +
      "the code under test its names and settings as arguments.",
  );
};

export function environment() {
  const { name, reason } = current.getStore() ?? { reason: OUTSIDE };
  if (name === undefined) {
    throw new EnvironmentUnknownError(`The environment is unknown: ${reason}.`);
  }
  return name;
}

export function inEnvironment(name, fn, { account = "000000000000", partition = "aws" } = {}) {
  return current.run({ name, account, partition }, fn);
}

export function perEnvironment(factory) {
  const made = new Map();
  return () => {
    const name = environment();
    if (!made.has(name)) {
      const value = factory();
      made.set(name, value);
      // a failure is not kept as the environment's value
      if (typeof value?.then === "function") {
        value.then(undefined, () => made.get(name) === value && made.delete(name));
      }
    }
    return made.get(name);
  };
}

export function logLevel() {
  return facts().log_levels?.[environment()] ?? "INFO";
}

export function resourceName(name) {
  return physicalName(facts(), name, environment(), process.env.AWS_REGION);
}

// Kind -> service and what stands before the name. Source: Service Authorization Reference.
const PLACES = new Map([
  ["bus", ["events", "event-bus/"]],
  ["function", ["lambda", "function:"]],
  ["queue", ["sqs", ""]],
  ["table", ["dynamodb", "table/"]],
  ["topic", ["sns", ""]],
]);

export function resourceArn(name) {
  const physical = resourceName(name);
  const { account, partition } = current.getStore();
  const { kind } = facts().resources[name];
  if (kind !== "bucket" && !PLACES.has(kind)) {
    const what = kind.replaceAll("_", " ");
    throw new ResourceUnknownError(
      `'${name}' is a ${what}, whose ARN is not made of its name: AWS makes up an id. Ask ` +
        `userPoolId('${name}').`,
    );
  }
  if (!account) {
    throw new Error("The account is unknown: the ARN of the function is not in the call's context.");
  }
  if (kind === "bucket") return `arn:${partition}:s3:::${physical}`;
  const [service, before] = PLACES.get(kind);
  return `arn:${partition}:${service}:${process.env.AWS_REGION}:${account}:${before}${physical}`;
}

// What the app says of a resource in an environment.
export function resourceIn(app, name, inside) {
  const resource = Object.hasOwn(app.resources, name) ? app.resources[name] : undefined;
  if (!resource) {
    throw new ResourceUnknownError(
      `This function does not use '${name}'; known: ${list(app.resources)}.`,
    );
  }
  if (!Object.hasOwn(resource.names, inside)) {
    const where = list(resource.names);
    throw new ResourceUnknownError(`'${name}' does not exist in '${inside}', only in ${where}.`);
  }
  return resource;
}

function physicalName(app, name, inside, region) {
  const resource = resourceIn(app, name, inside);
  const regional = resource.regional ?? resource.kind === "bucket";
  const abroad = regional && region !== app.home_region;
  return abroad ? `${resource.names[inside]}-${region}` : resource.names[inside];
}

export const list = (entries) => Object.keys(entries).sort().join(", ") || "none";

export function bound(handler, app) {
  known = app;
  if (typeof handler !== "function") return handler; // Lambda says so best
  // A proxy keeps what Lambda looks at: the number of parameters, the mark of streaming handlers.
  return new Proxy(handler, {
    apply(target, self, given) {
      if (asksToStart(given[0])) return started(target[STREAMING] && given[1]);
      const context = target[STREAMING] ? given[2] : given[1];
      const arn = String(context?.invokedFunctionArn ?? "").split(":");
      const told = context?.clientContext?.custom?.sam_deploy_environment;
      const found = findEnvironment(given[0], arn, told, app, process.env);
      const owner = { partition: arn[1], account: arn[4] };
      return current.run({ ...owner, ...found }, () => Reflect.apply(target, self, given));
    },
  });
}

// `sam-deploy deploy` has every new version start before it serves: see calls.py. By now the module
// of the handler has been imported; it is not called.
const asksToStart = (event) =>
  event?.sam_deploy === "start" && !Array.isArray(event) && Object.keys(event).length === 1;

function started(stream) {
  const answer = { sam_deploy: "started" };
  if (stream) stream.end(JSON.stringify(answer));
  return Promise.resolve(stream ? undefined : answer);
}

// The eighth part of the ARN is the alias: arn:aws:lambda:REGION:ACCOUNT:function:F:alias. What the
// client context has told counts for calls without one alone: of versions, by a promotion's check.
function findEnvironment(event, arn, told, app, variables) {
  const is = (name) => typeof name === "string" && app.environments.includes(name);
  const fixed = variables[VARIABLE];
  if (fixed !== undefined) {
    if (is(fixed)) return { name: fixed };
    return { reason: `${VARIABLE} is '${fixed}', not one of ${app.environments.join(", ")}` };
  }
  const alias = arn.length === 8 ? arn[7] : undefined;
  const byVersion = alias === undefined || /^(\$LATEST|\d+)$/.test(alias);
  const said = [alias, byVersion && told, event?.stageVariables?.LambdaAlias].find(is);
  if (said) return { name: said };
  const owners = new Set(ownersOf(event, app, variables.AWS_REGION));
  const [owner] = owners;
  if (owners.size === 1 && owner) return { name: owner };
  return {
    reason:
      `'${arn.join(":")}' carries no alias of ${app.environments.join(", ")}, and neither a ` +
      "stage nor a queue, bucket, topic or table of the app is named in the event; call the " +
      "function by an alias",
  };
}

const SENDERS = new Map([
  ["aws:sqs", (record) => ["queue", last(record.eventSourceARN)]],
  ["aws:s3", (record) => ["bucket", record.s3?.bucket?.name]],
  ["aws:sns", (record) => ["topic", last(record.Sns?.TopicArn)]],
  // arn:aws:dynamodb:REGION:ACCOUNT:table/TABLE/stream/TIME
  ["aws:dynamodb", (record) => ["table", String(record.eventSourceARN).split(/:table\/|\//)[1]]],
]);
const last = (arn) => String(arn).split(":").at(-1);

// The owner of the source of each record, undefined where nobody owns it.
function ownersOf(event, app, region) {
  const records = Array.isArray(event?.Records) ? event.Records : [];
  return records.flatMap((record) => {
    const sender = SENDERS.get(record?.eventSource ?? record?.EventSource);
    return sender ? [ownerOf(app, ...sender(record), region)] : [];
  });
}

function ownerOf(app, kind, physical, region) {
  for (const [name, resource] of Object.entries(app.resources)) {
    if (resource.kind !== kind) continue;
    const owner = Object.keys(resource.names).find(
      (inside) => physicalName(app, name, inside, region) === physical,
    );
    if (owner) return owner;
  }
  return undefined;
}
