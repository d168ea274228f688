"""Whether a promotion or rollback has not come to its end: then nothing else is changed.

Every command that writes looks here once it holds the lock.
"""

from __future__ import annotations

from sam_deploy.amounts import percent
from sam_deploy.deploy import journal as journals
from sam_deploy.deploy.journal import Entry
from sam_deploy.deploy.lock import Documents
from sam_deploy.errors import IncompleteError


def refuse_open(documents: Documents, name: str) -> None:
    """Raise `IncompleteError` while a promotion of this app is unfinished."""
    entry = read(documents, name)
    if entry.is_open:
        raise unfinished(entry)


def read(documents: Documents, name: str) -> Entry:
    """Return the journal of the app's last promotion or rollback."""
    return journals.read(documents, journals.release_name(name)).entry


def unfinished(entry: Entry) -> IncompleteError:
    """Return the error that says what is open, and the ways on."""
    return IncompleteError(
        f"A {entry.kind} of {entry.environment} was not finished",
        why=f"{began(entry)}, has not come to its end ({progress(entry)})",
        state="`sam-deploy status` shows what is live where",
        hint="`sam-deploy resume` finishes it, `sam-deploy resume --abort` takes it back",
    )


def began(entry: Entry) -> str:
    """Return who began it, and when."""
    return f"`{entry.command}`, begun {entry.started} by {entry.who} on {entry.host}"


def progress(entry: Entry) -> str:
    """Return how far it is, in words."""
    phase = entry.release.get("phase", "")
    if phase == "returning":
        return "taking it back was begun"
    if phase == "deploying":
        return "its stacks are being deployed; no alias was moved"
    if phase == "committed":
        return "every alias serves the new release, only the record is missing"
    if phase == "shifting":
        part = f"{percent(float(entry.release.get('weight', '0')))} of the calls"
        back = entry.release.get("until", "")
        when = f"; taken back at {back} if nobody goes on with it" if back else ""
        return f"step {entry.release.get('step', '1')}: {part} go to the new versions{when}"
    return "aliases may differ between regions"
