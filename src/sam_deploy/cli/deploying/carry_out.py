"""Carries out a job on a place: shows what would change, and asks where it must."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sam_deploy.cli import wiring
from sam_deploy.cli.deploying import contexts, guarding, review_screens
from sam_deploy.cli.deploying.contexts import How
from sam_deploy.cli.deploying.jobs import Job
from sam_deploy.cli.options import Globals
from sam_deploy.cli.terminal.console import Console
from sam_deploy.cli.terminal.questions import Questions
from sam_deploy.errors import RefusedError
from sam_deploy.events import Note
from sam_deploy.lanes import Stop

if TYPE_CHECKING:
    from sam_deploy.cli.wiring import Place
    from sam_deploy.delivery import Approve
    from sam_deploy.deploy import Review
    from sam_deploy.manifest import Manifest
    from sam_deploy.workflow import Context, Result


@dataclass(frozen=True, slots=True)
class Carried:
    """What came of a job, where, and how long it took."""

    result: Result
    place: Place
    seconds: float


@dataclass(frozen=True, slots=True)
class Planned:
    """What a job would change."""

    manifest: Manifest
    reviews: tuple[Review, ...]
    account: str
    place: Place
    seconds: float


def deploy(chosen: Globals, job: Job, target: str | None, console: Console, how: How) -> Carried:
    """Carry out a job: every stack is as it says, and the first environment serves it."""
    started = time.monotonic()

    def work(context: Context, place: Place) -> Result:
        from sam_deploy import delivery, workflow  # noqa: PLC0415 - boto3

        ready = job.prepare(context, place)
        delivered = delivery.deliver(context.to, ready.manifest, ready.sources)
        workflow.whole(delivered)
        return workflow.Result(ready.manifest, ready.artifacts, delivered)

    place, result = _on_place(chosen, job, target, console, how, work)
    return Carried(result, place, time.monotonic() - started)


def look(
    chosen: Globals, job: Job, target: str | None, console: Console, how: How, out: Path | None
) -> Planned:
    """Show what a job would change, and keep it in a file when one is named."""
    from sam_deploy.deploy import plan_file  # noqa: PLC0415 - boto3

    started = time.monotonic()

    def work(context: Context, place: Place) -> tuple[Manifest, tuple[Review, ...], str]:
        from sam_deploy import delivery  # noqa: PLC0415 - boto3

        ready = job.prepare(context, place)
        provisions, reviews = delivery.look_only(context.to, ready.manifest, ready.sources)
        return ready.manifest, reviews, provisions.account

    place, (manifest, reviews, account) = _on_place(chosen, job, target, console, how, work)
    console.close()
    templates, environment = manifest.templates, manifest.environment
    console.say(review_screens.review_text(reviews, templates, environment))
    if out is not None:
        plan_file.save(out, manifest, reviews, account=account, target=place.target)
    return Planned(manifest, reviews, account, place, time.monotonic() - started)


def _on_place(
    chosen: Globals,
    job: Job,
    target: str | None,
    console: Console,
    how: How,
    work: Callable[[Context, Place], wiring.T],
) -> tuple[Place, wiring.T]:
    """Return where it went, and what `work` returned there."""
    if job.profile:
        os.environ["AWS_PROFILE"] = job.profile
    for note in job.notes:
        console.report(Note(note))
    place = wiring.reach(chosen, target, console, writing=True, runtime=job.runtime)
    console.say(place.line(job.regions))
    _guard_place(job, place)
    asks = place.target == "aws" and not how.approved and job.approve is None
    if asks:
        refuse_unasked()
    stop = Stop()
    questions = Questions(stop)
    approve = job.approve or approval(console, questions if asks else None)
    if place.target == "aws" and how.goes_on_with is None:
        # what is gone on with was agreed to when it began
        approve = guarding.Guard(place, console, questions, how.approval_file, approve)
    context = contexts.make(chosen, place, console, stop, how, approve)
    return place, wiring.watched(place, stop, lambda: work(context, place), console, questions)


def _guard_place(job: Job, place: Place) -> None:
    if not job.target:
        return
    account = place.aws.account(job.regions[0])
    if (job.target, job.account) != (place.target, account):
        raise RefusedError(
            "The plan was made for another place",
            why=f"for {job.target}, account {job.account}; this is {place.target}, "
            f"account {account}",
            hint="make a plan here: `sam-deploy deploy --plan-only --out FILE`",
        )


def refuse_unasked() -> None:
    """Raise `RefusedError` when there is nobody to ask, before anything is begun."""
    if not sys.stdin.isatty():
        raise RefusedError(
            "Nobody was asked whether to deploy to AWS",
            why="there is no terminal",
            hint="add `--auto-approve` when this is meant, as in CI",
        )


def approval(console: Console, questions: Questions | None) -> Approve:
    """Return what shows all changes, and raises `RefusedError` unless they may be made.

    Without `questions` nobody is asked.
    """

    def approve(manifest: Manifest, reviews: Sequence[Review]) -> None:
        console.close()
        text = review_screens.review_text(reviews, manifest.templates, manifest.environment)
        console.say(text)
        if questions is None:
            return
        where = ", ".join(dict.fromkeys(each.region for each in reviews if not each.empty))
        question = f"Deploy {manifest.name} to AWS in {where}? (yes/no)"
        if questions.ask(question).strip().lower() != "yes":
            raise RefusedError(
                "Nothing was deployed", why="the answer was not yes", hint="answer yes to go on"
            )

    return approve
