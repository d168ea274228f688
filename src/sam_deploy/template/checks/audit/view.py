"""A template as the rules look at it: resources by type, defaults applied, references followed.

Pure. Made once per template; the rules are small because this knows SAM's `Globals`, parameters'
defaults and aliases.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from sam_deploy.template.checks.audit.shapes import at, mapping, names, text

FUNCTIONS: Final = ("AWS::Lambda::Function", "AWS::Serverless::Function")
_POINTS_AT_FUNCTION: Final = ("AWS::Lambda::Alias", "AWS::Lambda::Version")
_GLOBALS: Final = {
    "AWS::Serverless::Function": "Function",
    "AWS::Serverless::Api": "Api",
    "AWS::Serverless::HttpApi": "HttpApi",
    "AWS::Serverless::SimpleTable": "SimpleTable",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource of a template. `raw` holds its attributes, such as `DeletionPolicy`."""

    logical_id: str
    kind: str
    properties: Mapping[str, object]
    raw: Mapping[str, object]

    def get(self, *keys: str) -> object:
        """Return a property by its path; nothing when it is not there."""
        return at(self.properties, *keys)


@dataclass(frozen=True, slots=True)
class View:
    """All resources of a template, and what its parameters are when nobody says otherwise."""

    document: Mapping[str, object]
    entries: Mapping[str, Entry]
    defaults: Mapping[str, object]
    _kinds: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)

    def of(self, *kinds: str) -> Iterator[Entry]:
        """Yield the resources of these types, in the template's order of each."""
        for kind in kinds:
            yield from self._kinds.get(kind, ())

    @property
    def functions(self) -> Iterator[Entry]:
        """Lambda functions of both spellings, SAM's `Globals` applied."""
        return self.of(*FUNCTIONS)

    def value(self, given: object) -> object:
        """Return a value, or a parameter's default in place of a reference to it."""
        if isinstance(given, dict) and len(given) == 1:
            name = given.get("Ref")
            if isinstance(name, str) and name in self.defaults:
                return self.defaults[name]
        return given

    def target(self, given: object) -> Entry | None:
        """Return the resource that a reference names, by `Ref`, `Fn::GetAtt` or in a text."""
        for name in names(given):
            if name in self.entries:
                return self.entries[name]
        return None

    def function(self, given: object) -> Entry | None:
        """Return the function that a reference names, through its aliases and versions."""
        seen = set()
        found = self.target(given)
        while found and found.kind in _POINTS_AT_FUNCTION and found.logical_id not in seen:
            seen.add(found.logical_id)
            found = self.target(found.get("FunctionName"))
        return found if found and found.kind in FUNCTIONS else None

    def literal(self, given: object) -> str:
        """Return a text without references, defaults applied; '' when it has any."""
        written = text(self.value(given))
        return "" if "${" in written else written


def view(document: Mapping[str, object]) -> View:
    """Return a document as rules see it, whatever its shape."""
    entries: dict[str, Entry] = {}
    kinds: dict[str, list[Entry]] = {}
    shared = mapping(document.get("Globals"))
    for logical_id, raw in mapping(document.get("Resources")).items():
        kind = mapping(raw).get("Type")
        if not isinstance(kind, str):
            continue
        properties = mapping(mapping(raw).get("Properties"))
        common = mapping(shared.get(_GLOBALS.get(kind, "")))
        entry = Entry(str(logical_id), kind, _merged(common, properties), mapping(raw))
        entries[entry.logical_id] = entry
        kinds.setdefault(kind, []).append(entry)
    defaults = {
        str(name): mapping(each)["Default"]
        for name, each in mapping(document.get("Parameters")).items()
        if "Default" in mapping(each)
    }
    grouped = {kind: tuple(each) for kind, each in kinds.items()}
    return View(document, entries, defaults, grouped)


def _merged(common: Mapping[str, object], own: Mapping[str, object]) -> Mapping[str, object]:
    """Return SAM's merge of `Globals` and a resource: mappings merge, lists grow, own values win.

    Source: SAM developer guide, "Globals section", overridable globals.
    """
    if not common:
        return own
    merged = {**common, **own}
    for key in common.keys() & own.keys():
        ours, theirs = common[key], own[key]
        if isinstance(ours, dict) and isinstance(theirs, dict):
            merged[key] = _merged(ours, theirs)
        elif isinstance(ours, list) and isinstance(theirs, list):
            merged[key] = [*ours, *theirs]
    return merged
