"""Tells what a promotion has written to an alias from what somebody else has. Pure."""

from __future__ import annotations

from sam_deploy.aws import Alias
from sam_deploy.promotion import marks
from sam_deploy.promotion.marks import FENCE, RESTORED, Mark
from sam_deploy.promotion.model import Flip


def is_ours(mine: Mark, flip: Flip, found: Alias) -> bool:
    """Whether the promotion of a mark has written an alias last, in whichever epoch.

    The mark alone does not say so: UpdateAlias without a description keeps the one that is there,
    so whoever moves an alias by hand leaves ours on it.
    """
    return mine.same_promotion(marks.read(found.description)) and _is_step(flip, found)


def is_later(mine: Mark, found: Alias) -> bool:
    """Whether an alias bears the mark of a later epoch of the same promotion."""
    mark = marks.read(found.description)
    return mark is not None and mine.same_promotion(mark) and mark.epoch > mine.epoch


def as_before(flip: Flip, found: Alias) -> bool:
    """Whether an alias serves what it served when the plan was made."""
    return (found.version, found.weights) == (flip.before.number, flip.weights)


def fence_mark(found: Alias) -> str:
    """Return what a fence leaves in the description: that a schedule took it back is not lost."""
    mark = marks.read(found.description)
    return RESTORED if mark is not None and mark.what == RESTORED else FENCE


def _is_step(flip: Flip, found: Alias) -> bool:
    """Whether an alias serves what a promotion, or its schedule, writes at some time."""
    others = {version for version, _ in found.weights}
    if found.version == flip.after.number:
        return not others
    shifts = found.version == flip.before.number and others <= {flip.after.number}
    return shifts or as_before(flip, found)
