"""Which line of a log is the cause of a failure, and what is shown of it."""

from __future__ import annotations

from typing import Any, cast

import pytest

from sam_deploy.aws import Aws
from sam_deploy.errors import SamDeployError
from sam_deploy.lanes import Stop
from sam_deploy.watching import failure
from sam_deploy.watching.lines import Line
from sam_deploy.watching.reading import Read

NOWHERE = cast("Aws", None)
"""The logs are given: nothing is asked of AWS."""


def line(message: str, at: int = 1) -> Line:
    return Line(at, "eu-west-1", "Notes", "2", ("dev",), "2026/11/29/[2]a", message)


def found(monkeypatch: pytest.MonkeyPatch, *reads: tuple[Line, ...]) -> str:
    """Return what is said of logs that hold these lines, look by look."""
    looks = iter(reads)
    monkeypatch.setattr(failure, "read", lambda *_: Read(next(looks), {}))
    monkeypatch.setattr(failure, "PAUSE_SECONDS", 0.0)
    return failure.last_failure((), 0, NOWHERE, Stop())


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (
            "[ERROR] KeyError: 'SHOP'\rTraceback (most recent call last):\r  File",
            "[ERROR] KeyError: 'SHOP'",
        ),
        (
            '{"level": "ERROR", "errorType": "KeyError", "errorMessage": "\'SHOP\'"}',
            "KeyError: 'SHOP'",
        ),
        ('{"level": "ERROR", "message": "no colour\\nat all"}', "no colour"),
        (f"[ERROR] {'x' * 400}", f"[ERROR] {'x' * 292}..."),
    ],
)
def test_the_first_line_of_an_error_is_shown(
    monkeypatch: pytest.MonkeyPatch, message: str, shown: str
) -> None:
    """Without the stack behind it, and not for ever."""
    assert f"Notes: {shown}" == found(monkeypatch, (line("START"), line(message), line("END")))


def test_what_the_function_says_comes_before_what_lambda_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And of several the last."""
    report = "REPORT RequestId: 1 Duration: 1 ms Status: error Error Type: Runtime.ExitError"
    lines = (line("[ERROR] A: a", 1), line("[ERROR] B: b", 2), line(report, 3))
    assert "Notes: [ERROR] B: b" == found(monkeypatch, lines)


def test_a_line_that_comes_late_is_awaited(monkeypatch: pytest.MonkeyPatch) -> None:
    """CloudWatch needs a moment; after four looks there is none."""
    assert "Notes: [ERROR] A: a" == found(monkeypatch, (), (), (line("[ERROR] A: a"),))
    assert "" == found(monkeypatch, (), (), (), ())


def test_a_log_that_cannot_be_read_explains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """It must not hide the failure that it was asked about."""

    def refused(*_: Any) -> Read:
        raise SamDeployError("denied")

    monkeypatch.setattr(failure, "read", refused)
    assert "" == failure.last_failure((), 0, NOWHERE, Stop())


def test_who_stops_waits_for_no_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C during the look ends the look alone."""
    stop = Stop()
    stop.set()
    monkeypatch.setattr(failure, "read", lambda *_: Read((), {}))
    assert "" == failure.last_failure((), 0, NOWHERE, stop)


@pytest.mark.parametrize(
    ("message", "hopeless"),
    [
        ("[ERROR] Runtime.ImportModuleError: Unable to import module 'handler': No module", True),
        ("[ERROR] Runtime.HandlerNotFound: Handler 'hello' missing on module 'handler'", True),
        ('{"level": "ERROR", "errorType": "Runtime.UserCodeSyntaxError"}', True),
        ("[ERROR] ClientError: AccessDeniedException: a right that was just given", False),
        ("looked for Runtime.ImportModuleError, found none", False),
    ],
)
def test_only_code_that_cannot_be_loaded_is_given_up_at_once(
    monkeypatch: pytest.MonkeyPatch, message: str, *, hopeless: bool
) -> None:
    """What AWS still has to make known is waited for."""
    monkeypatch.setattr(failure, "read", lambda *_: Read((line(message),), {}))
    assert hopeless is failure.unloadable((), 0, NOWHERE, Stop())
