"""Questions that work in a thread of its own has for the person at the terminal.

They are asked in the main thread, where Ctrl-C arrives: it ends a question as it ends work.
"""

from __future__ import annotations

import queue
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final

import click

from sam_deploy.lanes import Stop

LOOK_SECONDS: Final = 0.1


def at_terminal(text: str) -> str:
    """Ask at the terminal; nothing typed is no."""
    answer: str = click.prompt(text, default="no", err=True)
    return answer


@dataclass(slots=True)
class Questions:
    """Brings questions from one thread to another, and answers back."""

    stop: Stop
    prompt: Callable[[str], str] = at_terminal
    _asked: queue.SimpleQueue[tuple[str, Future[str]]] = field(default_factory=queue.SimpleQueue)

    def ask(self, text: str) -> str:
        """Return the answer. Raises `StoppedError` when asked to stop meanwhile."""
        answer: Future[str] = Future()
        self._asked.put((text, answer))
        while not answer.done():
            self.stop.pause(LOOK_SECONDS)
        return answer.result()

    def answer_one(self) -> None:
        """Put a question to the person, if there is one. For the main thread."""
        try:
            text, answer = self._asked.get_nowait()
        except queue.Empty:
            return
        answer.set_result(self.prompt(text))
