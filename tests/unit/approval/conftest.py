"""What an approval touches, in memory: a clock, a bucket, a mailbox, and a person who answers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from sam_deploy.approval import Approval, Subject, by_code
from sam_deploy.aws import Record, UnansweredError
from sam_deploy.config.model import Promotion
from sam_deploy.errors import SamDeployError

START = 1_767_322_800.0
"""2026-01-02 03:00 UTC."""


class Clock:
    """Two clocks, moved by hand."""

    def __init__(self) -> None:
        self.seconds = START
        self.ticks = 50.0

    def wall(self) -> float:
        """Unix seconds."""
        return self.seconds

    def monotonic(self) -> float:
        """Seconds that nobody can set."""
        return self.ticks

    def pass_by(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds
        self.ticks += seconds


class Bucket:
    """Conditional writes in memory; answers can be lost."""

    def __init__(self) -> None:
        self.there: dict[str, Record] = {}
        self.losing: list[str] = []
        """Writes whose answer is lost and that the SDK repeats, once each."""
        self.unanswered: list[str] = []
        """Writes that are carried out and raise, once each."""
        self.unheard: list[str] = []
        """Writes that never arrive, once each."""
        self.meanwhile: Callable[[], object] = lambda: None
        """Called once, before the next write."""

    def read(self, key: str) -> Record | None:
        """Return a document."""
        return self.there.get(key)

    def create(self, key: str, body: bytes) -> str | None:
        """Write one that is not there."""
        return self._write("create", key, body, "")

    def replace(self, key: str, body: bytes, etag: str) -> str | None:
        """Write one in the place of a state."""
        return self._write("replace", key, body, etag)

    def delete(self, key: str, etag: str) -> bool:
        """Take a state away."""
        if key in self.there and self.there[key].etag == etag:
            del self.there[key]
            return True
        return False

    def _write(self, call: str, key: str, body: bytes, etag: str) -> str | None:
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        if self._taken(self.unheard, call):
            raise UnansweredError(f"`{call}` got no answer")
        found = self.there.get(key)
        if (found.etag if found else "") != etag:
            return None
        made = Record(body, hashlib.sha256(body).hexdigest())
        self.there[key] = made
        if self._taken(self.unanswered, call):
            raise UnansweredError(f"`{call}` got no answer")
        return None if self._taken(self.losing, call) else made.etag

    @staticmethod
    def _taken(faults: list[str], call: str) -> bool:
        if call in faults:
            faults.remove(call)
            return True
        return False

    def text(self) -> str:
        """All that was ever written and is still there."""
        return "\n".join(f"{key} {each.body!r}" for key, each in self.there.items())


@dataclass(frozen=True)
class Sent:
    """A mail as it was handed over."""

    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    html: str

    @property
    def code(self) -> str:
        """The code, as a person finds it: alone on its line."""
        found = re.findall(r"(?m)^ +([0-9]{6})$", self.text)
        assert 1 == len(found), self.text
        return str(found[0])


class Mailbox:
    """Takes mails; `failing` are raised first, one per mail, and `lost` are taken and raise."""

    def __init__(self) -> None:
        self.region = "eu-west-1"
        self.sent: list[Sent] = []
        self.failing: list[SamDeployError] = []
        self.lost: list[SamDeployError] = []

    def send(
        self, sender: str, recipients: Sequence[str], subject: str, text: str, html: str
    ) -> str:
        """Take a mail."""
        if self.failing:
            raise self.failing.pop(0)
        self.sent.append(Sent(sender, tuple(recipients), subject, text, html))
        if self.lost:
            raise self.lost.pop(0)
        return f"message-{len(self.sent)}"


@dataclass
class Desk:
    """One person at a terminal, and everything around. Answers may be functions of the mails."""

    clock: Clock = field(default_factory=Clock)
    bucket: Bucket = field(default_factory=Bucket)
    mailbox: Mailbox = field(default_factory=Mailbox)
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    audited: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    over: Callable[[], bool] = lambda: False
    """Whether the code that is asked for has ended."""

    def approve(
        self,
        subject: Subject,
        *answers: str | Callable[[], str],
        settings: Promotion | None = None,
    ) -> Approval:
        """Ask for a code and enter these answers."""
        waiting = list(answers)

        def ask(text: str, over: Callable[[], bool]) -> str:
            self.asked.append(text)
            self.over = over
            assert waiting, f"nobody expected to be asked once more: {text}"
            answer = waiting.pop(0)
            return answer if isinstance(answer, str) else answer()

        approval = by_code(
            subject,
            settings or promotion(),
            self.mailbox,
            self.bucket,
            ask,
            self.said.append,
            audit=self._audit,
            wall=self.clock.wall,
            monotonic=self.clock.monotonic,
        )
        assert [] == waiting, "an answer was not asked for"
        return approval

    def _audit(self, event: str, facts: Mapping[str, str]) -> None:
        self.audited.append((event, dict(facts)))

    def code(self) -> str:
        """The code of the latest mail."""
        return self.mailbox.sent[-1].code

    def wrong(self) -> str:
        """Six digits that are not the code of the latest mail."""
        return f"{(int(self.code()) + 1) % 1_000_000:06d}"

    def events(self) -> list[str]:
        """The names of what was audited."""
        return [name for name, _ in self.audited]

    def everything_shown(self) -> str:
        """All texts but the mails: screens, questions, audit, bucket."""
        return "\n".join([*self.asked, *self.said, repr(self.audited), self.bucket.text()])


def promotion(**values: Any) -> Promotion:
    """What `deploy.py` says of codes."""
    return Promotion(
        recipients=("ann@example.com", "ben@example.com"), sender="noreply@example.com", **values
    )


def plan(number: int = 1, **values: str) -> Subject:
    """A plan; another number is another plan for the same environment."""
    given = {
        "act": "Promote to prod",
        "app": "orders",
        "environment": "prod",
        "account": "123456789012",
        "caller": "arn:aws:iam::123456789012:user/ann",
    }
    return Subject(
        **given | values,
        regions=("eu-west-1", "us-east-1"),
        lines=(
            "ApiFunction: version 46 -> 47 (commit 1a2b3c4)",
            "ReportsFunction: version 8 -> 9 (commit 1a2b3c4)",
        ),
        digest=hashlib.sha256(f"plan {number}".encode()).hexdigest(),
    )


@pytest.fixture
def desk() -> Desk:
    """Nothing has happened yet."""
    return Desk()


@pytest.fixture(scope="session")
def desks() -> Callable[[], Desk]:
    """Makes as many desks as a test wants."""
    return Desk


@pytest.fixture(scope="session")
def subject() -> Subject:
    """What is to be agreed to."""
    return plan()


@pytest.fixture
def other() -> Callable[..., Subject]:
    """Makes other plans."""
    return plan


@pytest.fixture
def settings() -> Callable[..., Promotion]:
    """Makes what `deploy.py` says of codes."""
    return promotion
