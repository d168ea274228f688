/** What a Node function knows about the call it is answering. See docs/concepts/settings.md. */

/** There is no environment here: import time, or a call that names none. */
export class EnvironmentUnknownError extends Error {}
/** `uses` and `triggers` in deploy.py name no such resource, or it has no such ARN or client. */
export class ResourceUnknownError extends Error {}
/** The setting has no value in this environment and region. */
export class SettingMissingError extends Error {}
/** The setting has a value, which is not of the type that was asked for. */
export class SettingInvalidError extends Error {}
/** AWS did not hand the value out. `transient`: asking again later may well succeed. */
export class SettingUnavailableError extends Error {
  readonly transient?: boolean;
}

/** Any JSON value. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** What a setting can be read as. */
export interface Types {
  string: string;
  number: number;
  boolean: boolean;
  json: Json;
}

/** How a setting is read. */
export interface Options<K extends keyof Types = "string"> {
  /** A value is read again when it is this old; 60 when not given, 0 reads every time. */
  maxAgeSeconds?: number;
  /** What the text is read as; a string when not given. */
  type?: K;
}

/** The environment of this call: dev, staging, prod, ... Throws EnvironmentUnknownError. */
export function environment(): string;

/** Whose account a test is in. */
export interface Owner {
  /** Twelve zeros when not given. */
  account?: string;
  /** aws when not given. */
  partition?: string;
}

/**
 * Calls `fn` with `environment()` answering `name`, in what it awaits, too: for tests.
 * `resourceArn` makes ARNs of the owner's account there.
 */
export function inEnvironment<T>(name: string, fn: () => T, owner?: Owner): T;

/**
 * Calls `factory` once per environment and process, and gives its result from then on. A promise
 * is kept as well, unless it fails.
 */
export function perEnvironment<T>(factory: () => T): () => T;

/** The level that deploy.py gives this call's environment. */
export function logLevel(): "DEBUG" | "INFO" | "WARNING" | "ERROR";

/** What AWS calls the app's resource `name` in this call's environment and region. */
export function resourceName(name: string): string;

/**
 * The ARN of the app's resource `name` in this call's environment, region and account; of a
 * function, that of its alias. Throws ResourceUnknownError, also for user pools, whose ids AWS makes
 * up, and EnvironmentUnknownError.
 */
export function resourceArn(name: string): string;

/**
 * The id of the app's user pool `name` in this call's environment and region, for functions that
 * use the pool. It is kept for a minute, like settings. Rejects with ResourceUnknownError,
 * SettingMissingError, SettingUnavailableError or EnvironmentUnknownError.
 */
export function userPoolId(name: string): Promise<string>;

/** The id of a client of that pool; of the one without a name when none is given. */
export function userPoolClientId(name: string, client?: string): Promise<string>;

/**
 * The setting `name` of this call's environment: from Secrets Manager when the app declares it as a
 * Secret, else from Parameter Store, decrypted. Rejects with SettingMissingError,
 * SettingInvalidError, SettingUnavailableError or EnvironmentUnknownError.
 */
export function setting<K extends keyof Types = "string">(
  name: string,
  options?: Options<K>,
): Promise<Types[K]>;
export function setting<D, K extends keyof Types = "string">(
  name: string,
  options: Options<K> & { default: D },
): Promise<Types[K] | D>;
