"""Functions of the embedded cloud run on our workers, and the faults without `own_workers`.

A test named `..._without_the_patch` fails on the day the emulator does it right by itself.
"""

from __future__ import annotations

import base64
import io
import json
import os
import re
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import psutil
import pytest

Stack: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""

HANDLERS = Path(__file__).with_name("worker_handlers")


def archive(**files: str) -> bytes:
    """A zip of the workers' handlers, and of files by name (`__` for a dot)."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as opened:
        if "app__py" not in files:
            opened.write(HANDLERS / "app.py", "app.py")
        for name, text in files.items():
            opened.writestr(name.replace("__", "."), text)
    return data.getvalue()


@contextmanager
def function(stack: Stack, **values: Any) -> Iterator[Callable[..., dict[str, Any]]]:
    """A function of its own; what is yielded calls it."""
    functions, name = stack.client("lambda"), f"own-{uuid.uuid4().hex[:8]}"
    given = {
        "Runtime": "python3.12",
        "Handler": "app.handler",
        "Role": "arn:aws:iam::000000000000:role/r",
        "Code": {"ZipFile": archive()},
        "Publish": True,
        **values,
    }
    functions.create_function(FunctionName=name, **given)

    def call(event: object, **more: Any) -> dict[str, Any]:
        answer = functions.invoke(
            FunctionName=name, Payload=json.dumps(event).encode(), LogType="Tail", **more
        )
        log = base64.b64decode(answer.get("LogResult", "")).decode()
        body = json.loads(answer["Payload"].read() or b"null")
        return {"body": body, "log": log, "error": answer.get("FunctionError"), "name": name}

    try:
        yield call
    finally:
        functions.delete_function(FunctionName=name)


def test_an_error_has_its_class_and_its_trace(stack: Stack) -> None:
    """With `own_workers` a caller sees what it would see on AWS, in `FunctionError` Unhandled."""
    with function(stack) as call:
        answer = call({"do": "raise"})
    assert ("Unhandled", "OrderError") == (answer["error"], answer["body"]["errorType"])
    assert "in raises" in answer["body"]["stackTrace"][-1]
    assert answer["body"]["requestId"] in answer["log"]


@pytest.mark.slow
def test_an_error_has_neither_without_the_patch(unmended: Stack) -> None:
    """Without `own_workers` every error is a `Runtime.HandlerError`."""
    with function(unmended) as call:
        body = call({"do": "raise"})["body"]
    assert ("Runtime.HandlerError", False) == (body["errorType"], "stackTrace" in body)


def test_a_missing_dependency_fails_as_on_aws(stack: Stack) -> None:
    """What lies beside the emulator cannot be imported."""
    with function(stack) as call:
        body = call({"do": "import", "module": "cryptography"})["body"]
    assert "No module named 'cryptography'" == body["errorMessage"]


def test_a_missing_dependency_is_found_without_the_patch(unmended: Stack) -> None:
    """Without `own_workers` the emulator's own packages are in reach."""
    with function(unmended) as call:
        assert "cryptography" == call({"do": "import", "module": "cryptography"})["body"]


def test_a_function_has_no_variable_of_the_emulator(stack: Stack) -> None:
    """Its own, Lambda's, its cloud's."""
    with function(stack, Environment={"Variables": {"TABLE": "orders"}}) as call:
        found = call({"do": "environment"})["body"]
    assert ("orders", stack.cloud.endpoint) == (found["TABLE"], found["AWS_ENDPOINT_URL"])
    assert [] == [name for name in found if name.startswith(("GATEWAY", "SAM_DEPLOY", "LOG_"))]


def test_a_function_has_variables_of_the_emulator_without_the_patch(unmended: Stack) -> None:
    """Without `own_workers` the emulator's whole environment reaches the function."""
    with function(unmended) as call:
        assert "GATEWAY_PORT" in call({"do": "environment"})["body"]


def test_a_log_is_lambdas(stack: Stack) -> None:
    """START, END, REPORT with its figures; one stream a worker, named in the context."""
    with function(stack) as call:
        first, second = call({"do": "log"}), call({"do": "context"})
        group = f"/aws/lambda/{first['name']}"
        logs = stack.client("logs")
        streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
        events = logs.get_log_events(
            logGroupName=group, logStreamName=streams[0]["logStreamName"], startFromHead=True
        )["events"]
    assert [second["body"]["log_stream_name"]] == [found["logStreamName"] for found in streams]
    lines = first["log"].splitlines()
    assert "imported" == lines[0]
    assert lines[1].startswith("START RequestId: ")
    assert lines[-2].startswith("END RequestId: ")
    report = (
        r"REPORT RequestId: \S+\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\t"
        r"Memory Size: 128 MB\tMax Memory Used: \d+ MB\tInit Duration: \d+\.\d\d ms\t"
    )
    assert re.fullmatch(report, lines[-1])
    assert "Init Duration" not in second["log"]
    messages = [event["message"] for event in events]
    assert "two\nlines" in next(text for text in messages if text.startswith("[WARNING]"))


def test_a_log_has_a_stream_per_call_without_the_patch(unmended: Stack) -> None:
    """Without `own_workers` no two calls share one, and the start takes no time."""
    with function(unmended) as call:
        calls = [call({"do": "log"}) for _ in range(2)]
        group = f"/aws/lambda/{calls[0]['name']}"
        streams = unmended.client("logs").describe_log_streams(logGroupName=group)["logStreams"]
    assert (2, False) == (len(streams), "Init Duration" in calls[0]["log"])


def test_a_silent_function_is_not_waited_for(stack: Stack) -> None:
    """With `own_workers` a warm direct call takes well under 50 ms."""
    with function(stack) as call:
        assert min(_seconds(call) for _ in range(12)) < 0.04


def test_a_silent_function_is_waited_for_without_the_patch(unmended: Stack) -> None:
    """Without `own_workers` every silent call takes the 50 ms of the emulator's wait."""
    with function(unmended) as call:
        assert min(_seconds(call) for _ in range(12)) > 0.05


def _seconds(call: Callable[..., object]) -> float:
    started = time.perf_counter()
    call(None)
    return time.perf_counter() - started


def test_a_running_call_outlives_new_code(stack: Stack) -> None:
    """UpdateFunctionCode does not touch a call of `$LATEST` or of a version that runs."""
    functions = stack.client("lambda")
    with function(stack, Timeout=10) as call, ThreadPoolExecutor(2) as others:
        name = call(None)["name"]
        running = [
            others.submit(call, {"do": "sleep", "seconds": 1.5}, **more)
            for more in ({}, {"Qualifier": "1"})
        ]
        time.sleep(0.5)
        functions.update_function_code(
            FunctionName=name, ZipFile=archive(app__py="def handler(*_):\n    return 'new'\n")
        )
        assert "new" == call(None)["body"]
        assert [None, None] == [one.result()["error"] for one in running]
        assert 1 == call(1, Qualifier="1")["body"]


def test_new_variables_reach_new_calls(stack: Stack) -> None:
    """UpdateFunctionConfiguration gives `$LATEST` new workers."""
    functions = stack.client("lambda")
    with function(stack, Environment={"Variables": {"A": "1"}}) as call:
        name = call(None)["name"]
        functions.update_function_configuration(
            FunctionName=name, Environment={"Variables": {"A": "2"}}
        )
        assert "2" == call({"do": "environment"})["body"]["A"]
        assert "1" == call({"do": "environment"}, Qualifier="1")["body"]["A"]


def test_a_deleted_function_has_no_worker(stack: Stack) -> None:
    """Its process ends with it."""
    with function(stack) as call:
        pid = call({"do": "pid"})["body"]
        assert psutil.pid_exists(pid)
    deadline = time.monotonic() + 5
    while psutil.pid_exists(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not psutil.pid_exists(pid)


def test_a_killed_worker_fails_its_call_alone(stack: Stack) -> None:
    """A clean error, and the next call works."""
    with function(stack, Timeout=20) as call, ThreadPoolExecutor(1) as others:
        pid = call({"do": "pid"})["body"]
        running = others.submit(call, {"do": "sleep", "seconds": 15})
        time.sleep(0.5)
        os.kill(pid, 9)
        answer = running.result(timeout=5)
        assert ("Unhandled", "Runtime.ExitError") == (answer["error"], answer["body"]["errorType"])
        assert 1 == call(1)["body"]


def test_a_payload_above_the_limit_is_refused(stack: Stack) -> None:
    """With `request_limits`, 413 as Lambda says it."""
    functions = stack.client("lambda")
    with function(stack) as call, pytest.raises(functions.exceptions.RequestTooLargeException):
        call("x" * 6_291_456)


def test_a_payload_of_any_size_is_taken_without_the_patch(unmended: Stack) -> None:
    """Without `request_limits` there is no limit."""
    with function(unmended) as call:
        assert call("x" * 6_291_456)["error"] is None


def test_a_client_context_reaches_the_function(stack: Stack) -> None:
    """As the SDK sends it: base64 of JSON."""
    given = base64.b64encode(json.dumps({"custom": {"a": "b"}}).encode()).decode()
    with function(stack) as call:
        assert {"a": "b"} == call({"do": "context"}, ClientContext=given)["body"]["custom"]


@pytest.mark.parametrize("runtime", ["python3.11", "python3.12", "python3.13"])
def test_a_function_runs_on_its_own_python(stack: Stack, runtime: str) -> None:
    """Where the machine has it; else on the cloud's, and its log says so."""
    code = archive(app__py="import sys\ndef handler(*_):\n    return sys.version_info[:2]\n")
    with function(stack, Runtime=runtime, Code={"ZipFile": code}) as call:
        answer = call(None)
    wanted = [int(part) for part in runtime.removeprefix("python").split(".")]
    assert (
        wanted == answer["body"] or f"no Python {runtime.removeprefix('python')}" in answer["log"]
    )


def test_a_node_function_runs_and_knows_the_sdk(stack: Stack) -> None:
    """The emulator's stand-in for the AWS SDK is there, as the SDK is on Lambda."""
    source = (
        'const { SSMClient, PutParameterCommand } = require("@aws-sdk/client-ssm");\n'
        "exports.handler = async (event) => {\n"
        "  const request = { Name: event.name, Value: 'v', Type: 'String' };\n"
        "  await new SSMClient({}).send(new PutParameterCommand(request));\n"
        "  return event.name;\n};\n"
    )
    code = archive(index__js=source)
    with function(
        stack, Runtime="nodejs20.x", Handler="index.handler", Code={"ZipFile": code}
    ) as call:
        assert "/a" == call({"name": "/a"})["body"]
    assert "v" == stack.client("ssm").get_parameter(Name="/a")["Parameter"]["Value"]
