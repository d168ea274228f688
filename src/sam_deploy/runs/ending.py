"""How a run ended, as its log has it. Pure."""

from __future__ import annotations

import traceback
from typing import TypeAlias

from sam_deploy.errors import SamDeployError

Failure: TypeAlias = dict[str, object]
"""`what`, `why`, `state`, `hint`, `problems`; `traceback` for a bug only."""


def failure(error: SamDeployError) -> Failure:
    """Return an error in its parts."""
    return {
        "what": error.what,
        "why": error.why,
        "state": error.state,
        "hint": error.hint,
        "problems": list(error.problems),
    }


def bug(error: BaseException) -> Failure:
    """Return an error that nobody foresaw, with its traceback."""
    hint = "please report it with this log; it holds no secrets of yours"
    told = SamDeployError("sam-deploy has a bug", why=repr(error), hint=hint)
    return {**failure(told), "traceback": "".join(traceback.format_exception(error))}
