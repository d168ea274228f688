"""What takes more than one request: limits, memories, logs, regions. Each names its page."""

from __future__ import annotations

import json
import time

import pytest
from tests.conformance.asking import Gateway
from tests.conformance.cloud import REGION

AUTH = "/eu-west-1/auth/$default"
GLOBAL = "global.example.com"


def asked(gateway: Gateway, function: str) -> int:
    """How often a function was called."""
    return sum(f":function:{function}" in arn for arn, _ in gateway.cloud.events)


def region_of(gateway: Gateway, near: str, domain: str = GLOBAL) -> str:
    """The region that answers a client who is near to one, or the status of a refusal."""
    answer = gateway.ask("/x", headers=(("Host", domain), ("x-sam-deploy-near", near)))
    return answer.header("x-sam-deploy-region") if answer.status == 200 else str(answer.status)


def test_a_stage_is_throttled_route_by_route(gateway: Gateway) -> None:
    """Source: http-api-throttling.html: above burst and rate, 429 Too Many Requests."""
    target = "/eu-west-1/slow/$default"
    answers = [gateway.ask(f"{target}/{path}") for path in "aaabb"]
    assert [200, 200, 429, 200, 429] == [answer.status for answer in answers]
    assert {"message": "Too Many Requests"} == answers[2].json()


def test_a_rest_method_is_throttled(gateway: Gateway) -> None:
    """Source: api-gateway-request-throttling.html: a method's own limit in its stage."""
    answers = [gateway.ask("/eu-west-1/rest/prod/calm") for _ in range(2)]
    assert [200, 429] == [answer.status for answer in answers]
    assert {"message": "Too Many Requests"} == answers[1].json()


def test_an_authorizer_is_asked_once_for_the_same_identity(gateway: Gateway) -> None:
    """Source: http-api-lambda-authorizer.html: by default, a result is for all routes."""
    gateway.cloud.events.clear()
    ask = [("/cached", "allow"), ("/cached", "allow"), ("/cached/other", "allow"), ("/cached", "x")]
    statuses = [
        gateway.ask(AUTH + path, headers=(("Authorization", says),)).status for path, says in ask
    ]
    assert [200, 200, 200, 403] == statuses
    assert 2 == asked(gateway, "Simple")


def test_a_route_key_among_the_sources_remembers_per_route(gateway: Gateway) -> None:
    """Source: http-api-lambda-authorizer.html: add `$context.routeKey` to cache per route."""
    gateway.cloud.events.clear()
    for path in ("/perroute", "/perroute/other", "/perroute"):
        gateway.ask(AUTH + path, headers=(("Authorization", "allow"),))
    assert 2 == asked(gateway, "Simple")


def test_a_ttl_of_zero_remembers_nothing(gateway: Gateway) -> None:
    """Source: API_CreateAuthorizer: 0 disables caching."""
    gateway.cloud.events.clear()
    for _ in range(2):
        gateway.ask(f"{AUTH}/simple", headers=(("Authorization", "allow"),))
    assert 2 == asked(gateway, "Simple")


def test_a_remembered_policy_is_still_about_its_method(gateway: Gateway) -> None:
    """Source: apigateway-use-lambda-authorizer.html: the policy is cached, not the verdict."""
    gateway.cloud.events.clear()
    target = "/eu-west-1/restauth/prod/remembered"
    statuses = [gateway.ask(target, headers=(("Authorization", "allow"),)).status for _ in "ab"]
    assert [200, 200] == statuses
    assert 1 == asked(gateway, "Token")


def logged(gateway: Gateway, wanted: str) -> str:
    """The line of an access log that has this text."""
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:
        for batch in list(gateway.cloud.logged):
            assert "access" == batch["logGroupName"]
            for line in batch["logEvents"]:
                if wanted in line["message"]:
                    return str(line["message"])
        time.sleep(0.02)
    pytest.fail(f"no line with {wanted}")


def test_an_http_api_writes_its_access_log(gateway: Gateway) -> None:
    """Source: http-api-logging-variables.html; what has no value is a dash."""
    answer = gateway.ask("/eu-west-1/logged/prod/pets/6?secret=1")
    request_id = answer.header("apigw-requestid")
    text = logged(gateway, request_id)
    assert any(shown.endswith(f" access {text}") for shown in gateway.lines)
    line = json.loads(text)
    assert {
        "requestId": request_id,
        "ip": "127.0.0.1",
        "httpMethod": "GET",
        "routeKey": "GET /pets/{id}",
        "path": "/prod/pets/6",
        "status": "200",
        "protocol": "HTTP/1.1",
        "responseLength": "2",
        "stage": "prod",
        "integrationStatus": "200",
        "functionStatus": "200",
        "error": "-",
        "absent": "-",
    } == line


def test_an_access_log_tells_what_a_client_is_not_told(gateway: Gateway) -> None:
    """Source: http-api-troubleshooting-lambda.html: `$context.integrationErrorMessage`."""
    answer = gateway.ask("/eu-west-1/logged/prod/fail")
    line = json.loads(logged(gateway, answer.header("apigw-requestid")))
    assert ("500", "Unhandled") == (line["status"], line["error"])


def test_a_rest_api_writes_its_access_log(gateway: Gateway) -> None:
    """Source: api-gateway-variables-for-access-logging.html."""
    answer = gateway.ask("/eu-west-1/rest/prod/key")
    line = logged(gateway, answer.header("x-amzn-requestid"))
    assert line.endswith(" rest /key 403 Forbidden INVALID_API_KEY")


def test_answers_have_the_ids_of_their_kind_of_api(gateway: Gateway) -> None:
    """HTTP APIs: apigw-requestid. REST APIs: x-amzn-requestid, and x-amz-apigw-id."""
    http = gateway.ask("/eu-west-1/http/$default/echo")
    event = gateway.cloud.last_event("Echo")
    assert http.header("apigw-requestid") == event["requestContext"]["requestId"]
    rest = gateway.ask("/eu-west-1/rest/prod/hello")
    context = gateway.cloud.last_event("Echo")["requestContext"]
    assert rest.header("x-amzn-requestid") == context["requestId"]
    assert rest.header("x-amz-apigw-id") == context["extendedRequestId"]
    assert "(absent)" == rest.header("apigw-requestid")


@pytest.mark.parametrize(
    ("near", "expected"),
    [
        ("eu-central-1", REGION),
        ("us-west-2", "us-east-1"),
        ("ap-southeast-1", "ap-south-1"),
        ("eu-west-1", REGION),
    ],
)
def test_the_nearest_region_answers(gateway: Gateway, near: str, expected: str) -> None:
    """Source: routing-policy-latency.html."""
    assert expected == region_of(gateway, near)


def test_a_client_that_says_nothing_is_near_the_gateway(gateway: Gateway) -> None:
    """Its answer has no header that AWS does not have, and its function no such header either."""
    answer = gateway.ask("/quiet", headers=(("Host", GLOBAL),))
    assert (200, "(absent)") == (answer.status, answer.header("x-sam-deploy-region"))
    gateway.ask("/x", headers=(("Host", GLOBAL), ("x-sam-deploy-near", "us-east-1")))
    assert "x-sam-deploy-near" not in gateway.cloud.last_event("Echo")["headers"]
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline and not any(" /quiet 200 " in x for x in gateway.lines):
        time.sleep(0.005)
    line = next(line for line in gateway.lines if " /quiet 200 " in line)
    assert f" in {REGION} " in line


def test_another_region_steps_in_for_one_that_is_stopped(gateway: Gateway) -> None:
    """Source: health-checks-how-route-53-chooses-records.html: only healthy records count."""
    stop = f"/_gateway/regions/{REGION}/stopped"
    assert {"stopped": [REGION]} == gateway.ask(stop, "PUT").json()
    try:
        assert "us-east-1" == region_of(gateway, REGION)
        stopped = gateway.ask("/eu-west-1/http/$default/echo")
        assert (503, {"message": "Service Unavailable"}) == (stopped.status, stopped.json())
    finally:
        assert {"stopped": []} == gateway.ask(stop, "DELETE").json()
    assert REGION == region_of(gateway, REGION)


def test_a_web_page_cannot_stop_a_region(gateway: Gateway) -> None:
    """No permission is given to another origin, and no other name than this computer's works."""
    stop = f"/_gateway/regions/{REGION}/stopped"
    origin = (("Origin", "https://evil.example"), ("Access-Control-Request-Method", "PUT"))
    asked_before = gateway.ask(stop, "OPTIONS", origin)
    assert (404, "(absent)") == (
        asked_before.status,
        asked_before.header("access-control-allow-origin"),
    )
    assert 404 == gateway.ask(stop, "PUT", (("Host", "evil.example:3000"),)).status
    assert {"stopped": []} == gateway.ask("/_gateway/regions").json()


def test_failover_prefers_the_primary(gateway: Gateway) -> None:
    """Source: routing-policy-failover.html: the secondary answers when the primary does not."""
    domain = "failover.example.com"
    assert "ap-south-1" == region_of(gateway, "us-east-1", domain)
    gateway.ask("/_gateway/regions/ap-south-1/stopped", "PUT")
    try:
        assert "us-east-1" == region_of(gateway, "ap-south-1", domain)
    finally:
        gateway.ask("/_gateway/regions/ap-south-1/stopped", "DELETE")


def test_a_region_that_fails_its_health_check_is_left_out(gateway: Gateway) -> None:
    """Source: health-checks-how-route-53-chooses-records.html."""
    assert "us-east-1" == region_of(gateway, REGION, "health.example.com")


def test_when_no_region_is_healthy_all_count_as_healthy(gateway: Gateway) -> None:
    """Source: health-checks-how-route-53-chooses-records.html: all records, then."""
    assert REGION == region_of(gateway, REGION, "sick.example.com")
