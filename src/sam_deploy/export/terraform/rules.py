"""How a property becomes an argument, a block, or nothing: what the families are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sam_deploy.export.source import Node, flat, items
from sam_deploy.export.terraform.reading import Reading, Rule
from sam_deploy.export.terraform.values import Argument, Encoded, Names, Nested, Value


def to(name: str) -> Rule:
    """Return a rule: the property is this argument."""
    return lambda reading, node, path: [Argument(name, reading.value(node, path))]


def encoded(name: str) -> Rule:
    """Return a rule: the property is this argument, as JSON text."""
    return lambda reading, node, path: [
        Argument(name, node if isinstance(node, str) else Encoded(reading.value(node, path)))
    ]


def nest(name: str, rules: Mapping[str, Rule]) -> Rule:
    """Return a rule: the property is this nested block, or one for each of its items."""
    return lambda reading, node, path: [
        Nested(name, reading.body(each, rules, path)) for each in items(node)
    ]


def inside(rules: Mapping[str, Rule]) -> Rule:
    """Return a rule: what is in the property are arguments of the resource itself."""
    return lambda reading, node, path: reading.body(node, rules, path)


def constant(name: str, values: Mapping[str, Value]) -> Rule:
    """Return a rule: the property has one of these values, which Terraform calls otherwise."""

    def apply(reading: Reading, node: Node, path: str) -> Iterator[Argument]:
        if flat(node) in values:
            yield Argument(name, values[flat(node)])
        else:
            reading.note(path, f"`{flat(node)}` is not covered")

    return apply


def nothing(reading: Reading, node: Node, path: str) -> Iterable[Argument]:
    """Leave a property out: it is said in another way."""
    del reading, node, path
    return ()


def tags(reading: Reading, node: Node, path: str) -> Iterable[Argument]:
    """Make the argument `tags` of either form of CloudFormation's."""
    if isinstance(node, Mapping):
        return [Argument("tags", reading.value(node, path))]
    pairs = {
        flat(each.get("Key")): reading.value(each.get("Value"), path)
        for each in items(node)
        if isinstance(each, Mapping)
    }
    return [Argument("tags", Names(pairs))]
