"""Questions that work in a thread of its own has for the person at the terminal.

They are asked in the main thread, where Ctrl-C arrives: it ends a question as it ends work. Who
waits for an answer that comes too late goes on without it.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias

import click

from sam_deploy.cli.terminal.deadline import (
    Over,
    TooLateError,
    asking_until,
    forget_typed,
    never,
)
from sam_deploy.errors import SamDeployError
from sam_deploy.lanes import Stop, StoppedError

if TYPE_CHECKING:
    from sam_deploy.promotion import ReleasePlan

LOOK_SECONDS: Final = 0.1
LATE_SECONDS: Final = 2.0
"""So long after its end the main thread may still be at a question, before it is left there."""
Kind: TypeAlias = Literal["confirm", "name", "code"]
"""confirm: only `yes` goes on. name: the app's name is typed. code: the one-time code."""


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody is asked; nothing answered is `default`."""

    text: str
    default: str = "no"
    kind: Kind = "confirm"
    over: Over = never
    """Whether it is too late to answer it."""


class Person(Protocol):
    """Whoever is asked elsewhere than at the terminal, such as behind a page."""

    def changes(self, lines: Sequence[str]) -> None:
        """They look at what changes in stacks, before the plan that does it."""

    def seen(self, plan: ReleasePlan, lines: Sequence[str], *, final: bool) -> None:
        """They look at the plan that the next questions are about, and what else it does."""

    def answer(self, question: Question, stop: Stop) -> str:
        """Return what they say. Raises `StoppedError` once `stop` is set.

        A `SamDeployError` is what becomes of the work; KeyboardInterrupt ends it as Ctrl-C does.
        """

    def look(self) -> None:
        """Raise KeyboardInterrupt once they want the work to end."""


def at_terminal(text: str, default: str = "no") -> str:
    """Ask at the terminal; nothing typed is `default`, which is shown unless it is empty."""
    answer: str = click.prompt(text, default=default, show_default=bool(default), err=True)
    return answer


def code_at_terminal(text: str, over: Over) -> str:
    """Ask for a code at the terminal; '' for nothing typed, and once it is too late."""
    return _in_time(at_terminal, Question(text, "", "code", over))


def _in_time(prompt: Callable[[str, str], str], question: Question) -> str:
    try:
        with asking_until(question.over):
            return prompt(question.text, question.default)
    except TooLateError:
        forget_typed()
        click.echo(err=True)  # what follows stands below what was typed
        return question.default


@dataclass(slots=True)
class Questions:
    """Brings questions from one thread to another, and answers back."""

    stop: Stop
    prompt: Callable[[str, str], str] = at_terminal
    person: Person | None = None
    """Who is asked instead of `prompt`."""
    _asked: queue.SimpleQueue[tuple[Question, Future[str]]] = field(
        default_factory=queue.SimpleQueue
    )

    def ask(
        self, text: str, default: str = "no", kind: Kind = "confirm", over: Over = never
    ) -> str:
        """Return the answer; `default` once it is too late. Raises `StoppedError` to stop.

        Somebody behind a page has a time of his own.
        """
        answer: Future[str] = Future()
        self._asked.put((Question(text, default, kind, over), answer))
        late = 0.0
        while not answer.done():
            self.stop.pause(LOOK_SECONDS)
            late += LOOK_SECONDS if self.person is None and over() else 0.0
            if late > LATE_SECONDS:
                click.echo("\nIt is too late for that: press Enter to end", err=True)
                return default
        return answer.result()

    @property
    def waiting(self) -> bool:
        """Whether there is a question, or somebody elsewhere who may want the work to end."""
        return self.person is not None or not self._asked.empty()

    def answer_one(self) -> None:
        """Put a question to the person, if there is one. For the main thread."""
        if self.person is not None:
            self.person.look()
        try:
            question, answer = self._asked.get_nowait()
        except queue.Empty:
            return
        if self.person is None:
            answer.set_result(_in_time(self.prompt, question))
            return
        try:
            answer.set_result(self.person.answer(question, self.stop))
        except (SamDeployError, StoppedError) as error:
            answer.set_exception(error)
