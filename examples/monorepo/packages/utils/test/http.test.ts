import assert from "node:assert/strict";
import { test } from "node:test";

import {
  answer,
  bodyOf,
  emailOf,
  failure,
  HttpError,
  type HttpRequest,
  textOf,
} from "@monorepo/utils";

const request = (fields: object): HttpRequest =>
  ({ headers: {}, isBase64Encoded: false, ...fields }) as HttpRequest;

test("a body is a JSON object, plain or in base64", () => {
  assert.deepEqual(bodyOf(request({ body: '{"name": "Zoë"}' })), { name: "Zoë" });
  const body = Buffer.from('{"name": "Zoë"}').toString("base64");
  assert.deepEqual(bodyOf(request({ body, isBase64Encoded: true })), { name: "Zoë" });
});

test("anything else is the caller's mistake", () => {
  for (const body of [undefined, "", "{", "[]", "1", "null", '"text"']) {
    assert.throws(() => bodyOf(request({ body })), { status: 400, code: "body" }, String(body));
  }
});

test("texts have a length", () => {
  assert.equal(textOf("  Ann ", "name", 5), "Ann");
  for (const value of ["", "   ", "abcdef", 1, null, undefined]) {
    assert.throws(() => textOf(value, "name", 5), { status: 400, code: "name" }, String(value));
  }
});

test("addresses are kept in lower case", () => {
  assert.equal(emailOf(" Ann@Example.COM "), "ann@example.com");
  for (const value of ["ann", "ann@", "@example.com", "a b@example.com", "ann@example", 1]) {
    assert.throws(() => emailOf(value), { status: 400, code: "email" }, String(value));
  }
});

test("answers are JSON that nobody caches", () => {
  assert.deepEqual(answer(204, undefined).body, "");
  const answered = failure(new HttpError(404, "unknown", "there is no such user"));
  assert.equal(answered.statusCode, 404);
  assert.equal(answered.headers?.["cache-control"], "no-store");
  assert.deepEqual(JSON.parse(answered.body ?? ""), {
    error: { code: "unknown", message: "there is no such user" },
  });
});
