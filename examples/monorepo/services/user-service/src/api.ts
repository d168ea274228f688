/** The routes, in plain TypeScript: everything of AWS comes in as an argument. */
import { randomUUID } from "node:crypto";

import { AuthError, bearer, type Claims, demand, type Scope, verify } from "@monorepo/auth";
import { type ActivityStore, EmailTaken, Outdated, type UserStore } from "@monorepo/database";
import type { Logger } from "@monorepo/logger";
import type { User } from "@monorepo/types";
import {
  answer,
  bodyOf,
  emailOf,
  failure,
  type HttpAnswer,
  HttpError,
  type HttpRequest,
  textOf,
} from "@monorepo/utils";

export interface Needs {
  readonly users: UserStore;
  readonly activity: ActivityStore;
  readonly tokenKey: () => Promise<string>;
  readonly log: Logger;
  readonly about: Readonly<Record<"environment" | "version", string>>;
  readonly now: () => Date;
}

interface Request {
  readonly event: HttpRequest;
  readonly needs: Needs;
  /** The id in the path; '' where there is none. */
  readonly id: string;
}

type Route = (request: Request) => Promise<HttpAnswer>;

const NAME_MOST = 100;

const ROUTES: Readonly<Record<string, { scope?: Scope; run: Route }>> = {
  "GET /health": { run: health },
  "POST /users": { scope: "users:write", run: create },
  "GET /users": { scope: "users:read", run: find },
  "GET /users/{id}": { scope: "users:read", run: read },
  "PATCH /users/{id}": { scope: "users:write", run: rename },
  "DELETE /users/{id}": { scope: "users:write", run: remove },
  "GET /users/{id}/activity": { scope: "users:read", run: activity },
};

/** Answer a request. What the caller did wrong is told; anything else is logged, and a 500. */
export async function handle(
  event: HttpRequest,
  requestId: string,
  needs: Needs,
): Promise<HttpAnswer> {
  const log = needs.log.with({ requestId, route: event.routeKey });
  const answered = await attempt(event, { ...needs, log });
  log.info("answered", { status: answered.statusCode });
  return answered;
}

async function attempt(event: HttpRequest, needs: Needs): Promise<HttpAnswer> {
  try {
    const route = ROUTES[event.routeKey];
    if (!route) throw new HttpError(404, "route", `${event.routeKey} leads nowhere`);
    if (route.scope) await allow(event, route.scope, needs);
    return await route.run({ event, needs, id: event.pathParameters?.id ?? "" });
  } catch (error) {
    return failure(told(error, needs.log));
  }
}

async function allow(event: HttpRequest, scope: Scope, needs: Needs): Promise<Claims> {
  const token = bearer(event.headers.authorization);
  const claims = verify(token, await needs.tokenKey(), needs.now());
  demand(claims, scope);
  return claims;
}

function told(error: unknown, log: Logger): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof AuthError) {
    const code = error.status === 401 ? "unauthorized" : "forbidden";
    return new HttpError(error.status, code, error.message);
  }
  if (error instanceof EmailTaken) {
    return new HttpError(409, "email", "there is a user with this address");
  }
  if (error instanceof Outdated) {
    return new HttpError(409, "version", "the user has changed: read it again");
  }
  log.error("failed", error);
  return new HttpError(500, "internal", "something went wrong here; it was logged");
}

async function health({ needs }: Request): Promise<HttpAnswer> {
  return answer(200, { status: "ok", service: "user-service", ...needs.about });
}

async function create({ event, needs }: Request): Promise<HttpAnswer> {
  const body = bodyOf(event);
  const at = needs.now().toISOString();
  const user: User = {
    id: randomUUID(),
    email: emailOf(body.email),
    name: textOf(body.name, "name", NAME_MOST),
    version: 1,
    createdAt: at,
    updatedAt: at,
  };
  await needs.users.create(user);
  needs.log.info("created", { userId: user.id });
  return answer(201, user);
}

async function find({ event, needs }: Request): Promise<HttpAnswer> {
  const email = emailOf(event.queryStringParameters?.email);
  const user = await needs.users.byEmail(email);
  return answer(200, { users: user ? [user] : [] });
}

async function read({ needs, id }: Request): Promise<HttpAnswer> {
  return answer(200, await known(needs, id));
}

async function rename({ event, needs, id }: Request): Promise<HttpAnswer> {
  const body = bodyOf(event);
  const name = textOf(body.name, "name", NAME_MOST);
  const { version } = body;
  if (typeof version !== "number" || !Number.isSafeInteger(version)) {
    throw new HttpError(400, "version", "`version` must be the one that was read");
  }
  await known(needs, id);
  return answer(200, await needs.users.rename(id, name, version, needs.now().toISOString()));
}

async function remove({ needs, id }: Request): Promise<HttpAnswer> {
  if (!(await needs.users.remove(id))) throw missing();
  needs.log.info("removed", { userId: id });
  return answer(204, undefined);
}

/** Also of users who are gone: that is what a history is for. */
async function activity({ needs, id }: Request): Promise<HttpAnswer> {
  return answer(200, { activity: await needs.activity.of(id) });
}

async function known(needs: Needs, id: string): Promise<User> {
  const user = await needs.users.get(id);
  if (!user) throw missing();
  return user;
}

const missing = (): HttpError => new HttpError(404, "unknown", "there is no such user");
