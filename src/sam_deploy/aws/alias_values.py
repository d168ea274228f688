"""An alias of a function as Lambda tells it, and what it shall be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Alias:
    """An alias: its version, and weights (version -> fraction of calls, 0-1) while shifting."""

    name: str
    version: str
    revision_id: str
    weights: tuple[tuple[str, float], ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class AliasWrite:
    """What an alias shall be. `region` and `function` say where it is."""

    region: str
    function: str
    name: str
    version: str
    revision_id: str
    description: str
    weights: tuple[tuple[str, float], ...] = ()


def alias_of(answer: Any) -> Alias:  # noqa: ANN401 - the SDK has no types
    """Return an alias of Lambda's answer."""
    weights = (answer.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    return Alias(
        name=answer["Name"],
        version=answer["FunctionVersion"],
        revision_id=answer.get("RevisionId", ""),
        weights=tuple(sorted((str(key), float(value)) for key, value in weights.items())),
        description=answer.get("Description", ""),
    )
