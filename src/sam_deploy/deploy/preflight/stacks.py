"""Whether every stack can be changed as it is, and every region answers."""

from __future__ import annotations

from collections.abc import Iterator

from sam_deploy.deploy import status
from sam_deploy.deploy.preflight.facts import Facts, Finding
from sam_deploy.errors import SamDeployError, UnreachableError


def unanswered(facts: Facts) -> Iterator[Finding]:
    """Yield an error for each region that does not answer, and a warning where others can go on."""
    first = {each.regions[0] for each in facts.manifest.stacks} | {facts.manifest.home_region}
    by_region = {region: error for (_, region), error in facts.survey.failed.items()}
    lost = set(by_region) >= set(facts.manifest.regions)
    for region, error in by_region.items():
        waits = region in first or lost or facts.options.stop_on_failure
        if waits or not isinstance(error, UnreachableError):
            yield Finding(error=error, region=region)
        else:
            words = f"`{region}` does not answer, and falls behind: {error.why}"
            yield Finding(warning=words, region=region)


def stacks(facts: Facts) -> Iterator[Finding]:
    """Yield what is wrong with each stack: busy, stuck, or in a region that does not answer."""
    yield from unanswered(facts)
    for place, live in facts.survey.live.items():
        awaited = facts.options.wait or facts.entry.token(place)
        if live.stack is None or (status.in_progress(live.status) and awaited):
            continue
        try:
            status.way_forward(*place, live.status, live.stack.updated)
        except SamDeployError as error:
            yield Finding(error=error, region=place[1])
