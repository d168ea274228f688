"""How the description of an alias says that it serves code which no stack has. Pure.

A deployment marks an alias `deployed ...` (`publish.mark_of`). A hot update marks it `hot ...`, and
does so before it changes anything: killed at any point, the next deployment sees that there is
something to put right, although its stack has no changes.
"""

from __future__ import annotations

import re
import time
from typing import Final

from sam_deploy.aws import Alias

HOT: Final = "hot "
"""How the description begins."""
_SAYS: Final = re.compile(r"hot \S+ version (?P<version>\d+) code \S+( after (?P<after>\d+))?")


def begun() -> str:
    """Return the mark of an alias whose function is about to get code that no stack has."""
    return f"{HOT}{_now()} begun"


def hot(version: str, code_sha256: str, replaced: str = "") -> str:
    """Return the mark of an alias that serves code which no stack has.

    `replaced` is the version before, when that was such code, too.
    """
    after = f" after {replaced}" if replaced else ""
    return f"{HOT}{_now()} version {version} code {code_sha256}{after}"


def is_hot(alias: Alias) -> bool:
    """Whether an alias serves, or is about to serve, code that no stack has."""
    return alias.description.startswith(HOT)


def hot_version(alias: Alias) -> str:
    """Return the version that an alias serves when a hot update has made it; else ''."""
    said = _SAYS.fullmatch(alias.description)
    return alias.version if said and said["version"] == alias.version else ""


def outlived(alias: Alias) -> str:
    """Return the version that a hot update made, and the next one replaced; else ''.

    Calls that were under way when it was replaced have ended by the update after that.
    """
    said = _SAYS.fullmatch(alias.description)
    return (said["after"] or "") if said and said["version"] == alias.version else ""


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
