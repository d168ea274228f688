"""Takes one stack down, step by step."""

from __future__ import annotations

import functools

from sam_deploy.aws import Stack
from sam_deploy.deploy import wipe
from sam_deploy.deploy.going import Fate
from sam_deploy.deploy.ground import Ground, take_down
from sam_deploy.deploy.work import StackWork
from sam_deploy.steps import DESTROY_STEPS, step


def take_one_down(
    ground: Ground, doomed: Fate, work: StackWork, live: Stack | None, token: str
) -> None:
    """The stack is gone, and the data that was named: three steps, each may have nothing to do."""
    name, region = doomed.place
    begin = functools.partial(step, ground.report, region=region, stack=name, of=DESTROY_STEPS)
    with begin("prepare") as under_way:
        doing = [each for each in doomed.wiped if not each.kept] if live else []
        for part in doing:
            wipe.prepare(ground, region, part)
        under_way.detail = f"{len(doing)} made ready" if doing else "none"
    with begin("delete") as under_way:
        if live is not None:
            take_down(work, live, token)
        under_way.detail = "deleted" if live else "it was gone"
    with begin("data") as under_way:
        for part in doomed.wiped:
            wipe.delete(ground, region, part)
        under_way.detail = f"{len(doomed.wiped)} deleted" if doomed.wiped else "none"
