"""A person agrees to a plan by entering the code that was mailed for it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from sam_deploy.amounts import plural
from sam_deploy.approval.code import Code, Deadline, Seal, read
from sam_deploy.approval.ledger import COOL_DOWN_SECONDS, Ledger, Limits
from sam_deploy.approval.letter import letter
from sam_deploy.approval.moments import MINUTE, iso, spoken
from sam_deploy.approval.posting import Mails, UnsentError, post
from sam_deploy.approval.refusals import expired, malformed, wrong
from sam_deploy.approval.subject import Approval, Subject
from sam_deploy.errors import SamDeployError
from sam_deploy.secrecy import kept

if TYPE_CHECKING:
    from sam_deploy.config.model import Promotion
    from sam_deploy.deploy.lock import Documents

MALFORMED_MOST: Final = 10
NO_CODE: Final = "That is no code: it has six digits, 0 to 9. It does not count as an attempt."


class Ask(Protocol):
    """Asks at the terminal; the text has no colon at its end."""

    def __call__(self, text: str, over: Callable[[], bool], /) -> str:
        """Return what was typed; '' as soon as `over` says that the code has ended."""


class Say(Protocol):
    """Shows a line to the person at the terminal."""

    def __call__(self, text: str, /) -> None:
        """Show it."""


class Audit(Protocol):
    """Writes a line of the audit, durably, before it returns."""

    def __call__(self, event: str, facts: Mapping[str, str], /) -> None:
        """Write it."""


@dataclass(frozen=True, slots=True)
class _Session:
    """One code, from counting it to its end."""

    subject: Subject
    settings: Promotion
    ledger: Ledger
    identity: str
    until: Deadline
    ask: Ask
    say: Say
    clocks: tuple[Callable[[], float], Callable[[], float]]
    audit: Audit

    def is_over(self) -> bool:
        """Whether the code has ended, by either clock."""
        wall, monotonic = self.clocks
        return self.until.passed(wall(), monotonic())

    def note(self, event: str, **facts: str) -> None:
        """The audit tells of it, with what it was about."""
        about = {
            "act": self.subject.act,
            "app": self.subject.app,
            "environment": self.subject.environment,
            "caller": self.subject.caller,
            "digest": self.subject.digest,
            "code": self.identity,
        }
        self.audit(event, about | facts)


def by_code(
    subject: Subject,
    settings: Promotion,
    mail: Mails,
    documents: Documents,
    ask: Ask,
    say: Say,
    *,
    audit: Audit,
    wall: Callable[[], float] = time.time,
    monotonic: Callable[[], float] = time.monotonic,
) -> Approval:
    """Somebody who reads the recipients' mail has agreed to this plan, within the minutes given.

    The caller has made sure that there is a terminal (`no_terminal`). Audited are `code-sent`,
    `code-not-sent`, `code-wrong`, `code-expired`, `plan-void` and `code-accepted`. Raises
    `ApprovalError` when the code was not sent, not entered in time, or wrong too often.
    """
    ledger = Ledger(documents, subject.app, subject.environment, wall)
    now, ticks = wall(), monotonic()
    limits = Limits(settings.codes_an_hour, settings.codes_a_day)
    identity = ledger.issue(subject.digest, limits)
    seconds = settings.minutes * MINUTE
    until = Deadline(now + seconds, ticks + seconds)
    session = _Session(
        subject, settings, ledger, identity, until, ask, say, (wall, monotonic), audit
    )
    code = Code()
    with kept(code.revealed()):
        seal = Seal(code, subject.digest)
        _send(session, mail, code)
        del code  # from here on only the seal knows it
        _enter(session, seal)
    session.note("code-accepted")
    return Approval("code", ", ".join(settings.recipients), subject.digest, iso(wall()))


def _send(session: _Session, mail: Mails, code: Code) -> None:
    """The code is on its way to the recipients, and the person knows where to look."""
    subject, settings = session.subject, session.settings
    to, until = ", ".join(settings.recipients), session.until.wall
    written = letter(subject, code, minutes=settings.minutes, until=until)

    def again() -> None:
        session.say(
            "SES did not answer, so the same code is sent once more. "
            f"The latest plan id is {subject.plan}."
        )

    try:
        post(mail, settings.sender, settings.recipients, written, again=again)
    except UnsentError as error:
        if error.certain:
            # nobody can enter it; when this fails, too, it counts as sent
            with contextlib.suppress(SamDeployError):
                session.ledger.withdraw(session.identity)
        session.note("code-not-sent", recipients=to, why=error.code)
        raise
    session.note("code-sent", recipients=to, until=iso(until))
    session.say(f"OTP sent to {to}")
    session.say("Please check your email for the OTP code.")
    session.say(f"It is valid until {spoken(until)}; the mail must name this plan: {subject.plan}.")


def _enter(session: _Session, seal: Seal) -> None:
    """The code was entered, in time, and is used up."""
    most, attempt, unreadable = session.settings.attempts, 1, 0
    while True:
        typed = session.ask(f"Enter OTP (Attempt {attempt}/{most})", session.is_over)
        _in_time(session)
        digits = read(typed)
        if digits is None:
            unreadable += 1
            if unreadable == MALFORMED_MOST:
                raise malformed(unreadable)
            session.say(NO_CODE)
            continue
        # counted first: whoever kills the process while it compares has lost the attempt
        session.ledger.attempt(session.identity, attempt, most)
        if seal.opens(session.subject.digest, digits):
            session.ledger.accept(session.identity)
            return
        session.note("code-wrong", attempt=f"{attempt}/{most}")
        if attempt == most:
            session.note("plan-void")
            raise wrong(most, COOL_DOWN_SECONDS)
        session.say(f"Invalid OTP. {plural(most - attempt, 'attempt')} remaining.")
        attempt += 1


def _in_time(session: _Session) -> None:
    if session.is_over():
        session.note("code-expired")
        raise expired(session.settings.minutes)
