"""Whether somebody else is at work, or has left something that this deployment does not finish."""

from __future__ import annotations

import time
from collections.abc import Iterator

from sam_deploy.amounts import plural
from sam_deploy.deploy import promotions
from sam_deploy.deploy.lock import refusal
from sam_deploy.deploy.owner import is_dead
from sam_deploy.deploy.preflight.facts import Facts, Finding
from sam_deploy.errors import IncompleteError


def history(facts: Facts) -> Iterator[Finding]:
    """Yield who deploys now, and what an earlier command began and did not finish."""
    now = time.time()
    held = facts.held
    takes = held is not None and facts.take_expired_lock and held.expired(now)
    if held is not None and not takes and not is_dead(held.owner):
        yield Finding(error=refusal(held, now, shifting=promotions.is_shifting(facts.promotion)))
    elif facts.promotion.is_open:
        yield Finding(error=promotions.unfinished(facts.promotion))
    elif facts.entry.is_open and not facts.promotes:
        # while somebody is at work the journal is about that
        yield from _unfinished(facts)


def _unfinished(facts: Facts) -> Iterator[Finding]:
    entry = facts.entry
    began = f"`{entry.command}`, begun {entry.started} by {entry.who} on {entry.host}"
    if entry.kind != "deploy":
        yield Finding(
            error=IncompleteError(
                f"A {entry.kind} of this app was not finished",
                why=f"{began}, has not come to its end",
                state="`sam-deploy status` shows what is live where",
                hint=f"run `sam-deploy {entry.command}` again: it goes on"
                if entry.kind == "destroy"
                else "run `sam-deploy resume` first",
            )
        )
        return
    unfinished = [name for name, place in entry.places.items() if place.state != "done"]
    ours = {" ".join(place) for place in facts.manifest.places}
    left = [name for name in unfinished if name not in ours]
    count = f" ({plural(len(unfinished), 'stack')} left)" if unfinished else ""
    words = f"{began}, was not finished{count}"
    if not left:
        if not facts.take_expired_lock:  # `resume` is the same deployment
            yield Finding(warning=f"{words}; this deployment takes its place")
        return
    named = ", ".join("`{}` in `{}`".format(*name.split(" ", 1)) for name in left)
    yield Finding(
        error=IncompleteError(
            "An earlier deployment was not finished, and this one would not finish it",
            why=f"{began}, has left {named}",
            state="`sam-deploy status` shows what is live where",
            hint="run `sam-deploy resume` first, or deploy all of it",
        )
    )
