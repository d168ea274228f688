from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sam_deploy_runtime import EnvironmentUnknownError, environment
from sam_deploy_runtime.calls import bind, find_environment, import_handler
from sam_deploy_runtime.current import Unknown
from sam_deploy_runtime.manifest import Manifest, parse

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:ApiFunction"
REGION = {"AWS_REGION": "eu-west-1"}
CASES = json.loads(Path(__file__).with_name("calls.json").read_text(encoding="utf-8"))
"""Calls and the environments that they belong to, null for none; the Node twin's, too."""


@dataclass
class Context:
    """As much of Lambda's context as the runtime reads."""

    invoked_function_arn: str = FUNCTION
    client_context: Any = None


def context_of(case: dict[str, Any]) -> Context:
    """The context of a call of the table; `custom` is of its client context."""
    told = SimpleNamespace(custom=case["custom"]) if "custom" in case else None
    return Context(FUNCTION + case["qualifier"], told)


@pytest.mark.parametrize("case", [each for each in CASES if each["expected"]], ids=str)
def test_the_first_source_that_names_an_environment_wins(
    manifest: Manifest, case: dict[str, Any]
) -> None:
    """Variable, alias, stage variable, then the owner of the event's source: in this order.

    (R263, C17)
    """
    found = find_environment(case["event"], context_of(case), manifest, REGION | case["variables"])

    assert case["expected"] == found


@pytest.mark.parametrize("case", [each for each in CASES if not each["expected"]], ids=str)
def test_a_call_that_names_no_environment_has_none(
    manifest: Manifest, case: dict[str, Any]
) -> None:
    """There is no fallback: a version, $LATEST or another's queue never mean dev (C17)."""
    found = find_environment(case["event"], context_of(case), manifest, REGION)

    assert isinstance(found, Unknown)
    assert "call the function by an alias" in found.reason


def test_a_wrong_variable_is_not_passed_over(manifest: Manifest) -> None:
    """A function told that it is 'produciton' does not quietly become what its alias says."""
    variables = {"SAM_DEPLOY_ENVIRONMENT": "produciton"}

    found = find_environment({}, Context(FUNCTION + ":dev"), manifest, variables)

    expected = "SAM_DEPLOY_ENVIRONMENT is 'produciton', not one of dev, staging, prod"
    assert Unknown(expected) == found


def test_one_process_serves_each_alias_in_its_own_environment(manifest: Manifest) -> None:
    """Calls through different aliases of one version, one after the other, do not mix."""
    handler = bind(lambda _event, _context: environment(), manifest, REGION)

    seen = [handler({}, Context(f"{FUNCTION}:{name}")) for name in ("dev", "prod", "dev")]

    assert ["dev", "prod", "dev"] == seen


def test_a_call_without_an_environment_still_runs(manifest: Manifest) -> None:
    """Only asking for the environment raises; the handler itself is called."""
    ask = bind(lambda _event, _context: environment(), manifest, REGION)
    answer = bind(lambda event, _context: event["n"] + 1, manifest, REGION)

    assert 2 == answer({"n": 1}, Context())
    with pytest.raises(EnvironmentUnknownError):
        ask({"n": 1}, Context())


def test_who_is_asked_to_start_does_not_call_the_handler(manifest: Manifest) -> None:
    """By then the handler has been imported; an event that only looks like it is the handler's."""
    handler = bind(lambda event, _context: event, manifest, REGION)
    assert handler({"sam_deploy": "start"}, Context(FUNCTION + ":7")) == {"sam_deploy": "started"}
    for event in ({"sam_deploy": "start", "more": 1}, {"sam_deploy": "stop"}, "start", None):
        assert handler(event, Context(FUNCTION)) == event


def test_the_environment_is_gone_after_a_handler_that_raised(manifest: Manifest) -> None:
    """A failed call in prod leaves nothing behind for the next one."""

    def fail(_event: object, _context: object) -> None:
        raise ValueError(environment())

    with pytest.raises(ValueError, match="prod"):
        bind(fail, manifest, REGION)({}, Context(FUNCTION + ":prod"))
    with pytest.raises(EnvironmentUnknownError):
        environment()


def test_a_handler_in_a_folder_is_found_like_in_lambda() -> None:
    """`/` separates folders, as in Lambda's own Handler setting."""
    assert import_handler("importlib/metadata.version").__module__ == "importlib.metadata"


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, whose level is put back after the test."""
    logger = logging.getLogger()
    before = logger.level
    yield logger
    logger.setLevel(before)


def test_the_log_level_is_that_of_the_calls_environment(
    manifest: Manifest, root: logging.Logger
) -> None:
    """One process logs at DEBUG for dev and at WARNING for prod; a call of none changes nothing."""
    root.setLevel("ERROR")
    handler = bind(lambda _event, _context: root.level, manifest, REGION)

    seen = [handler({}, Context(f"{FUNCTION}:{name}")) for name in ("dev", "prod", "dev", "1")]

    assert [logging.DEBUG, logging.WARNING, logging.DEBUG, logging.ERROR] == seen


def test_a_level_never_leaks_into_the_next_call(manifest: Manifest, root: logging.Logger) -> None:
    """Neither the environment's nor one that the handler has set, even when it fails."""
    root.setLevel("ERROR")

    def fail(_event: object, _context: object) -> None:
        root.setLevel("CRITICAL")
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        bind(fail, manifest, REGION)({}, Context(f"{FUNCTION}:dev"))

    assert logging.ERROR == root.level


def test_an_app_without_log_levels_keeps_those_of_the_code(
    facts: dict[str, Any], root: logging.Logger
) -> None:
    """`log_levels` may be absent from the facts."""
    del facts["log_levels"]
    root.setLevel("ERROR")
    handler = bind(lambda _event, _context: root.level, parse(json.dumps(facts)), REGION)

    assert logging.ERROR == handler({}, Context(f"{FUNCTION}:dev"))


SIGN_IN = """
import json, logging, os
from types import SimpleNamespace

import boto3
from botocore.awsrequest import AWSResponse
from sam_deploy_runtime.calls import bind
from sam_deploy_runtime.manifest import parse

logging.basicConfig(level="WARNING")
pools = boto3.client(
    "cognito-idp", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
)
answered = AWSResponse("https://cognito", 400, {}, None)
answered._content = b"{}"
pools.meta.events.register("before-send", lambda **_: answered)

def handler(event, _context):
    logging.getLogger("shop").debug("my own line")
    try:
        pools.initiate_auth(
            AuthFlow="USER_PASSWORD_AUTH",
            ClientId="client",
            AuthParameters={"USERNAME": "somebody", "PASSWORD": "hunter2-in-clear"},
        )
    except pools.exceptions.ClientError:
        pass

facts = parse(os.environ["FACTS"])
arn = "arn:aws:lambda:eu-west-1:123456789012:function:ApiFunction:dev"
bind(handler, facts, {"AWS_REGION": "eu-west-1"})({}, SimpleNamespace(invoked_function_arn=arn))
"""


def test_a_password_stays_out_of_the_logs_of_an_environment_at_debug(
    facts: dict[str, Any],
) -> None:
    """A call at DEBUG shows what the code logs, and no request of boto3, which has the password."""
    ran = subprocess.run(
        [sys.executable, "-c", SIGN_IN],
        env={"FACTS": json.dumps(facts), "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert "DEBUG:shop:my own line\n" == ran.stderr


@pytest.fixture
def library() -> Iterator[logging.Logger]:
    """The logger of botocore, whose level is put back after the test."""
    logger = logging.getLogger("botocore")
    before = logger.level
    logger.setLevel(logging.NOTSET)
    yield logger
    logger.setLevel(before)


def test_libraries_that_log_requests_are_held_at_info(
    manifest: Manifest, root: logging.Logger, library: logging.Logger
) -> None:
    """At DEBUG they are at INFO; at WARNING they follow the root logger, and after a call, too."""
    root.setLevel("ERROR")
    handler = bind(lambda _event, _context: library.getEffectiveLevel(), manifest, REGION)

    seen = [handler({}, Context(f"{FUNCTION}:{name}")) for name in ("dev", "prod", "dev")]

    assert [logging.INFO, logging.WARNING, logging.INFO] == seen
    assert logging.NOTSET == library.level


@pytest.mark.parametrize("level", [logging.DEBUG, logging.ERROR])
def test_a_library_that_was_given_a_level_keeps_it(
    manifest: Manifest, root: logging.Logger, library: logging.Logger, level: int
) -> None:
    """Before a call or within one: who sets it explicitly means it."""
    root.setLevel("ERROR")

    def handler(_event: object, _context: object) -> int:
        before = library.level
        library.setLevel(level)
        return before

    call = bind(handler, manifest, REGION)

    assert logging.INFO == call({}, Context(f"{FUNCTION}:dev"))
    assert level == call({}, Context(f"{FUNCTION}:dev"))
    assert level == library.level


ODD = """
import functools

class Later:
    async def __call__(self, event, context): ...

class Now:
    def __call__(self, event, context):
        return "called"

later, now = Later(), Now()
some = functools.partial(Later.__call__, later)

def stream(event, context):
    yield event

async def events(event, context):
    yield event
"""


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("later", "it is async"),
        ("some", "it is async"),
        ("stream", "not a generator"),
        ("events", "not a generator"),
    ],
)
def test_handlers_that_lambda_would_not_wait_for_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, why: str
) -> None:
    """Their code would run after the call, without an environment; Lambda cannot send them."""
    module = f"odd_{name}"
    (tmp_path / f"{module}.py").write_text(ODD)
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(ImportError, match=why):
        import_handler(f"{module}.{name}")


def test_an_object_can_be_a_handler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Adapters such as Mangum are objects that are called."""
    (tmp_path / "odd_now.py").write_text(ODD)
    monkeypatch.syspath_prepend(tmp_path)

    assert "called" == import_handler("odd_now.now")({}, Context())


@pytest.mark.parametrize("name", ["json.nothing", "json.__doc__", "asyncio.sleep", "nowhere.f"])
def test_a_handler_that_cannot_be_called_is_an_import_error(name: str) -> None:
    """Missing modules and names, values and coroutines are refused while the function starts."""
    with pytest.raises(ImportError, match=name.partition(".")[0]):
        import_handler(name)
