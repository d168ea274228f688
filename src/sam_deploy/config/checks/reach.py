"""Checks that what one declaration names is there: same region, made before, the right kind."""

from __future__ import annotations

from collections.abc import Iterator

from sam_deploy.config.declare import Declaration
from sam_deploy.config.model import App
from sam_deploy.config.tree import (
    Problem,
    feature_set_of,
    line_of,
    named,
    names,
    texts,
    unknown_name,
)


def reach(
    app: App,
    holder: Declaration,
    target: Declaration,
    path: str,
    what: str,
    line: int,
    *,
    first: bool = False,
) -> Iterator[Problem]:
    """Yield why `holder` cannot name `target`, which may be of another feature set.

    Names lead from stack to stack, but not from region to region. With `first` AWS also asks
    whether the target is there, so its stack must come first: those of one region are deployed in
    the order of `feature_sets`. What another stack made is taken to be there.
    """
    mine, its = feature_set_of(app, holder), feature_set_of(app, target)
    order = names(app, "feature_sets")
    known = mine in order and its in order
    if mine == its or not known or getattr(target, "existing", False):
        return
    name = getattr(target, "name", None)
    sets = named(app, "feature_sets")
    regions = {getattr(each, "name", None): texts(getattr(each, "regions", ())) for each in sets}
    missing = [each for each in regions[mine] if each not in regions[its]]
    if missing:
        message = f"{what} {name!r} of {its!r} does not exist in {', '.join(missing)}"
        yield Problem(path, message, line)
    elif first and order.index(str(its)) > order.index(str(mine)):
        message = (
            f"{what} {name!r} must exist first, but {its!r} is deployed after {mine!r}; change "
            "the order of `feature_sets`"
        )
        yield Problem(path, message, line)


def given_up_to(
    app: App, holder: Declaration, given: Declaration, path: str, *, fifo: bool
) -> Iterator[Problem]:
    """Yield what is wrong with the `dead_letter_queue` of a rule, a subscription or a trigger."""
    name: object = getattr(given, "dead_letter_queue", None)
    if name is None:
        return
    here, line = f"{path}.dead_letter_queue", line_of(given)
    queue = next((q for q in named(app, "queues") if getattr(q, "name", None) == name), None)
    if queue is None:
        yield unknown_name(here, "queue", name, names(app, "queues"), line)
        return
    yield from reach(app, holder, queue, here, "the queue", line)
    if bool(getattr(queue, "fifo", False)) != fifo:
        kind = "a FIFO" if fifo else "a standard"
        yield Problem(here, f"must be {kind} queue, which {name!r} is not", line)
