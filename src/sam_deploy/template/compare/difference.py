"""Compares two templates, entry by entry. Pure; `properties.py` says what equal means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from sam_deploy.template.compare.environments import Belonging, is_live
from sam_deploy.template.compare.properties import Action, Property, properties
from sam_deploy.template.compare.reading import Plain
from sam_deploy.template.render import Origin

Replacement: TypeAlias = Literal["", "always", "maybe"]

SECTIONS: Final = (
    "Parameters",
    "Globals",
    "Mappings",
    "Conditions",
    "Rules",
    "Resources",
    "Outputs",
)
"""The sections whose entries have names."""
HEAD: Final = "Template"
"""The section of what has none: `Description`, `Transform`, `Metadata`."""


@dataclass(frozen=True, slots=True)
class Difference:
    """An entry of a template that is new, gone, or not as it was."""

    section: str
    name: str
    action: Action
    old: Plain
    new: Plain
    properties: tuple[Property, ...] = ()
    """What changed in it; empty for what is new or gone."""
    environment: str = ""
    """The environment that it belongs to; empty for what all of them share."""
    origin: Origin | None = None
    """What in `deploy.py` causes it; nothing for what is gone."""
    replacement: Replacement = ""
    """Whether CloudFormation makes it anew; see `replacement.py`."""
    because: tuple[str, ...] = ()
    """The properties that make it anew."""

    @property
    def kind(self) -> str:
        """The resource's type, such as AWS::SQS::Queue; '' for what is no resource."""
        return kind_of(self.new) or kind_of(self.old)

    @property
    def everywhere(self) -> bool:
        """Whether every environment meets it at once: it is shared, and no version holds it."""
        return self.section == "Resources" and not self.environment and is_live(self.kind)


def kind_of(entry: Plain) -> str:
    """Return the type of a resource; '' when it says none."""
    kind = entry.get("Type") if isinstance(entry, dict) else None
    return kind if isinstance(kind, str) else ""


def compare(
    old: Mapping[str, Plain],
    new: Mapping[str, Plain],
    origins: Mapping[str, Origin],
    environments: Sequence[str] = (),
) -> tuple[Difference, ...]:
    """Return every difference between two templates in plain form (`reading.plain`).

    `origins` are the newer template's: they say to which of the `environments` a resource
    belongs. What has none, such as a resource that is gone, is judged by its tags, its alias or
    its stage. Without `environments`, as in a hand-written template, nothing belongs to one.
    """
    belonging = Belonging(old, new, origins, environments)
    return tuple(_attributed(_differences(old, new), belonging, origins))


def _differences(old: Mapping[str, Plain], new: Mapping[str, Plain]) -> Iterator[Difference]:
    heads = [key for key in dict.fromkeys([*new, *old]) if key not in SECTIONS]
    yield from _entries(HEAD, _only(old, heads), _only(new, heads))
    for section in SECTIONS:
        before, after = old.get(section), new.get(section)
        if isinstance(before or {}, dict) and isinstance(after or {}, dict):
            yield from _entries(section, _mapping(before), _mapping(after))
        else:
            yield from _entries(HEAD, _only(old, [section]), _only(new, [section]))


def _only(document: Mapping[str, Plain], keys: list[str]) -> dict[str, Plain]:
    return {key: document[key] for key in keys if key in document}


def _mapping(section: Plain) -> dict[str, Plain]:
    return section if isinstance(section, dict) else {}


def _entries(
    section: str, old: Mapping[str, Plain], new: Mapping[str, Plain]
) -> Iterator[Difference]:
    for name in dict.fromkeys([*new, *old]):
        if name not in old:
            yield Difference(section, name, "add", None, new[name])
        elif name not in new:
            yield Difference(section, name, "remove", old[name], None)
        else:
            found = properties(old[name], new[name])
            if found:
                yield Difference(section, name, "change", old[name], new[name], found)


def _attributed(
    differences: Iterator[Difference], belonging: Belonging, origins: Mapping[str, Origin]
) -> Iterator[Difference]:
    for each in differences:
        if each.section != "Resources":
            yield each
            continue
        yield replace(
            each,
            environment=belonging.environment(each.name),
            origin=origins.get(each.name) if each.action != "remove" else None,
        )
