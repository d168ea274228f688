// Settings, secrets and the ids of user pools: read from AWS, and kept for a while.
//
// The AWS SDK is the runtime's own, imported when a setting is first read.
import { environment, facts, kindOfError, resourceIn, ResourceUnknownError } from "./calls.mjs";

const RETRY_SECONDS = 10; // after a failed refresh nobody asks AWS again for this long
const DENIED = ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"];
const MISSING = ["ParameterNotFound", "ResourceNotFoundException"];
const TRANSIENT = /^(Throttling|TooManyReq|RequestLimit|InternalServ|ServiceUna|(Request)?Timeout)/;

export const SettingMissingError = kindOfError("SettingMissingError");
export const SettingInvalidError = kindOfError("SettingInvalidError");
export const SettingUnavailableError = kindOfError("SettingUnavailableError");

// The entry brings imports of its own, which esbuild can resolve from the user's folder.
export const sdk = {
  ssm: () => import("@aws-sdk/client-ssm").catch(noSdk),
  secrets: () => import("@aws-sdk/client-secrets-manager").catch(noSdk),
};
const kept = new Map(); // path -> { value, readAt, retryAt, reading }
const clients = new Map();

export async function setting(name, options = {}) {
  const { maxAgeSeconds = 60, type = "string" } = options;
  const optional = "default" in options && options.default !== undefined;
  const inside = environment();
  const app = facts();
  const text = await recall(`/${app.app}/${inside}/${name}`, {
    secret: app.secrets?.includes(name) ?? false,
    maxAgeSeconds,
    optional,
  });
  if (text !== undefined) return converted(text, type, name, inside);
  if (optional) return options.default;
  throw new SettingMissingError(missing(app, name, inside));
}

function missing(app, name, inside) {
  const region = process.env.AWS_REGION ?? "this region";
  const sentence = `The setting '${name}' has no value in '${inside}' and ${region}.`;
  if (app.settings?.length && !app.settings.includes(name)) {
    return `${sentence} The function's settings=[...] in deploy.py do not name it.`;
  }
  const command = `sam-deploy settings set ${name} --environment ${inside}`;
  return `${sentence} Set it: \`${command}\`; no deployment is needed.`;
}

export async function userPoolId(name) {
  const { id } = poolOf(name);
  return idIn(id, `user pool '${name}'`);
}

export async function userPoolClientId(name, client = "") {
  const ids = poolOf(name).client_ids;
  if (!Object.hasOwn(ids, client)) {
    const clients = Object.keys(ids).sort().map((each) => `'${each}'`).join(", ") || "none";
    throw new ResourceUnknownError(
      `The user pool '${name}' has no client '${client}'; known: ${clients}.`,
    );
  }
  return idIn(ids[client], `client '${client}' of the user pool '${name}'`);
}

function poolOf(name) {
  const { id, kind, client_ids = {} } = resourceIn(facts(), name, environment());
  if (id !== undefined) return { id, client_ids };
  throw new ResourceUnknownError(
    kind === "user_pool"
      ? `The id of '${name}' may be read by functions whose uses=[...] in deploy.py name it.`
      : `'${name}' is no user pool.`,
  );
}

// Of a pool that existed before the app the ids are facts; of others, the parameter is one.
async function idIn(source, whose) {
  const inside = environment();
  if (typeof source !== "string") {
    if (Object.hasOwn(source, inside)) return source[inside];
    throw new ResourceUnknownError(`The id of the ${whose} is unknown in '${inside}'.`);
  }
  const path = `/${facts().app}/${inside}/${source}`;
  const text = await recall(path, { secret: false, maxAgeSeconds: 60, optional: false });
  if (text !== undefined) return text;
  throw new SettingMissingError(
    `The id of the ${whose} is not in '${inside}' and ${process.env.AWS_REGION}: the stack of the ` +
      `pool writes it to ${path}. Deploy it there.`,
  );
}

const BOOLEANS = new Map([
  ...["true", "yes", "on", "1"].map((word) => [word, true]),
  ...["false", "no", "off", "0"].map((word) => [word, false]),
]);
const PARSERS = {
  string: (text) => text,
  number: (text) => (text.trim() === "" ? NaN : Number(text)),
  boolean: (text) => BOOLEANS.get(text.trim().toLowerCase()),
  json: JSON.parse,
};

// The value is in no error: JSON.parse's own would quote it.
function converted(text, type, name, inside) {
  if (!Object.hasOwn(PARSERS, type)) {
    throw new TypeError(`type is '${type}', not one of ${Object.keys(PARSERS).join(", ")}`);
  }
  let value;
  try {
    value = PARSERS[type](text);
  } catch {
    value = undefined;
  }
  if (value === undefined || Number.isNaN(value)) {
    const message = `The setting '${name}' of '${inside}' cannot be read as ${type}.`;
    throw new SettingInvalidError(message);
  }
  return value;
}

// What is kept, or what AWS says; calls that ask at the same time wait for one answer. A value that
// cannot be refreshed, because AWS throttles or does not answer, is served on with a warning.
async function recall(path, { secret, maxAgeSeconds, optional }) {
  if (!kept.has(path)) kept.set(path, { readAt: -Infinity, retryAt: -Infinity });
  const entry = kept.get(path);
  const now = performance.now() / 1000;
  const there = entry.value !== undefined;
  if ((there || optional) && now - entry.readAt < maxAgeSeconds) return entry.value;
  const servable = there && maxAgeSeconds > 0;
  if (servable && now < entry.retryAt) return entry.value;
  entry.reading ??= refreshed(path, secret, entry, now).finally(() => delete entry.reading);
  try {
    return await entry.reading;
  } catch (error) {
    if (!(error.transient && servable && entry.value !== undefined)) throw error;
    if (now >= entry.retryAt) {
      entry.retryAt = now + RETRY_SECONDS;
      const age = Math.round(now - entry.readAt);
      console.warn(`${error.message} The value read ${age} s ago is used.`);
    }
    return entry.value;
  }
}

async function refreshed(path, secret, entry, now) {
  try {
    entry.value = await (secret ? readSecret(path) : readParameter(path));
    entry.readAt = now;
    return entry.value;
  } catch (error) {
    // what may not be read any more is not served later, either
    if (!error.transient) Object.assign(entry, { value: undefined, readAt: -Infinity });
    throw error;
  }
}

async function readParameter(path) {
  const { GetParameterCommand, SSMClient } = await sdk.ssm();
  const command = new GetParameterCommand({ Name: path, WithDecryption: true });
  return (await answer(path, SSMClient, command))?.Parameter.Value;
}

async function readSecret(path) {
  const { GetSecretValueCommand, SecretsManagerClient } = await sdk.secrets();
  const command = new GetSecretValueCommand({ SecretId: path });
  const found = await answer(path, SecretsManagerClient, command);
  if (!found || found.SecretString !== undefined) return found?.SecretString;
  throw new SettingInvalidError(`The secret '${path}' holds bytes, and no text.`);
}

/** For imports that find nothing; without a catch bundling would fail, too. */
export function noSdk(cause) {
  throw new SettingUnavailableError(
    "The AWS SDK is not here. Lambda's runtime has it; elsewhere install @aws-sdk/client-ssm and " +
      "@aws-sdk/client-secrets-manager and bundle them: Bundle(external=[]) in deploy.py.",
    { cause },
  );
}

async function answer(path, Client, command) {
  if (!clients.has(Client)) {
    clients.set(Client, new Client({ region: process.env.AWS_REGION, maxAttempts: 3 }));
  }
  try {
    return await clients.get(Client).send(command, { abortSignal: AbortSignal.timeout(8000) });
  } catch (error) {
    const deleted = error.name === "InvalidRequestException" && /deletion/.test(error.message);
    if (MISSING.includes(error.name) || deleted) return undefined;
    const denied = DENIED.includes(error.name);
    const hint = ` Name '${path.split("/").at(-1)}' in the function's settings=[...] and deploy.`;
    const why = `${error.name}: ${error.message}`.replace(/[.: ]+$/, "");
    const message = `The setting '${path}' could not be read: ${why}.${denied ? hint : ""}`;
    const status = error.$metadata?.httpStatusCode;
    const unanswered = status === undefined && (Boolean(error.code) || error.name === "AbortError");
    const transient = TRANSIENT.test(error.name) || status >= 500 || unanswered;
    throw Object.assign(new SettingUnavailableError(message, { cause: error }), { transient });
  }
}
