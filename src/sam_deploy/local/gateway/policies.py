"""Whether the IAM policy of a Lambda authorizer allows a call. Pure.

Source: "Output from an API Gateway Lambda authorizer": an explicit deny wins, and what no
statement allows is denied.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

ALLOWED: Final = "allowed"
DENIED: Final = "denied"
NOT_ALLOWED: Final = "not allowed"
_ACTION: Final = "execute-api:Invoke"


def decide(policy: dict[str, object], arn: str) -> str:
    """ALLOWED, DENIED by an explicit statement, or NOT_ALLOWED by any."""
    statements = policy.get("Statement")
    effects = {
        str(statement.get("Effect", ""))
        for statement in (statements if isinstance(statements, list) else [statements])
        if isinstance(statement, dict) and _applies(statement, arn)
    }
    if "Deny" in effects:
        return DENIED
    return ALLOWED if "Allow" in effects else NOT_ALLOWED


def _applies(statement: dict[str, object], arn: str) -> bool:
    actions, resources = _texts(statement.get("Action")), _texts(statement.get("Resource"))
    return any(_pattern(action.lower()).fullmatch(_ACTION.lower()) for action in actions) and any(
        _pattern(resource).fullmatch(arn) for resource in resources
    )


@lru_cache(maxsize=512)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(item) for item in value] if isinstance(value, list) else []
