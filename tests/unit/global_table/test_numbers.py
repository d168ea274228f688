"""Numbers that JSON of Python has and DynamoDB has not: they are answered, and never a crash."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse

FUNCTIONS = Path(__file__).parents[3] / "examples" / "global-table" / "functions"
ODD = ["NaN", "Infinity", "-Infinity", "1." + "1" * 43, "1" * 44, "1e200", "1e-200", "-1e200"]
KEPT = ["1", "-1.5", "1e125", "9" * 38, "0." + "1" * 38, "1.50", "0", "1e-130"]


@dataclass(frozen=True, slots=True)
class Context:
    """As much of Lambda's context as the functions read."""

    aws_request_id: str = "r1"


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Return a function that imports a function's code, with a table that takes everything."""
    monkeypatch.setenv("TABLE_NAME", "demo")
    for name, value in {"REGION": "eu-west-1", "DEFAULT_REGION": "eu-west-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")

    def imported(name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(name, FUNCTIONS / name / "app.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        events = module.table.meta.client.meta.events
        events.register("before-send", lambda **_: dynamodb(200, {"Items": []}))
        return module

    return imported


def dynamodb(status: int, told: object) -> AWSResponse:
    """Return what DynamoDB answers."""
    answer = AWSResponse("https://dynamodb", status, {}, None)
    answer._content = json.dumps(told).encode()  # noqa: SLF001 - else read from a connection
    return answer


def ask(module: ModuleType, body: str) -> tuple[int, str]:
    """Return the status and the message for a body of the function URL."""
    answered = module.lambda_handler({"requestContext": {}, "body": body}, Context())
    told: dict[str, Any] = json.loads(answered["body"])
    return answered["statusCode"], told.get("message", "")


@pytest.mark.parametrize("number", ODD)
@pytest.mark.parametrize("where", ['{"x": %s}', '{"x": {"y": [%s]}}'])
def test_a_number_that_the_table_cannot_keep_is_refused(
    load: Callable[[str], ModuleType], number: str, where: str
) -> None:
    """400, with what numbers there may be."""
    status, message = ask(load("writer"), '{"item_data": ' + where % number + "}")

    assert 400 == status
    assert message.startswith("a number in item_data cannot be kept: ")
    assert "38 digits" in message


@pytest.mark.parametrize("number", KEPT)
def test_the_longest_and_the_largest_numbers_are_kept(
    load: Callable[[str], ModuleType], number: str
) -> None:
    """DynamoDB has 38 digits, from 1E-130 to 9.9E+125. Source: its Limits."""
    assert 200 == ask(load("writer"), '{"item_data": {"x": ' + number + "}}")[0]


@pytest.mark.parametrize("number", [float("nan"), 1e200, 10**43 + 1])
def test_a_direct_call_is_answered_in_the_same_way(
    load: Callable[[str], ModuleType], number: float
) -> None:
    """Its numbers are there as numbers already."""
    answered = load("writer").lambda_handler({"item_data": {"x": number}}, Context())

    assert 400 == answered["statusCode"]


def test_what_dynamodb_finds_wrong_is_told_in_its_words(load: Callable[[str], ModuleType]) -> None:
    """boto3 lets 1E+126 pass, and DynamoDB does not: 400."""
    writer, why = load("writer"), "Number overflow"
    refused = dynamodb(400, {"__type": "x#ValidationException", "message": why})
    events = writer.table.meta.client.meta.events
    events.register_first("before-send", lambda **_: refused)

    assert (400, f"not stored: {why}") == ask(writer, '{"item_data": {"x": 1e126}}')


@pytest.mark.parametrize("limit", ["1e400", "-1e400", "NaN", '"many"', "null", "[]"])
def test_a_limit_that_is_no_number_is_refused(
    load: Callable[[str], ModuleType], limit: str
) -> None:
    """An infinite one too."""
    asked = '{"operation": "scan", "limit": ' + limit + "}"

    assert (400, "limit must be a number") == ask(load("reader"), asked)


@pytest.mark.parametrize("limit", ["1e30", "-5", '"7"', "2.5"])
def test_a_limit_is_brought_to_what_a_scan_may_have(
    load: Callable[[str], ModuleType], limit: str
) -> None:
    """From 1 to 100 items, however much is asked for."""
    assert 200 == ask(load("reader"), '{"operation": "scan", "limit": ' + limit + "}")[0]


@pytest.mark.parametrize("name", ["writer", "reader"])
def test_a_body_that_is_nested_too_deeply_is_refused(
    load: Callable[[str], ModuleType], name: str
) -> None:
    """Python gives up on it before DynamoDB would."""
    deep = "[" * 200_000 + "]" * 200_000

    assert 400 == ask(load(name), '{"item_data": {"x": ' + deep + "}}")[0]
