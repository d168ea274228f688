"""The gateway's own way to the workers: the same calls, without the emulator's HTTP server."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import psutil
import pytest

from sam_deploy import local
from sam_deploy.events import ignore
from sam_deploy.local.gateway.upstream import Invocation, UpstreamError, UpstreamTimeoutError
from sam_deploy.local.quick_door import FILE, QuickUpstream
from sam_deploy.local.state import StateFolder

pytestmark = pytest.mark.slow

Stack: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""

ARN = "arn:aws:lambda:eu-west-1:000000000000:function:Echo"


@pytest.fixture
def scratch(stack: Stack) -> Path:
    record = StateFolder(stack.cloud.project).read()
    assert record is not None
    return record.scratch


def invoke(stack: Stack, scratch: Path, arn: str, event: object, seconds: float = 20) -> Invocation:
    async def once() -> Invocation:
        upstream = QuickUpstream(stack.cloud.endpoint, scratch)
        try:
            return await upstream.invoke(arn, json.dumps(event).encode(), seconds)
        finally:
            await upstream.close()

    return asyncio.run(once())


def test_both_ways_give_the_same(stack: Stack, scratch: Path, tmp_path: Path) -> None:
    """Over the door and over HTTP: status, payload, version, error."""
    for qualifier in ("", ":dev", ":2", ":missing"):
        event = {"version": "2.0", "queryStringParameters": {"do": "text"}}
        found = [invoke(stack, at, f"{ARN}{qualifier}", event) for at in (scratch, tmp_path)]
        assert found[0].status == found[1].status
        if found[0].status == httpx.codes.OK:
            assert found[0] == found[1]
    failing = {"version": "2.0", "queryStringParameters": {"do": "raise"}}
    errors = [invoke(stack, at, f"{ARN}:dev", failing) for at in (scratch, tmp_path)]
    kinds = [json.loads(each.payload)["errorType"] for each in errors]
    assert (["RuntimeError"] * 2, "Unhandled") == (kinds, errors[0].function_error)


def test_a_call_by_the_door_is_in_log_and_metrics(stack: Stack, scratch: Path) -> None:
    """It goes where every other call goes."""
    before = _streams(stack)
    event = {"version": "2.0", "queryStringParameters": {"do": "log"}}
    assert 200 == invoke(stack, scratch, f"{ARN}:dev", event).status
    assert _streams(stack) >= before
    logs = stack.client("logs")
    found = logs.filter_log_events(logGroupName="/aws/lambda/Echo", filterPattern="first")
    assert found["events"]


def _streams(stack: Stack) -> int:
    groups = stack.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/Echo")
    return len(groups["logGroups"])


def test_a_call_that_takes_too_long_is_given_up(stack: Stack, scratch: Path) -> None:
    """After the gateway's limit, and the next call has its own answer."""
    event = {"version": "2.0", "queryStringParameters": {"do": "sleep", "seconds": "2"}}
    with pytest.raises(UpstreamTimeoutError):
        invoke(stack, scratch, f"{ARN}:dev", event, seconds=0.3)
    text = {"version": "2.0", "queryStringParameters": {"do": "text"}}
    assert b'"plain"' == invoke(stack, scratch, f"{ARN}:dev", text).payload


def test_a_stranger_is_not_served(stack: Stack, scratch: Path, tmp_path: Path) -> None:
    """Without the token of the emulator's folder the door closes."""
    noted = json.loads((scratch / FILE).read_text())
    (tmp_path / FILE).write_text(json.dumps({**noted, "token": "guessed"}))
    with pytest.raises(UpstreamError):
        invoke(stack, tmp_path, f"{ARN}:dev", {})
    assert 0o600 == (scratch / FILE).stat().st_mode & 0o777
    with socket.create_connection(("127.0.0.1", noted["port"]), timeout=5) as page:
        page.sendall(b"POST / HTTP/1.1\r\nhost: localhost\r\n\r\n")
        assert b"" == page.recv(100)


def test_a_killed_emulator_is_a_clean_answer(
    project: Path, deployed: Callable[[local.RunningCloud], Stack]
) -> None:
    """SIGKILL of the emulator: 503 from the gateway, and no worker stays."""
    own = local.start(project, ignore)
    url = f"{deployed(own).stage('dev')}/api/x"
    assert 200 == httpx.get(url, trust_env=False).status_code
    workers = psutil.Process(own.pids[0]).children(recursive=True)
    assert workers
    psutil.Process(own.pids[0]).kill()
    time.sleep(0.2)
    answers = [httpx.get(url, trust_env=False) for _ in range(3)]
    assert [503] * 3 == [answer.status_code for answer in answers]
    assert {"message": "Service Unavailable"} == answers[0].json()
    _, alive = psutil.wait_procs(workers, timeout=3)
    assert [] == alive
