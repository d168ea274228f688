"""HTTP APIs: payload formats, answers, routes, stages."""

from __future__ import annotations

import json
from typing import Any

from tests.conformance.asking import ABSENT, Case

HTTP = "/eu-west-1/http/$default"
DEV = "/eu-west-1/http/dev"
ERROR = {"message": "Internal Server Error"}
UNAVAILABLE = {"message": "Service Unavailable"}
NOT_FOUND = {"message": "Not Found"}
PLAIN = (("content-type", "text/plain"),)
JSON = (("content-type", "application/json"),)


def event(claim: str, target: str, expected: dict[str, Any], **more: Any) -> Case:
    """A case about the event that the function gets."""
    given = {"page": "integration", "function": "Echo", **more}
    return Case(claim, target=target, event=expected, **given)


PAYLOAD_2 = [
    event("the version of the format is 2.0", f"{HTTP}/echo", {"version": "2.0"}),
    event(
        "the route's key is told twice",
        f"{HTTP}/pets/6",
        {"routeKey": "GET /pets/{id}", "requestContext.routeKey": "GET /pets/{id}"},
    ),
    event("rawPath is the path", f"{HTTP}/pets/6", {"rawPath": "/pets/6"}),
    event(
        "rawPath begins with the name of a named stage",
        f"{DEV}/pets/6",
        {
            "rawPath": "/dev/pets/6",
            "requestContext.http.path": "/dev/pets/6",
            "requestContext.stage": "dev",
        },
    ),
    event(
        "rawQueryString is the query as it was sent",
        f"{HTTP}/echo?parameter1=value1&parameter1=value2&parameter2=value",
        {"rawQueryString": "parameter1=value1&parameter1=value2&parameter2=value"},
    ),
    event("rawQueryString is empty without a query", f"{HTTP}/echo", {"rawQueryString": ""}),
    event(
        "duplicate query strings are combined with commas",
        f"{HTTP}/echo?parameter1=value1&parameter1=value2&parameter2=value",
        {"queryStringParameters": {"parameter1": "value1,value2", "parameter2": "value"}},
    ),
    event(
        "query parameters are decoded, the raw query is not",
        f"{HTTP}/echo?a=%20b%26&c=%C3%A4",
        {"queryStringParameters": {"a": " b&", "c": "ä"}, "rawQueryString": "a=%20b%26&c=%C3%A4"},
    ),
    event(
        "a parameter without a value is empty",
        f"{HTTP}/echo?a=&b",
        {"queryStringParameters": {"a": "", "b": ""}},
    ),
    event(
        "there are no query parameters without a query",
        f"{HTTP}/echo",
        {"queryStringParameters": ABSENT},
    ),
    event(
        "cookies are in a list of their own",
        f"{HTTP}/echo",
        {"cookies": ["cookie1=a", "cookie2=b"]},
        headers=(("Cookie", "cookie1=a; cookie2=b"),),
    ),
    event(
        "cookies are not among the headers",
        f"{HTTP}/echo",
        {"headers.cookie": ABSENT},
        headers=(("Cookie", "cookie1=a"),),
    ),
    event(
        "cookies of several headers are one list",
        f"{HTTP}/echo",
        {"cookies": ["a=1", "b=2"]},
        headers=(("Cookie", "a=1"), ("Cookie", "b=2")),
    ),
    event("without cookies there is no list of them", f"{HTTP}/echo", {"cookies": ABSENT}),
    event(
        "duplicate headers are combined with commas",
        f"{HTTP}/echo",
        {"headers.header2": "value1,value2"},
        headers=(("header2", "value1"), ("header2", "value2")),
    ),
    event(
        "header names are in lower case",
        f"{HTTP}/echo",
        {"headers.x-own-name": "v", "headers.X-Own-Name": ABSENT},
        headers=(("X-Own-Name", "v"),),
    ),
    event(
        "format 2.0 has no multi-value fields",
        f"{HTTP}/echo?a=1",
        {"multiValueHeaders": ABSENT, "multiValueQueryStringParameters": ABSENT},
    ),
    event(
        "the account is the function's",
        f"{HTTP}/echo",
        {"requestContext.accountId": "123456789012"},
    ),
    event("the API's id is told", f"{HTTP}/echo", {"requestContext.apiId": "http"}),
    event(
        "domainPrefix is the first label of domainName",
        f"{HTTP}/echo",
        {
            "requestContext.domainName": "http.execute-api.eu-west-1.localhost",
            "requestContext.domainPrefix": "http",
        },
    ),
    event(
        "method, protocol, source and user agent are told",
        f"{HTTP}/echo",
        {
            "requestContext.http.method": "PUT",
            "requestContext.http.protocol": "HTTP/1.1",
            "requestContext.http.sourceIp": "127.0.0.1",
            "requestContext.http.userAgent": "agent/1",
        },
        method="PUT",
        headers=(("User-Agent", "agent/1"),),
    ),
    event(
        "without an authorizer there is none in the context",
        f"{HTTP}/echo",
        {"requestContext.authorizer": ABSENT, "requestContext.authentication": ABSENT},
    ),
    event("path parameters have their names", f"{HTTP}/pets/6", {"pathParameters": {"id": "6"}}),
    event(
        "without path parameters the field is absent", f"{HTTP}/echo", {"pathParameters": ABSENT}
    ),
    event(
        "stage variables are in the event",
        f"{DEV}/echo",
        {"stageVariables": {"LambdaAlias": "dev", "Name": "Echo"}},
    ),
    event(
        "without stage variables the field is absent", f"{HTTP}/echo", {"stageVariables": ABSENT}
    ),
    event(
        "a text body is passed on as it is",
        f"{HTTP}/echo",
        {"body": "Hello from a client ä", "isBase64Encoded": False},
        method="POST",
        headers=PLAIN,
        body="Hello from a client ä".encode(),
    ),
    event(
        "a JSON body is passed on as it is",
        f"{HTTP}/echo",
        {"body": '{"a":1}', "isBase64Encoded": False},
        method="POST",
        headers=JSON,
        body=b'{"a":1}',
    ),
    event(
        "a binary body is base64",
        f"{HTTP}/echo",
        {"body": "AAH/", "isBase64Encoded": True},
        method="POST",
        headers=(("content-type", "image/png"),),
        body=b"\x00\x01\xff",
    ),
    event(
        "without a body the field is absent",
        f"{HTTP}/echo",
        {"body": ABSENT, "isBase64Encoded": False},
    ),
    event(
        "forwarding headers are added",
        f"{HTTP}/echo",
        {"headers.x-forwarded-for": "127.0.0.1", "headers.x-forwarded-proto": "http"},
    ),
    event(
        "request parameters are decoded before they are passed on",
        f"{HTTP}/pets/a%20b%C3%A4",
        {"pathParameters": {"id": "a bä"}, "rawPath": "/pets/a bä"},
        page="routes",
    ),
    event("an integration may be a function's ARN", f"{HTTP}/by-arn", {"version": "2.0"}),
]

OLD_CONTEXT = {
    "requestContext.accountId": "123456789012",
    "requestContext.apiId": "http",
    "requestContext.authorizer": {"claims": None, "scopes": None},
    "requestContext.domainPrefix": "http",
    "requestContext.httpMethod": "GET",
    "requestContext.identity.sourceIp": "127.0.0.1",
    "requestContext.identity.userArn": None,
    "requestContext.identity.cognitoIdentityId": None,
    "requestContext.protocol": "HTTP/1.1",
    "requestContext.resourceId": None,
    "requestContext.resourcePath": "/old/{id}",
    "requestContext.stage": "$default",
}
PAYLOAD_1 = [
    event("the version of the format is 1.0", f"{HTTP}/old/6", {"version": "1.0"}),
    event(
        "resource is the route's path, path the request's",
        f"{HTTP}/old/6",
        {"resource": "/old/{id}", "path": "/old/6", "httpMethod": "GET"},
    ),
    event("the context has the fields of the page", f"{HTTP}/old/6", OLD_CONTEXT),
    event(
        "the path has the named stage, as the client sent it",
        f"{DEV}/old/6",
        {"path": "/dev/old/6", "requestContext.path": "/dev/old/6"},
    ),
    event(
        "of a header that repeats the last value is in headers, and all in the lists",
        f"{HTTP}/old/6",
        {"headers.header2": "value2", "multiValueHeaders.header2": ["value1", "value2"]},
        headers=(("header2", "value1"), ("header2", "value2")),
    ),
    event(
        "every header has a list",
        f"{HTTP}/old/6",
        {"multiValueHeaders.header1": ["value1"]},
        headers=(("header1", "value1"),),
    ),
    event(
        "query parameters have a list each",
        f"{HTTP}/old/6?p=1&p=2&q=3",
        {
            "multiValueQueryStringParameters": {"p": ["1", "2"], "q": ["3"]},
            "queryStringParameters.q": "3",
        },
    ),
    event(
        "what is missing is null",
        f"{HTTP}/old",
        {
            "pathParameters": None,
            "stageVariables": None,
            "queryStringParameters": None,
            "multiValueQueryStringParameters": None,
            "body": None,
        },
        method="POST",
    ),
    event(
        "cookies stay a header",
        f"{HTTP}/old/6",
        {"headers.cookie": "a=1; b=2", "cookies": ABSENT},
        headers=(("Cookie", "a=1; b=2"),),
    ),
    event(
        "a binary body is base64 here, too",
        f"{HTTP}/old",
        {"body": "AAH/", "isBase64Encoded": True},
        method="POST",
        headers=(("content-type", "image/png"),),
        body=b"\x00\x01\xff",
    ),
    event(
        "path parameters have their names in 1.0, too",
        f"{HTTP}/old/6",
        {"pathParameters": {"id": "6"}},
    ),
]


def says(claim: str, result: object, **more: Any) -> Case:
    """A case about what a function's result becomes: the request's body is the result."""
    body = result if isinstance(result, bytes) else json.dumps(result).encode()
    given = {"page": "integration", "target": f"{HTTP}/say", **more}
    return Case(claim, method="POST", headers=JSON, body=body, **given)


def old(claim: str, result: object, **more: Any) -> Case:
    """The same with format 1.0."""
    return says(claim, result, target=f"{HTTP}/old/say", **more)


JSON_TYPE = {"content-type": "application/json"}
ANSWERS = [
    says(
        "text without a status code is a 200 of JSON",
        "Hello from Lambda!",
        text="Hello from Lambda!",
        answered=JSON_TYPE,
    ),
    says(
        "an object without a status code is the body",
        {"message": "Hello from Lambda!"},
        json={"message": "Hello from Lambda!"},
        answered=JSON_TYPE,
    ),
    says("a list without a status code is the body", [1, 2], json=[1, 2], answered=JSON_TYPE),
    says("null is a body, too", None, text="null", answered=JSON_TYPE),
    says(
        "the status code is the function's",
        {"statusCode": 404, "body": "no"},
        status=404,
        text="no",
    ),
    says("a status code may be text", {"statusCode": "201"}, status=201),
    says(
        "headers are the function's",
        {"statusCode": 200, "headers": {"X-Own": "1"}},
        answered={"x-own": "1"},
    ),
    says(
        "each cookie becomes a set-cookie header",
        {"statusCode": 200, "cookies": ["cookie1=a; Secure", "cookie2=b"]},
        answered={"set-cookie": ["cookie1=a; Secure", "cookie2=b"]},
    ),
    says(
        "a base64 body is decoded",
        {"statusCode": 200, "body": "AAH/", "isBase64Encoded": True},
        text="\x00\x01\xff",
    ),
    says(
        "a body that is not encoded is passed on",
        {"statusCode": 200, "body": "AAH/", "isBase64Encoded": False},
        text="AAH/",
    ),
    says(
        "a redirect is passed on",
        {"statusCode": 302, "headers": {"location": "/a"}},
        status=302,
        answered={"location": "/a"},
    ),
    says(
        "a compressed body is passed on as it is",
        {
            "statusCode": 200,
            "body": "H4sIAAAA",
            "isBase64Encoded": True,
            "headers": {"content-encoding": "gzip"},
        },
        answered={"content-encoding": "gzip"},
    ),
    says(
        "a result that is not JSON is an error",
        b"{not json",
        status=500,
        json=ERROR,
        page="lambda trouble",
    ),
    says(
        "a status code that is no number is an error",
        {"statusCode": "ok"},
        status=500,
        json=ERROR,
        page="lambda trouble",
    ),
    says(
        "a body that is no text is an error",
        {"statusCode": 200, "body": {"a": 1}},
        status=500,
        json=ERROR,
        page="lambda trouble",
    ),
    says(
        "headers that are no object are an error",
        {"statusCode": 200, "headers": "x"},
        status=500,
        json=ERROR,
        page="lambda trouble",
    ),
    says(
        "a body that is no base64 is an error",
        {"statusCode": 200, "body": "***", "isBase64Encoded": True},
        status=500,
        json=ERROR,
        page="lambda trouble",
    ),
    old(
        "format 1.0 takes a result by its parts",
        {"statusCode": 201, "body": "x"},
        status=201,
        text="x",
    ),
    old(
        "format 1.0 has multi-value headers",
        {"statusCode": 200, "multiValueHeaders": {"x-many": ["1", "2"]}},
        answered={"x-many": ["1", "2"]},
    ),
    old(
        "in format 1.0 the same pair in both kinds of headers appears once",
        {"statusCode": 200, "headers": {"x": "1"}, "multiValueHeaders": {"x": ["1", "2"]}},
        answered={"x": ["1", "2"]},
        page="rest proxy",
    ),
    old("format 1.0 infers nothing", {"message": "hi"}, status=500, json=ERROR),
    old(
        "cookies are no field of format 1.0",
        {"statusCode": 200, "cookies": ["a=1"]},
        answered={"set-cookie": ABSENT},
    ),
    Case(
        "an exception is an internal server error",
        "lambda trouble",
        f"{HTTP}/fail",
        status=500,
        json=ERROR,
        answered=JSON_TYPE,
    ),
    Case(
        "a function that does not exist is an internal server error",
        "lambda trouble",
        f"{HTTP}/missing",
        status=500,
        json=ERROR,
    ),
    Case(
        "a function that takes too long is unavailable",
        "quotas",
        f"{HTTP}/slow",
        status=503,
        json=UNAVAILABLE,
    ),
    Case(
        "an integration waits 30 seconds at most",
        "quotas",
        f"{HTTP}/slower",
        status=503,
        json=UNAVAILABLE,
    ),
    Case(
        "a throttled function is unavailable",
        "quotas",
        f"{HTTP}/busy",
        status=503,
        json=UNAVAILABLE,
    ),
    Case(
        "a result above Lambda's 6 MB is an error", "quotas", f"{HTTP}/huge", status=500, json=ERROR
    ),
    Case(
        "a route without an integration is an error",
        "lambda trouble",
        f"{HTTP}/nowhere",
        status=500,
        json=ERROR,
    ),
    Case(
        "a URL that is no function is not called",
        "integration",
        f"{HTTP}/elsewhere",
        status=500,
        json=ERROR,
    ),
]

ROUTES_API = "/eu-west-1/routes/$default"
FEW = "/eu-west-1/few/test"


def route(claim: str, method: str, target: str, key: str, **more: Any) -> Case:
    """A case about which route is selected."""
    expected = {"routeKey": key, **more}
    return Case(claim, "routes", target, method, event=expected, function="Echo")


ROUTES = [
    route(
        "a request that fully matches goes to the static route",
        "GET",
        f"{ROUTES_API}/pets/dog/1",
        "GET /pets/dog/1",
    ),
    route(
        "a full match comes before a greedy one",
        "GET",
        f"{ROUTES_API}/pets/dog/2",
        "GET /pets/dog/{id}",
        pathParameters={"id": "2"},
    ),
    route(
        "the greedy route with more segments is the more specific one",
        "GET",
        f"{ROUTES_API}/pets/cat/1",
        "GET /pets/{proxy+}",
        pathParameters={"proxy": "cat/1"},
    ),
    route(
        "ANY matches the methods that have no route",
        "POST",
        f"{ROUTES_API}/test/5",
        "ANY /{proxy+}",
        pathParameters={"proxy": "test/5"},
    ),
    route("a greedy route comes before $default", "DELETE", f"{ROUTES_API}/x", "ANY /{proxy+}"),
    route(
        "$default catches what nothing else does",
        "GET",
        f"{ROUTES_API}/",
        "$default",
        pathParameters=ABSENT,
        rawPath="/",
    ),
    route("a method's own route comes before ANY", "POST", f"{FEW}/items/1", "POST /items/{id}"),
    route("ANY takes the other methods", "PATCH", f"{FEW}/items/1", "ANY /items/{id}"),
    route(
        "several path variables are told",
        "GET",
        f"{FEW}/a/1/b/2",
        "GET /a/{x}/b/{y}",
        pathParameters={"x": "1", "y": "2"},
    ),
    route(
        "a full match with variables comes before a greedy one with more text",
        "GET",
        f"{FEW}/full/match",
        "GET /{x}/match",
    ),
    route(
        "a full match by ANY comes before a greedy one by method",
        "GET",
        f"{FEW}/full/any",
        "ANY /full/any",
    ),
    route("the root of a stage is a route", "GET", f"{FEW}/", "GET /"),
    route("the root of a stage needs no slash", "GET", FEW, "GET /"),
    Case(
        "without a route the answer is Not Found",
        "routes",
        f"{FEW}/nothing",
        status=404,
        json=NOT_FOUND,
        answered=JSON_TYPE,
    ),
    Case(
        "another method has no route", "routes", f"{FEW}/items", "POST", status=404, json=NOT_FOUND
    ),
    Case(
        "a variable takes one segment only",
        "routes",
        f"{FEW}/items/1/2",
        status=404,
        json=NOT_FOUND,
    ),
    Case("paths are told apart by case", "routes", f"{FEW}/Items", status=404, json=NOT_FOUND),
    Case("HEAD is a method of its own", "routes", f"{FEW}/items", "HEAD", status=404),
    route("HEAD reaches an ANY route", "HEAD", f"{FEW}/items/1", "ANY /items/{id}"),
    route(
        "OPTIONS reaches an ANY route of an API without CORS",
        "OPTIONS",
        f"{FEW}/items/1",
        "ANY /items/{id}",
    ),
]

BY_HOST = (("Host", "stages.execute-api.eu-west-1.localhost:3000"),)
STAGES = [
    Case(
        "the $default stage is served from the base of the URL",
        "stages",
        "/a/b",
        headers=BY_HOST,
        function="Echo",
        event={"requestContext.stage": "$default", "rawPath": "/a/b"},
    ),
    Case(
        "a request that names a stage goes to it",
        "routes",
        "/beta/a",
        headers=BY_HOST,
        function="Echo",
        event={
            "requestContext.stage": "beta",
            "rawPath": "/beta/a",
            "pathParameters": {"proxy": "a"},
        },
    ),
    Case(
        "what names no stage goes to $default",
        "routes",
        "/betamax/a",
        headers=BY_HOST,
        function="Echo",
        event={"requestContext.stage": "$default", "pathParameters": {"proxy": "betamax/a"}},
    ),
    Case(
        "without a $default stage such a request finds nothing",
        "stages",
        "/eu-west-1/few/other/items",
        status=404,
        json=NOT_FOUND,
    ),
    Case(
        "an API that does not exist finds nothing",
        "stages",
        "/eu-west-1/nosuchapi/test",
        status=404,
        json=NOT_FOUND,
    ),
    Case(
        "a stage variable chooses the alias",
        "variables",
        f"{DEV}/alias",
        function="Echo:dev",
        event={"requestContext.stage": "dev"},
    ),
    Case(
        "a stage variable chooses the function",
        "variables",
        f"{DEV}/function",
        function="Echo",
        event={"requestContext.stage": "dev"},
    ),
    Case(
        "a stage without the variable is an error",
        "variables",
        f"{HTTP}/alias",
        status=500,
        json=ERROR,
    ),
    Case(
        "an API whose endpoint is disabled is not found by it",
        "http disable",
        "/eu-west-1/closed/$default/x",
        status=404,
        json=NOT_FOUND,
    ),
    Case(
        "an API without its endpoint answers by its domain",
        "http disable",
        "/closed/x",
        headers=(("Host", "api.example.com"),),
        function="Echo",
        event={"rawPath": "/x"},
    ),
]

BODY = "/eu-west-1/body/$default"
BODIES = [
    Case(
        "a path and method of a body is a route",
        "openapi",
        f"{BODY}/pets/6",
        function="Echo",
        event={"routeKey": "GET /pets/{id}", "pathParameters": {"id": "6"}},
    ),
    Case(
        "x-amazon-apigateway-any-method is ANY",
        "openapi",
        f"{BODY}/any",
        "DELETE",
        function="Echo",
        event={"routeKey": "ANY /any"},
    ),
    Case(
        "$default of a body catches the rest",
        "openapi",
        f"{BODY}/other/path",
        function="Echo",
        event={"routeKey": "$default"},
    ),
    Case(
        "a body's integration names a format",
        "openapi",
        f"{BODY}/old",
        function="Echo",
        event={"version": "1.0"},
    ),
    Case(
        "an integration may be a reference",
        "openapi",
        f"{BODY}/shared",
        function="Echo",
        event={"routeKey": "GET /shared"},
    ),
    Case(
        "an alias of the stack is called by its ARN",
        "openapi",
        f"{BODY}/alias",
        function="Echo:live",
        event={"routeKey": "GET /alias"},
    ),
    Case(
        "a security requirement of a body is an authorizer",
        "openapi",
        f"{BODY}/secret",
        status=401,
        json={"message": "Unauthorized"},
    ),
    Case(
        "x-amazon-apigateway-cors answers a preflight",
        "openapi",
        f"{BODY}/pets/6",
        "OPTIONS",
        headers=(("Origin", "https://www.example.com"), ("Access-Control-Request-Method", "GET")),
        status=204,
        answered={"access-control-allow-origin": "https://www.example.com"},
    ),
]

MAPPED = "/eu-west-1/mapped/$default"


def mapped(claim: str, expected: dict[str, Any], **more: Any) -> Case:
    """A case about a request whose parameters are mapped."""
    given = {"target": f"{MAPPED}/request/7?q=1&gone=1&over=1", "method": "POST", **more}
    headers = (
        ("header0", "a"),
        ("header0", "b"),
        ("header2", "x"),
        ("x-gone", "1"),
        ("x-many", "one"),
        ("content-type", "application/json"),
    )
    body = b'{"a":{"b":[1,{"c":2}]}}'
    return Case(
        claim, "mapping", headers=headers, body=body, event=expected, function="Echo", **given
    )


def answered(claim: str, result: object, **more: Any) -> Case:
    """A case about an answer whose parameters are mapped."""
    return says(claim, result, page="mapping", **{"target": f"{MAPPED}/say", **more})


MAPPING = [
    mapped("append adds a header to those that are there", {"headers.x-many": "one,two"}),
    mapped(
        "overwrite replaces a header, by several values with commas", {"headers.header2": "a,b"}
    ),
    mapped("remove takes a header away", {"headers.x-gone": ABSENT}),
    mapped(
        "a query string is appended, overwritten and removed",
        {"queryStringParameters": {"q": "1", "added": "7", "over": "variable"}},
    ),
    mapped(
        "the raw query has the mapped parameters", {"rawQueryString": "q=1&added=7&over=variable"}
    ),
    mapped("reserved headers are not mapped", {"headers.authorization": ABSENT}),
    mapped("values and text are put together", {"headers.x-both": "7-1"}),
    mapped("a value may be of the body", {"headers.x-body": '{"c":2}'}),
    mapped("the request path is without the stage", {"headers.x-path": "/request/7"}),
    mapped(
        "overwrite replaces the path",
        {"rawPath": "/new/a/b"},
        target=f"{MAPPED}/path/a/b",
        method="GET",
    ),
    answered("an answer's status is replaced", {"statusCode": 500}, status=403),
    answered(
        "an answer gets a header by its status",
        {"statusCode": 404},
        status=404,
        answered={"error": "variable"},
    ),
    answered(
        "another status has no such header",
        {"statusCode": 403},
        status=403,
        answered={"error": ABSENT, "header1": ABSENT},
    ),
    answered(
        "an answer's header is made of the answer",
        {"statusCode": 200, "headers": {"x-a": "1", "x-gone": "1"}, "body": '{"name":"n"}'},
        answered={"x-from": "1 n", "x-gone": ABSENT},
    ),
    answered(
        "CloudFormation's list is understood",
        {"statusCode": 200},
        target=f"{MAPPED}/formation",
        answered={"x-own": "static"},
    ),
]

CASES = [*MAPPING, *PAYLOAD_2, *PAYLOAD_1, *ANSWERS, *ROUTES, *STAGES, *BODIES]
