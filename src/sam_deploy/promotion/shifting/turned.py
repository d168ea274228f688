"""Why a shift is turned around: errors after which everything is taken back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from sam_deploy.errors import RolledBackError
from sam_deploy.promotion import marks
from sam_deploy.promotion.aliases import MovedError
from sam_deploy.promotion.marks import RESTORED
from sam_deploy.promotion.shifting.judge import Verdict
from sam_deploy.promotion.shifting.requests import Ask

SHOWN: Final = 2
"""Reasons beside the first that an error names."""


class TurnedError(RolledBackError):
    """A shift must not go on: everything is taken back."""


def utc(moment: float) -> str:
    """Return Unix seconds as journals have times."""
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%SZ}"


def judged(verdict: Verdict, *, over: bool) -> TurnedError:
    """Return the error for a look that means `back`. `over`: the time to hold is, too."""
    known = any(each.kind in {"alarm", "errors", "check"} for each in verdict.reasons)
    hint = "look at the logs (`sam-deploy logs`), correct the cause, then promote again"
    if over and not known:
        hint = (
            "let more calls come (`--hold`), ask for fewer (`--min-requests`), or let quiet "
            "functions pass (`--quiet`)"
        )
    first, *others = (each.text for each in verdict.reasons)
    more = others[:SHOWN] + ([f"{len(others) - SHOWN} more"] if len(others) > SHOWN else [])
    return TurnedError(first + (f" (and {'; '.join(more)})" if more else ""), hint=hint)


def aborted(ask: Ask) -> TurnedError:
    """Return the error for what somebody has asked for."""
    return TurnedError(
        f"{ask.who} on {ask.host} has asked to take it back (`shift abort`)",
        hint="run it again when that is agreed",
    )


def lapsed(until: str) -> TurnedError:
    """Return the error of a process that was not there when the schedules ran."""
    return TurnedError(
        f"The schedules have taken it back at {until}, since nobody pushed them",
        why="this process was stopped or asleep, or could not reach AWS",
        hint="run it again, on a computer that stays awake",
    )


def restored(error: MovedError) -> TurnedError | None:
    """Return the error when it was one of the schedules that wrote an alias."""
    mark = marks.read(error.found.description) if error.found else None
    if mark is None or mark.what != RESTORED:
        return None
    flip = error.flip
    return TurnedError(
        f"A schedule has taken `{flip.function}` in `{flip.region}` back",
        why="nobody pushed it forward in time",
        hint="run it again, on a computer that stays awake",
    )
