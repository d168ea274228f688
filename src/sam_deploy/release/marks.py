"""How the description of an alias says that it serves code which no stack has. Pure.

A deployment marks an alias `deployed ...` (`publish.mark_of`). A hot update marks it `hot ...`, and
does so before it changes anything: killed at any point, the next deployment sees that there is
something to put right, although its stack has no changes.
"""

from __future__ import annotations

import time
from typing import Final

from sam_deploy.aws import Alias

HOT: Final = "hot "
"""How the description begins."""


def begun() -> str:
    """Return the mark of an alias whose function is about to get code that no stack has."""
    return f"{HOT}{_now()} begun"


def hot(version: str, code_sha256: str) -> str:
    """Return the mark of an alias that serves code which no stack has."""
    return f"{HOT}{_now()} version {version} code {code_sha256}"


def is_hot(alias: Alias) -> bool:
    """Whether an alias serves, or is about to serve, code that no stack has."""
    return alias.description.startswith(HOT)


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
