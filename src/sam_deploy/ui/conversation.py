"""What a job says, shows and asks, between its thread and whoever is at the page."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from sam_deploy.errors import ApprovalError, RefusedError
from sam_deploy.events import Event, Note
from sam_deploy.lanes import Stop, StoppedError
from sam_deploy.progress import Tally
from sam_deploy.promotion import ReleasePlan
from sam_deploy.ui.plans import Shown, plan_object
from sam_deploy.ui.ports import Asked, Json
from sam_deploy.ui.progress import of_job

LOOK_SECONDS: Final = 0.1
DETAIL_LINES: Final = 8
WARNINGS_MOST: Final = 50
ANSWER_MOST: Final = 200
"""Characters."""
ATTEMPT: Final = re.compile(r"\(Attempt (\d+)/(\d+)\)")
"""In the question for a code, as requirement R188 words it."""
CODE_MISPLACED: Final = re.compile(r"\s*\d{6}\s*")


@dataclass(slots=True)
class _Question:
    number: int
    asked: Asked
    detail: str
    until: float | None = None
    """Unix seconds; of a code: when its time is over."""
    answer: str | None = None

    def view(self) -> Json:
        return {
            "id": self.number,
            "kind": self.asked.kind,
            "text": self.asked.text,
            "detail": self.detail,
            "attempts_left": _attempts_left(self.asked.text),
            "until": self.until,
        }


def _attempts_left(text: str) -> int | None:
    found = ATTEMPT.search(text)
    return int(found[2]) - int(found[1]) + 1 if found else None


@dataclass(slots=True)
class Conversation:
    """A console and a person in one (`ports.Talk`)."""

    lifetime_seconds: float
    clock: Callable[[], float] = time.monotonic
    changed: Callable[[], None] = lambda: None
    _state: str = "reading"
    _plan: Shown | None = None
    _changes: tuple[str, ...] = ()
    _shown: tuple[int, Json] | None = None
    """The plan as it is written, and with how many warnings."""
    _said: list[str] = field(default_factory=list)
    _warnings: list[str] = field(default_factory=list)
    _tally: Tally = field(default_factory=Tally)
    _question: _Question | None = None
    _questions: int = 0
    _code_until: float = 0.0
    _unanswered: bool = False
    _stopping: bool = False
    _lock: threading.Condition = field(default_factory=threading.Condition)

    def view(self, *, done: bool = False) -> Json:
        """Return what there is to see."""
        with self._lock:
            question = self._question
            return {
                "state": self._state,
                "stopping": self._stopping,
                "plan": self._plan_object(),
                "question": question.view() if question is not None else None,
                "progress": of_job(self._tally, done=done),
                "warnings": list(self._warnings),
            }

    def _plan_object(self) -> Json | None:
        if self._plan is None:
            return None
        count = len(self._warnings)
        if self._shown is None or self._shown[0] != count:
            self._shown = count, plan_object(self._plan, self._warnings)
        return self._shown[1]

    # what the work says

    def report(self, event: Event) -> None:
        """Take an event into account."""
        with self._lock:
            if isinstance(event, Note):
                if event.level == "warning" and len(self._warnings) < WARNINGS_MOST:
                    where = f"{event.region}: " if event.region else ""
                    self._warnings.append(where + event.message)
            else:
                self._tally.add(event)
        self.changed()

    def say(self, text: str = "") -> None:
        """Keep what a terminal would show before the next question."""
        with self._lock:
            self._said = [*self._said, *text.strip().splitlines()][-DETAIL_LINES:]

    def close(self) -> None:
        """Have nothing to end."""

    def changes(self, lines: Sequence[str]) -> None:
        """Keep what changes in stacks until the plan is shown."""
        self._changes = tuple(lines)

    def seen(self, plan: ReleasePlan, lines: Sequence[str], *, final: bool) -> None:
        """Show the plan; what was said of it is in it."""
        with self._lock:
            self._plan, self._said = Shown(plan, tuple(lines), self._changes), []
            self._shown = None
            if final:
                self._warnings.append(
                    f"{plan.environment} is what real users meet: nothing is promoted from it"
                )
        self.changed()

    # what the work asks

    def answer(self, question: Asked, stop: Stop) -> str:
        """Return what the person at the page says; '' for a code that comes too late.

        Raises `ApprovalError` when nobody says anything for as long as a code is good, and
        KeyboardInterrupt when the person ends the job.
        """
        until = self.clock() + self.lifetime_seconds
        with self._lock:
            ends = None
            if question.kind == "code":
                # all tries have the time of one code
                self._code_until = self._code_until or until
                until = self._code_until
                ends = round(time.time() + until - self.clock(), 1)
            self._questions += 1
            put = _Question(self._questions, question, "\n".join(self._said), ends)
            self._question, self._state, self._said = put, "asking", []
        self.changed()
        try:
            return self._awaited(put, until, stop)
        finally:
            with self._lock:
                self._question, self._state = None, "working"
            self.changed()

    def _awaited(self, put: _Question, until: float, stop: Stop) -> str:
        while True:
            with self._lock:
                if put.answer is None:
                    self._lock.wait(LOOK_SECONDS)
                self.look()
                if put.answer is not None:
                    answer, put.answer = put.answer, None
                    return answer
            if stop.is_set():
                raise StoppedError
            if self.clock() >= until:
                return self._too_late(put.asked)

    def _too_late(self, asked: Asked) -> str:
        """Return '' once: who has sent the code knows best that it has expired, and notes it."""
        if asked.kind == "code" and not self._unanswered:
            self._unanswered = True
            return ""
        raise ApprovalError(
            "Nobody has answered",
            why=f"a question waits for {self.lifetime_seconds / 60:.0f} minutes",
            state="nothing was changed",
            hint="begin it again when somebody is there",
        )

    def look(self) -> None:
        """Raise KeyboardInterrupt once the person wants the work to end."""
        if self._stopping:
            raise KeyboardInterrupt

    # what the page says

    def take(self, answer: str, number: int | None) -> None:
        """Hand an answer on. Raises `RefusedError` when it is not the answer to what is asked."""
        with self._lock:
            put = self._question
            if put is None or put.answer is not None or number not in {None, put.number}:
                raise RefusedError(
                    "Nothing is asked that this could answer",
                    why="it was answered already, perhaps in another tab",
                    state="the answer was thrown away",
                    hint="look at what the page shows now; a new question says what it wants",
                )
            if put.asked.kind != "code" and CODE_MISPLACED.fullmatch(answer):
                # refusals repeat what was typed instead of `yes`, and a code is repeated nowhere
                raise RefusedError(
                    "A code is not asked for now",
                    why="six digits are no answer to this question",
                    state="the answer was thrown away",
                    hint="answer what is asked; the code is asked for after that",
                )
            put.answer = answer
            self._lock.notify_all()

    def stop(self) -> None:
        """The work ends as it does by Ctrl-C."""
        with self._lock:
            self._stopping = True
            self._lock.notify_all()
        self.changed()
