"""How a person, or an approval file, agrees to a release plan."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sam_deploy.cli.releasing import promote_screens
from sam_deploy.cli.terminal.console import Console
from sam_deploy.cli.terminal.questions import Questions
from sam_deploy.cli.terminal.wrapping import columns_of
from sam_deploy.errors import ApprovalError, ConfigError, RefusedError

if TYPE_CHECKING:
    from sam_deploy.approval import Subject
    from sam_deploy.config.model import App, Promotion
    from sam_deploy.promotion import ReleasePlan, Session

YES: Final = "yes"


@dataclass(frozen=True, slots=True)
class Asking:
    """Who is asked, and where. `file` stands for a person where there is no terminal."""

    app: App
    console: Console
    questions: Questions
    file: Path | None = None
    ready: bool = False
    """Agreed to already, as by `--auto-approve` of a rollback."""
    verify_sender: Callable[[str, str], None] | None = None
    """What the embedded cloud needs before it sends a mail."""
    program: str = "sam-deploy"
    """How this program is called here."""
    there: Callable[[], bool] | None = None
    """Whether there is somebody to ask."""
    for_later: bool = False
    """What is agreed to is carried out later, with an approval file."""
    unasked: bool = False
    """No question, as by `--auto-approve` of a promotion; the code is wanted all the same."""

    def __call__(self, session: Session, plan: ReleasePlan) -> str:
        """Return how the plan was agreed to. Raises `RefusedError` or `ApprovalError`."""
        self.console.close()
        if self.file is None and not self.ready:
            needs_person(self.there)
        final, columns = is_final(self.app, plan), columns_of(sys.stderr)
        self.console.say(promote_screens.plan_text(plan, final=final, columns=columns))
        if self.questions.person is not None:
            lines = promote_screens.plan_lines(plan)
            self.questions.person.seen(plan, lines, final=final)
        if plan.act == "rollback":
            if not self.ready:
                self._confirm(f"Roll back {plan.environment.upper()} to {plan.source}? (yes/no)")
            return f"confirmed by {session.owner.who}"
        subject = subject_of(plan)
        if self.file is not None:
            from sam_deploy import approval  # noqa: PLC0415 - only for promotions

            agreed = approval.by_file(self.file, subject, session.documents, now=time.time)
            return f"file of {agreed.by}"
        # before two questions whose answers would be in vain
        promotion_of(self.app)
        if not self.unasked:
            self._agree(plan)
        return self._by_code(session, plan, subject)

    def _agree(self, plan: ReleasePlan) -> None:
        name = promote_screens.loud_name(plan.environment)
        if not is_final(self.app, plan):
            self._confirm(f"Proceed with promotion to {name}? (yes/no)")
            return
        self._confirm(f"!! Proceed with promotion to {name}? (yes/no)")
        typed = self.questions.ask(f"!! Type the app's name to go on ({self.app.name})", "", "name")
        if typed.strip() != self.app.name:
            raise _declined(
                f"the app's name was not typed, but `{typed.strip()[:40]}`",
                f"type the app's name, `{self.app.name}`,",
            )

    def _confirm(self, text: str) -> None:
        answer = self.questions.ask(text)
        if answer.strip() != YES:
            raise _declined(f"the answer was `{answer.strip()[:40]}`, not `{YES}`", f"say `{YES}`")

    def _by_code(self, session: Session, plan: ReleasePlan, subject: Subject) -> str:
        from sam_deploy import approval  # noqa: PLC0415 - only for promotions
        from sam_deploy.aws import Mail  # noqa: PLC0415 - boto3

        def audited(event: str, facts: Mapping[str, str]) -> None:
            session.audit.append(event, facts)

        settings = promotion_of(self.app)
        region = settings.region or self.app.home_region
        if self.verify_sender is not None:
            self.verify_sender(region, settings.sender)
            self.console.say(f"The embedded cloud keeps all mail: `{self.program} cloud mail`")
        broker = session.broker
        if broker is not None:
            from sam_deploy.cli.releasing.broker_asking import (  # noqa: PLC0415 - boto3
                BrokerAsking,
            )
            from sam_deploy.promotion import agreed_plan  # noqa: PLC0415 - boto3

            asking = BrokerAsking(broker, self.questions, self.console, audited)
            hours = settings.approval_hours if self.for_later else 0
            whom = asking.agree(agreed_plan(session.documents, plan), subject, hours)
            return f"code of the broker to {whom}"
        mail = Mail(session.to.aws, region)
        agreed = approval.by_code(
            subject,
            settings,
            mail,
            session.documents,
            lambda text, over: self.questions.ask(text, "", "code", over),
            self.console.say,
            audit=audited,
        )
        return f"code to {agreed.by}"


def _declined(why: str, wanted: str) -> RefusedError:
    return RefusedError(
        "Nothing was promoted",
        why=why,
        state="nothing was changed",
        hint=f"when it is meant, run the same command again and {wanted} to go on",
    )


def is_final(app: App, plan: ReleasePlan) -> bool:
    """Whether nothing is promoted from the environment: it is the one that real users meet."""
    return all(each.promote_from != plan.environment for each in app.environments)


def subject_of(plan: ReleasePlan) -> Subject:
    """Return what somebody agrees to, as the mail and the approval file tell it."""
    from sam_deploy.approval import Subject  # noqa: PLC0415 - only for promotions

    verb = "Promote to" if plan.act == "promote" else "Roll back"
    return Subject(
        act=f"{verb} {plan.environment}",
        app=plan.app,
        environment=plan.environment,
        account=plan.account,
        caller=plan.caller,
        regions=plan.regions,
        lines=promote_screens.subject_lines(plan),
        # one that is asked for again is for what was agreed to, though versions have numbers now
        digest=plan.approved,
    )


def promotion_of(app: App) -> Promotion:
    """Return who receives codes. Raises `ConfigError` when `deploy.py` does not say."""
    if app.promotion is None:
        raise ConfigError(
            "Nobody can be asked for a one-time code",
            why="`deploy.py` does not say who receives it",
            hint='add `promotion=Promotion(recipients=["..."], sender="...")` to the app',
        )
    return app.promotion


def needs_terminal(act: str, file: Path | None, there: Callable[[], bool] | None = None) -> None:
    """Raise `ApprovalError` when there is nobody to ask, before anything is begun."""
    if file is None and not (there or is_terminal)():
        from sam_deploy.approval import no_terminal  # noqa: PLC0415 - only for promotions

        raise no_terminal(act)


def needs_person(there: Callable[[], bool] | None = None) -> None:
    """Raise `ApprovalError` when somebody must agree, and there is nobody to ask.

    Commands that always ask have looked before (`needs_terminal`); `resume` asks only when an
    approval is too old.
    """
    if not (there or is_terminal)():
        raise ApprovalError(
            "It must be agreed to again, and there is no terminal",
            why="its approval is older than 30 minutes",
            state="nothing was moved by this command; what was begun is still unfinished",
            hint="run `sam-deploy resume` at a terminal, or `sam-deploy resume --abort` to take "
            "it back, which needs no approval",
        )


def is_terminal() -> bool:
    """Whether there is somebody who sees a question and can answer it."""
    return sys.stdin.isatty() and sys.stderr.isatty()
