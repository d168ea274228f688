from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests import again


class Runs:
    """Test runs whose exit codes are known."""

    def __init__(self, *codes: int) -> None:
        self.codes = list(codes)
        self.asked: list[list[str]] = []
        self.told: list[str] = []

    def __call__(self, arguments: Sequence[str]) -> int:
        """Note what is asked for, and end with the next code."""
        self.asked.append(list(arguments))
        return self.codes.pop(0)

    def verdict(self, *ids: str) -> int:
        """Judge these."""
        return again.verdict(ids, ["--run-slow"], self, self.told.append)


def test_what_passes_twice_alone_is_let_through_and_told() -> None:
    """A file with two of them runs once, and whole."""
    runs = Runs(0, 0)
    assert runs.verdict("tests/a.py::test_b[x::y]", "tests/a.py::test_c", "tests/d.py::test_e") == 0
    assert [["--run-slow", "tests/a.py", "tests/d.py"]] * 2 == runs.asked
    assert "tests/a.py::test_b[x::y]" in runs.told[0]


@pytest.mark.parametrize("codes", [(1,), (0, 1), (2,), (5,)])
def test_what_fails_once_more_fails_the_run(codes: tuple[int, ...]) -> None:
    """The first time or the second, and however pytest ends."""
    runs = Runs(*codes)
    assert runs.verdict("tests/a.py::test_b") == 1
    assert not runs.codes


@pytest.mark.parametrize("number", [0, again.MOST + 1])
def test_many_or_none_are_not_looked_at_again(number: int) -> None:
    """None have failed where pytest itself has, such as a plugin."""
    runs = Runs()
    assert runs.verdict(*[f"tests/a.py::test_{each}" for each in range(number)]) == 1
    assert not runs.asked


def test_the_note_of_pytest_names_tests_and_files_that_could_not_be_read(tmp_path: Path) -> None:
    """A run without a failure leaves no note."""
    noted = tmp_path / "lastfailed"
    assert again.failed(noted) == ()
    noted.write_text(json.dumps({"tests/b.py": True, "tests/a.py::test_b": True}), encoding="utf-8")
    assert again.failed(noted) == ("tests/a.py::test_b", "tests/b.py")
