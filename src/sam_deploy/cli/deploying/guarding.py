"""Changes of a deployment that reach staging or prod need what a promotion needs: a code, on AWS.

In the shared topology queues, buckets and stages of every environment stand in one stack, and
roles and routes serve all of them, so a deployment can change those of prod. Code never gets there
without a promotion.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sam_deploy.cli import identity
from sam_deploy.cli.terminal.console import Console
from sam_deploy.cli.terminal.questions import Questions

if TYPE_CHECKING:
    from sam_deploy.approval import Approval, Ask, Subject
    from sam_deploy.aws import Change, Records
    from sam_deploy.cli.wiring import Place
    from sam_deploy.config.model import Promotion
    from sam_deploy.delivery import Approve
    from sam_deploy.deploy import Review
    from sam_deploy.history import Chain
    from sam_deploy.manifest import Codes, Manifest

SHOWN: Final = 20
Seen = tuple[str, str, str, Sequence["Change"]]
"""Stack, region, how it would be changed (update, create, ...), and what would be changed."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Asks for a code, or takes an approval file, after `first` has agreed."""

    place: Place
    console: Console
    questions: Questions
    file: Path | None
    first: Approve
    terminal: Callable[[], bool] = lambda: sys.stdin.isatty() and sys.stderr.isatty()

    def __call__(self, manifest: Manifest, reviews: Sequence[Review]) -> None:
        """Let it go on. Raises `RefusedError` or `ApprovalError`; nothing is executed then."""
        self.first(manifest, reviews)
        seen = [(each.stack, each.region, each.way, each.changes) for each in reviews]
        lines = tuple(reaching(manifest, seen))
        if not lines or manifest.outside.codes is None:
            return
        from sam_deploy import approval  # noqa: PLC0415 - only when asked
        from sam_deploy.deploy.plan_file import digest_of  # noqa: PLC0415 - boto3

        asked = Asked.at(self.place, manifest, "deploy")
        subject = asked.subject(lines, digest_of(manifest, reviews))
        tell(self.console, subject)
        if self.file is not None:
            approval.by_file(self.file, subject, asked.records, now=time.time)
        elif not self.terminal():
            raise approval.no_terminal(f"deploy what reaches {subject.environment}")
        else:
            questions = self.questions
            asked.by_code(
                subject,
                self.console,
                lambda text, over: questions.ask(text, "", "code", over),
            )
        asked.chain.append("approved", {"act": "deploy", "digest": subject.digest})


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose deployment it is, and where approvals and the audit are kept."""

    place: Place
    manifest: Manifest
    records: Records
    chain: Chain
    account: str
    caller: str

    @classmethod
    def at(cls, place: Place, manifest: Manifest, command: str, caller: str = "") -> Asked:
        """Return it for a place; `caller` is who will deploy when that is somebody else."""
        from sam_deploy.deploy.owner import this_process  # noqa: PLC0415 - boto3
        from sam_deploy.history import Chain  # noqa: PLC0415 - the same
        from sam_deploy.promotion.planning import caller_of  # noqa: PLC0415 - the same

        who = identity.Identity(manifest.name, manifest.home_region, "")
        records = identity.records(who, place)
        me = place.aws.caller(manifest.home_region)
        owner = this_process(command, me.arn or me.account)
        chain = Chain(records, manifest.name, who=owner.who, host=owner.host)
        return cls(place, manifest, records, chain, me.account, caller_of(caller or me.arn))

    def subject(self, lines: tuple[str, ...], digest: str) -> Subject:
        """Return what somebody agrees to. The environments that are reached stand in its name."""
        from sam_deploy.approval import Subject  # noqa: PLC0415 - only when asked

        reached = "+".join(dict.fromkeys(line.split(":")[0] for line in lines))
        more = (f"and {len(lines) - SHOWN} more",) if len(lines) > SHOWN else ()
        return Subject(
            act=f"Deploy what reaches {reached}",
            app=self.manifest.name,
            environment=reached,
            account=self.account,
            caller=self.caller,
            regions=self.manifest.regions,
            lines=(*lines[:SHOWN], *more),
            digest=digest,
        )

    def by_code(self, subject: Subject, console: Console, ask: Ask) -> Approval:
        """Return how it was agreed to. Raises `ApprovalError`."""
        from sam_deploy import approval  # noqa: PLC0415 - only when asked
        from sam_deploy.aws import Mail  # noqa: PLC0415 - boto3

        settings = settings_of(self.manifest)
        region = self.manifest.outside.sender_region
        if self.place.verify_sender is not None:
            self.place.verify_sender(region, settings.sender)

        def audited(event: str, facts: Mapping[str, str]) -> None:
            self.chain.append(event, facts)

        mail = Mail(self.place.aws, region)
        return approval.by_code(
            subject, settings, mail, self.records, ask, console.say, audit=audited
        )


def tell(console: Console, subject: Subject) -> None:
    """Say which changes reach an environment that people are promoted to."""
    console.say(f"\n{subject.act}: this needs a one-time code")
    for line in subject.lines:
        console.say(f"  {line}")
    console.say(f"plan {subject.plan}")


def reaching(manifest: Manifest, seen: Sequence[Seen]) -> Iterator[str]:
    """Yield what changes of environments that are promoted to, in stacks that stand.

    A new stack reaches nobody yet. Each line begins with the environment.
    """
    from sam_deploy.template.compare.environments import reached  # noqa: PLC0415 - yaml

    for stack, region, way, changes in seen:
        if way != "update":
            continue
        origins = manifest.templates[stack].origins
        for environment, of_it in reached(changes, origins).items():
            if manifest.predecessors.get(environment):
                for change in of_it:
                    yield f"{environment}: {change.action} {change.logical_id} in {region}"


def settings_of(manifest: Manifest) -> Promotion:
    """Return who receives codes, as `deploy.py` said when the manifest was made."""
    from sam_deploy.config.model import Promotion  # noqa: PLC0415 - pydantic

    codes: Codes | None = manifest.outside.codes
    if codes is None:
        raise ValueError("the app has no promotion")
    return Promotion(
        recipients=codes.recipients,
        sender=manifest.outside.sender,
        minutes=codes.minutes,
        attempts=codes.attempts,
        codes_an_hour=codes.codes_an_hour,
        codes_a_day=codes.codes_a_day,
        approval_hours=codes.approval_hours,
    )
