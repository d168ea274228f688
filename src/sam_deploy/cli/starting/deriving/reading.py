"""A template that is being read for a draft: what is known, what was named, what is left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sam_deploy.cli.starting.deriving.written import Call, Written
from sam_deploy.sam import SamTemplate
from sam_deploy.sam.resources import Placed
from sam_deploy.sam.values import Open, Values

SUFFIXES: Final = ("Function", "Queue", "Table", "Bucket")
"""Ends of logical ids that sam-deploy adds to names by itself."""


@dataclass(frozen=True, slots=True)
class Left:
    """Something of the template that the draft has not, and why."""

    logical_id: str
    """Of a resource, with the property where only that is left: `Api.VpcConfig`."""
    reason: str

    def __str__(self) -> str:
        return f"{self.logical_id}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Standing:
    """A stack that is deployed already, beside which the app is to be."""

    name: str
    existing: Mapping[str, str] = field(default_factory=dict)
    """Logical id of a table, bucket or queue -> what it is called; it stays where it is."""
    functions: frozenset[str] = frozenset()
    """Names of its functions on AWS: the app's have others."""
    layers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Logical id of a function -> the app's layers that it has."""
    declared: tuple[Call, ...] = ()
    """Those layers."""
    environment: str = "dev"
    left: tuple[tuple[str, str], ...] = ()
    """(what, reason) of what was left before anything was derived."""


@dataclass(slots=True)
class Reading:
    """The state of a derivation."""

    template: SamTemplate
    app: str
    values: Values
    left: list[Left] = field(default_factory=list)
    named: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Logical id -> class and name in the draft, of queues, tables and buckets."""
    dead_letters: set[str] = field(default_factory=set)
    """Logical ids of queues that sam-deploy makes with the queues that they belong to."""
    standing: Standing | None = None
    secrets: frozenset[str] = frozenset()
    """Parameters with `NoEcho`: their values go neither into the draft nor onto the screen."""
    families: dict[str, list[Call]] = field(default_factory=dict)
    """Argument of the app -> its declarations."""

    def leave(self, logical_id: str, reason: str) -> None:
        """Tell that something is not carried over."""
        self.left.append(Left(logical_id, reason))

    def add(self, family: str, call: Call) -> None:
        """Put a declaration into the draft."""
        self.families.setdefault(family, []).append(call)

    def known(self, value: Any, where: str) -> Any:  # noqa: ANN401 - a document's value
        """Return a value worked out; None, told as left, when only AWS knows it."""
        found = self.values.of(value)
        if isinstance(found, Open) and any(f"`{each}`" in found.why for each in self.secrets):
            self.leave(where, "it is a secret: declare a `Secret(...)`, and read it by `setting()`")
            return None
        if isinstance(found, Open):
            self.leave(where, f"it is not known before a deployment: {found.why}")
            return None
        return found

    def text(self, value: Any, where: str) -> str:  # noqa: ANN401 - a document's value
        """Return a text, worked out; '' for none, and, told as left, for what is no text."""
        found = None if value is None else self.known(value, where)
        if found is None or isinstance(found, (str, int, float)):
            return "" if found is None else str(found)
        self.leave(where, "it is no text")
        return ""

    def number(self, placed: Placed, name: str, default: int) -> int:
        """Return a property that is a number, or its default."""
        where = f"{placed.logical_id}.{name}"
        given = placed.property(name)
        found = None if given is None else self.known(given, where)
        if found is None:
            return default
        if isinstance(found, bool) or not str(found).isdigit():
            self.leave(where, f"{found!r} is no whole number")
            return default
        return int(str(found))

    def flag(self, placed: Placed, name: str, *, default: bool = False) -> bool:
        """Return a property that is true or false, or its default."""
        given = placed.property(name)
        found = None if given is None else self.known(given, f"{placed.logical_id}.{name}")
        return default if found is None else str(found).lower() == "true"

    def rest(self, placed: Placed, understood: Iterable[str], reasons: Mapping[str, str]) -> None:
        """Tell every property that nothing was made of."""
        for name in dict.fromkeys([*placed.own, *placed.inherited]):
            if name not in understood and placed.property(name) is not None:
                reason = reasons.get(name, "it is not derived")
                self.leave(f"{placed.logical_id}.{name}", reason)

    def name(self, logical_id: str, taken: Iterable[str]) -> str:
        """Return a short name: the logical id without what sam-deploy adds by itself."""
        resources = self.template.document.get("Resources", {})
        for suffix in SUFFIXES:
            short = logical_id.removesuffix(suffix)
            if short not in {"", logical_id} and short not in {*resources, *taken}:
                return short
        return logical_id

    def target(self, value: object, kind: str) -> str:
        """Return the draft's name of what a `Ref` or `Fn::GetAtt` is about; '' for another kind."""
        found, name = self.named.get(refers(value), ("", ""))
        return name if found == kind else ""


def refers(value: object) -> str:
    """Return the logical id in `{"Ref": id}` or `{"Fn::GetAtt": [id, ...]}`; '' for all else."""
    if isinstance(value, Mapping) and len(value) == 1:
        kind, argument = next(iter(value.items()))
        if kind == "Ref" and isinstance(argument, str):
            return argument
        if kind == "Fn::GetAtt" and isinstance(argument, list) and argument:
            return str(argument[0])
    return ""


def unusual(**named: tuple[Written, Written]) -> dict[str, Written]:
    """Return the arguments whose value is not the usual one: name -> (value, usual value)."""
    return {name: value for name, (value, usual) in named.items() if value != usual}
