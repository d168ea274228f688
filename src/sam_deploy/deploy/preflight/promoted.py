"""Whether code may come to an environment by a deployment. Pure; calls nothing.

In the isolated topology `deploy --environment prod` names a stack that users meet. It can be made
that way, once; from then on only a promotion brings code, or its one-time code would be pointless.
"""

from __future__ import annotations

from collections.abc import Iterator

from sam_deploy.deploy.preflight.facts import Facts, Finding
from sam_deploy.deploy.survey import NEVER_CAME_UP, Place
from sam_deploy.errors import RefusedError


def promoted(facts: Facts) -> Iterator[Finding]:
    """Yield an error when code would come to an environment past its promotion."""
    manifest = facts.manifest
    source = manifest.predecessors.get(manifest.environment)
    own = any(stack.topology == "isolated" for stack in manifest.stacks)
    if facts.promotes or not own or source is None:
        return
    name = manifest.environment
    stands = _standing(facts)
    if stands is not None:
        yield Finding(
            error=RefusedError(
                f"Code comes to {name} by promotion, not by a deployment",
                why=f"`{stands[0]}` stands in `{stands[1]}`, and {name} has "
                f'`promote_from="{source}"`',
                hint=f"`sam-deploy promote {name}` brings what {source} serves, and the stacks as "
                f"`deploy.py` has them; `promote {name} --dry-run` shows what would change",
            )
        )
    elif not facts.entry.is_open:
        yield Finding(
            warning=f"{name} is new: it begins with this code, which nobody has promoted; from "
            f"then on `promote {name}` brings code there"
        )


def _standing(facts: Facts) -> Place | None:
    """Return a stack that was there before this deployment, or the one that it finishes."""
    entry = facts.entry
    ours = entry.is_open and entry.environment == facts.manifest.environment
    begun = entry.places if ours else {}
    for place, live in facts.survey.live.items():
        if live.stack and live.status not in NEVER_CAME_UP and " ".join(place) not in begun:
            return place
    return None
