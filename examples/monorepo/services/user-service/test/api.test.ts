import assert from "node:assert/strict";
import { test } from "node:test";

import { sign } from "@monorepo/auth";
import { Logger } from "@monorepo/logger";
import type { User } from "@monorepo/types";
import type { HttpRequest } from "@monorepo/utils";

import { handle, type Needs } from "../src/api";
import { MemoryUsers } from "./memory";

const KEY = "a key of the tests";
const NOW = new Date("2026-01-02T03:04:05Z");
const ANN = { email: "ann@example.com", name: "Ann" };

interface Call {
  readonly body?: unknown;
  readonly id?: string;
  readonly query?: Record<string, string>;
  readonly scope?: readonly string[] | null;
}

function service() {
  const users = new MemoryUsers();
  const lines: Record<string, unknown>[] = [];
  const made: Needs = {
    users,
    activity: { has: async () => false, of: async () => [], record: async () => undefined },
    tokenKey: async () => KEY,
    log: new Logger({
      fields: {},
      level: () => "INFO",
      write: (line) => lines.push(JSON.parse(line)),
    }),
    about: { environment: "dev", version: "7" },
    now: () => NOW,
  };
  async function call(routeKey: string, given: Call = {}) {
    const { scope = ["users:read", "users:write"] } = given;
    const token = scope && sign({ sub: "tests", scope, exp: NOW.getTime() / 1000 + 60 }, KEY);
    const event = {
      routeKey,
      headers: token ? { authorization: `Bearer ${token}` } : {},
      pathParameters: given.id ? { id: given.id } : undefined,
      queryStringParameters: given.query,
      body: given.body === undefined ? undefined : JSON.stringify(given.body),
      isBase64Encoded: false,
    };
    const answered = await handle(event as unknown as HttpRequest, "r-1", made);
    const body = answered.body ? JSON.parse(answered.body) : undefined;
    return { status: answered.statusCode, body };
  }
  return { users, lines, made, call };
}

test("health tells which environment and version answers, to everybody", async () => {
  const { call } = service();
  const about = { status: "ok", service: "user-service", environment: "dev", version: "7" };
  assert.deepEqual(await call("GET /health", { scope: null }), { status: 200, body: about });
});

test("a user is created, found, renamed and removed", async () => {
  const { call } = service();
  const created = await call("POST /users", { body: { ...ANN, email: " Ann@Example.com" } });
  assert.equal(created.status, 201);
  const user = created.body as User;
  assert.deepEqual({ email: user.email, name: user.name, version: user.version }, {
    ...ANN,
    version: 1,
  });

  const { id } = user;
  assert.deepEqual((await call("GET /users/{id}", { id })).body, user);
  const found = await call("GET /users", { query: { email: "ANN@example.com" } });
  assert.deepEqual(found.body, { users: [user] });

  const renamed = await call("PATCH /users/{id}", { id, body: { name: "Anna", version: 1 } });
  assert.deepEqual(renamed, { status: 200, body: { ...user, name: "Anna", version: 2 } });
  const late = await call("PATCH /users/{id}", { id, body: { name: "Anne", version: 1 } });
  assert.deepEqual([late.status, late.body.error.code], [409, "version"]);

  assert.deepEqual(await call("DELETE /users/{id}", { id }), { status: 204, body: undefined });
  assert.equal((await call("GET /users/{id}", { id })).status, 404);
  assert.equal((await call("DELETE /users/{id}", { id })).status, 404);
});

test("an address is taken once", async () => {
  const { call } = service();
  await call("POST /users", { body: ANN });
  const again = await call("POST /users", { body: { ...ANN, name: "Another" } });
  assert.deepEqual([again.status, again.body.error.code], [409, "email"]);
});

test("what the caller did wrong is told by its field", async () => {
  const { call } = service();
  const { body: user } = await call("POST /users", { body: ANN });
  const wrong: [string, Call, string][] = [
    ["POST /users", {}, "body"],
    ["POST /users", { body: { name: "Ann" } }, "email"],
    ["POST /users", { body: { email: "x@example.com", name: "" } }, "name"],
    ["GET /users", {}, "email"],
    ["PATCH /users/{id}", { id: user.id, body: { name: "Anna" } }, "version"],
  ];
  for (const [route, given, code] of wrong) {
    const { status, body } = await call(route, given);
    assert.deepEqual([status, body.error.code], [400, code], route);
  }
});

test("nobody comes in without a token, or with too little of one", async () => {
  const { call, users } = service();
  assert.equal((await call("GET /users/{id}", { id: "x", scope: null })).status, 401);
  const refused = await call("POST /users", { body: ANN, scope: ["users:read"] });
  assert.deepEqual([refused.status, refused.body.error.code], [403, "forbidden"]);
  assert.equal(users.all.size, 0);
});

test("what goes wrong here is logged, and not told", async () => {
  const { made, lines, call } = service();
  made.users.get = async () => {
    throw new Error("the table is on fire");
  };
  const { status, body } = await call("GET /users/{id}", { id: "u-1" });
  assert.equal(status, 500);
  assert.doesNotMatch(JSON.stringify(body), /fire/);
  const [line] = lines.filter((each) => each.level === "ERROR");
  assert.match(JSON.stringify(line), /the table is on fire.*api\.test/);
  assert.equal(line?.requestId, "r-1");
});

test("a route that nobody has written is not found", async () => {
  assert.equal((await service().call("PUT /users")).status, 404);
});
