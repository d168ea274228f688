from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from sam_deploy.aws import Aws, Endpoint
from sam_deploy.cli import wiring
from sam_deploy.cli.options import Globals
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.cli.wiring import Place, choose_target
from sam_deploy.errors import (
    ConfigError,
    IncompleteError,
    InterruptedWorkError,
    RefusedError,
    StoppedError,
    UnreachableError,
)
from sam_deploy.lanes import Stop

if TYPE_CHECKING:
    from sam_deploy.cli.terminal.questions import Questions


class _Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Return true."""
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Makes standard error a terminal, when called in the test (pytest sets its own before it)."""
    return lambda: monkeypatch.setattr(sys, "stderr", _Terminal())


def test_at_a_terminal_the_laptop_is_the_default(
    tmp_path: Path, terminal: Callable[[], None]
) -> None:
    """Nothing goes to AWS that did not say so."""
    terminal()
    assert "embedded" == choose_target(Globals(tmp_path, None), None, writing=True)[0]


@pytest.mark.parametrize(
    ("option", "before", "variable", "expected"),
    [
        ("aws", None, "", "aws"),
        (None, "aws", "", "aws"),
        (None, None, "aws", "aws"),
        ("embedded", "aws", "aws", "embedded"),
        (None, "embedded", "aws", "embedded"),
    ],
)
def test_the_nearest_word_on_the_target_counts(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    option: str | None,
    before: str | None,
    variable: str,
    expected: str,
) -> None:
    """After the command, before the command, the variable."""
    monkeypatch.setenv("SAM_DEPLOY_TARGET", variable)
    assert expected == choose_target(Globals(tmp_path, before), option, writing=True)[0]


def test_without_a_terminal_a_writing_command_needs_a_target(tmp_path: Path) -> None:
    """Nobody gets a green run that deployed nothing."""
    with pytest.raises(ConfigError) as raised:
        choose_target(Globals(tmp_path, None), None, writing=True)
    assert "It is not said where this should go" == raised.value.what
    assert "--target aws" in raised.value.hint


def test_in_ci_a_writing_command_needs_a_target(
    tmp_path: Path, terminal: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some CI systems give a terminal."""
    terminal()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(ConfigError):
        choose_target(Globals(tmp_path, None), None, writing=True)


def test_looking_needs_no_target(tmp_path: Path) -> None:
    """`status` in a script looks at the laptop unless told otherwise."""
    assert "embedded" == choose_target(Globals(tmp_path, None), None, writing=False)[0]


def test_the_first_line_of_a_screen_says_where() -> None:
    """Target, account, endpoint, regions."""
    place = Place("aws", Aws(Endpoint("aws")), "123456789012")
    where = "https://sts.eu-west-1.amazonaws.com"
    assert f"aws · 123456789012 · {where} · eu-west-1, us-east-1" == place.line(
        ("eu-west-1", "us-east-1")
    )
    unguarded = Place("aws", Aws(Endpoint("aws")), "").line(("eu-west-1",))
    assert f"aws · account of the credentials · {where} · eu-west-1" == unguarded


def test_an_endpoint_of_the_shell_is_named_in_the_first_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """AWS_ENDPOINT_URL sends every call elsewhere: the screen must not say amazonaws.com."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:4566")
    line = Place("aws", Aws(Endpoint("aws")), "123456789012").line(("eu-west-1",))
    assert "aws · 123456789012 · http://localhost:4566 · eu-west-1" == line


def test_the_embedded_account_is_no_account_of_anybody() -> None:
    """Twelve zeros: nothing that a guard could ever mix up with a real one."""
    assert "0" * 12 == wiring.EMBEDDED_ACCOUNT


class Impatient:
    """Whoever is asked answers with Ctrl-C."""

    waiting = True

    def answer_one(self) -> None:
        """End it."""
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("ends", "state", "hint"),
    [
        (None, "it had come to its end before it could stop", ""),
        (
            RefusedError("It was taken back", why="Ctrl-C", state="all as before", hint="again"),
            "It was taken back; Ctrl-C; all as before",
            "again",
        ),
        (
            StoppedError("it was taken back: all as before", "look"),
            "it was taken back: all as before",
            "look",
        ),
    ],
)
def test_after_ctrl_c_it_is_told_how_the_work_has_ended(
    ends: RefusedError | StoppedError | None, state: str, hint: str
) -> None:
    """A promotion that was taken back, or that was through, is not left to be guessed."""
    place, stop = Place("aws", Aws(Endpoint("aws")), "1"), Stop()

    def work() -> None:
        while not stop.is_set():
            time.sleep(0.001)
        if ends is not None:
            raise ends

    with pytest.raises(InterruptedWorkError) as raised:
        wiring.watched(place, stop, work, consoles.make("quiet"), cast("Questions", Impatient()))
    assert (state, hint) == (raised.value.state, raised.value.hint)


def test_work_that_stopped_says_nothing_of_its_own() -> None:
    """Then it holds what always holds: what had begun may go on."""
    place, stop = Place("aws", Aws(Endpoint("aws")), "1"), Stop()

    def work() -> None:
        while True:
            stop.pause(0.001)

    with pytest.raises(KeyboardInterrupt) as raised:
        wiring.watched(place, stop, work, consoles.make("quiet"), cast("Questions", Impatient()))
    assert not isinstance(raised.value, InterruptedWorkError)


class Nobody:
    """Nothing is asked."""

    waiting = False


def test_what_a_lost_lock_interrupts_is_taken_back_before_the_end() -> None:
    """The process does not end in the midst of it, with regions that differ."""
    place, stop = Place("aws", Aws(Endpoint("aws")), "1"), Stop()
    lost = IncompleteError("This command has lost its lock")
    done: list[str] = []

    def work() -> None:
        stop.set(lost)
        time.sleep(0.3)
        done.append("taken back")
        raise RefusedError("It was taken back", why=str(lost))

    with pytest.raises(RefusedError, match="taken back"):
        wiring.watched(place, stop, work, consoles.make("quiet"), cast("Questions", Nobody()))
    assert ["taken back"] == done


def test_work_that_a_lost_lock_has_stopped_says_so() -> None:
    """The lock is the cause, and no Ctrl-C."""
    place, stop = Place("aws", Aws(Endpoint("aws")), "1"), Stop()

    def work() -> None:
        stop.set(IncompleteError("This command has lost its lock"))
        stop.check()

    with pytest.raises(IncompleteError, match="lost its lock"):
        wiring.watched(place, stop, work, consoles.make("quiet"), cast("Questions", Nobody()))


def test_the_death_of_the_laptops_cloud_is_not_waited_for() -> None:
    """Its calls may never be answered."""
    place, stop = Place("aws", Aws(Endpoint("aws")), "1"), Stop()

    def work() -> None:
        stop.set(UnreachableError("The embedded cloud died"))
        time.sleep(30)

    began = time.monotonic()
    with pytest.raises(UnreachableError, match="died"):
        wiring.watched(place, stop, work, consoles.make("quiet"), cast("Questions", Nobody()))
    assert time.monotonic() - began < 20
