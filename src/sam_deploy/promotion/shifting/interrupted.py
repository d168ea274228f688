"""Finds out what the schedules have done to a shift that nobody watched."""

from __future__ import annotations

from sam_deploy.aws import Alias
from sam_deploy.errors import IncompleteError, SamDeployError
from sam_deploy.promotion import book as books
from sam_deploy.promotion import marks
from sam_deploy.promotion.engine import Engine
from sam_deploy.promotion.marks import RESTORED
from sam_deploy.promotion.model import Flip


def restored(engine: Engine) -> str:
    """Return what a schedule has taken back, in words; '' for nothing.

    Raises `IncompleteError` when an alias cannot be read: it is gone on with, then.
    """
    step = int(engine.book.entry.release.get(books.STEP, "0"))
    back = [
        flip
        for flip, found in zip(
            engine.moves,
            engine.side_by_side(lambda flip: _read(engine, flip), engine.moves),
            strict=True,
        )
        if found is not None and is_back(flip, found, engine.book.id, step)
    ]
    if not back:
        return ""
    named = ", ".join(f"`{each.function}` in `{each.region}`" for each in back[:3])
    more = f" and {len(back) - 3} more" if len(back) > 3 else ""  # noqa: PLR2004 - those above
    return f"nobody watched it, so the schedules have taken back {named}{more}"


def is_back(flip: Flip, found: Alias, promotion: str, step: int) -> bool:
    """Whether an alias was taken back: it says so, or has lost the weight of an earlier step.

    In the first step an alias without weights may be one that was not written yet.
    """
    mark = marks.read(found.description)
    if mark is not None and mark.promotion == promotion and mark.what == RESTORED:
        return True
    return step > 1 and found.version == flip.before.number and not found.weights


def _read(engine: Engine, flip: Flip) -> Alias | None:
    try:
        return engine.aliases.get(flip)
    except SamDeployError as error:
        raise IncompleteError(
            f"The {engine.plan.act} cannot be gone on with yet",
            why=str(error),
            state="nothing was moved by this command",
            hint="run `sam-deploy resume` again when the region answers",
        ) from error
