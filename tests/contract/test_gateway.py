"""The gateway in front of a real emulator: what a client and a function see of each other."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

import httpx
import pytest

Stack: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=40) as client:
        yield client


def by_host(stack: Stack, path: str) -> tuple[str, dict[str, str]]:
    """The URL and the headers of a call by AWS's own form of host name."""
    host = f"{stack.outputs['ApiId']}.execute-api.eu-west-1.localhost"
    return stack.cloud.gateway + path, {"host": f"{host}:{stack.cloud.ports[1]}"}


@pytest.mark.parametrize("stage", ["dev", "staging", "prod"])
def test_a_stage_calls_the_alias_of_its_variable(
    stack: Stack, http: httpx.Client, stage: str
) -> None:
    """The stage variable chooses the alias, and the function sees stage, path and variable."""
    seen = http.get(f"{stack.stage(stage)}/api/a/b").json()
    event = seen["event"]
    expected = {
        "arn": f"arn:aws:lambda:eu-west-1:000000000000:function:Echo:{stage}",
        "path": f"/{stage}/api/a/b",
        "stage": stage,
        "variables": {"LambdaAlias": stage},
        "parameters": {"proxy": "a/b"},
    }
    assert expected == {
        "arn": seen["arn"],
        "path": event["rawPath"],
        "stage": event["requestContext"]["stage"],
        "variables": event["stageVariables"],
        "parameters": event["pathParameters"],
    }


def test_the_default_stage_has_no_segment_in_the_path(stack: Stack, http: httpx.Client) -> None:
    """`$default` answers below its own URL, and the function sees the path without it."""
    event = http.get(f"{stack.stage('$default')}/items/7").json()["event"]
    assert ("/items/7", "$default", "GET /items/{id}") == (
        event["rawPath"],
        event["requestContext"]["stage"],
        event["routeKey"],
    )


@pytest.mark.parametrize(
    ("path", "stage", "raw_path"),
    [("/dev/items/7", "dev", "/dev/items/7"), ("/items/7", "$default", "/items/7")],
)
def test_the_host_name_form_reaches_the_same_api(
    stack: Stack, http: httpx.Client, path: str, stage: str, raw_path: str
) -> None:
    """By host name, the first segment is the stage, or `$default` takes the whole path."""
    url, headers = by_host(stack, path)
    event = http.get(url, headers=headers).json()["event"]
    assert (stage, raw_path) == (event["requestContext"]["stage"], event["rawPath"])


def test_the_health_page_of_an_application_is_its_own(stack: Stack, http: httpx.Client) -> None:
    """By host name, not even the gateway's own paths are shadowed: here they are no routes."""
    url, headers = by_host(stack, "/_gateway/health")
    assert 404 == http.get(url, headers=headers).status_code
    assert {"status": "ok"} == http.get(url).json()


def test_a_request_arrives_as_it_was_sent(stack: Stack, http: httpx.Client) -> None:
    """Query, cookies, repeated headers and a text body are those of payload format 2.0."""
    response = http.post(
        f"{stack.stage('dev')}/api/x%20y?a=1&a=2&empty=&sp=a%20b",
        headers=[("cookie", "x=1; y=2"), ("X-Many", "1"), ("x-many", "2")],
        json={"k": "v"},
    )
    event = response.json()["event"]
    assert "/dev/api/x y" == event["rawPath"]
    assert "a=1&a=2&empty=&sp=a%20b" == event["rawQueryString"]
    assert {"a": "1,2", "empty": "", "sp": "a b"} == event["queryStringParameters"]
    assert ["x=1", "y=2"] == event["cookies"]
    assert "1,2" == event["headers"]["x-many"]
    assert ('{"k":"v"}', False) == (event["body"], event["isBase64Encoded"])
    assert response.headers["apigw-requestid"] == event["requestContext"]["requestId"]


def test_bytes_go_both_ways(stack: Stack, http: httpx.Client) -> None:
    """A binary body reaches the function in base64, and its binary answer leaves as bytes."""
    data = bytes(range(256))
    url = f"{stack.stage('dev')}/api/binary"
    event = http.post(url, content=data, headers={"content-type": "image/png"}).json()["event"]
    answer = http.get(url, params={"do": "binary"})
    assert (data, True) == (base64.b64decode(event["body"]), event["isBase64Encoded"])
    assert (201, base64.b64decode("iVBORw==")) == (answer.status_code, answer.content)
    assert ["a=1; Path=/", "b=2"] == answer.headers.get_list("set-cookie")


def test_a_plain_result_is_a_json_answer(stack: Stack, http: httpx.Client) -> None:
    """A result without `statusCode` is a 200 of type JSON with the result as its body."""
    answer = http.get(f"{stack.stage('dev')}/api/x", params={"do": "text"})
    assert (200, "application/json", "plain") == (
        answer.status_code,
        answer.headers["content-type"],
        answer.text,
    )


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/nothing"), ("POST", "/items/7"), ("GET", "/api"), ("GET", "/")]
)
def test_what_has_no_route_is_not_found(
    stack: Stack, http: httpx.Client, method: str, path: str
) -> None:
    """No route for the method and path: 404 in the words of API Gateway."""
    answer = http.request(method, stack.stage("dev") + path)
    assert (404, {"message": "Not Found"}) == (answer.status_code, answer.json())


def test_an_api_or_region_that_does_not_exist_is_not_found(
    stack: Stack, http: httpx.Client
) -> None:
    """An unknown API is not found, nor a known one in another region."""
    urls = [stack.cloud.url("eu-west-1", "00000000", "dev")]
    urls.append(stack.cloud.url("us-east-1", stack.outputs["ApiId"], "dev"))
    assert [404, 404] == [http.get(f"{url}/api/x").status_code for url in urls]


def test_a_failing_function_is_an_internal_server_error(stack: Stack, http: httpx.Client) -> None:
    """An exception in the function: 500, and nothing of it reaches the client."""
    answer = http.get(f"{stack.stage('dev')}/api/x", params={"do": "raise"})
    assert (500, {"message": "Internal Server Error"}) == (answer.status_code, answer.json())


@pytest.mark.slow
def test_a_slow_function_is_given_up(stack: Stack, http: httpx.Client) -> None:
    """After the integration's timeout (3 s in this stack) the client gets 503."""
    started = time.monotonic()
    answer = http.get(f"{stack.stage('dev')}/api/x", params={"do": "sleep", "seconds": "9"})
    took = time.monotonic() - started
    assert (503, {"message": "Service Unavailable"}) == (answer.status_code, answer.json())
    assert 2.9 < took < 8


@pytest.mark.fault(60)
def test_a_throttled_function_is_unavailable(stack: Stack, http: httpx.Client) -> None:
    """A call above the reserved concurrency gets 503, and the next one below it an answer."""
    functions = stack.client("lambda")
    url = f"{stack.stage('dev')}/api/x"
    functions.put_function_concurrency(FunctionName="Echo", ReservedConcurrentExecutions=0)
    throttled = http.get(url)
    functions.delete_function_concurrency(FunctionName="Echo")
    assert (503, {"message": "Service Unavailable"}) == (throttled.status_code, throttled.json())
    assert 200 == http.get(url).status_code


@pytest.mark.parametrize("megabytes", [7, 11])
def test_a_body_that_is_too_large_is_refused(
    stack: Stack, http: httpx.Client, megabytes: int
) -> None:
    """Above Lambda's 6 MB for an event, and above API Gateway's 10 MB, the answer is 413."""
    body = b"a" * (megabytes << 20)
    headers = {"content-type": "text/plain"}
    answer = http.post(f"{stack.stage('dev')}/api/x", content=body, headers=headers)
    assert 413 == answer.status_code


def test_a_preflight_is_answered_from_the_template(stack: Stack, http: httpx.Client) -> None:
    """The CORS configuration of CloudFormation answers the browser, without a function."""
    asked = {"origin": "https://app.example.com", "access-control-request-method": "POST"}
    answer = http.options(f"{stack.stage('dev')}/nothing", headers=asked)
    cors = {k: v for k, v in answer.headers.items() if k.startswith("access-control-")}
    expected = {
        "access-control-allow-origin": "https://app.example.com",
        "access-control-allow-methods": "GET,POST",
        "access-control-allow-headers": "content-type",
        "access-control-max-age": "600",
    }
    assert (204, expected) == (answer.status_code, cors)


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [("https://app.example.com", "https://app.example.com"), ("https://evil.example", None)],
)
def test_an_answer_carries_cors_headers_for_an_allowed_origin(
    stack: Stack, http: httpx.Client, origin: str, allowed: str | None
) -> None:
    """Answers to an allowed origin say so, also when they are errors; others say nothing."""
    for path in ("/api/x", "/nothing"):
        answer = http.get(stack.stage("dev") + path, headers={"origin": origin})
        assert allowed == answer.headers.get("access-control-allow-origin")


def test_a_change_is_seen_within_two_seconds(stack: Stack, http: httpx.Client) -> None:
    """A route that is added to a known API answers without a restart of the gateway."""
    gateway, api_id = stack.client("apigatewayv2"), stack.outputs["ApiId"]
    assert 404 == http.get(f"{stack.stage('dev')}/later").status_code
    target = gateway.get_routes(ApiId=api_id)["Items"][0]["Target"]
    route = gateway.create_route(ApiId=api_id, RouteKey="GET /later", Target=target)
    deadline = time.monotonic() + 2
    statuses: list[int] = []
    while time.monotonic() < deadline and 200 not in statuses:
        statuses.append(http.get(f"{stack.stage('dev')}/later").status_code)
    gateway.delete_route(ApiId=api_id, RouteId=route["RouteId"])
    assert 200 in statuses


def test_the_start_page_lists_what_is_deployed(stack: Stack, http: httpx.Client) -> None:
    """`GET /` names every API with the URLs of its stages and its routes."""
    page = http.get(stack.cloud.gateway).text
    assert f"{stack.stage('dev')}\n" in page
    assert "GET /items/{id}\n" in page


def test_the_access_log_tells_alias_and_version_but_no_query(
    stack: Stack, http: httpx.Client
) -> None:
    """A line names method, path, status and the version that ran; a query may hold secrets."""
    http.get(f"{stack.stage('dev')}/api/logged", params={"token": "s3cret"})
    log = stack.cloud.project / ".sam-deploy" / "cloud" / "gateway.log"
    deadline = time.monotonic() + 2
    line = ""
    # It is written once the answer is on its way.
    while not line and time.monotonic() < deadline:
        lines = log.read_text().splitlines()
        line = next((line for line in lines if "/dev/api/logged " in line), "")
    assert " 200 " in line
    assert " Echo:dev -> 1 " in line
    assert "s3cret" not in log.read_text()


def test_nothing_of_this_machine_reaches_a_function(stack: Stack, http: httpx.Client) -> None:
    """A function has the variables of Lambda, two that keep it in its own folder, its own."""
    answer = http.get(f"{stack.stage('dev')}/api/x", params={"do": "environment"})
    ours = {name for name in answer.json() if not name.startswith(("AWS_", "_", "LAMBDA_"))}
    expected = {"PATH", "HOME", "TMPDIR", "LANG", "TZ", "SEEN_QUEUE"}
    assert expected == ours


@pytest.mark.fault(60)
def test_a_burst_of_calls_waits_its_turn(stack: Stack, http: httpx.Client) -> None:
    """Twenty-four calls at once, of a function with a worker or two, are all answered in time."""
    url = f"{stack.stage('staging')}/api/x"
    with ThreadPoolExecutor(24) as pool:
        statuses = list(pool.map(lambda _: http.get(url).status_code, range(24)))
    assert [200] * 24 == statuses
