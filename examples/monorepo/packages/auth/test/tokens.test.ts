import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";

import { AuthError, bearer, type Claims, demand, sign, verify } from "@monorepo/auth";

const KEY = "a key of the tests";
const NOW = new Date("2026-01-02T03:04:05Z");
const SECONDS = NOW.getTime() / 1000;
const claims: Claims = { sub: "ann", scope: ["users:read"], exp: SECONDS + 60 };

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const refused = (token: string, why: RegExp, key = KEY): void =>
  assert.throws(
    () => verify(token, key, NOW),
    (error) => error instanceof AuthError && error.status === 401 && why.test(error.message),
    token,
  );

test("what was signed is verified", () => {
  assert.deepEqual(verify(sign(claims, KEY), KEY, NOW), claims);
});

test("the token is that of the standard", () => {
  // RFC 7515, A.1: header, payload and MAC, each in base64url
  const [header, payload, signature] = sign(claims, KEY).split(".");
  const right = createHmac("sha256", KEY).update(`${header}.${payload}`).digest("base64url");
  assert.equal(signature, right);
  assert.equal(Buffer.from(header ?? "", "base64url").toString(), '{"alg":"HS256","typ":"JWT"}');
});

test("a changed token, another key and an ended one are refused", () => {
  const token = sign(claims, KEY);
  const [header, , signature] = token.split(".");
  const more = part({ sub: "ann", scope: "users:write", exp: SECONDS + 60 });
  refused(`${header}.${more}.${signature}`, /another signature/);
  refused(token, /another signature/, "another key");
  refused(token.slice(0, -2), /another signature/);
  refused(sign({ ...claims, exp: SECONDS }, KEY), /has ended/);
});

test("the token does not choose the algorithm", () => {
  const payload = sign(claims, KEY).split(".")[1];
  refused(`${part({ alg: "none" })}.${payload}.x`, /another algorithm/);
});

test("what is no token is refused", () => {
  for (const token of ["", "a", "a.b", "a.b.c.d", "a.b.c", "..", `${part([])}.b.c`]) {
    refused(token, /is no token|cannot be read|another algorithm/);
  }
  const header = part({ alg: "HS256" });
  const payload = part({ sub: "ann" });
  const right = createHmac("sha256", KEY).update(`${header}.${payload}`).digest("base64url");
  refused(`${header}.${payload}.${right}`, /lacks sub, scope or exp/);
});

test("a header brings a bearer token", () => {
  assert.equal(bearer("Bearer abc"), "abc");
  assert.equal(bearer("bearer  abc "), "abc");
  for (const header of [undefined, "", "Bearer", "Bearer ", "Basic abc", "Bearer a b"]) {
    assert.throws(() => bearer(header), { status: 401 }, header);
  }
});

test("a scope is demanded", () => {
  demand(claims, "users:read");
  assert.throws(() => demand(claims, "users:write"), { status: 403 });
});
