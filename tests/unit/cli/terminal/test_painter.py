"""Work goes on whatever the terminal does."""

from __future__ import annotations

import os
import pty
import threading
from contextlib import suppress

import pytest
import rich.console

from sam_deploy.cli.terminal.live import LiveConsole
from sam_deploy.events import Note, PhaseStarted

LINES = 3_000


@pytest.mark.timeout(60)
def test_a_terminal_that_stands_still_holds_nobody_up() -> None:
    """Ctrl-S in the middle of a promotion: every line comes when it is read again, in order."""
    reader, end = pty.openpty()
    with os.fdopen(end, "w", encoding="utf-8") as stream:
        console = rich.console.Console(
            file=stream, force_terminal=True, width=80, height=20, highlight=False, no_color=True
        )
        live = LiveConsole(console)
        live.report(PhaseStarted("move", "Moving aliases"))
        for number in range(LINES):  # far more than a terminal takes while nobody reads
            live.report(Note(f"line {number:05d} of what happens"))
        read: list[bytes] = []
        reading = threading.Thread(target=lambda: read.extend(iter(lambda: _read(reader), b"")))
        reading.start()
        live.close()
    reading.join()
    os.close(reader)
    text = b"".join(read).decode()
    places = [text.find(f"line {number:05d} of") for number in range(LINES)]
    assert -1 not in places
    assert sorted(places) == places


def test_a_terminal_that_is_gone_holds_nobody_up_either() -> None:
    """Its window was closed: writing to it is an error, and the work ends as it must."""
    reader, end = pty.openpty()
    stream = os.fdopen(end, "w", encoding="utf-8")
    live = LiveConsole(rich.console.Console(file=stream, force_terminal=True, width=80, height=20))
    live.report(PhaseStarted("move", "Moving aliases"))
    os.close(reader)
    for number in range(100):
        live.report(Note(f"line {number}"))
    live.close()
    with suppress(OSError):
        stream.close()


def _read(reader: int) -> bytes:
    try:
        return os.read(reader, 65536)
    except OSError:  # nobody has the other side open any more
        return b""
