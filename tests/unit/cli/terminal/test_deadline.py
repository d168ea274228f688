"""Questions that end by themselves, at a real terminal."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import threading
import time

import pytest

from sam_deploy.cli.terminal.deadline import TooLateError, asking_until, never

ASKS = """
import time
from sam_deploy.cli.terminal.questions import at_terminal, code_at_terminal

ends = time.monotonic() + {seconds}
print("got", repr(code_at_terminal("Enter OTP", lambda: time.monotonic() >= ends)))
print("then", repr(at_terminal("Again", "")))
"""


class Asked:
    """A program that asks for a code, and then for something else."""

    def __init__(self, seconds: float) -> None:
        self._line, end = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", ASKS.format(seconds=seconds)],
            stdin=end,
            stdout=end,
            stderr=end,
            env={**os.environ, "TERM": "xterm"},
            start_new_session=True,
        )
        os.close(end)
        self.said = ""

    def until(self, text: str) -> None:
        """Wait for what it writes."""
        deadline = time.monotonic() + 30
        while text not in self.said:
            assert time.monotonic() < deadline, self.said
            if select.select([self._line], [], [], 0.2)[0]:
                self.said += os.read(self._line, 4096).decode()

    def keys(self, text: str) -> None:
        """Press keys."""
        os.write(self._line, text.encode())

    def end(self) -> int:
        """Return its exit code."""
        try:
            return self.process.wait(30)
        finally:
            self.process.kill()
            os.close(self._line)


@pytest.mark.fault(24)
def test_a_question_ends_at_its_time_whatever_was_typed() -> None:
    """Half a code is there and no Enter: '' is the answer, and nobody else is given the half."""
    asked = Asked(1.5)
    asked.until("Enter OTP")
    asked.keys("123")
    asked.until("got ''")
    asked.until("Again")
    asked.keys("yes\n")
    asked.until("then 'yes'")
    assert 0 == asked.end()


def test_who_types_in_time_is_heard() -> None:
    """Alarms that ring meanwhile take no key away, and backspace does what it does."""
    asked = Asked(60)
    asked.until("Enter OTP")
    asked.keys("12")
    time.sleep(1.2)  # two alarms
    asked.keys("9\x7f34\n")
    asked.until("got '1234'")
    asked.until("Again")
    asked.keys("\n")
    asked.until("then ''")
    assert 0 == asked.end()


@pytest.mark.skipif(sys.platform == "win32", reason="nothing rings there")
def test_what_rang_before_is_there_again() -> None:
    """The handler of before, and no timer."""
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(TooLateError), asking_until(lambda: True):
        time.sleep(30)
    assert before == signal.getsignal(signal.SIGALRM)
    assert (0.0, 0.0) == signal.getitimer(signal.ITIMER_REAL)


def test_nothing_rings_where_it_cannot() -> None:
    """In another thread signals are not heard; without a deadline none is wanted."""
    done: list[str] = []

    def work() -> None:
        with asking_until(lambda: True):
            done.append("thread")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    with asking_until(never):
        done.append("never")
    assert ["thread", "never"] == done
