"""HTTP APIs behind CORS and authorizers; limits, custom domains, function URLs."""

from __future__ import annotations

import json
from typing import Any, Final

from tests.conformance.asking import ABSENT, Case
from tests.conformance.setting import ID_TOKEN, KEYS, LATER, NOW, STRANGER, claims, token

PAGES_OF_TESTS: Final = frozenset(
    {"throttling", "http logs", "rest logs", "latency", "failover", "health", "rest throttling"}
)
"""Pages that the tests of sequences name, which are no single request."""

UNAUTHORIZED = {"message": "Unauthorized"}
FORBIDDEN = {"message": "Forbidden"}
ERROR = {"message": "Internal Server Error"}
CORS = "/eu-west-1/cors/$default"
WWW = "https://www.example.com"


def preflight(target: str, origin: str, **more: Any) -> Case:
    """A browser's question before a call."""
    headers = (("Origin", origin), ("Access-Control-Request-Method", "POST"))
    return Case(more.pop("claim"), "cors", target, "OPTIONS", headers=headers, status=204, **more)


def own_headers(claim: str, api: str, origin: str, expected: dict[str, Any]) -> Case:
    """A function that sets a CORS header itself."""
    own = {"statusCode": 200, "headers": {"access-control-allow-origin": "https://own.example"}}
    headers = (("content-type", "application/json"), ("Origin", origin))
    target = f"/eu-west-1/{api}/$default/own"
    body = json.dumps(own).encode()
    return Case(claim, "cors", target, "POST", headers=headers, body=body, answered=expected)


CORS_CASES = [
    preflight(
        f"{CORS}/own",
        WWW,
        claim="a preflight gets the configured headers",
        answered={
            "access-control-allow-origin": WWW,
            "access-control-allow-methods": "GET,POST",
            "access-control-allow-headers": "authorization,x-own",
            "access-control-max-age": "300",
            "access-control-allow-credentials": "true",
        },
    ),
    preflight(
        f"{CORS}/no/route",
        WWW,
        claim="a preflight is answered even if there is no OPTIONS route",
        answered={"access-control-allow-origin": WWW},
    ),
    preflight(
        f"{CORS}/own",
        "https://evil.example",
        claim="an origin that is not allowed gets no CORS headers",
        answered={"access-control-allow-origin": ABSENT, "access-control-allow-methods": ABSENT},
    ),
    preflight(
        "/eu-west-1/corsany/$default/x",
        "https://any.example",
        claim="a wildcard allows every origin, method and header",
        answered={
            "access-control-allow-origin": "*",
            "access-control-allow-methods": "*",
            "access-control-allow-headers": "*",
        },
    ),
    preflight(
        "/eu-west-1/corshttps/$default/x",
        "https://any.example",
        claim="https://* allows every origin of that scheme",
        answered={"access-control-allow-origin": "https://any.example"},
    ),
    preflight(
        "/eu-west-1/corshttps/$default/x",
        "http://any.example",
        claim="https://* allows no origin of another scheme",
        answered={"access-control-allow-origin": ABSENT},
    ),
    own_headers(
        "the configured headers replace those of the integration",
        "cors",
        WWW,
        {"access-control-allow-origin": [WWW], "access-control-expose-headers": "date,x-api-id"},
    ),
    own_headers(
        "the integration's CORS headers are ignored for other origins, too",
        "cors",
        "https://evil.example",
        {"access-control-allow-origin": []},
    ),
    own_headers(
        "without a configuration the integration's CORS headers stay",
        "nocors",
        WWW,
        {"access-control-allow-origin": ["https://own.example"]},
    ),
    Case(
        "errors have CORS headers, too",
        "cors",
        f"{CORS}/fail",
        headers=(("Origin", WWW),),
        status=500,
        json=ERROR,
        answered={"access-control-allow-origin": WWW},
    ),
    Case(
        "a request without an origin is no CORS request",
        "cors",
        f"{CORS}/fail",
        status=500,
        answered={"access-control-allow-origin": ABSENT},
    ),
    Case(
        "OPTIONS that asks for nothing reaches its route",
        "cors",
        f"{CORS}/own",
        "OPTIONS",
        headers=(("Origin", WWW),),
        function="Echo",
        event={"routeKey": "OPTIONS /own"},
    ),
    Case(
        "without a configuration $default gets the preflight",
        "cors",
        "/eu-west-1/nocors/$default/x",
        "OPTIONS",
        headers=(("Origin", WWW), ("Access-Control-Request-Method", "GET")),
        function="Echo",
        event={"routeKey": "$default", "requestContext.http.method": "OPTIONS"},
    ),
]

AUTH = "/eu-west-1/auth/$default"


def bearer(value: str) -> tuple[tuple[str, str], ...]:
    """The header of a token."""
    return (("Authorization", f"Bearer {value}"),)


def refused(claim: str, value: str, path: str = "/jwt", **more: Any) -> Case:
    """A token that is not good enough."""
    given = {"page": "jwt", "status": 401, "json": UNAUTHORIZED, **more}
    return Case(claim, target=AUTH + path, headers=bearer(value), **given)


def challenge(description: str) -> dict[str, str]:
    """What the client is told of its token."""
    text = f'Bearer scope="" error="invalid_token" error_description="{description}"'
    return {"www-authenticate": text}


TOKEN = token()
JWT_CASES = [
    Case(
        "a token with the Bearer prefix is accepted",
        "jwt",
        f"{AUTH}/jwt",
        headers=bearer(TOKEN),
        function="Echo",
        event={
            "requestContext.authorizer.jwt.claims.sub": "user-1",
            "requestContext.authorizer.jwt.scopes": None,
        },
    ),
    Case(
        "a token alone is accepted",
        "jwt",
        f"{AUTH}/jwt",
        headers=(("Authorization", TOKEN),),
        function="Echo",
        event={"requestContext.authorizer.jwt.claims.token_use": "access"},
    ),
    Case(
        "an identity token is accepted by its aud",
        "jwt",
        f"{AUTH}/jwt",
        headers=bearer(ID_TOKEN),
        function="Echo",
        event={"requestContext.authorizer.jwt.claims.aud": "client-1"},
    ),
    Case(
        "claims are text, and lists are in brackets",
        "integration",
        f"{AUTH}/jwt",
        headers=bearer(TOKEN),
        function="Echo",
        event={
            "requestContext.authorizer.jwt.claims.exp": str(NOW + 3600),
            "requestContext.authorizer.jwt.claims.cognito:groups": "[admins staff]",
        },
    ),
    Case(
        "format 1.0 has claims and scopes in the authorizer",
        "integration",
        f"{AUTH}/jwt/old",
        headers=bearer(TOKEN),
        function="Echo",
        event={
            "requestContext.authorizer.claims.sub": "user-1",
            "requestContext.authorizer.scopes": None,
        },
    ),
    Case(
        "a token may be in the query",
        "jwt",
        f"{AUTH}/query?token={TOKEN}",
        function="Echo",
        event={"requestContext.authorizer.jwt.claims.sub": "user-1"},
    ),
    Case(
        "one of the route's scopes is enough",
        "jwt",
        f"{AUTH}/scoped",
        headers=bearer(TOKEN),
        function="Echo",
        event={"requestContext.authorizer.jwt.scopes": ["pets/read", "pets/write"]},
    ),
    Case(
        "scopes may be in scp",
        "jwt",
        f"{AUTH}/scoped",
        headers=bearer(token(scope=None, scp=["pets/admin"])),
        function="Echo",
        event={"requestContext.authorizer.jwt.scopes": ["pets/admin"]},
    ),
    Case(
        "without a token the answer is Unauthorized",
        "jwt trouble",
        f"{AUTH}/jwt",
        status=401,
        json=UNAUTHORIZED,
    ),
    refused(
        "a token without the audience is refused by these words",
        token(client_id="client-9"),
        page="jwt trouble",
        answered=challenge("the token does not have a valid audience"),
    ),
    refused("aud comes before client_id", token(aud="other", client_id="client-1")),
    refused("a token of another issuer is refused", token(iss="https://other.example")),
    refused(
        "a token that has expired is refused",
        token(exp=NOW - 1),
        answered=challenge("the token has expired"),
    ),
    refused("a token before its time is refused", token(nbf=NOW + LATER)),
    refused("a token from the future is refused", token(iat=NOW + LATER)),
    refused("a token of another key is refused", STRANGER.token(claims())),
    refused("a token of an unknown key id is refused", KEYS.token(claims(), kid="other")),
    refused("a token without a key id is refused", KEYS.token(claims(), kid="")),
    refused(
        "only RSA is supported",
        KEYS.token(claims(), alg="HS256"),
        answered=challenge("signing method HS256 is invalid"),
    ),
    refused("an unsigned token is refused", KEYS.token(claims(), alg="none")),
    refused("a changed token is refused", TOKEN[:-4] + "AAAA"),
    refused("what is no token is refused", "token"),
    refused(
        "without one of the route's scopes the answer is Forbidden",
        TOKEN,
        "/admin",
        status=403,
        json=FORBIDDEN,
    ),
    refused("an identity token has no scopes", ID_TOKEN, "/scoped", status=403, json=FORBIDDEN),
    refused(
        "an issuer whose keys cannot be read is an error",
        token(iss="https://issuer.example"),
        "/unknown",
        status=500,
        json=ERROR,
    ),
]

SIMPLE = "/eu-west-1/auth/$default/simple"
ALLOW = (("Authorization", "allow"),)


def judged(claim: str, path: str, says: str, status: int = 200, **more: Any) -> Case:
    """A call that a function decides about."""
    given = {"page": "lambda authorizer", "status": status, **more}
    return Case(claim, target=AUTH + path, headers=(("Authorization", says),), **given)


LAMBDA_CASES = [
    judged(
        "isAuthorized true lets a call pass with its context",
        "/simple",
        "allow",
        function="Echo",
        event={
            "requestContext.authorizer.lambda": {
                "user": "ada",
                "count": 1,
                "admin": True,
                "tags": ["a", "b"],
            }
        },
    ),
    judged("isAuthorized false is Forbidden", "/simple", "deny", 403, json=FORBIDDEN),
    judged(
        "format 2.0 asks with these fields",
        "/simple?a=1",
        "allow",
        function="Simple",
        event={
            "version": "2.0",
            "type": "REQUEST",
            "routeArn": "arn:aws:execute-api:eu-west-1:123456789012:auth/$default/GET/simple",
            "identitySource": ["allow"],
            "routeKey": "GET /simple",
            "rawPath": "/simple",
            "rawQueryString": "a=1",
            "headers.authorization": "allow",
            "queryStringParameters": {"a": "1"},
            "requestContext.http.method": "GET",
            "requestContext.stage": "$default",
            "stageVariables": {"tenant": "t1"},
            "body": ABSENT,
        },
    ),
    judged(
        "a context reaches format 1.0 flat and as text",
        "/simple/old",
        "allow",
        function="Echo",
        event={"requestContext.authorizer": {"user": "ada", "count": "1", "admin": "true"}},
    ),
    judged(
        "an IAM policy lets a call pass",
        "/policy",
        "allow",
        function="Echo",
        event={
            "requestContext.authorizer.lambda.key": "value",
            "requestContext.authorizer.lambda.numKey": 1,
            "requestContext.authorizer.lambda.principalId": "ada",
        },
    ),
    judged("a policy that denies is Forbidden", "/policy", "deny", 403, json=FORBIDDEN),
    judged(
        "a policy for something else allows nothing", "/policy", "elsewhere", 403, json=FORBIDDEN
    ),
    judged(
        "path parameters are in the question",
        "/policy/7",
        "allow",
        function="Policy",
        event={
            "pathParameters": {"id": "7"},
            "routeArn": "arn:aws:execute-api:eu-west-1:123456789012:auth/$default/GET/policy/7",
        },
    ),
    judged(
        "format 1.0 asks with these fields",
        "/old?a=1",
        "allow",
        function="Policy",
        event={
            "version": "1.0",
            "type": "REQUEST",
            "methodArn": "arn:aws:execute-api:eu-west-1:123456789012:auth/$default/GET/old",
            "identitySource": "allow",
            "authorizationToken": "allow",
            "resource": "/old",
            "path": "/old",
            "httpMethod": "GET",
            "queryStringParameters": {"a": "1"},
            "stageVariables": {"tenant": "t1"},
            "requestContext.httpMethod": "GET",
            "requestContext.apiId": "auth",
        },
    ),
    Case(
        "without the identity source the function is not asked",
        "lambda authorizer",
        SIMPLE,
        status=401,
        json=UNAUTHORIZED,
    ),
    Case(
        "all identity sources have to be there",
        "lambda authorizer",
        f"{AUTH}/two",
        headers=ALLOW,
        status=401,
        json=UNAUTHORIZED,
    ),
    Case(
        "identity sources are told in their order",
        "lambda authorizer",
        f"{AUTH}/two?user=ada",
        headers=ALLOW,
        function="Policy",
        event={"identitySource": ["allow", "ada", "t1"]},
    ),
    Case(
        "a stage without the variable lacks an identity source",
        "lambda authorizer",
        "/eu-west-1/auth/bare/two?user=ada",
        headers=ALLOW,
        status=401,
        json=UNAUTHORIZED,
    ),
    judged("an authorizer that fails is an error", "/simple", "fail", 500, json=ERROR),
    judged("an answer of another form is an error", "/simple", "malformed", 500, json=ERROR),
    judged("a policy that is missing is an error", "/policy", "malformed", 500, json=ERROR),
    judged("an authorizer that cannot be called is an error", "/missing", "allow", 500, json=ERROR),
    judged("an authorizer that does not exist is an error", "/none", "allow", 500, json=ERROR),
    Case(
        "a route for signed calls refuses others", "iam", f"{AUTH}/iam", status=403, json=FORBIDDEN
    ),
]

HTTP = "/eu-west-1/http/$default"
BIG = (("content-type", "text/plain"),)
LIMITS = [
    Case(
        "a payload above 10 MB is refused",
        "quotas",
        f"{HTTP}/echo",
        "POST",
        BIG,
        b"a" * (10 * 1024 * 1024 + 1),
        status=413,
        json={"message": "Request Entity Too Large"},
    ),
    Case(
        "an event above Lambda's 6 MB is refused",
        "quotas",
        f"{HTTP}/echo",
        "POST",
        BIG,
        b"a" * (6 * 1024 * 1024),
        status=413,
    ),
    Case(
        "request line and headers above 10,240 bytes are refused",
        "quotas",
        f"{HTTP}/echo",
        headers=(("x-long", "a" * 10_240),),
        status=431,
        json={"message": "Request Header Fields Too Large"},
    ),
    Case("the request line counts", "quotas", f"{HTTP}/echo?a={'b' * 10_240}", status=431),
    Case(
        "header values of 9,000 bytes are taken",
        "quotas",
        f"{HTTP}/echo",
        headers=(("x-long", "a" * 9_000),),
        function="Echo",
        event={"rawPath": "/echo"},
    ),
]


def by(host: str) -> tuple[tuple[str, str], ...]:
    """A request by a domain."""
    return (("Host", host),)


API = by("api.example.com")
DOMAINS = [
    Case(
        "the empty mapping is a catch-all",
        "rest mappings",
        "/customers",
        headers=API,
        function="Echo",
        event={"requestContext.apiId": "one", "rawPath": "/customers"},
    ),
    Case(
        "a request that matches a mapping goes to its API",
        "rest mappings",
        "/orders/v1/items",
        headers=API,
        function="Echo",
        event={"requestContext.apiId": "two"},
    ),
    Case(
        "mappings with several levels are told apart",
        "rest mappings",
        "/orders/v2/items",
        headers=API,
        function="Echo",
        event={"requestContext.apiId": "three"},
    ),
    Case(
        "what comes after the mapping does not affect the selection",
        "rest mappings",
        "/orders/v1/items/123",
        headers=API,
        function="Echo",
        event={"requestContext.apiId": "two", "pathParameters": {"proxy": "123"}},
    ),
    Case(
        "the longest matching path decides",
        "rest mappings",
        "/orders/v2/items/categories/5",
        headers=API,
        function="Echo",
        event={"requestContext.apiId": "four"},
    ),
    Case(
        "a mapping ends at a slash",
        "http mappings",
        "/orders/v1/itemsize",
        headers=API,
        function="Echo",
        event={"requestContext.apiId": "one"},
    ),
    Case(
        "rawPath does not have the mapping",
        "integration",
        "/orders/v1/items/123",
        headers=API,
        function="Echo",
        event={"rawPath": "/123"},
    ),
    Case(
        "format 1.0 has the mapping in its path",
        "integration",
        "/key/a",
        headers=by("old.example.com"),
        function="Echo",
        event={"path": "/key/a"},
    ),
    Case(
        "domainName is the custom domain",
        "integration",
        "/customers",
        headers=by("api.example.com:3000"),
        function="Echo",
        event={
            "requestContext.domainName": "api.example.com",
            "requestContext.domainPrefix": "api",
            "headers.host": "api.example.com:3000",
        },
    ),
    Case(
        "a mapping's stage is no part of the path",
        "http mappings",
        "/staged/a",
        headers=API,
        function="Echo",
        event={"requestContext.stage": "v1", "pathParameters": {"proxy": "a"}},
    ),
    Case(
        "REST APIs share a domain with HTTP APIs",
        "rest mappings",
        "/rest/hello",
        headers=API,
        function="Echo",
        event={
            "requestContext.apiId": "rest",
            "path": "/rest/hello",
            "requestContext.path": "/rest/hello",
        },
    ),
    Case(
        "without a mapping the answer is Forbidden",
        "rest mappings",
        "/other",
        headers=by("narrow.example.com"),
        status=403,
        json=FORBIDDEN,
    ),
    Case(
        "a wildcard domain answers for every name below it",
        "http mappings",
        "/a",
        headers=by("shop.wild.example.com"),
        function="Echo",
        event={"requestContext.domainName": "shop.wild.example.com"},
    ),
    Case(
        "a name below .localhost is the domain's own",
        "http mappings",
        "/a",
        headers=by("api.example.com.localhost:3000"),
        function="Echo",
        event={"requestContext.domainName": "api.example.com"},
    ),
    Case(
        "a domain that does not exist is not found",
        "http mappings",
        "/a",
        headers=by("nowhere.example.com"),
        status=404,
    ),
]

URL = "/eu-west-1/lambda-url"
URLS = [
    Case(
        "a function URL calls with format 2.0",
        "url invoke",
        f"{URL}/urlecho/a/b?c=d",
        headers=(("Cookie", "e=f"),),
        function="Echo",
        event={
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": "/a/b",
            "rawQueryString": "c=d",
            "cookies": ["e=f"],
            "queryStringParameters": {"c": "d"},
            "requestContext.stage": "$default",
            "requestContext.apiId": "urlecho",
            "requestContext.domainPrefix": "urlecho",
        },
    ),
    Case(
        "a function URL answers by its host name",
        "url settings",
        "/x",
        headers=by("urlecho.lambda-url.eu-west-1.localhost"),
        function="Echo",
        event={"rawPath": "/x"},
    ),
    Case(
        "a function URL of an alias calls the alias",
        "url settings",
        f"{URL}/urllive/",
        function="Echo:live",
        event={"rawPath": "/"},
    ),
    Case(
        "a function URL infers an answer",
        "url invoke",
        f"{URL}/urlsay/",
        "POST",
        body=b'{"a":1}',
        headers=(("content-type", "application/json"),),
        json={"a": 1},
        answered={"content-type": "application/json"},
    ),
    Case(
        "a function URL has a CORS configuration of its own",
        "url settings",
        f"{URL}/urlsay/",
        "OPTIONS",
        headers=(("Origin", WWW), ("Access-Control-Request-Method", "GET")),
        status=204,
        answered={"access-control-allow-origin": WWW},
    ),
    Case(
        "a failing function of a URL is a bad gateway",
        "url invoke",
        f"{URL}/urlfail/",
        status=502,
        text="Internal Server Error",
    ),
    Case(
        "a throttled function of a URL is too many requests",
        "url settings",
        f"{URL}/urlbusy/",
        status=429,
    ),
    Case(
        "a signed function URL refuses other calls",
        "url access",
        f"{URL}/urlsigned/",
        status=403,
        json={"Message": "Forbidden"},
    ),
    Case(
        "a function URL that does not exist is forbidden",
        "url access",
        f"{URL}/nosuchurl/",
        status=403,
    ),
]

CASES = [*CORS_CASES, *JWT_CASES, *LAMBDA_CASES, *LIMITS, *DOMAINS, *URLS]
