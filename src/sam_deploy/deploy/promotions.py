"""Whether a promotion or rollback has not come to its end: then nothing else is changed.

Every command that writes looks here once it holds the lock.
"""

from __future__ import annotations

import contextlib
import time
from datetime import UTC, datetime
from typing import Final

from sam_deploy.amounts import percent
from sam_deploy.deploy import journal as journals
from sam_deploy.deploy.journal import Entry
from sam_deploy.deploy.lock import Documents
from sam_deploy.errors import IncompleteError, SamDeployError

SHIFTING: Final = "shifting"


def refuse_open(documents: Documents, name: str) -> None:
    """Raise `IncompleteError` while a promotion of this app is unfinished."""
    entry = read(documents, name)
    if entry.is_open:
        raise unfinished(entry)


def read(documents: Documents, name: str) -> Entry:
    """Return the journal of the app's last promotion or rollback."""
    return journals.read(documents, journals.release_name(name)).entry


def unfinished(entry: Entry, *, running: bool = False) -> IncompleteError:
    """Return the error that says what is open, and the ways on. `running`: it is at work."""
    if running:
        ways = "`sam-deploy shift abort` takes it back, " if is_shifting(entry) else ""
        return IncompleteError(
            f"A {entry.kind} of {entry.environment} is under way",
            why=f"{began(entry)}, has not come to its end ({progress(entry)})",
            state="nothing was changed by this command",
            hint=f"{ways}or wait until it has ended" if ways else "wait until it has ended",
        )
    return IncompleteError(
        f"A {entry.kind} of {entry.environment} was not finished",
        why=f"{began(entry)}, has not come to its end ({progress(entry)})",
        state="`sam-deploy status` shows what is live where",
        hint="`sam-deploy resume` finishes it, `sam-deploy resume --abort` takes it back",
    )


def began(entry: Entry) -> str:
    """Return who began it, and when."""
    return f"`{entry.command}`, begun {entry.started} by {entry.who} on {entry.host}"


def is_shifting(entry: Entry) -> bool:
    """Whether a canary is under way: a part of the calls goes to the new versions."""
    return entry.is_open and entry.release.get("phase", "") == SHIFTING


def shifts_now(documents: Documents, name: str) -> bool:
    """Whether a canary of this app is under way; in doubt it is not."""
    with contextlib.suppress(SamDeployError):
        return is_shifting(read(documents, name))
    return False


def open_in_words(entry: Entry, *, running: bool) -> str:
    """Return what is not at its end, how far it is, and the ways on."""
    if not running:
        return (
            f"{began(entry)}, was not finished: {progress(entry)}.\n"
            "`resume` finishes it, `resume --abort` takes it back"
        )
    ways = (
        "`shift status` shows how it stands, `shift abort` takes it back"
        if is_shifting(entry)
        else "nothing else is changed until it has ended"
    )
    return f"{began(entry)}, is under way: {progress(entry)}.\n{ways}"


def progress(entry: Entry, now: float | None = None) -> str:
    """Return how far it is, in words. `now` is Unix seconds; this computer's when not given."""
    phase = entry.release.get("phase", "")
    if phase == "returning":
        return "taking it back was begun"
    if phase == "deploying":
        return "its stacks are being deployed; no alias was moved"
    if phase == "committed":
        return "every alias serves the new release, only the record is missing"
    if phase == SHIFTING:
        return _shift(entry, time.time() if now is None else now)
    return "aliases may differ between regions"


def _shift(entry: Entry, now: float) -> str:
    part = f"{percent(float(entry.release.get('weight', '0')))} of the calls"
    step, back = f"step {entry.release.get('step', '1')}", entry.release.get("until", "")
    if back and now >= _seconds_of(back):
        return (
            f"{step}: {part} went to the new versions, until its schedules took it back at {back}, "
            "since nobody watched"
        )
    when = f"; taken back at {back} if nobody goes on with it" if back else ""
    return f"{step}: {part} go to the new versions{when}"


def _seconds_of(text: str) -> float:
    """Return a journal's time as Unix seconds; infinite for none that can be read."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC).timestamp()
    except ValueError:
        return float("inf")
