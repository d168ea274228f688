"""`sam-deploy approve --plan FILE`: agree to a deployment that changes staging or prod."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sam_deploy.cli import options, wiring
from sam_deploy.cli.deploying import guarding
from sam_deploy.cli.options import Globals
from sam_deploy.cli.releasing import approving
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.cli.terminal.questions import code_at_terminal
from sam_deploy.errors import RefusedError

HOUR: Final = 3600


def approve(chosen: Globals, plan_file: Path, out: Path, target: str | None, caller: str) -> None:
    """The file `out` lets somebody carry out just this plan, once, without a terminal."""
    from sam_deploy import approval  # noqa: PLC0415 - only when asked
    from sam_deploy.aws import Change  # noqa: PLC0415 - boto3
    from sam_deploy.deploy import plan_file as plans  # noqa: PLC0415 - the same

    approving.needs_terminal("approve a deployment", None)
    console = consoles.make("auto")
    plan = plans.load(plan_file)
    seen = [
        (*place.split(" ", 1), each["way"], [Change(**change) for change in each["changes"]])
        for place, each in plan.changes.items()
    ]
    lines = tuple(guarding.reaching(plan.manifest, seen))
    if not lines or plan.manifest.outside.codes is None:
        console.say("Nothing to approve: the plan changes nothing of what is promoted to")
        return
    named, _ = wiring.choose_target(chosen, target or plan.target, writing=True)
    place = wiring.look_or_refuse(chosen, named, "", "deploy")
    asked = guarding.Asked.at(place, plan.manifest, "approve", caller)
    if asked.account != plan.account:
        raise RefusedError(
            "The plan was made for another account",
            why=f"for {plan.account}; these credentials are of {asked.account}",
            hint="use the other AWS_PROFILE",
        )
    subject = asked.subject(lines, plans.digest_of_plan(plan))
    guarding.tell(console, subject)
    agreed = asked.by_code(subject, console, code_at_terminal)
    made = approval.grant(
        asked.records,
        subject,
        nonce=subject.plan,
        by=f"{asked.place.aws.caller(plan.manifest.home_region).arn} (code to {agreed.by})",
        valid_seconds=plan.manifest.outside.codes.approval_hours * HOUR,
    )
    made.save(out)
    console.say(
        f"\nApproved until {made.expires}, once; keep `{out}` secret\n\nnext: {options.program()} "
        f"deploy --plan {plan_file} --approval-file {out} --target {named}"
    )
