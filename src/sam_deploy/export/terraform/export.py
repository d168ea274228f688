"""Every environment of an app, made one set of modules and a folder for each environment. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sam_deploy import naming
from sam_deploy.errors import ConfigError
from sam_deploy.export.source import Source
from sam_deploy.export.terraform import translate as translation
from sam_deploy.export.terraform.families.compute import PUBLIC_URL
from sam_deploy.export.terraform.guide import guide
from sam_deploy.export.terraform.reading import snake
from sam_deploy.export.terraform.roots import Stack, root, root_files
from sam_deploy.export.terraform.translate import LAYERS, Translated, translate
from sam_deploy.export.terraform.unify import Module, Unifier
from sam_deploy.export.terraform.values import Resource, attributes, body_values
from sam_deploy.export.terraform.writing import Written, module_files

DIRECT_BYTES: Final = 50 * 1024 * 1024
"""What Lambda takes with a call; more has to lie in a bucket. Source: Lambda quotas."""


@dataclass(frozen=True, slots=True)
class Archive:
    """A built archive."""

    name: str
    """Of the function or layer."""
    kind: str
    sha256: str
    code_sha256: str
    """Base64, as `source_code_hash` wants it."""
    size_bytes: int
    runtime: str = ""
    architecture: str = ""

    @property
    def file(self) -> str:
        """Return its name in the folder of archives: another content has another name."""
        return f"{self.name}-{self.sha256[:12]}.zip"


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment and its stacks."""

    name: str
    home_region: str
    stacks: tuple[Source, ...]


def export(
    name: str, environments: Sequence[Environment], archives: Mapping[str, Archive]
) -> dict[str, str]:
    """Return the text of every file by its path: `modules/<service>/main.tf` and so on.

    `archives` are by unit key, `function/Api`. Raises `ConfigError` with all that has no
    counterpart here, before anything is written.
    """
    layers = _layers(archives)
    by_environment = {
        each.name: [
            translate(stack, each.name, _taken(stack, layers), _prefix(stack, each))
            for stack in each.stacks
        ]
        for each in environments
    }
    unifier = Unifier([each.name for each in environments])
    if layers:
        unifier.add({each.name: list(layers.values()) for each in environments})
    for number in range(len(environments[0].stacks)):
        unifier.add({each: stacks[number].resources for each, stacks in by_environment.items()})
    _refuse(by_environment, archives)
    return dict(_files(name, environments, by_environment, unifier.modules, archives))


def _layers(archives: Mapping[str, Archive]) -> dict[str, Resource]:
    return {
        naming.layer_parameter(each.name): translation.layer(
            each.name, [each.runtime] if each.runtime else [], each.architecture or "x86_64"
        )
        for each in archives.values()
        if each.kind == "layer"
    }


def _taken(stack: Source, layers: Mapping[str, Resource]) -> dict[str, Resource]:
    declared = stack.document.get("Parameters")
    names = set(declared) if isinstance(declared, Mapping) else set()
    return {name: each for name, each in layers.items() if name in names}


def _prefix(stack: Source, environment: Environment) -> str:
    """Return what tells the modules of several feature sets apart."""
    return f"{snake(stack.title).replace('_', '-')}-" if len(environment.stacks) > 1 else "app-"


def _refuse(
    translated: Mapping[str, Sequence[Translated]],
    archives: Mapping[str, Archive],
) -> None:
    problems = [each for stacks in translated.values() for one in stacks for each in one.problems]
    problems += [
        f"{each.name}: {each.size_bytes / 2**20:.0f} MB are more than Lambda takes without a bucket"
        for each in archives.values()
        if each.size_bytes > DIRECT_BYTES
    ]
    if problems:
        hint = "nothing was written; docs/concepts/terraform.md lists what is covered"
        if any(each.endswith(PUBLIC_URL) for each in problems):
            hint += '; write `FunctionUrl(auth="AWS_IAM")`, or a route of an HTTP API for everybody'
        raise ConfigError(
            "The app cannot be written as Terraform",
            why="these parts of it have no counterpart in the export",
            hint=hint,
            problems=tuple(dict.fromkeys(problems)),
        )


def _files(
    name: str,
    environments: Sequence[Environment],
    translated: Mapping[str, Sequence[Translated]],
    modules: Mapping[str, Module],
    archives: Mapping[str, Archive],
) -> Iterator[tuple[str, str]]:
    written = _written(environments, translated, modules)
    for module in written.values():
        for file, text in module_files(module):
            yield f"modules/{module.name}/{file}", text
    for each in environments:
        stacks = [
            Stack(_members(one, modules), stack.regions, one)
            for stack, one in zip(each.stacks, translated[each.name], strict=True)
        ]
        found = root(each.name, each.home_region, stacks, written, archives)
        for file, text in root_files(found):
            yield f"environments/{each.name}/{file}", text
    yield "README.md", guide(name, [each.name for each in environments], sorted(modules))


def _written(
    environments: Sequence[Environment],
    translated: Mapping[str, Sequence[Translated]],
    modules: Mapping[str, Module],
) -> dict[str, Written]:
    """Return the modules with what they tell others: what another module, or an output, reads."""
    outputs = [
        value
        for each in environments
        for one in translated[each.name]
        for _, value in one.outputs.values()
    ]
    written = {name: Written(name, module, modules) for name, module in modules.items()}
    for one in written.values():
        for attribute in one.foreign():
            written[attribute.key.split("/")[0]].told.add(attribute)
    for value in outputs:
        for attribute in attributes(value):
            written[attribute.key.split("/")[0]].told.add(attribute)
    return written


def _members(one: Translated, modules: Mapping[str, Module]) -> tuple[str, ...]:
    """Return the modules that a stack is made of, in the order of the modules."""
    mine = {each.module for each in one.resources}
    layers = {LAYERS} if any(_uses_layers(each) for each in one.resources) else set()
    return tuple(name for name in modules if name in mine | layers)


def _uses_layers(resource: Resource) -> bool:
    values = body_values(resource.body)
    return any(
        attribute.key.startswith(f"{LAYERS}/")
        for value in values
        for attribute in attributes(value)
    )
