"""CloudWatch Logs and STS: what the gateways say, and real logs of functions that really ran."""

from __future__ import annotations

import io
import json
import time
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from sam_deploy.aws import Aws, AwsCallError, CloudFormation, Endpoint, Functions, Logs, identity
from sam_deploy.aws.logs import NOT_FOUND
from sam_deploy.errors import UnreachableError
from sam_deploy.lanes import Stop
from sam_deploy.watching import Line, Question, Range, Source, ask, of_stack, read

HERE, THERE = "eu-west-1", "us-east-1"
CODE = """
def handler(event, context):
    print(event["say"])
    if event.get("fail"):
        raise KeyError("as asked")
"""
WORD = f"w{uuid.uuid4().hex}"
"""What the functions say in this run; others call functions of the same cloud."""


@pytest.fixture(scope="module")
def aws(cloud: Any) -> Aws:
    return Aws(Endpoint("embedded", cloud.endpoint, "", "test", "test"))


@pytest.fixture(scope="module")
def sources(aws: Aws) -> Iterator[tuple[Source, ...]]:
    """A function in two regions, two versions of it, each of which has said something."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("app.py", CODE)
    for region in (HERE, THERE):
        client = aws.client("lambda", region)
        client.create_function(
            FunctionName="Talker",
            Runtime="python3.12",
            Handler="app.handler",
            Role="arn:aws:iam::000000000000:role/any",
            Code={"ZipFile": data.getvalue()},
            Publish=True,
        )
        client.update_function_configuration(FunctionName="Talker", MemorySize=256)
        client.publish_version(FunctionName="Talker")
    for region, version in ((HERE, "1"), (THERE, "1"), (HERE, "2"), (THERE, "2")):
        say(aws, region, version, f"{WORD} {region} {version}")
        time.sleep(0.01)
    yield tuple(Source(each, "Talker", "/aws/lambda/Talker") for each in (HERE, THERE))
    for region in (HERE, THERE):
        aws.client("lambda", region).delete_function(FunctionName="Talker")
        aws.client("logs", region).delete_log_group(logGroupName="/aws/lambda/Talker")


def say(aws: Aws, region: str, version: str, text: str, *, fail: bool = False) -> None:
    aws.client("lambda", region).invoke(
        FunctionName="Talker", Qualifier=version, Payload=json.dumps({"say": text, "fail": fail})
    )


def lines(sources: tuple[Source, ...], aws: Aws, pattern: str = "") -> list[Line]:
    found = read(sources, Range(0, None, pattern), aws, Stop())
    assert {} == found.failed
    return [each for each in found.lines if WORD in each.message]


def test_logs_of_two_regions_are_one_story(sources: tuple[Source, ...], aws: Aws) -> None:
    """What real calls printed, in the order of the calls, with the version that ran (R270)."""
    found = lines(sources, aws)
    assert [(HERE, "1"), (THERE, "1"), (HERE, "2"), (THERE, "2")] == [
        (each.region, each.version) for each in found
    ]
    assert [f"{WORD} {each.region} {each.version}" for each in found] == [
        each.message for each in found
    ]


def test_a_filter_is_cloudwatchs_own(sources: tuple[Source, ...], aws: Aws) -> None:
    """It is applied where the logs are."""
    found = read(sources, Range(0, None, f"{WORD} us-east-1"), aws, Stop())
    assert [THERE, THERE] == [each.region for each in found.lines]


def test_versions_tell_environments_apart(sources: tuple[Source, ...], aws: Aws) -> None:
    """Only the lines of the version that an environment serves (R270)."""
    source = replace(sources[0], versions=frozenset({"2"}))
    assert ["2"] == [each.version for each in lines((source,), aws)]


def test_a_range_of_time_ends_where_it_is_said(sources: tuple[Source, ...], aws: Aws) -> None:
    """Both ends are included."""
    second = lines(sources, aws)[1].timestamp_ms
    found = read(sources, Range(second, second), aws, Stop()).lines
    assert {second} == {each.timestamp_ms for each in found}


def test_an_exception_is_an_error_and_a_silent_log_is_none(
    sources: tuple[Source, ...], aws: Aws
) -> None:
    """The traceback of a real failure is marked; a log group that is not there has no lines."""
    say(aws, HERE, "2", f"{WORD} before", fail=True)
    after = lines(sources, aws)[-1].timestamp_ms
    found = read(sources, Range(after), aws, Stop()).lines
    assert any(each.level == "error" for each in found)
    nothing = Source(HERE, "Nobody", "/aws/lambda/Nobody")
    assert () == read((nothing,), Range(0), aws, Stop()).lines
    page = Logs(aws, HERE).page("/aws/lambda/Nobody", 0)
    assert ((), False) == (page.events, page.there)


def test_insights_of_two_regions_are_one_table(sources: tuple[Source, ...], aws: Aws) -> None:
    """Merged by time; logs that do not exist are left out, as AWS refuses them (R272)."""
    query = f"fields @timestamp, @message | filter @message like /{WORD} .*-1 [12]/"
    question = Question(f"{query} | sort @timestamp asc", 0, int(time.time()) + 60)
    nobody = Source(HERE, "Nobody", "/aws/lambda/Nobody")
    found = ask((*sources, nobody), question, aws, Stop())
    assert {} == found.failed
    assert ("@timestamp", "@message") == found.fields
    assert [HERE, THERE, HERE, THERE] == [each.region for each in found.rows]


def test_an_insights_query_is_about_the_versions_of_an_environment(
    sources: tuple[Source, ...], aws: Aws
) -> None:
    """The names of streams are filtered (R272)."""
    source = replace(sources[0], versions=frozenset({"2"}))
    query = f"fields @message | filter @message like /{WORD} eu/"
    question = Question(query, 0, int(time.time()) + 60)
    found = ask((source,), question, aws, Stop())
    assert [f"{WORD} {HERE} 2"] == [each.values["@message"] for each in found.rows]


def test_the_functions_of_a_stack_are_found_by_what_it_has_made(stack: Any, aws: Aws) -> None:
    """By their logical ids; a region without the stack has none (R270)."""
    del stack
    found = of_stack("echo", (HERE, THERE), (), aws)
    assert [(HERE, "Echo", "/aws/lambda/Echo")] == [
        (each.region, each.function, each.group) for each in found.sources
    ]
    assert {} == found.failed
    assert () == CloudFormation(aws, HERE).resources("no-such-stack")
    assert "" == Functions(aws, HERE).log_group("Nobody")


class Stubbed:
    """As much of `Aws` as a gateway uses: a client whose answers are checked by AWS's model."""

    def __init__(self) -> None:
        self.made = boto3.client("logs", HERE, aws_access_key_id="x", aws_secret_access_key="x")
        self.stub = Stubber(self.made)
        self.stub.activate()

    def client(self, _service: str, _region: str) -> Any:
        """Return the client."""
        return self.made


def test_pages_are_asked_for_as_aws_documents_it() -> None:
    """Checked by botocore's models of FilterLogEvents and GetQueryResults (R270, R272)."""
    stubbed: Any = Stubbed()
    logs = Logs(stubbed, HERE)
    asked = {"logGroupName": "g", "startTime": 1, "endTime": 2, "filterPattern": "ERROR"}
    event = {"logStreamName": "s", "timestamp": 1, "message": "m", "eventId": "e"}
    stubbed.stub.add_response(
        "filter_log_events", {"events": [event], "nextToken": "t"}, {**asked, "nextToken": "s"}
    )
    stubbed.stub.add_response(
        "get_query_results",
        {"status": "Running", "results": [], "nextToken": "n"},
        {"queryId": "q"},
    )
    row = [{"field": "@message", "value": "m"}]
    stubbed.stub.add_response(
        "get_query_results",
        {"status": "Complete", "results": [row]},
        {"queryId": "q", "nextToken": "n"},
    )
    page = logs.page("g", 1, 2, pattern="ERROR", token="s")
    state = logs.query_state("q")
    assert ("t", ["e"]) == (page.token, [each.event_id for each in page.events])
    assert (False, ((("@message", "m"),),)) == (state.running, state.rows)
    stubbed.stub.assert_no_pending_responses()


def test_a_query_that_takes_too_long_is_ended_where_it_runs() -> None:
    """What runs on is paid for; the error names the region (R272)."""
    stubbed: Any = Stubbed()
    stubbed.stub.add_response("start_query", {"queryId": "q"})
    stubbed.stub.add_response("get_query_results", {"status": "Running", "results": []})
    stubbed.stub.add_response("stop_query", {"success": True}, {"queryId": "q"})
    question = Question("fields @message", 0, 1, wait_seconds=-1)
    found = ask((Source(HERE, "F", "g"),), question, stubbed, Stop())
    assert [HERE] == list(found.failed)
    assert isinstance(found.failed[HERE], UnreachableError)
    stubbed.stub.assert_no_pending_responses()


def test_a_malformed_query_is_aws_s_to_judge() -> None:
    """Its words come through."""
    stubbed: Any = Stubbed()
    stubbed.stub.add_client_error("start_query", "MalformedQueryException", "unexpected symbol")
    found = ask((Source(HERE, "F", "g"),), Question("nonsense", 0, 1), stubbed, Stop())
    error = found.failed[HERE]
    assert isinstance(error, AwsCallError)
    assert "unexpected symbol" in error.why
    assert NOT_FOUND != error.code


def test_sts_says_who_is_asking_and_what_time_it_is(aws: Aws) -> None:
    """The account, and how far the clocks are apart: the `Date` of the answer is AWS's clock."""
    found = identity.caller(aws, HERE)
    late = identity.caller(aws, HERE, now=lambda: time.time() + 600)
    assert "000000000000" == found.account
    assert found.refused is None
    assert found.ahead_seconds is not None
    assert abs(found.ahead_seconds) < 60
    assert late.ahead_seconds is not None
    assert abs(late.ahead_seconds - 600) < 60
    assert "explicit" == (identity.credentials(aws, HERE) or identity.Credentials("")).source


@pytest.mark.long
def test_a_place_that_does_not_answer_is_a_refusal_without_a_time() -> None:
    """Nothing is known of its clock."""
    nowhere = Aws(Endpoint("embedded", "http://127.0.0.1:1", "", "test", "test"))
    found = identity.caller(nowhere, HERE)
    assert isinstance(found.refused, UnreachableError)
    assert (None, "") == (found.ahead_seconds, found.account)
