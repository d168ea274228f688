"""How the description of a function version tells where its code comes from. Pure.

`PublishVersion` gives a version its description once and for all: nothing can change it later.
When nothing changed since the last version, Lambda returns that one, with the words of its time.
"""

from __future__ import annotations

import re
from typing import Final

from sam_deploy.manifest import Provenance

LETTERS: Final = 12
"""Of a commit, as people are told it."""
LONGEST: Final = 256
"""Characters that Lambda takes as a description."""
CHANGED: Final = " (changed files)"
"""The working tree had more than the commit."""
_SAYS: Final = re.compile(
    rf"commit (?P<commit>[0-9a-f]{{{LETTERS}}})(?P<changed>{re.escape(CHANGED)})?( |$)"
)


def told(provenance: Provenance) -> str:
    """Return the description of a version, such as `commit 1a2b3c4d5e6f 2026-11-28T12:00:00Z`."""
    commit = provenance.commit[:LETTERS]
    changed = CHANGED if provenance.dirty else ""
    words = (f"commit {commit}{changed}" if commit else "", provenance.made_at)
    return " ".join(word for word in words if word)[:LONGEST]


def commit_of(provenance: Provenance) -> str:
    """Return the whole commit, with a `+` when the working tree had more; '' when unknown."""
    return provenance.commit + ("+" if provenance.commit and provenance.dirty else "")


def commit_in(description: str) -> str:
    """Return the first 12 letters of the commit of a version, `+` as above; '' when it tells none.

    `description` is that of a version, such as `FunctionState.description`.
    """
    said = _SAYS.match(description)
    return f"{said['commit']}{'+' if said['changed'] else ''}" if said else ""
