"""No character ends a command: not on a console of Windows, not in an old locale."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import pytest

from sam_deploy.cli.terminal.encoding import settle, wanted


@pytest.mark.parametrize(
    ("encoding", "at_terminal", "chosen", "expected"),
    [
        ("utf-8", True, False, ("utf-8", "backslashreplace")),
        ("UTF8", False, False, ("UTF8", "backslashreplace")),
        ("cp1252", True, False, ("cp1252", "replace")),
        ("cp1252", False, False, ("utf-8", "backslashreplace")),
        ("cp1252", False, True, ("cp1252", "replace")),
        ("ascii", False, False, ("utf-8", "backslashreplace")),
    ],
)
def test_a_pipe_gets_utf8_and_a_console_what_it_knows(
    encoding: str, *, at_terminal: bool, chosen: bool, expected: tuple[str, str]
) -> None:
    """Somebody who has chosen an encoding keeps it."""
    assert expected == wanted(encoding, at_terminal=at_terminal, chosen=chosen)


@pytest.mark.parametrize(
    ("variables", "written"), [({}, "→".encode()), ({"PYTHONUTF8": "0x"}, b"?")]
)
def test_a_stream_takes_an_arrow(variables: dict[str, str], written: bytes) -> None:
    """Before, Python would have raised UnicodeEncodeError."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="cp1252")
    settle(stream, io.StringIO(), variables=variables)
    stream.write("→")
    stream.flush()
    assert written == raw.getvalue()


def test_a_command_in_an_old_code_page_ends_well() -> None:
    """The error repeats a word that this code page has not; the exit code is that of the error."""
    done = subprocess.run(
        [sys.executable, "-m", "sam_deploy", "explain", "→"],
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        check=False,
    )
    assert (2, b"") == (done.returncode, done.stdout)
    assert b"error: There is nothing to explain about '?'" in done.stderr
