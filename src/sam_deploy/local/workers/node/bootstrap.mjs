// Runs the handler of a Node.js function: the Lambda Runtime API's client.
//
//     node bootstrap.mjs
//
// A program of its own, run by path in a worker's process, on Node.js 18 and later, with nothing
// but its standard library. Everything it knows comes from the variables that Lambda documents.
// Source: Lambda developer guide, "Using the Lambda runtime API", "Define Lambda function handler
// in Node.js", "Using the Lambda context object"; aws-lambda-nodejs-runtime-interface-client.
import fs from "node:fs";
import http from "node:http";
import { createRequire, register } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { format } from "node:util";

const [HOST, PORT] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
// For the compiled files of Python.
delete process.env.SAM_DEPLOY_COMPILED;
const AGENT = new http.Agent({ keepAlive: true, maxSockets: 1 });
const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
const STREAMS = Symbol("streams");
let requestId;

/** One request to Lambda. Ends the process when nobody is there any more. */
function call(method, route, body, headers = {}) {
  return new Promise((resolve) => {
    const sent = body === undefined ? headers : { ...headers, "Content-Length": body.length };
    const target = { host: HOST, port: PORT, method, path: `/2018-06-01/runtime${route}` };
    const request = http.request({ ...target, headers: sent, agent: AGENT }, (answer) => {
      const came = [];
      answer.on("data", (part) => came.push(part));
      answer.on("end", () => resolve({ headers: answer.headers, body: Buffer.concat(came) }));
      answer.on("error", () => process.reallyExit(1));
    });
    request.on("error", () => process.reallyExit(1));
    request.setNoDelay(true);
    request.end(body);
  });
}

class Fault extends Error {
  constructor(kind, message, trace) {
    super(message);
    this.name = kind;
    if (trace) this.stack = trace;
  }
}

function described(error) {
  if (!(error instanceof Error) && typeof error?.stack !== "string") {
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  const trace = (error.stack || "").split("\n");
  return { errorType: error.name || "Error", errorMessage: error.message, trace };
}

/** A line of the log is an event; a carriage return ends a line within the event. */
function log(level, values) {
  const stamp = new Date().toISOString();
  let line;
  if ((process.env.AWS_LAMBDA_LOG_FORMAT || "").toUpperCase() === "JSON") {
    const wanted = (process.env.AWS_LAMBDA_LOG_LEVEL || "INFO").toUpperCase();
    if (LEVELS.indexOf(level) < LEVELS.indexOf(wanted)) return;
    const only = values.length === 1 ? values[0] : undefined;
    const plain = typeof only === "object" && only !== null && !(only instanceof Error);
    const entry = { timestamp: stamp, level, requestId, message: plain ? only : format(...values) };
    const failed = values.find((value) => value instanceof Error);
    if (failed) {
      const { errorType, errorMessage, trace } = described(failed);
      Object.assign(entry, { errorType, errorMessage, stackTrace: trace });
    }
    line = JSON.stringify(entry);
  } else {
    line = `${stamp}\t${requestId}\t${level}\t${format(...values)}`;
  }
  // At once: a process that is ended has written what it had to say.
  fs.writeSync(1, `${line.replace(/\r?\n/g, "\r")}\n`);
}

for (const [method, level] of [
  ...[["trace", "TRACE"], ["debug", "DEBUG"], ["log", "INFO"], ["info", "INFO"]],
  ...[["warn", "WARN"], ["error", "ERROR"]],
]) {
  console[method] = (...values) => log(level, values);
}
console.fatal = (...values) => log("FATAL", values);

async function fail(route, error, title) {
  const { errorType, errorMessage, trace } = described(error);
  log("ERROR", [`${title} \t${JSON.stringify({ errorType, errorMessage, stack: trace })}`]);
  const body = Buffer.from(JSON.stringify({ errorType, errorMessage, trace }));
  const headers = { "Content-Type": "application/json" };
  await call("POST", route, body, { ...headers, "Lambda-Runtime-Function-Error-Type": errorType });
}

/** A handler that streams its response: what it writes is the answer, all at once. */
globalThis.awslambda = {
  streamifyResponse: (handler) => Object.assign(handler, { [STREAMS]: true }),
  HttpResponseStream: { from: (stream) => stream },
};

async function streamed(handler, event, context) {
  const { PassThrough } = await import("node:stream");
  const stream = new PassThrough();
  stream.setContentType = () => {};
  const parts = [];
  const ended = new Promise((resolve, reject) => {
    stream.on("data", (part) => parts.push(part));
    stream.on("end", resolve);
    stream.on("error", reject);
  });
  await handler(event, stream, context);
  await ended;
  return Buffer.concat(parts);
}

/** The module of a handler: by its name as it is, then with each ending that Node.js knows. */
async function imported(file, module) {
  const require = createRequire(pathToFileURL(file));
  const endings = ["", ".js", ".mjs", ".cjs"];
  const found = endings.map((ending) => file + ending).find((name) => isFile(name));
  if (!found) {
    const message = `Error: Cannot find module '${module}'`;
    throw new Fault("Runtime.ImportModuleError", message);
  }
  try {
    if (!found.endsWith(".mjs")) {
      try {
        return require(found);
      } catch (error) {
        if (!["ERR_REQUIRE_ESM", "ERR_REQUIRE_ASYNC_MODULE"].includes(error.code)) {
          // An ES module without the package.json that would say so.
          throw error;
        }
      }
    }
    // Since Node.js 18 the runtime finds the packages of NODE_PATH for `import` as well.
    if (process.env.NODE_PATH && register) register("./node_path.mjs", import.meta.url);
    return await import(pathToFileURL(found).href);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new Fault("Runtime.UserCodeSyntaxError", `SyntaxError: ${error.message}`, error.stack);
    }
    if (["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"].includes(error?.code)) {
      throw new Fault("Runtime.ImportModuleError", `Error: ${error.message}`, error.stack);
    }
    throw error;
  }
}

function isFile(name) {
  return fs.statSync(name, { throwIfNoEntry: false })?.isFile() ?? false;
}

async function findHandler(root, name) {
  const base = path.basename(name);
  const match = /^([^.]*)\.(.*)$/.exec(base);
  if (name.includes("..")) {
    const message = `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`;
    throw new Fault("Runtime.MalformedHandlerName", message);
  }
  if (!match) throw new Fault("Runtime.MalformedHandlerName", "Bad handler");
  const file = path.resolve(root, name.slice(0, name.length - base.length), match[1]);
  const module = await imported(file, match[1]);
  const steps = match[2].split(".");
  const inside = (value) => steps.reduce((held, step) => held?.[step], value);
  const found = inside(module) ?? inside(module.default);
  if (found === undefined || found === null) {
    throw new Fault("Runtime.HandlerNotFound", `${name} is undefined or not exported`);
  }
  if (typeof found !== "function") {
    throw new Fault("Runtime.HandlerNotFound", `${name} is not a function`);
  }
  return found;
}

function parsed(text) {
  return text ? JSON.parse(text) : undefined;
}

function contextOf(headers, settle) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    clientContext: parsed(headers["lambda-runtime-client-context"]),
    identity: parsed(headers["lambda-runtime-cognito-identity"]),
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    done: (error, value) => settle(error, value),
    fail: (error) => settle(error ?? new Error("handled")),
    succeed: (value) => settle(null, value),
  };
}

/** The value that the handler gives, by promise, by callback or by its context. */
function result(handler, event, headers) {
  return new Promise((resolve, reject) => {
    let whenIdle = () => resolve(undefined);
    const settle = (error, value) => {
      if (error !== null && error !== undefined) reject(error);
      else if (context.callbackWaitsForEmptyEventLoop) whenIdle = () => resolve(value);
      else resolve(value);
    };
    const context = contextOf(headers, settle);
    // Nothing of the handler is pending any more: what it has not answered by now is null.
    process.once("beforeExit", () => whenIdle());
    if (handler[STREAMS]) {
      streamed(handler, event, context).then(resolve, reject);
      return;
    }
    const given = handler(event, context, settle);
    if (typeof given?.then === "function") given.then(resolve, reject);
    else if (given !== undefined && handler.length < 3) resolve(given);
  });
}

async function serve(handler) {
  for (;;) {
    const { headers, body } = await call("GET", "/invocation/next");
    requestId = headers["lambda-runtime-aws-request-id"];
    const trace = headers["lambda-runtime-trace-id"];
    if (trace) process.env._X_AMZN_TRACE_ID = trace;
    else delete process.env._X_AMZN_TRACE_ID;
    process.removeAllListeners("beforeExit");
    try {
      const value = await result(handler, JSON.parse(body), headers);
      const encoded = handler[STREAMS] ? value : Buffer.from(JSON.stringify(value) ?? "null");
      const type = { "Content-Type": "application/json" };
      await call("POST", `/invocation/${requestId}/response`, encoded, type);
    } catch (error) {
      await fail(`/invocation/${requestId}/error`, error, "Invoke Error");
    }
  }
}

async function uncaught(kind, error, code) {
  const { errorMessage } = described(error);
  const reason = kind === "Runtime.UnhandledPromiseRejection" ? `${described(error).errorType}: ` : "";
  const found = kind ? new Fault(kind, reason + errorMessage, error?.stack) : error;
  if (requestId) await fail(`/invocation/${requestId}/error`, found, "Uncaught Exception");
  else await fail("/init/error", found, "Uncaught Exception");
  process.reallyExit(code);
}

process.on("uncaughtException", (error) => uncaught("", error, 129));
process.on("unhandledRejection", (e) => uncaught("Runtime.UnhandledPromiseRejection", e, 128));

try {
  const handler = await findHandler(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
  await serve(handler);
} catch (error) {
  await fail("/init/error", error, "Uncaught Exception");
  process.reallyExit(1);
}
