/** Requests and answers of an HTTP API, in its payload format 2.0. */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";

export type HttpRequest = APIGatewayProxyEventV2;
export type HttpAnswer = APIGatewayProxyStructuredResultV2;

/** What the caller did wrong, or may not do; becomes the answer. */
export class HttpError extends Error {
  override readonly name = "HttpError";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export function answer(status: number, body: unknown): HttpAnswer {
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  return { statusCode: status, headers, body: body === undefined ? "" : JSON.stringify(body) };
}

export function failure({ status, code, message }: HttpError): HttpAnswer {
  return answer(status, { error: { code, message } });
}

/** Return the body, a JSON object. Throws HttpError 400. */
export function bodyOf(event: HttpRequest): Record<string, unknown> {
  const raw = event.body ?? "";
  const text = event.isBase64Encoded ? Buffer.from(raw, "base64").toString("utf8") : raw;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new HttpError(400, "body", "the body is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new HttpError(400, "body", "the body is not a JSON object");
  }
  return value as Record<string, unknown>;
}

/** Return a text with its ends trimmed. Throws HttpError 400 unless it has 1 to `most` letters. */
export function textOf(value: unknown, field: string, most: number): string {
  const text = typeof value === "string" ? value.trim() : "";
  if (text.length === 0 || text.length > most) {
    throw new HttpError(400, field, `\`${field}\` must be a text of 1 to ${most} characters`);
  }
  return text;
}

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const EMAIL_MOST = 254; // RFC 5321, as a path without its brackets

/** Return an address in lower case. Throws HttpError 400. */
export function emailOf(value: unknown): string {
  const email = textOf(value, "email", EMAIL_MOST).toLowerCase();
  if (!EMAIL.test(email)) throw new HttpError(400, "email", "`email` is no e-mail address");
  return email;
}
