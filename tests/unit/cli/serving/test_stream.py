"""What `serve` says of requests and of what functions wrote."""

from __future__ import annotations

import click
import pytest

from sam_deploy.cli.serving.stream import Stream
from sam_deploy.local.workers.model import Function, LogEvent, Outcome


def nowhere() -> None:
    """No worker is started here."""


def test_a_function_has_one_name_in_its_log_and_in_its_requests(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """That of `deploy.py`, not that of Lambda, which nothing has here."""
    stream = Stream()
    function = Function(
        ("Api", "1"), "ApiFunction", "$LATEST", "python3.12", "handler.handler", "eu-west-1",
        nowhere,  # type: ignore[arg-type] # never called
    )  # fmt: skip
    log = (LogEvent(0, "hello"),)
    stream.outcome(function, "id", Outcome(b"{}", False, log, "stream", 1.0, init_ms=12.3))
    stream.request("2026-11-29T02:51:07.123+00:00 GET /x 500 5 ms Api:dev -> $LATEST: boom id")
    lines = [line[9:] for line in click.unstyle(capsys.readouterr().out).splitlines()]
    assert [
        "  Api | started in 12 ms",
        "  Api | hello",
        "GET /x 500 5 ms  Api:dev -> $LATEST: boom",
    ] == lines
