from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sam_deploy.aws import Aws, Endpoint
from sam_deploy.cli import wiring
from sam_deploy.cli.options import Globals
from sam_deploy.cli.wiring import Place, choose_target
from sam_deploy.errors import ConfigError


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
