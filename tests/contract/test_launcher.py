"""Each patch: the right behaviour with it, and the fault without it.

A test named `..._without_the_patch` fails on the day the emulator does it right by itself. Then
the patch goes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeAlias

import httpx
import pytest

Stack: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
Client: TypeAlias = Any
Call: TypeAlias = Callable[[Stack], dict[str, Any]]

CALLS = 120
STAGING = "arn:aws:lambda:eu-west-1:000000000000:function:Echo:staging"
VERSION = "arn:aws:lambda:eu-west-1:000000000000:function:Echo:1"


def by_sqs(stack: Stack) -> dict[str, Any]:
    queue = stack.outputs["Work"]
    stack.client("sqs").send_message(QueueUrl=queue, MessageBody="work")
    return stack.next_seen(lambda event: source(event) == "aws:sqs")


def by_s3(stack: Stack) -> dict[str, Any]:
    stack.client("s3").put_object(Bucket="files", Key="a.txt", Body=b"a")
    return stack.next_seen(lambda event: source(event) == "aws:s3")


def by_sns(stack: Stack) -> dict[str, Any]:
    stack.client("sns").publish(TopicArn=stack.outputs["Topic"], Message="hello")
    return stack.next_seen(lambda event: source(event) == "aws:sns")


def by_eventbridge(stack: Stack) -> dict[str, Any]:
    entry = {"Source": "test", "DetailType": "test", "Detail": "{}"}
    stack.client("events").put_events(Entries=[entry])
    return stack.next_seen(lambda event: event.get("source") == "test")


def by_cognito(stack: Stack) -> dict[str, Any]:
    stack.client("cognito-idp").sign_up(
        ClientId=stack.outputs["PoolClient"], Username="a@example.com", Password="Secret-123456"
    )
    return stack.next_seen(lambda event: event.get("triggerSource") == "PreSignUp_SignUp")


def by_schedule(stack: Stack) -> dict[str, Any]:
    stack.client("scheduler").create_schedule(
        Name="once",
        ScheduleExpression="at(2020-01-01T00:00:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        ActionAfterCompletion="DELETE",
        Target={
            "Arn": STAGING,
            "RoleArn": "arn:aws:iam::000000000000:role/r",
            "Input": '{"at": 1}',
        },
    )
    return stack.next_seen(lambda event: event.get("at") == 1)


def source(event: dict[str, Any]) -> str:
    record = (event.get("Records") or [{}])[0]
    return str(record.get("eventSource") or record.get("EventSource") or "")


SOURCES = [
    *(by_sqs, by_s3, by_sns, by_eventbridge, by_cognito),
    # The emulator looks at its schedules every ten seconds.
    pytest.param(by_schedule, marks=pytest.mark.slow),
]


@pytest.mark.parametrize("call", SOURCES)
def test_an_event_names_the_alias_it_was_sent_to(stack: Stack, call: Call) -> None:
    """With `alias_in_arn`, `invoked_function_arn` ends with the alias, as on AWS."""
    seen = call(stack)
    assert (STAGING, "1", "1") == (seen["arn"], seen["version"], seen["variable"])


@pytest.mark.slow
@pytest.mark.parametrize("call", SOURCES)
def test_an_event_names_the_version_without_the_patch(unmended: Stack, call: Call) -> None:
    """Without `alias_in_arn` the emulator shows the version that the alias points at."""
    assert VERSION == call(unmended)["arn"]


def test_a_direct_call_names_the_alias_and_runs_its_version(stack: Stack) -> None:
    """Invoke with a qualifier: the ARN has the alias, context and variable have the version."""
    seen = invoke(stack, "dev")[1]
    expected = ("arn:aws:lambda:eu-west-1:000000000000:function:Echo:dev", "1", "1")
    assert expected == (seen["arn"], seen["version"], seen["variable"])


def test_a_weighted_alias_is_called_in_those_shares(stack: Stack) -> None:
    """With `alias_weights`, 30 % of the calls reach version 2, and each says which it reached."""
    with weights(stack, {"2": 0.3}):
        calls = many(lambda: invoke(stack, "prod"))
    assert all(executed == seen["version"] == seen["variable"] for executed, seen in calls)
    assert {"one": "1", "two": "2"} == {seen["build"]: executed for executed, seen in calls}
    assert {True} == {seen["arn"].endswith(":Echo:prod") for _, seen in calls}
    assert 11 <= Counter(executed for executed, _ in calls)["2"] <= 61  # five sigma


@pytest.mark.slow
def test_a_weighted_alias_is_not_honoured_without_the_patch(unmended: Stack) -> None:
    """Without `alias_weights` the emulator sends every call to the main version."""
    with weights(unmended, {"2": 0.9}):
        calls = many(lambda: invoke(unmended, "prod"), count=40)
    assert {"1"} == {executed for executed, _ in calls}


def test_weights_hold_behind_the_gateway(stack: Stack) -> None:
    """The HTTP API of a weighted alias answers from both versions."""
    with weights(stack, {"2": 0.5}), httpx.Client(trust_env=False) as http:
        url = stack.stage("prod") + "/api/weights"
        calls = many(lambda: http.get(url).json(), count=60)
    assert 11 <= Counter(seen["version"] for seen in calls)["2"] <= 49
    assert {True} == {seen["arn"].endswith(":Echo:prod") for seen in calls}


def test_weights_hold_for_events(stack: Stack) -> None:
    """An event to an alias whose whole weight is on version 2 runs version 2, under the alias."""
    with weights(stack, {"2": 1.0}, alias="staging"):
        seen = by_sqs(stack)
    assert (STAGING, "2", "two") == (seen["arn"], seen["version"], seen["build"])


def test_weights_that_were_removed_no_longer_count(stack: Stack) -> None:
    """After an empty weights map every call reaches the main version."""
    with weights(stack, {"2": 0.9}):
        pass
    assert {"1"} == {executed for executed, _ in many(lambda: invoke(stack, "prod"), count=20)}


def test_an_alias_reads_as_it_was_written(stack: Stack) -> None:
    """The patches change calls, not what GetAlias and ListVersions return."""
    with weights(stack, {"2": 0.3}):
        alias = client(stack).get_alias(FunctionName="Echo", Name="prod")
    versions = client(stack).list_versions_by_function(FunctionName="Echo")["Versions"]
    assert ("1", {"2": 0.3}) == (
        alias["FunctionVersion"],
        alias["RoutingConfig"]["AdditionalVersionWeights"],
    )
    assert {"Echo", "1", "2"} == {item["FunctionArn"].rsplit(":", 1)[1] for item in versions}


def test_reserved_concurrency_holds_for_an_alias(stack: Stack) -> None:
    """With `reserved_concurrency`, a call of an alias above the function's number is refused."""
    with reserved(stack, 0), pytest.raises(client(stack).exceptions.TooManyRequestsException):
        invoke(stack, "dev")


@pytest.mark.slow
def test_reserved_concurrency_is_ignored_without_the_patch(unmended: Stack) -> None:
    """Without `reserved_concurrency` only unqualified calls are throttled."""
    with reserved(unmended, 0):
        assert "1" == invoke(unmended, "dev")[0]


FOREIGN = {"origin": "https://evil.example", "content-type": "text/plain"}


def test_a_foreign_page_cannot_use_the_emulator(stack: Stack) -> None:
    """With `own_machine_only`, a request with a foreign origin is refused, a local one served."""
    page = {"origin": "http://localhost:5173"}
    assert [403, 200, 200] == [status(stack, FOREIGN), status(stack, page), status(stack, {})]


@pytest.mark.slow
def test_a_foreign_page_can_use_the_emulator_without_the_patch(unmended: Stack) -> None:
    """Without `own_machine_only` any page that the user opens can make a bucket, or a function."""
    assert 200 == status(unmended, FOREIGN)


def status(stack: Stack, headers: dict[str, str]) -> int:
    """What the emulator answers to a request for a new bucket."""
    url = f"{stack.cloud.endpoint}/made-by-a-page"
    return httpx.put(url, headers=headers, trust_env=False).status_code


@contextmanager
def reserved(stack: Stack, number: int) -> Iterator[None]:
    functions = client(stack)
    functions.put_function_concurrency(FunctionName="Echo", ReservedConcurrentExecutions=number)
    try:
        yield
    finally:
        functions.delete_function_concurrency(FunctionName="Echo")


def invoke(stack: Stack, alias: str) -> tuple[str, dict[str, Any]]:
    """The executed version and what the function saw."""
    payload = json.dumps({"version": "2.0"}).encode()
    answer = client(stack).invoke(FunctionName="Echo", Qualifier=alias, Payload=payload)
    return answer["ExecutedVersion"], json.loads(json.loads(answer["Payload"].read())["body"])


@cache
def client(stack: Stack) -> Client:
    return stack.client("lambda")


def many(call: Callable[[], Any], count: int = CALLS) -> list[Any]:
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda _: call(), range(count)))


@contextmanager
def weights(stack: Stack, shares: dict[str, float], alias: str = "prod") -> Iterator[None]:
    """The alias carries these weights inside the block, and none after it."""
    functions = client(stack)
    routing = {"AdditionalVersionWeights": shares}
    functions.update_alias(FunctionName="Echo", Name=alias, RoutingConfig=routing)
    try:
        yield
    finally:
        routing = {"AdditionalVersionWeights": {}}
        functions.update_alias(FunctionName="Echo", Name=alias, RoutingConfig=routing)
