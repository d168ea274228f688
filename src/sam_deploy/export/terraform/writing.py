"""The files of a module. Pure: paths and texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from sam_deploy.export.terraform.hcl import Naming, block, expression
from sam_deploy.export.terraform.unify import Module, Variable
from sam_deploy.export.terraform.values import (
    Argument,
    Attribute,
    Body,
    Code,
    Items,
    Nested,
    Resource,
    Value,
    attributes,
    body_values,
)

VERSIONS: Final = """terraform {
  required_version = ">= 1.6"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.46"
    }
  }
}
"""
_SHORT: Final = 40
"""Letters of a value that are told in the description of a variable."""
_DATA: Final = ("aws_caller_identity", "aws_partition", "aws_region")
STANDING: Final[Mapping[str, tuple[str, str]]] = {
    "environment": ("string", "Name of the environment."),
    "region_suffix": ("string", "Makes bucket names unique outside the home region: -eu-west-1."),
    "first_region": ("bool", "Whether this is the region of what exists once for all regions."),
    "protect_data": ("bool", "Whether tables and user pools refuse to be deleted."),
    "artifact": ("object({ file = string, hash = string })", "The built archive, its SHA-256."),
    "artifacts": ("map(object({ file = string, hash = string }))", "Archives by layer."),
    "enabled": ("set(string)", "What this environment has, and others have not."),
    "canary": (
        "object({ stable_version = string, weight = number })",
        "While set: the version that keeps most calls, and the share of the newest, 0 to 1.",
    ),
}
"""Variable -> type and description, where a module has it."""


@dataclass(slots=True)
class Written:
    """A module on its way to files."""

    name: str
    module: Module
    modules: Mapping[str, Module]
    told: set[Attribute] = field(default_factory=set)
    """What others want to know of its resources."""

    def foreign(self) -> list[Attribute]:
        """Return what it wants to know of other modules' resources."""
        found = [
            attribute
            for resource in self.module.resources
            for value in body_values(resource.body)
            for attribute in attributes(value)
        ]
        found += [Attribute(key, "id") for each in self.module.resources for key in each.depends_on]
        mine = {each for each in found if not each.key.startswith(f"{self.name}/")}
        return sorted(mine, key=lambda each: (each.key, each.name))

    def naming(self, attribute: Attribute) -> str:
        """Return how an attribute is written in this module."""
        if not attribute.key.startswith(f"{self.name}/"):
            return f"var.{passed(attribute)}"
        where = attribute.key.split("/", 1)[1]
        if any(each.key == attribute.key and each.count for each in self.module.resources):
            return f"one({where}[*].{attribute.name})"
        return f"{where}.{attribute.name}"

    @property
    def function(self) -> str:
        """Return the name of its function, as its key in `canaries`; empty when it has none."""
        return next(
            (
                match[1]
                for each in self.module.resources
                if each.kind == "aws_lambda_function"
                and (match := re.match(r'functions\["([^"]+)"\]', each.path))
            ),
            "",
        )


def passed(attribute: Attribute) -> str:
    """Return the name under which one module tells another of a resource."""
    module, _, where = attribute.key.partition("/")
    name = re.sub(r"[^a-z0-9]+", "_", f"{where.split('.', 1)[1]}_{attribute.name}").strip("_")
    return f"{module.replace('-', '_')}_{name}"


def module_files(written: Written) -> Iterator[tuple[str, str]]:
    """Yield the files of a module."""
    main = main_text(written)
    yield "main.tf", main
    yield "versions.tf", VERSIONS
    sources = "\n".join(data(main))
    if sources:
        yield "data.tf", sources
    variables = "\n".join(_variables(written, main))
    if variables:
        yield "variables.tf", variables
    outputs = "\n".join(_outputs(written))
    if outputs:
        yield "outputs.tf", outputs


def main_text(written: Written) -> str:
    """Return the resources of a module."""
    return "\n".join(_resource(each, written) for each in written.module.resources)


def data(text: str) -> Iterator[str]:
    """Yield what has to be looked up for what a text reads."""
    return (f'data "{each}" "current" {{}}\n' for each in _DATA if f"data.{each}." in text)


def _resource(resource: Resource, written: Written) -> str:
    body: Body = resource.body
    if resource.count:
        test = " && ".join(f"{each}" for each in resource.count)
        body = (Argument("count", Code((f"{test} ? 1 : 0",))), *body)
    if resource.depends_on:
        wanted = [_depended(key, written) for key in resource.depends_on]
        body = (*body, Argument("depends_on", Items(tuple(Code((each,)) for each in wanted))))
    if resource.lifecycle:
        body = (*body, Nested("lifecycle", resource.lifecycle))
    return block(f'resource "{resource.kind}" "{resource.name}"', body, written.naming)


def _depended(key: str, written: Written) -> str:
    if key.startswith(f"{written.name}/"):
        return key.split("/", 1)[1]
    return f"var.{passed(Attribute(key, 'id'))}"


def _variables(written: Written, main: str) -> Iterator[str]:
    for name, (kind, told) in STANDING.items():
        if re.search(rf"var\.{name}\b", main):
            yield variable(name, kind, told, default="null" if name == "canary" else None)
    for attribute in written.foreign():
        where = attribute.key.replace("/", ": ", 1)
        yield variable(passed(attribute), "string", f"{attribute.name} of {where}.")
    for each in written.module.variables.values():
        none = any(value is None for value in each.values.values())
        told = f"Differs between environments: {_told(each)}."
        yield variable(each.name, _kind(each), told, default="null" if none else None)
    known = {*STANDING, *written.module.variables, *map(passed, written.foreign())}
    for name in sorted(set(re.findall(r"\bvar\.([a-z0-9_]+)", main)) - known):
        yield variable(name, "string", "A parameter of the template.")


def variable(name: str, kind: str, told: str, *, default: str | None = None) -> str:
    """Return the declaration of a variable."""
    body = [
        Argument("description", told),
        Argument("type", Code((kind,))),
        *([Argument("default", Code((default,)))] if default else []),
    ]
    return block(f'variable "{name}"', tuple(body), str)


def _told(variable: Variable) -> str:
    said = [f"{e}: {_short(value)}" for e, value in variable.values.items()]
    return ", ".join(said)


def _short(value: Value) -> str:
    text = expression(value, str).replace("\n", " ").replace('"', "")
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"


def _kind(variable: Variable) -> str:
    kinds = {_type(each) for each in variable.values.values() if each is not None}
    return kinds.pop() if len(kinds) == 1 else "any"


def _type(value: Value) -> str:
    match value:
        case bool():
            return "bool"
        case int() | float():
            return "number"
        case str():
            return "string"
        case Items(values) if all(isinstance(each, str) for each in values):
            return "list(string)"
    return "any"


def _outputs(written: Written) -> Iterator[str]:
    if written.function:
        function = next(e for e in written.module.resources if e.kind == "aws_lambda_function")
        version = Attribute(function.key, "version")
        yield output("version", "The newest version of the function.", version, written.naming)
    for attribute in sorted(written.told, key=lambda each: (each.key, each.name)):
        where = attribute.key.split("/", 1)[1]
        yield output(passed(attribute), f"{attribute.name} of {where}.", attribute, written.naming)


def output(name: str, told: str, value: Value, naming: Naming) -> str:
    """Return the declaration of an output."""
    body = (Argument("description", told), Argument("value", value))
    return block(f'output "{name}"', body, naming)
