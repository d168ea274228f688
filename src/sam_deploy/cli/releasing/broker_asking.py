"""A person agrees to a plan by the code of the broker: what is typed goes there, and is not known.

Says what `approval.by_code` says, so that both ways look the same at the terminal.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sam_deploy.amounts import plural
from sam_deploy.approval.ledger import COOL_DOWN_SECONDS
from sam_deploy.approval.moments import MINUTE, iso, spoken
from sam_deploy.approval.refusals import expired, malformed, wrong
from sam_deploy.approval.session import MALFORMED_MOST, NO_CODE

if TYPE_CHECKING:
    from sam_deploy.approval import Audit, Subject
    from sam_deploy.broker import Broker
    from sam_deploy.broker.client import Begun
    from sam_deploy.cli.terminal.console import Console
    from sam_deploy.cli.terminal.questions import Questions
    from sam_deploy.promotion import ReleasePlan

MALFORMED: Final = "malformed"


@dataclass(frozen=True, slots=True)
class BrokerAsking:
    """Who is asked, by whom, and where that is told."""

    broker: Broker
    questions: Questions
    console: Console
    audit: Audit
    clock: Callable[[], float] = time.monotonic

    def agree(self, plan: ReleasePlan, subject: Subject, hours: float) -> str:
        """Somebody who reads the recipients' mail has agreed; return who they are.

        `hours` is how long the plan shall be good then. Raises `ApprovalError`.
        """
        begun = self.broker.begin(plan.written(), hours)
        to = ", ".join(begun.recipients)
        self._note(subject, "code-sent", recipients=to, until=iso(begun.until))
        say = self.console.say
        if begun.twice:
            say("SES did not answer, so the same code was sent twice.")
        say(f"OTP sent to {to} by the broker `{self.broker.function}`")
        say("Please check your email for the OTP code.")
        until = spoken(begun.until)
        say(f"It is valid until {until}; the mail must name this plan: {subject.plan}.")
        self._enter(subject, begun)
        self._note(subject, "code-accepted")
        return to

    def _enter(self, subject: Subject, begun: Begun) -> None:
        """The broker has taken the code."""
        attempt, unreadable = 1, 0
        # the broker's own clock decides; this one only ends the waiting, and has begun later
        ends = self.clock() + begun.minutes * MINUTE

        def over() -> bool:
            return self.clock() >= ends

        while True:
            text = f"Enter OTP (Attempt {attempt}/{begun.attempts})"
            typed = self.questions.ask(text, "", "code", over)
            if not typed and over():
                self._note(subject, "code-expired")
                raise expired(begun.minutes)
            left = self._tried(subject, begun, typed)
            if left == 0:
                return
            if left is None:
                unreadable += 1
                if unreadable == MALFORMED_MOST:
                    raise malformed(unreadable)
                self.console.say(NO_CODE)
                continue
            self._note(subject, "code-wrong", attempt=f"{attempt}/{begun.attempts}")
            self.console.say(f"Invalid OTP. {plural(left, 'attempt')} remaining.")
            attempt = begun.attempts - left + 1

    def _tried(self, subject: Subject, begun: Begun, typed: str) -> int | None:
        """Return 0 for the right code, how many tries are left, or nothing for what is no code."""
        from sam_deploy.broker.client import BrokerApprovalError  # noqa: PLC0415 - boto3

        try:
            came = self.broker.confirm(subject.digest, typed)
        except BrokerApprovalError as error:
            if error.kind == MALFORMED:
                return None
            if error.kind == "expired":
                self._note(subject, "code-expired")
                raise expired(begun.minutes) from error
            if error.kind == "void":
                self._note(subject, "code-wrong", attempt=f"{begun.attempts}/{begun.attempts}")
                self._note(subject, "plan-void")
                raise wrong(begun.attempts, COOL_DOWN_SECONDS) from error
            raise
        return 0 if came.right else came.left

    def _note(self, subject: Subject, event: str, **facts: str) -> None:
        """The audit tells of it. What counts is the broker's own record."""
        about = {
            "act": subject.act,
            "app": subject.app,
            "environment": subject.environment,
            "caller": subject.caller,
            "digest": subject.digest,
            "code": f"of the broker `{self.broker.function}`",
        }
        self.audit(event, about | facts)
