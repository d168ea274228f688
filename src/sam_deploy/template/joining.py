"""Finds aliases that a stack does not have yet, and adds them alone to what it has. Pure.

A new alias points at the first version of its function, which is its oldest code. So it must not
be made together with what lets requests and events reach it: see docs/concepts/aliases.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from sam_deploy.template.compare.environments import references
from sam_deploy.template.compare.reading import Plain, as_written, restored
from sam_deploy.template.document import Json
from sam_deploy.template.render import Template
from sam_deploy.template.yaml_text import to_yaml

MARK: Final = "SamDeployJoining"
"""Key of `Metadata`: the aliases that were added alone, until the whole template follows."""
KEY_LINE: Final = re.compile(r"^\s+(\w+):$", re.MULTILINE)
"""How `to_yaml` begins each resource."""


@dataclass(frozen=True, slots=True)
class Joining:
    """Aliases that are new in a stack, by logical id; `missing` are those it does not have."""

    aliases: tuple[str, ...]
    missing: tuple[str, ...]
    body: str
    """What the stack has, with the missing aliases and the mark."""


def joining(template: Template, live: str, where: str) -> Joining | None:
    """Return the aliases of a template that join functions which the stack already has.

    Nothing when there is none. `live` is the stack's template; `where` names it in errors. The
    aliases of a function that is itself new are none of them: all environments begin with its
    first version. Raises `RefusedError` when `live` cannot be read.
    """
    wanted = _aliases(template)
    if MARK not in live and set(wanted) <= set(KEY_LINE.findall(live)):
        return None
    rendered = cast("dict[str, Plain]", as_written(template.body, template.stack_name))
    deployed = restored(cast("dict[str, Plain]", as_written(live, where)), rendered)
    have, new = _section(deployed, "Resources"), _section(rendered, "Resources")
    missing = [
        name
        for name in wanted
        if name not in have and name in new and set(references(new[name])) <= have.keys()
    ]
    metadata = _section(deployed, "Metadata")
    marked = metadata.get(MARK)
    waiting = [name for name in wanted if isinstance(marked, list) and name in marked]
    if not missing and not waiting:
        return None
    names = tuple(name for name in wanted if name in {*waiting, *missing})
    body = {
        **deployed,
        "Metadata": {**metadata, MARK: list(names)},
        "Resources": {**have, **{name: new[name] for name in missing}},
    }
    return Joining(names, tuple(missing), to_yaml(cast("Mapping[str, Json]", body)))


def _aliases(template: Template) -> Sequence[str]:
    """Return the logical ids of the aliases of environments."""
    return [
        name
        for name, origin in template.origins.items()
        if origin.environment and template.kinds.get(name) == "AWS::Lambda::Alias"
    ]


def _section(document: Mapping[str, Plain], name: str) -> dict[str, Plain]:
    found = document.get(name)
    return found if isinstance(found, dict) else {}
