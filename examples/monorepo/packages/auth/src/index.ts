/**
 * Bearer tokens: JSON Web Tokens signed with HMAC SHA-256 (RFC 7519, RFC 7515).
 *
 * For services of one team that share a key. Where people sign in, let a user pool sign tokens and
 * an authorizer check them: `HttpApi(authorizer=Authorizer(pool=...))` in deploy.py.
 */
import { createHmac, timingSafeEqual } from "node:crypto";

export type Scope = "users:read" | "users:write";

export interface Claims {
  readonly sub: string;
  readonly scope: readonly string[];
  /** Seconds since 1970; the token is worth nothing from then on. */
  readonly exp: number;
}

/** Why there is no access: 401 says who are you, 403 says you may not. */
export class AuthError extends Error {
  override readonly name = "AuthError";

  constructor(
    readonly status: 401 | 403,
    message: string,
  ) {
    super(message);
  }
}

const HEADER = { alg: "HS256", typ: "JWT" };

export function sign(claims: Claims, key: string): string {
  const payload = { ...claims, scope: claims.scope.join(" ") };
  const signed = `${encoded(HEADER)}.${encoded(payload)}`;
  return `${signed}.${mac(signed, key).toString("base64url")}`;
}

/** Return whose token it is. Throws AuthError 401. */
export function verify(token: string, key: string, now: Date): Claims {
  const [header, payload, signature, ...more] = token.split(".");
  if (!header || !payload || !signature || more.length > 0) throw unknown("is no token");
  // The algorithm is ours to choose, never the token's.
  if (decoded(header).alg !== HEADER.alg) throw unknown("has another algorithm");
  const given = Buffer.from(signature, "base64url");
  const right = mac(`${header}.${payload}`, key);
  if (given.length !== right.length || !timingSafeEqual(given, right)) {
    throw unknown("has another signature");
  }
  const { sub, scope, exp } = decoded(payload);
  if (typeof sub !== "string" || typeof scope !== "string" || typeof exp !== "number") {
    throw unknown("lacks sub, scope or exp");
  }
  if (exp * 1000 <= now.getTime()) throw unknown("has ended");
  return { sub, scope: scope.split(" ").filter(Boolean), exp };
}

/** Return the token of an Authorization header (RFC 6750). Throws AuthError 401. */
export function bearer(header: string | undefined): string {
  const found = /^Bearer +(\S+) *$/i.exec(header ?? "");
  if (!found?.[1]) throw new AuthError(401, "there is no bearer token");
  return found[1];
}

/** Throws AuthError 403 unless the token is good for `scope`. */
export function demand(claims: Claims, scope: Scope): void {
  if (!claims.scope.includes(scope)) throw new AuthError(403, `the token lacks ${scope}`);
}

const unknown = (why: string): AuthError => new AuthError(401, `the token ${why}`);
const encoded = (value: object): string =>
  Buffer.from(JSON.stringify(value)).toString("base64url");
const mac = (text: string, key: string): Buffer =>
  createHmac("sha256", key).update(text).digest();

function decoded(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // told below, as anything else that is no object
  }
  throw unknown("cannot be read");
}
