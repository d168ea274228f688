"""One stack of one environment as resources of Terraform, with names that no environment is in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sam_deploy.export import source
from sam_deploy.export.source import Source
from sam_deploy.export.terraform.families import CUSTOM, FAMILIES, REFERENCES
from sam_deploy.export.terraform.reading import Reading, snake, without
from sam_deploy.export.terraform.values import (
    Argument,
    Attribute,
    Code,
    Items,
    Resource,
    Text,
    Value,
    map_body,
    walk,
)

_FUNCTION: Final = re.compile(r'functions\["([^"]+)"\]')
_MODULES: Final = {
    "queues": "messages",
    "topics": "messages",
    "event_buses": "messages",
    "rules": "messages",
    "tables": "storage",
    "buckets": "storage",
    "settings": "storage",
    "secrets": "storage",
    "user_pools": "identity",
    "http_api": "api",
    "rest_api": "api",
}
LAYERS: Final = "layers"


@dataclass(frozen=True, slots=True)
class Translated:
    """One stack of one environment."""

    resources: tuple[Resource, ...]
    outputs: Mapping[str, tuple[str, Value]]
    """Name -> what it is, and its value."""
    parameters: Mapping[str, str]
    """Parameter of the template that stays one -> its variable."""
    problems: tuple[str, ...]


def translate(
    given: Source, environment: str, layers: Mapping[str, Resource], prefix: str
) -> Translated:
    """Return a stack's resources, grouped and named.

    `layers` maps the template's parameters to the layers that they take; `prefix` begins the names
    of the modules that are no function's.
    """
    taken = {name: _arn(each) for name, each in layers.items()}
    reading = Reading(given, environment, REFERENCES, taken)
    found: list[Resource] = []
    for each in given.resources.values():
        found += _resources(reading, each)
    outputs = {
        name: (source.flat(source.below(each, "Description")), _output(reading, name, each))
        for name, each in source.section(given.document, "Outputs").items()
    }
    placed = _named(found, environment, prefix)
    addresses = {each.key: address(each) for each in placed}
    addresses |= {each.key: address(each) for each in layers.values()}
    return Translated(
        tuple(_addressed(each, addresses) for each in placed),
        {
            without(name, environment): (told, _moved(value, addresses))
            for name, (told, value) in outputs.items()
        },
        reading.used_parameters,
        tuple(reading.problems),
    )


def address(resource: Resource) -> str:
    """Return what a resource is found by: its module, kind and name."""
    return f"{resource.module}/{resource.kind}.{resource.name}"


def _arn(layer: Resource) -> Value:
    return Attribute(layer.key, "arn")


def _output(reading: Reading, name: str, given: source.Node) -> Value:
    return reading.value(source.below(given, "Value"), f"Outputs.{name}")


def _resources(reading: Reading, resource: source.Resource) -> Iterator[Resource]:
    make = CUSTOM.get(resource.kind)
    family = FAMILIES.get(resource.kind)
    if make is None and family is None:
        reading.note(resource.logical_id, f"{resource.kind} is not covered")
        return
    made = make(reading, resource) if make else family.make(reading, resource) if family else ()
    count: tuple[str, ...] = ()
    if resource.condition:
        count = (reading.condition(resource.condition, resource.logical_id),)
    for each in made:
        yield replace(
            each,
            count=count,
            depends_on=(*each.depends_on, *resource.depends_on),
            path=resource.origin.path,
        )


def _named(found: Sequence[Resource], environment: str, prefix: str) -> list[Resource]:
    placed, taken = [], set()
    for each in found:
        logical_id, slash, part = re.match(r"([A-Za-z0-9]+)([/#]?)(.*)", each.key).groups()  # type: ignore[union-attr]
        name = snake(
            f"{without(logical_id, environment)}_{part}"
            if slash
            else without(logical_id, environment)
        )
        function = _FUNCTION.match(each.path)
        module = snake(function[1]).replace("_", "-") if function else f"{prefix}{_group(each)}"
        if function:
            name = name.removeprefix(f"{snake(function[1])}_")
        while (module, each.kind, name) in taken:
            name += "_more"
        taken.add((module, each.kind, name))
        placed.append(replace(each, module=module, name=name))
    return placed


def _group(resource: Resource) -> str:
    word = re.match(r"[a-z_]*", resource.path)
    known = _MODULES.get(word[0] if word else "")
    watching = resource.kind.startswith(("aws_cloudwatch", "aws_sns"))
    return known or ("watching" if watching else "other")


def _addressed(resource: Resource, addresses: Mapping[str, str]) -> Resource:
    """Return a resource that names others by their addresses."""
    return replace(
        resource,
        key=address(resource),
        body=map_body(resource.body, lambda value: _moved(value, addresses)),
        depends_on=tuple(
            dict.fromkeys(addresses[key] for key in resource.depends_on if key in addresses)
        ),
    )


def _moved(value: Value, addresses: Mapping[str, str]) -> Value:
    def change(part: Value) -> Value | None:
        match part:
            case Attribute(key, name):
                return Attribute(addresses.get(key, key), name)
            case Code(parts):
                return Code(tuple(_read(each, addresses) for each in parts))
            case Text(parts):
                return Text(
                    tuple(
                        Code(tuple(_read(inner, addresses) for inner in each.parts))
                        if isinstance(each, Code)
                        else _read(each, addresses)
                        for each in parts
                    )
                )
        return None

    return walk(value, change)


def _read(part: str | Attribute, addresses: Mapping[str, str]) -> str | Attribute:
    if isinstance(part, Attribute):
        return Attribute(addresses.get(part.key, part.key), part.name)
    return part


def layer(name: str, runtimes: Sequence[str], architecture: str) -> Resource:
    """Return a layer's version; the older ones stay, since versions of functions name them."""
    body = (
        Argument("layer_name", name),
        Argument("filename", Code((f'var.artifacts["{name}"].file',))),
        Argument("source_code_hash", Code((f'var.artifacts["{name}"].hash',))),
        Argument("compatible_runtimes", Items(tuple(runtimes))),
        Argument("compatible_architectures", Items((architecture,))),
        Argument("skip_destroy", True),
    )
    key = f"layer/{name}"
    return Resource(key, "aws_lambda_layer_version", body, module=LAYERS, name=snake(name))
