"""Lets the deploy engine have its stacks executed by the SAM CLI."""

from __future__ import annotations

from dataclasses import replace

from sam_deploy.deploy import Review, StackOutcome, StackWork
from sam_deploy.deploy.engine import Executor
from sam_deploy.deploy.execute import execute
from sam_deploy.deploy.journal import PlaceEntry
from sam_deploy.errors import SamDeployError
from sam_deploy.executor.sam_cli import SamCli
from sam_deploy.steps import step


def by_sam_cli(sam: SamCli) -> Executor:
    """Return what brings one stack to what was reviewed, by `sam deploy`.

    The SAM CLI makes a change set of its own and executes it at once, so ours, which was guarded
    and shown, is taken away first.
    """

    def carry_out(work: StackWork, found: Review, token: str) -> StackOutcome:
        if found.empty:
            return execute(work, found, token)
        with step(work.report, "execute", work.region, work.name) as under_way:
            work.stop.check()
            # a stack that holds nothing yet stays: the SAM CLI creates into it
            if found.change_set:
                work.cloudformation.delete_change_set(work.name, found.change_set)
            work.book.place(work.place, PlaceEntry("executing", token=token))
            try:
                outcome = _deployed(sam, work, found)
            except SamDeployError as error:
                work.book.place(work.place, PlaceEntry("failed", token=token, error=str(error)))
                raise
            under_way.detail = f"{outcome.outcome} by the SAM CLI"
        return replace(outcome, changes=found.changes)

    return carry_out


def _deployed(sam: SamCli, work: StackWork, found: Review) -> StackOutcome:
    return sam.deploy(
        work.template.body,
        work.name,
        work.region,
        work.bucket.bucket,
        work.parameters,
        work.tags,
        report=work.report,
        stop=work.stop,
        source=work.template.source,
        kept=work.kept(found.before) if found.way == "update" else (),
    )
