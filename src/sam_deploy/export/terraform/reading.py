"""Values of CloudFormation as values of Terraform: references, texts, conditions, mappings.

Whatever has no counterpart is noted, so that all of it is told at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from sam_deploy import naming
from sam_deploy.export.source import Node, Resource, Source, flat, items, section
from sam_deploy.export.terraform.values import (
    Argument,
    Attribute,
    Body,
    Choice,
    Code,
    Items,
    Names,
    Nested,
    Selected,
    Text,
    Value,
)

PSEUDO: Final = {
    "AWS::AccountId": "data.aws_caller_identity.current.account_id",
    "AWS::Region": "data.aws_region.current.name",
    "AWS::Partition": "data.aws_partition.current.partition",
    "AWS::URLSuffix": "data.aws_partition.current.dns_suffix",
}
_HASHED: Final = re.compile(r"(?<=Deployment)[0-9a-f]{10}$")
"""The end of a deployment's logical id: the hash of its routes."""
_PLACE: Final = re.compile(r"\$\{(!?)([^}]*)\}")
_OWN: Final = {"RegionSuffix": "var.region_suffix", "FirstRegion": "var.first_region"}

References: TypeAlias = Mapping[str, Mapping[str, str]]
"""Type -> attribute of CloudFormation (empty for `Ref`) -> attribute of Terraform."""
Rule: TypeAlias = "Callable[[Reading, Node, str], Iterable[Argument | Nested]]"
"""Makes arguments of a property; gets the property's path, for what is not covered."""


def snake(name: str) -> str:
    """Return a logical id as a name of Terraform: `OrdersDevQ` -> `orders_dev_q`."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"[^a-z0-9_]+", "_", apart.lower()).strip("_")


def without(name: str, environment: str) -> str:
    """Return a logical id without its environment: `UsersDevTable` -> `UsersTable`."""
    word, name = naming.title(environment), _HASHED.sub("", name)
    places = list(re.finditer(f"{word}(?=[A-Z]|$)", name))
    if not places or len(word) == len(name):
        return name
    return name[: places[-1].start()] + name[places[-1].end() :]


@dataclass(slots=True)
class Reading:
    """One stack while it is translated."""

    source: Source
    environment: str
    references: References
    parameters: Mapping[str, Value]
    """What the parameters of layers and the like stand for."""
    problems: list[str] = field(default_factory=list)
    used_parameters: dict[str, str] = field(default_factory=dict)
    """Parameter -> the variable that takes its place."""

    def note(self, path: str, what: str) -> None:
        """Remember something that is not covered."""
        told = f"{path}: {what}"
        if told not in self.problems:
            self.problems.append(told)

    def value(self, node: Node, path: str) -> Value:
        """Return a value; what is not covered is noted and becomes nothing."""
        match node:
            case None | bool() | int() | float() | str():
                return node
            case Mapping():
                if len(node) == 1 and next(iter(node)).startswith(("Ref", "Fn::")):
                    return self._intrinsic(*next(iter(node.items())), path)
                return Names({name: self.value(each, path) for name, each in node.items()})
        listed = tuple(self.value(each, path) for each in node)
        # what is chosen or nothing is no member of a list when it is nothing
        gaps = any(isinstance(each, Choice) and each.otherwise is None for each in listed)
        return Items(listed, gaps=gaps)

    def body(self, node: Node, rules: Mapping[str, Rule], path: str) -> Body:
        """Return the arguments that the properties of `node` make, each by its rule."""
        found: list[Argument | Nested] = []
        for name, each in (node if isinstance(node, Mapping) else {}).items():
            rule = rules.get(name)
            if rule is None:
                self.note(f"{path}.{name}", "not covered")
            else:
                found += rule(self, each, f"{path}.{name}")
        return tuple(found)

    def target(self, node: Node) -> Resource | None:
        """Return the resource of this stack that a reference is to."""
        text = flat(node)
        match = re.fullmatch(r"\$\{([^.}]+)(\.[^}]*)?\}", text)
        return self.source.resources.get(match[1]) if match else None

    def condition(self, name: str, path: str) -> str:
        """Return a condition of the template as an expression."""
        return self._test(section(self.source.document, "Conditions").get(name), path)

    def _intrinsic(self, function: str, given: Node, path: str) -> Value:
        match function:
            case "Ref":
                return self._reference(flat(given), "", path)
            case "Fn::GetAtt":
                parts = (
                    given.split(".", 1) if isinstance(given, str) else list(map(flat, items(given)))
                )
                return self._reference(parts[0], parts[1], path)
            case "Fn::Sub" if isinstance(given, str):
                return self._text(given, path)
            case "Fn::FindInMap":
                return self._found(items(given), path)
            case "Fn::If":
                return self._chosen(items(given), path)
            case "Fn::Join":
                return self._joined(items(given), path)
        self.note(path, f"{function} is not covered")
        return None

    def _reference(self, name: str, attribute: str, path: str) -> Value:
        if name == "AWS::NoValue":
            return None
        if name in PSEUDO:
            return Code((PSEUDO[name],))
        if name in _OWN:
            return Code((_OWN[name],))
        if name in self.parameters:
            return self.parameters[name]
        if name in section(self.source.document, "Parameters"):
            variable = snake(without(name, self.environment))
            self.used_parameters[name] = variable
            return Code((f"var.{variable}",))
        found = self.source.resources.get(name)
        known = self.references.get(found.kind, {}) if found else {}
        if attribute in known:
            return Attribute(name, known[attribute])
        self.note(path, f"{name}.{attribute or 'Ref'} is not covered")
        return None

    def _text(self, text: str, path: str) -> Value:
        parts: list[str | Attribute | Code] = []
        at = 0
        for match in _PLACE.finditer(text):
            parts.append(text[at : match.start()])
            at = match.end()
            if match[1]:
                parts.append(f"${{{match[2]}}}")
                continue
            name, _, attribute = match[2].partition(".")
            value = self._reference(name, attribute, path)
            parts.append(value if isinstance(value, str | Attribute | Code) else "")
        return text_of((*parts, text[at:]))

    def _joined(self, given: Iterable[Node], path: str) -> Value:
        separator, parts = list(given)
        found: list[str | Attribute | Code] = []
        for number, each in enumerate(items(parts)):
            found += [flat(separator)] if number else []
            value = self.value(each, path)
            found += value.parts if isinstance(value, Text) else [value]  # type: ignore[list-item]
        return text_of(tuple(found))

    def _found(self, given: Iterable[Node], path: str) -> Value:
        """Return what a mapping holds: the same in each region is written as it is."""
        name, key, inner = list(given)
        table = section(self.source.document, "Mappings").get(flat(name))
        if not isinstance(table, Mapping) or flat(key) != "${AWS::Region}":
            self.note(path, "Fn::FindInMap is covered for regions only")
            return None
        rows = {
            region: self.value(row.get(flat(inner)), path)
            for region, row in table.items()
            if isinstance(row, Mapping)
        }
        return Selected(rows, PSEUDO["AWS::Region"])

    def _chosen(self, given: Iterable[Node], path: str) -> Value:
        name, yes, no = list(given)
        first, second = self.value(yes, path), self.value(no, path)
        return Choice(self.condition(flat(name), path), first, second)

    def _test(self, node: Node, path: str) -> str:
        match list(node.items()) if isinstance(node, Mapping) else []:
            case [("Fn::Equals", [{"Ref": "FirstRegion"}, "yes"])]:
                return "var.first_region"
            case [("Fn::Equals", [{"Fn::FindInMap": found}, str(wanted)])]:
                return self._regions_with(items(found), wanted, path)
            case [("Fn::Equals", [first, second])]:
                return f"{self._side(first, path)} == {self._side(second, path)}"
            case [("Fn::Not", [inner])]:
                return f"!({self._test(inner, path)})"
            case [("Fn::And", [*inner])]:
                return " && ".join(f"({self._test(each, path)})" for each in inner)
            case [("Fn::Or", [*inner])]:
                return " || ".join(f"({self._test(each, path)})" for each in inner)
            case [("Condition", name)]:
                return self.condition(flat(name), path)
        self.note(path, "its condition is not covered")
        return "true"

    def _regions_with(self, found: Iterable[Node], wanted: str, path: str) -> str:
        rows = self._found(found, path)
        regions = [
            name
            for name, value in (rows.values.items() if isinstance(rows, Selected) else ())
            if value == wanted
        ]
        written = ", ".join(f'"{each}"' for each in regions)
        return f"contains([{written}], {PSEUDO['AWS::Region']})"

    def _side(self, node: Node, path: str) -> str:
        operand = _operand(self.value(node, path))
        if operand and all(isinstance(each, str) for each in operand):
            return "".join(str(each) for each in operand)
        self.note(path, "its condition is not covered")
        return "null"


def text_of(parts: Iterable[str | Attribute | Code]) -> Value:
    """Return a text of parts: neighbours joined, and no more than it has to be."""
    found: list[str | Attribute | Code] = []
    for part in parts:
        if isinstance(part, str) and found and isinstance(found[-1], str):
            found[-1] += part
        elif part != "":
            found.append(part)
    if not found:
        return ""
    return found[0] if len(found) == 1 else Text(tuple(found))


def _operand(value: Value) -> tuple[str | Attribute, ...] | None:
    """Return a simple value as parts of an expression."""
    match value:
        case None:
            return ("null",)
        case bool():
            return (str(value).lower(),)
        case str():
            return (f'"{value}"',)
        case int() | float():
            return (str(value),)
        case Attribute():
            return (value,)
        case Code(parts):
            return parts
    return None
