"""Checks that are commands and URLs, run for real; `invoke:` is a contract test."""

from __future__ import annotations

import base64
import json
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from sam_deploy.aws import Aws, Endpoint
from sam_deploy.errors import ConfigError
from sam_deploy.promotion.model import Strategy
from sam_deploy.promotion.shifting.checks import Checks, context_of, refuse_vacuous, unasked
from sam_deploy.promotion.shifting.judge import Answer
from sam_deploy.promotion.shifting.pace import Around

Stage: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
Ask: TypeAlias = Callable[[str], tuple[Answer, ...]]

AWS = Aws(Endpoint("embedded", "http://127.0.0.1:9", "", "test", "test"))


@pytest.fixture
def ask(stage: Stage, tmp_path: Path) -> Ask:
    """Ask a check about both regions of the shift."""

    def asking(check: str) -> tuple[Answer, ...]:
        engine = stage.shift(Strategy(check=check)).engine
        around = Around(tmp_path, lambda region, environment: f"https://{region}/{environment}")
        return Checks(AWS, engine.plan, around).ask(engine.moves, 0.1)

    return asking


def script(folder: Path, text: str) -> str:
    (folder / "check.py").write_text(text, encoding="utf-8")
    return f"{sys.executable} check.py"


def test_a_command_gets_the_facts_and_agrees_with_exit_code_0(ask: Ask, tmp_path: Path) -> None:
    """On standard input, as JSON; run in the project's folder."""
    text = "import sys; open(f'seen{sys.stdin.read().count(chr(117))}', 'w')"
    text = (
        "import json, sys, pathlib\n"
        "facts = json.load(sys.stdin)\n"
        "pathlib.Path(facts['region']).write_text(json.dumps(facts))\n"
    )
    answers = ask(script(tmp_path, text))
    assert [True, True] == [each.good for each in answers]
    assert {
        "app": "orders",
        "environment": "prod",
        "region": "us-east-1",
        "name": "Api",
        "function": "ApiFunction",
        "alias": "prod",
        "version": "2",
        "previous": "1",
        "weight": 0.1,
        "url": "https://us-east-1/prod",
    } == json.loads((tmp_path / "us-east-1").read_text(encoding="utf-8"))


def test_a_command_can_call_the_very_version(ask: Ask, tmp_path: Path) -> None:
    """Its variables name function and version, and lead the AWS CLI to the right place."""
    names = [
        "SHIFT_FUNCTION",
        "SHIFT_VERSION",
        "SHIFT_URL",
        "AWS_REGION",
        "AWS_ENDPOINT_URL",
        "AWS_ACCESS_KEY_ID",
    ]
    text = f"import os, sys; sys.exit(repr([os.environ[n] for n in {names}]))"
    first = ask(script(tmp_path, text))[0]
    assert first.good is False
    expected = [
        "ApiFunction",
        "2",
        "https://eu-west-1/prod",
        "eu-west-1",
        "http://127.0.0.1:9",
        "test",
    ]
    assert f"exit code 1: {expected!r}" == first.words


def test_a_command_that_cannot_be_run_has_said_nothing(ask: Ask) -> None:
    """That is neither yes nor no."""
    first = ask("./not-there")[0]
    assert first.good is None
    assert "cannot be run" in first.words


class _Service(BaseHTTPRequestHandler):
    """Answers with the status that the path names, and keeps what it was told."""

    told: list[dict[str, Any]]

    def do_POST(self) -> None:
        """Answer."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.told.append(json.loads(body))
        self.send_response(int(self.path.removeprefix("/")))
        self.end_headers()

    def log_message(self, *_: object) -> None:  # type: ignore[override]
        """Say nothing."""


@pytest.fixture
def service() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A service on this computer: its address, and what it was told."""
    told: list[dict[str, Any]] = []
    handler = type("Service", (_Service,), {"told": told})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", told
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("status", "good"), [(200, True), (204, True), (404, False), (500, False)])
def test_a_url_gets_the_facts_and_agrees_with_2xx(
    ask: Ask,
    service: tuple[str, list[dict[str, Any]]],
    status: int,
    good: bool,  # noqa: FBT001
) -> None:
    """By POST, once for each function and region."""
    url, told = service
    assert [good, good] == [each.good for each in ask(f"{url}/{status}")]
    assert {"eu-west-1", "us-east-1"} == {each["region"] for each in told}


def test_a_url_that_does_not_answer_has_said_nothing(ask: Ask) -> None:
    """The service that checks is down; the new version may be good or not."""
    assert [None, None] == [each.good for each in ask("http://127.0.0.1:9/")]


def test_a_function_that_cannot_be_reached_has_said_nothing(ask: Ask) -> None:
    """The same for the built-in check."""
    assert [None, None] == [each.good for each in ask("invoke:{}")]


def test_a_function_without_an_event_is_not_asked_about(stage: Stage) -> None:
    """An event for others alone: nobody answers for it, and the plan says so."""
    made = stage.shift(Strategy(check='invoke-each:{"Mailer":{}}')).engine.plan
    assert () == Checks(AWS, made, Around()).ask(made.moves, 0.0)
    assert ("Api",) == unasked(made)
    assert () == unasked(replace(made, strategy=Strategy(check='invoke-each:{"*":null}')))


@pytest.mark.parametrize(
    ("check", "why"),
    [('invoke-each:{"Mailer":{}}', "no function that moves"), ('invoke-each:{"Apo":{}}', "`Apo`")],
)
def test_a_check_of_nothing_that_moves_is_refused(stage: Stage, check: str, why: str) -> None:
    """It would agree to whatever comes."""
    with pytest.raises(ConfigError, match=why):
        refuse_vacuous(stage.shift(Strategy(check=check)).engine.plan, ["Api", "Mailer"])


def test_a_call_by_number_tells_the_environment() -> None:
    """As the runtimes read it: `custom` of the client context."""
    found = json.loads(base64.b64decode(context_of("prod")))
    assert {"custom": {"sam_deploy_environment": "prod"}} == found
