"""The first region proves that what was deployed works, before any other region gets it."""

from __future__ import annotations

import time
from collections.abc import Sequence

from sam_deploy import release
from sam_deploy.amounts import plural
from sam_deploy.delivery.to import Delivering
from sam_deploy.deploy import StackOutcome
from sam_deploy.errors import IncompleteError
from sam_deploy.events import Note
from sam_deploy.manifest import Manifest
from sam_deploy.plan import StackPlan
from sam_deploy.release import Moved


def guard_health(
    to: Delivering,
    manifest: Manifest,
    stack: StackPlan,
    outcome: StackOutcome,
    moved: Sequence[Moved],
) -> None:
    """The API of a stack's first region answers, with what was just released.

    Raises `IncompleteError` when it does not; the aliases that were moved are where they were
    before by then, and no other region has been begun.
    """
    need = manifest.templates[stack.name].health
    if need is None or outcome.region != stack.first_region:
        return
    told = outcome.outputs.get(need.outputs.get(manifest.environment, ""), "")
    if not told:
        return
    url = to.address(outcome.region, told).rstrip("/") + need.path
    try:
        said = release.unhealthy(url, to.report, to.stop, region=outcome.region)
    except BaseException:
        # Ctrl-C before it has answered: dev must not stay on what nobody has seen work
        _put_back(to, moved)
        raise
    if not said:
        to.report(Note(f"{outcome.region} GET {url}: healthy", region=outcome.region))
        return
    back = _put_back(to, moved)
    there = f"{manifest.environment} there serves"
    served = f"{there} its old versions of {plural(len(back), 'function')} again"
    served = served if back else f"{there} what does not answer"
    raise IncompleteError(
        f"`{stack.name}` in `{outcome.region}` does not work as deployed",
        why=said,
        state=f"{served}; no other region was begun",
        hint=f"`sam-deploy logs --region {outcome.region} --environment {manifest.environment}` "
        "shows why; correct it, then run `sam-deploy deploy` again",
    )


def _put_back(to: Delivering, moved: Sequence[Moved]) -> tuple[Moved, ...]:
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return release.put_back(moved, to.aws, mark=f"put back {now}: unhealthy", report=to.report)
