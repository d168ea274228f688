from __future__ import annotations

import io
import json
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sam_deploy.events import Event, Note, Waiting
from sam_deploy.lanes import Stop, StoppedError
from sam_deploy.release import New, NotStarted, not_starting

HERE = "eu-west-1"
API, WORKER = New("Api", "ApiFunction", "5"), New("Worker", "WorkerFunction", "3")
STARTED = {"sam_deploy": "started"}
Refuse = Callable[..., ClientError]


class Lambda:
    """Answers the calls of each function in turn; the last answer is given for ever."""

    def __init__(self, **answers: list[Any]) -> None:
        self.answers = answers
        self.asked: list[dict[str, Any]] = []

    def client(self, service: str, region: str, *, retries: bool = True) -> Lambda:
        """Return the only service there is; a call that hangs must not be made ten times."""
        assert ("lambda", HERE, False) == (service, region, retries)
        return self

    def invoke(self, **given: Any) -> dict[str, Any]:
        """Source: Lambda API, Invoke."""
        self.asked.append(given)
        left = self.answers[given["FunctionName"]]
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        failed = {} if answer == STARTED else {"FunctionError": "Unhandled"}
        text = answer if isinstance(answer, str) else json.dumps(answer)
        return {**failed, "Payload": io.BytesIO(text.encode())}


class Patience(Stop):
    """Pauses that take no time."""

    def pause(self, seconds: float) -> None:
        """Go on at once."""
        del seconds
        self.check()


def error(kind: str, message: str) -> dict[str, Any]:
    """What Lambda answers when a start fails."""
    return {"errorMessage": message, "errorType": kind, "stackTrace": ["  File ..."] * 20}


def started(aws: Lambda, *news: New, heard: list[Event] | None = None) -> tuple[NotStarted, ...]:
    """Start them; the clock goes on by a second at each look, and 5 s are waited."""
    seconds = count()
    return not_starting(
        news,
        aws,  # type: ignore[arg-type]
        HERE,
        (heard if heard is not None else []).append,
        Patience(),
        wait_seconds=5,
        clock=lambda: float(next(seconds)),
    )


def test_each_new_version_is_called_once_by_its_number() -> None:
    """No alias points at it yet; the event is one that no handler is given."""
    aws = Lambda(ApiFunction=[STARTED], WorkerFunction=[STARTED])
    assert () == started(aws, API, WORKER)
    assert [("ApiFunction", "5"), ("WorkerFunction", "3")] == sorted(
        (each["FunctionName"], each["Qualifier"]) for each in aws.asked
    )
    assert {b'{"sam_deploy": "start"}'} == {each["Payload"] for each in aws.asked}


@pytest.mark.parametrize(
    ("kind", "message", "why"),
    [
        (
            "Runtime.ImportModuleError",
            "Unable to import module 'sam_deploy_runtime.shim': No module named 'requests'",
            "Runtime.ImportModuleError: No module named 'requests'",
        ),
        ("ReferenceError", "rates is not defined", "ReferenceError: rates is not defined"),
        ("KeyError", "'NO_SUCH'\nmore", "KeyError: 'NO_SUCH'"),
        ("ValueError", "x" * 400, f"ValueError: {'x' * 288}..."),
    ],
)
def test_code_that_cannot_be_loaded_is_called_once(kind: str, message: str, why: str) -> None:
    """It would end in the same again, and somebody waits."""
    aws = Lambda(ApiFunction=[error(kind, message)], WorkerFunction=[STARTED])
    assert (NotStarted(API, why),) == started(aws, API, WORKER)
    assert 2 == len(aws.asked)


@pytest.mark.parametrize("kind", ["ClientError", "ConnectionError", "RuntimeError", ""])
def test_what_may_pass_is_waited_for(kind: str) -> None:
    """A right that was just given to a role may be refused for some seconds."""
    heard: list[Event] = []
    aws = Lambda(ApiFunction=[error(kind, "not yet"), error(kind, "not yet"), STARTED])
    assert () == started(aws, API, heard=heard)
    assert 3 == len(aws.asked)
    (waiting,) = heard
    assert isinstance(waiting, Waiting)
    assert "`Api` to start (" in waiting.what


def test_what_does_not_pass_ends_the_wait() -> None:
    """With what it said last; an answer that is no JSON is shown as it is."""
    aws = Lambda(ApiFunction=[error("ClientError", "denied"), "<html>"])
    assert (NotStarted(API, "<html>"),) == started(aws, API)
    assert 2 < len(aws.asked) < 9


def test_a_start_that_was_too_slow_is_tried_once_more() -> None:
    """A busy laptop may take longer than the whole wait; the next start finds the files."""
    slow = error("Runtime.ExitError", "the start took longer than 55 s")
    for answers, ends, calls in (([slow, STARTED], [], 2), ([slow], [API], 2)):
        aws = Lambda(ApiFunction=list(answers))
        seconds = iter([0.0, 60.0, 80.0, 100.0])
        found = not_starting(
            [API],
            aws,  # type: ignore[arg-type]
            HERE,
            lambda _: None,
            Patience(),
            wait_seconds=5,
            clock=lambda: next(seconds),  # noqa: B023 - called before the next turn
        )
        assert (ends, calls) == ([each.new for each in found], len(aws.asked))


def test_throttling_is_waited_for(refuse: Refuse) -> None:
    """A new account may run ten calls at a time, of all its functions together."""
    aws = Lambda(ApiFunction=[refuse("TooManyRequestsException"), STARTED])
    heard: list[Event] = []
    assert () == started(aws, API, heard=heard)
    assert 2 == len(aws.asked)
    assert not [each for each in heard if isinstance(each, Note)]


@pytest.mark.parametrize("code", ["AccessDeniedException", "TooManyRequestsException"])
def test_what_may_not_be_called_is_told_and_stops_nothing(code: str, refuse: Refuse) -> None:
    """A role without lambda:InvokeFunction can still deploy; one warning for all of them."""
    heard: list[Event] = []
    aws = Lambda(ApiFunction=[refuse(code)], WorkerFunction=[refuse(code)])
    assert () == started(aws, API, WORKER, heard=heard)
    (note,) = [each for each in heard if isinstance(each, Note)]
    assert ("warning", HERE) == (note.level, note.region)
    assert note.message.startswith("`Api`, `Worker` could not be started before it serves (")
    assert "lambda:InvokeFunction" in note.message


def test_ctrl_c_ends_the_wait() -> None:
    """At its next look."""
    stop = Patience()
    aws = Lambda(ApiFunction=[error("ClientError", "denied")])
    with pytest.raises(StoppedError):
        not_starting(
            [API],
            aws,  # type: ignore[arg-type]
            HERE,
            lambda _: stop.set(),
            stop,
        )
