"""Whether every stack can be changed as it is, and every region answers."""

from __future__ import annotations

from collections.abc import Iterator

from sam_deploy.deploy import status
from sam_deploy.deploy.preflight.facts import Facts, Finding
from sam_deploy.errors import SamDeployError


def stacks(facts: Facts) -> Iterator[Finding]:
    """Yield what is wrong with each stack: busy, stuck, or in a region that does not answer."""
    told: set[tuple[str, str]] = set()
    for (_, region), error in facts.survey.failed.items():
        # one refusal a region is enough: its other stacks fail in the same way
        if (region, error.why) not in told:
            told.add((region, error.why))
            yield Finding(error=error, region=region)
    for place, live in facts.survey.live.items():
        awaited = facts.options.wait or facts.entry.token(place)
        if live.stack is None or (status.in_progress(live.status) and awaited):
            continue
        try:
            status.way_forward(*place, live.status, live.stack.updated)
        except SamDeployError as error:
            yield Finding(error=error, region=place[1])
