from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sam_deploy.build.host import host_target
from sam_deploy.errors import BuildError

Interpreter = Callable[..., Path]


@pytest.fixture
def interpreter(tmp_path: Path) -> Interpreter:
    """Write a program that answers as an interpreter of another computer would."""

    def write(*answer: str, code: int = 0) -> Path:
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\necho '{json.dumps(answer)}'\nexit {code}\n")
        path.chmod(0o755)
        return path

    return write


def test_this_interpreter_is_what_it_says() -> None:
    """The version is complete, the runtime stays the one that the functions name."""
    target = host_target(Path(sys.executable), "python3.12")
    assert ".".join(map(str, sys.version_info[:3])) == target.python
    assert ("python3.12", True) == (target.runtime, target.host)
    assert target.label.startswith("host-python3.")


def test_another_computer_is_described_in_the_words_of_aws(interpreter: Interpreter) -> None:
    """What Linux calls aarch64 is arm64, and a locally patched version keeps its number."""
    target = host_target(interpreter("3.13.0+", "CPython", "aarch64", "glibc 2.41"), "python3.13")
    assert ("3.13.0", "arm64", (2, 41)) == (target.python, target.architecture, target.glibc)


@pytest.mark.parametrize(
    "answer",
    [
        ("3.12.1", "PyPy", "x86_64", "glibc 2.36"),
        ("3.12.1", "CPython", "riscv64", "glibc 2.36"),
        ("3.12.1", "CPython", "x86_64", ""),
    ],
)
def test_a_computer_that_wheels_are_not_chosen_for_is_refused(
    interpreter: Interpreter, answer: tuple[str, ...]
) -> None:
    """Another Python, another machine, or no glibc (Alpine, macOS)."""
    with pytest.raises(BuildError, match="Nothing can be built for"):
        host_target(interpreter(*answer), "python3.12")


def test_an_interpreter_that_does_not_work_is_named(
    interpreter: Interpreter, tmp_path: Path
) -> None:
    """Missing, failing, or talking nonsense."""
    for path in (tmp_path / "missing", interpreter("x", code=1), interpreter("x")):
        with pytest.raises(BuildError, match="could not be asked for its version"):
            host_target(path, "python3.12")
