"""REST APIs."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

from tests.conformance.asking import ABSENT, Case
from tests.conformance.setting import ID_TOKEN, NOW, STRANGER, claims, token

REST = "/eu-west-1/rest/prod"
AUTH = "/eu-west-1/restauth/prod"
MISSING = {"message": "Missing Authentication Token"}
BROKEN = {"message": "Internal server error"}
UNAUTHORIZED = {"message": "Unauthorized"}


def event(claim: str, target: str, expected: dict[str, Any], **more: Any) -> Case:
    """A case about the event that the function gets."""
    given = {"page": "rest proxy", "function": "Echo", **more}
    return Case(claim, target=REST + target, event=expected, **given)


EVENTS = [
    event(
        "resource is the template of the path",
        "/pets/6",
        {"resource": "/pets/{id}", "path": "/pets/6", "httpMethod": "GET"},
    ),
    event(
        "path is without the stage, the context's is with it",
        "/hello",
        {"path": "/hello", "requestContext.path": "/prod/hello"},
    ),
    event("REST events have no version", "/hello", {"version": ABSENT}),
    event(
        "the context of a REST event has the fields of the page",
        "/pets/6",
        {
            "requestContext.accountId": "123456789012",
            "requestContext.apiId": "rest",
            "requestContext.stage": "prod",
            "requestContext.resourcePath": "/pets/{id}",
            "requestContext.httpMethod": "GET",
            "requestContext.protocol": "HTTP/1.1",
            "requestContext.identity.sourceIp": "127.0.0.1",
            "requestContext.identity.apiKey": None,
            "requestContext.identity.userArn": None,
            "requestContext.authorizer": ABSENT,
            "requestContext.deploymentId": "dep1",
        },
    ),
    event(
        "a query parameter that repeats has its last value, and a list of all",
        "/hello?name=me&multivalueName=you&multivalueName=me",
        {
            "queryStringParameters": {"name": "me", "multivalueName": "me"},
            "multiValueQueryStringParameters": {"name": ["me"], "multivalueName": ["you", "me"]},
        },
    ),
    event(
        "headers have a list each",
        "/hello",
        {"multiValueHeaders.x-own": ["1", "2"], "headers.x-own": "2"},
        headers=(("x-own", "1"), ("x-own", "2")),
    ),
    event(
        "the gateway's own headers have capitals",
        "/hello",
        {"headers.User-Agent": "agent/1", "headers.X-Forwarded-Proto": "http"},
        headers=(("user-agent", "agent/1"),),
    ),
    event(
        "what is missing in a REST event is null",
        "/hello",
        {
            "pathParameters": None,
            "queryStringParameters": None,
            "body": None,
            "multiValueQueryStringParameters": None,
            "isBase64Encoded": False,
        },
    ),
    event(
        "stage variables are in a REST event", "/hello", {"stageVariables": {"LambdaAlias": "prod"}}
    ),
    event(
        "a REST body is text",
        "/hello",
        {"body": '{"a": 1}', "isBase64Encoded": False},
        method="POST",
        body=b'{"a": 1}',
        headers=(("content-type", "application/json"),),
    ),
    event(
        "a REST body of a binary media type is base64",
        "/binary",
        {"body": "AAH/", "isBase64Encoded": True},
        page="binary",
        method="POST",
        body=b"\x00\x01\xff",
        headers=(("content-type", "image/png"),),
    ),
    event(
        "a REST body of another type is text, whatever it is",
        "/binary",
        {"isBase64Encoded": False},
        page="binary",
        method="POST",
        body=b"\x00\x01",
        headers=(("content-type", "image/gif"),),
    ),
    event(
        "{proxy+} takes the whole hierarchy",
        "/any/vegetables/carrot",
        {"pathParameters": {"proxy": "vegetables/carrot"}, "resource": "/any/{proxy+}"},
    ),
    event(
        "a method's operation name is told",
        "/any/x",
        {"requestContext.operationName": "Anything"},
        method="DELETE",
    ),
    event(
        "the stage variable of a REST stage chooses the alias",
        "/alias",
        {"path": "/alias"},
        page="rest variables",
        function="Echo:prod",
    ),
]

ROUTES = [
    Case(
        "an unknown path is a missing token",
        "responses",
        f"{REST}/nothing",
        status=403,
        json=MISSING,
        answered={"x-amzn-errortype": "MissingAuthenticationTokenException"},
    ),
    Case(
        "an unknown method is a missing token",
        "responses",
        f"{REST}/hello",
        "DELETE",
        status=403,
        json=MISSING,
    ),
    Case(
        "an unknown REST stage is forbidden",
        "responses",
        "/eu-west-1/rest/other/hello",
        status=403,
        json={"message": "Forbidden"},
        answered={"x-amzn-errortype": "ForbiddenException"},
    ),
    Case(
        "a REST API without its endpoint is forbidden",
        "rest disable",
        "/eu-west-1/restclosed/prod/x",
        status=403,
        json={"message": "Forbidden"},
    ),
    Case(
        "a static resource comes before a variable",
        "proxy resource",
        f"{REST}/pets/dog",
        function="Echo",
        event={"resource": "/pets/dog"},
    ),
    Case(
        "a variable takes one segment of a REST path",
        "proxy resource",
        f"{REST}/pets/cat/1",
        status=403,
        json=MISSING,
    ),
    Case(
        "a greedy resource comes below its parent",
        "proxy resource",
        f"{REST}/pets/dog/1/2",
        function="Echo",
        event={"pathParameters": {"proxy": "1/2"}},
    ),
    Case(
        "{proxy+} needs something to take",
        "proxy resource",
        f"{REST}/any",
        status=403,
        json=MISSING,
    ),
    Case(
        "the root of a REST API is a resource",
        "rest proxy",
        f"{REST}/",
        function="Echo",
        event={"resource": "/", "path": "/"},
    ),
]


def says(claim: str, result: object, **more: Any) -> Case:
    """A case about what a function's result becomes: the request's body is the result."""
    body = result if isinstance(result, bytes) else json.dumps(result).encode()
    given = {"page": "rest proxy", "target": f"{REST}/say", **more}
    headers = (("content-type", "application/json"), *given.pop("headers", ()))
    return Case(claim, method="POST", headers=headers, body=body, **given)


def malformed(claim: str, result: object) -> Case:
    """A result that is no proxy response."""
    errortype = {"x-amzn-errortype": "InternalServerErrorException"}
    return says(claim, result, status=502, json=BROKEN, answered=errortype)


PNG = {"statusCode": 200, "body": "AAH/", "isBase64Encoded": True}
ANSWERS = [
    says(
        "a proxy response is taken by its parts",
        {"statusCode": 201, "body": "x", "headers": {"X-Own": "1"}},
        status=201,
        text="x",
        answered={"x-own": "1"},
    ),
    says(
        "a REST answer is JSON unless it says otherwise",
        {"statusCode": 200, "body": "{}"},
        answered={"content-type": "application/json"},
    ),
    says(
        "headers and multi-value headers are merged",
        {"statusCode": 200, "headers": {"a": "1"}, "multiValueHeaders": {"b": ["1", "2"]}},
        answered={"a": ["1"], "b": ["1", "2"]},
    ),
    says(
        "a REST API merges the same pair in both kinds of headers into one",
        {"statusCode": 200, "headers": {"a": "1"}, "multiValueHeaders": {"a": ["1"]}},
        answered={"a": ["1"]},
    ),
    malformed("text is no proxy response", "hello"),
    malformed("null is no proxy response", None),
    malformed("an object of another form is no proxy response", {"message": "hi"}),
    malformed(
        "a body that is an object is no proxy response", {"statusCode": 200, "body": {"a": 1}}
    ),
    malformed("a status that is no number is no proxy response", {"statusCode": "ok"}),
    malformed(
        "headers that are a list are no proxy response", {"statusCode": 200, "headers": ["a"]}
    ),
    malformed("what is not JSON is no proxy response", b"{no"),
    Case("an exception is a bad gateway", "rest proxy", f"{REST}/fail", status=502, json=BROKEN),
    Case(
        "a REST integration that times out is 504",
        "responses",
        f"{REST}/slow",
        status=504,
        json={"message": "Endpoint request timed out"},
    ),
    Case(
        "a REST integration waits 29 seconds at most", "rest quotas", f"{REST}/slower", status=504
    ),
    Case(
        "a function that is throttled is a configuration error",
        "responses",
        f"{REST}/busy",
        status=500,
        json=BROKEN,
    ),
    Case(
        "a function that does not exist is a configuration error",
        "responses",
        f"{REST}/missing",
        status=500,
        json=BROKEN,
    ),
    Case(
        "a stage variable that does not exist is a configuration error",
        "responses",
        f"{REST}/undefined",
        status=500,
        json=BROKEN,
    ),
    Case(
        "a result above 6 MB is a bad gateway of a REST API",
        "rest quotas",
        f"{REST}/huge",
        status=502,
    ),
    Case(
        "a REST payload above 10 MB is refused",
        "rest quotas",
        f"{REST}/hello",
        "POST",
        body=b"a" * (10 * 1024 * 1024 + 1),
        status=413,
    ),
    says(
        "base64 is decoded for a client that accepts the type",
        PNG,
        page="binary",
        headers=(("Accept", "image/png"),),
        text="\x00\x01\xff",
    ),
    says(
        "base64 stays for a client that accepts text",
        PNG,
        page="binary",
        headers=(("Accept", "text/html"),),
        text="AAH/",
    ),
    says(
        "only the first accepted type counts",
        PNG,
        page="binary",
        headers=(("Accept", "text/html,image/png"),),
        text="AAH/",
    ),
    says(
        "*/* makes everything binary",
        PNG,
        page="rest proxy",
        target="/eu-west-1/restbinary/prod/x",
        headers=(("Accept", "text/html"),),
        text="\x00\x01\xff",
    ),
    says(
        "headers of the connection are renamed",
        {"statusCode": 401, "headers": {"WWW-Authenticate": "Basic", "Date": "today"}},
        page="known issues",
        status=401,
        answered={
            "x-amzn-remapped-www-authenticate": "Basic",
            "www-authenticate": ABSENT,
            "x-amzn-remapped-date": "today",
        },
    ),
]

MOCKS = [
    Case(
        "a MOCK integration answers a preflight",
        "rest cors",
        f"{REST}/hello",
        "OPTIONS",
        headers=(("Origin", "https://a.example"), ("Access-Control-Request-Method", "GET")),
        answered={
            "access-control-allow-origin": "*",
            "access-control-allow-methods": "GET,OPTIONS",
            "access-control-allow-headers": "authorization",
        },
    ),
    Case(
        "the status of a MOCK's template chooses its answer",
        "mock",
        f"{REST}/teapot",
        status=418,
        json={"short": "stout"},
    ),
    Case(
        "the functions of a REST API set their own CORS headers",
        "rest cors",
        f"{REST}/hello",
        headers=(("Origin", "https://a.example"),),
        answered={"access-control-allow-origin": ABSENT},
    ),
    Case(
        "an integration of another type is refused",
        "responses",
        f"{REST}/http",
        status=500,
        json=BROKEN,
    ),
]

OWN = "/eu-west-1/restown/prod"
RESPONSES = [
    Case(
        "DEFAULT_4XX adds its headers to every 4XX",
        "own responses",
        f"{OWN}/denied",
        headers=(("x-own", "v"),),
        status=401,
        json=UNAUTHORIZED,
        answered={"access-control-allow-origin": "*", "x-path": "v"},
    ),
    Case(
        "a type of its own comes before DEFAULT_4XX",
        "own responses",
        f"{OWN}/nothing",
        status=404,
        json={"type": "MISSING_AUTHENTICATION_TOKEN"},
        answered={"access-control-allow-origin": ABSENT},
    ),
    Case(
        "DEFAULT_5XX is for malformed answers, too",
        "own responses",
        f"{OWN}/x",
        status=502,
        json=BROKEN,
        answered={"x-broken": "yes"},
    ),
    Case(
        "a payload above 10 MB has the headers of DEFAULT_4XX",
        "own responses",
        f"{OWN}/x",
        headers=(("x-own", "v"),),
        body=b"a" * (10 * 1024 * 1024 + 1),
        status=413,
        json={"message": "Request Too Long"},
        answered={"access-control-allow-origin": "*", "x-path": "v"},
    ),
]


def asks(claim: str, path: str, says_: str, status: int = 200, **more: Any) -> Case:
    """A call that an authorizer decides about."""
    given = {"page": "rest authorizer", "status": status, **more}
    return Case(claim, target=AUTH + path, headers=(("Authorization", says_),), **given)


NOT_ALLOWED = "User is not authorized to access this resource"
AUTHORIZERS = [
    asks(
        "a TOKEN authorizer that allows lets the call pass",
        "/token",
        "allow",
        function="Echo",
        event={
            "requestContext.authorizer": {
                "principalId": "ada",
                "key": "value",
                "numKey": "1",
                "boolKey": "true",
            }
        },
        page="authorizer output",
    ),
    asks(
        "a TOKEN authorizer is asked with these fields",
        "/token",
        "allow",
        function="Token",
        event={
            "type": "TOKEN",
            "authorizationToken": "allow",
            "methodArn": "arn:aws:execute-api:eu-west-1:123456789012:restauth/prod/GET/token",
        },
        page="authorizer input",
    ),
    asks(
        "a policy that denies is access denied",
        "/token",
        "deny",
        403,
        json={"Message": f"{NOT_ALLOWED} with an explicit deny in an identity-based policy"},
        answered={"x-amzn-errortype": "AccessDeniedException"},
    ),
    asks(
        "a policy that does not allow is access denied",
        "/token",
        "elsewhere",
        403,
        json={"Message": NOT_ALLOWED},
    ),
    Case(
        "without its token an authorizer is not asked",
        "rest authorizer",
        f"{AUTH}/token",
        status=401,
        json=UNAUTHORIZED,
        answered={"x-amzn-errortype": "UnauthorizedException"},
    ),
    asks(
        "a token that does not fit its expression is refused",
        "/checked",
        "allow",
        401,
        json=UNAUTHORIZED,
        page="identity sources",
    ),
    asks(
        "a token that fits its expression is asked about",
        "/checked",
        "Bearer allow",
        function="Token",
        event={"authorizationToken": "Bearer allow"},
        page="identity sources",
    ),
    asks(
        "an authorizer that raises Unauthorized says so",
        "/token",
        "unauthorized",
        401,
        json=UNAUTHORIZED,
    ),
    asks(
        "an authorizer that raises something else has failed",
        "/token",
        "fail",
        500,
        json={"message": None},
        page="responses",
    ),
    asks(
        "an authorizer's answer of another form is a configuration error",
        "/token",
        "malformed",
        500,
        json=BROKEN,
        page="responses",
        answered={"x-amzn-errortype": "AuthorizerConfigurationException"},
    ),
    asks(
        "an authorizer that cannot be reached is a configuration error",
        "/missing",
        "allow",
        500,
        json=BROKEN,
        page="responses",
    ),
    asks(
        "a REQUEST authorizer is asked with these fields",
        "/request/7?QueryString1=v",
        "allow",
        function="Token",
        page="authorizer input",
        event={
            "type": "REQUEST",
            "resource": "/request/{id}",
            "path": "/request/7",
            "httpMethod": "GET",
            "headers.authorization": "allow",
            "queryStringParameters": {"QueryString1": "v"},
            "pathParameters": {"id": "7"},
            "requestContext.stage": "prod",
            "requestContext.apiId": "restauth",
            "requestContext.resourcePath": "/request/{id}",
            "body": ABSENT,
        },
    ),
    asks(
        "without a memory no identity source is checked",
        "/request/7",
        "",
        function="Token",
        event={"headers.authorization": ""},
        page="identity sources",
    ),
    asks(
        "with a memory every identity source has to be there",
        "/cachedrequest",
        "allow",
        401,
        json=UNAUTHORIZED,
        page="identity sources",
    ),
    asks(
        "with every identity source a REQUEST authorizer is asked",
        "/cachedrequest?user=a",
        "allow",
        function="Echo",
        event={"requestContext.authorizer.principalId": "ada"},
        page="identity sources",
    ),
    Case(
        "a method for signed calls refuses others",
        "responses",
        f"{AUTH}/iam",
        status=403,
        json=MISSING,
    ),
]


def cognito(claim: str, path: str, value: str, status: int = 200, **more: Any) -> Case:
    """A call with a token of a user pool."""
    return asks(claim, path, value, status, page="cognito", **more)


COGNITO = [
    cognito(
        "an identity token of the pool is accepted",
        "/cognito",
        ID_TOKEN,
        function="Echo",
        event={
            "requestContext.authorizer.claims.sub": "user-1",
            "requestContext.authorizer.claims.exp": str(NOW + 3600),
        },
    ),
    cognito(
        "an identity token with the Bearer prefix is accepted",
        "/cognito",
        f"Bearer {ID_TOKEN}",
        function="Echo",
        event={"requestContext.authorizer.claims.email": "a@example.com"},
    ),
    cognito(
        "without scopes a token is taken for an identity token",
        "/cognito",
        token(),
        401,
        json=UNAUTHORIZED,
    ),
    cognito(
        "with scopes a token is taken for an access token",
        "/scoped",
        token(),
        function="Echo",
        event={"requestContext.authorizer.claims.token_use": "access"},
    ),
    cognito(
        "an access token needs one of the scopes",
        "/scoped",
        token(scope="other"),
        401,
        json=UNAUTHORIZED,
    ),
    cognito("an identity token has none of the scopes", "/scoped", ID_TOKEN, 401),
    cognito(
        "a token of another pool is refused",
        "/cognito",
        token(iss="https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other"),
        401,
    ),
    cognito(
        "a token that the pool did not sign is refused",
        "/cognito",
        STRANGER.token(claims(token_use="id")),
        401,
        json=UNAUTHORIZED,
    ),
    cognito(
        "a token that has expired says so",
        "/cognito",
        token(token_use="id", exp=NOW - 1),
        401,
        json={"message": "The incoming token has expired"},
    ),
    cognito(
        "a pool may be named by a stage variable",
        "/bystage",
        ID_TOKEN,
        function="Echo",
        event={"requestContext.authorizer.claims.sub": "user-1"},
    ),
    Case(
        "without a token a pool's authorizer is unauthorized",
        "cognito",
        f"{AUTH}/cognito",
        status=401,
        json=UNAUTHORIZED,
    ),
]

KEYS = [
    Case(
        "without an API key the answer is Forbidden",
        "api keys",
        f"{REST}/key",
        status=403,
        json={"message": "Forbidden"},
        answered={"x-amzn-errortype": "ForbiddenException"},
    ),
    Case(
        "an API key of the stage's plan is accepted",
        "api keys",
        f"{REST}/key",
        headers=(("x-api-key", "secret-1"),),
        function="Echo",
        event={
            "requestContext.identity.apiKey": "secret-1",
            "requestContext.identity.apiKeyId": "key1",
        },
    ),
    Case(
        "an API key of no plan is refused",
        "api keys",
        f"{REST}/key",
        headers=(("x-api-key", "secret-2"),),
        status=403,
        json={"message": "Forbidden"},
    ),
    Case(
        "required parameters have to be there",
        "validation",
        f"{REST}/required?q=1",
        status=400,
        json={"message": "Missing required request parameters: [x-must]"},
        answered={"x-amzn-errortype": "BadRequestException"},
    ),
    Case(
        "with its required parameters a call passes",
        "validation",
        f"{REST}/required?q=1",
        headers=(("x-must", "1"),),
        function="Echo",
        event={"path": "/required"},
    ),
]

PACKED = "/eu-west-1/restpacked/prod"
GZIPPED = gzip.compress(b'{"type":"dog"}')
COMPRESSION = [
    Case(
        "a client that accepts gzip gets gzip",
        "compressed answer",
        f"{PACKED}/pets",
        headers=(("Accept-Encoding", "gzip"),),
        answered={"content-encoding": "gzip"},
    ),
    Case(
        "the coding with the highest weight is chosen",
        "compress",
        f"{PACKED}/pets",
        headers=(("Accept-Encoding", "deflate;q=0.5,gzip;q=1.0"),),
        answered={"content-encoding": "gzip"},
    ),
    Case(
        "deflate is a coding, too",
        "compress",
        f"{PACKED}/pets",
        headers=(("Accept-Encoding", "deflate,gzip"),),
        answered={"content-encoding": "deflate"},
        text=zlib.compress(b"pets " * 100).decode("latin-1"),
    ),
    Case(
        "a client that prefers another coding gets none",
        "compress",
        f"{PACKED}/pets",
        headers=(("Accept-Encoding", "br,gzip"),),
        answered={"content-encoding": ABSENT},
    ),
    Case(
        "a client that names no coding gets none",
        "compressed answer",
        f"{PACKED}/pets",
        answered={"content-encoding": ABSENT},
        text="pets " * 100,
    ),
    Case(
        "a star is no explicit coding",
        "compressed answer",
        f"{PACKED}/pets",
        headers=(("Accept-Encoding", "*"),),
        answered={"content-encoding": ABSENT},
    ),
    says(
        "a smaller answer is not compressed",
        {"statusCode": 200, "body": "123456789"},
        target=f"{PACKED}/say",
        page="compress",
        headers=(("Accept-Encoding", "gzip"),),
        text="123456789",
        answered={"content-encoding": ABSENT},
    ),
    says(
        "an answer that has a coding keeps it",
        {"statusCode": 200, "body": "1234567890", "headers": {"content-encoding": "br"}},
        target=f"{PACKED}/say",
        page="compressed answer",
        headers=(("Accept-Encoding", "gzip"),),
        text="1234567890",
        answered={"content-encoding": "br"},
    ),
    Case(
        "an API without compression compresses nothing",
        "compress",
        f"{REST}/hello",
        headers=(("Accept-Encoding", "gzip"),),
        answered={"content-encoding": ABSENT},
    ),
    Case(
        "a compressed request is unpacked",
        "compressed request",
        f"{PACKED}/echo",
        "POST",
        headers=(("Content-Encoding", "gzip"), ("Content-Type", "application/json")),
        body=GZIPPED,
        function="Echo",
        event={
            "body": '{"type":"dog"}',
            "isBase64Encoded": False,
            "headers.content-encoding": ABSENT,
            "headers.content-length": "14",
        },
    ),
    Case(
        "a request that is not what its coding says is refused",
        "compressed request",
        f"{PACKED}/echo",
        "POST",
        headers=(("Content-Encoding", "gzip"),),
        body=b"this is no gzip",
        status=415,
        json={"message": "Unsupported Media Type"},
    ),
    Case(
        "a request in another coding is refused",
        "compressed request",
        f"{PACKED}/echo",
        "POST",
        headers=(("Content-Encoding", "br"),),
        body=b"0123456789",
        status=415,
    ),
]

CASES = [
    *COMPRESSION,
    *EVENTS,
    *ROUTES,
    *ANSWERS,
    *MOCKS,
    *RESPONSES,
    *AUTHORIZERS,
    *COGNITO,
    *KEYS,
]
