"""The files of an environment: a root module with a state of its own. Pure: paths and texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sam_deploy.export.terraform.hcl import block, expression
from sam_deploy.export.terraform.reading import PSEUDO, snake, text_of
from sam_deploy.export.terraform.translate import Translated
from sam_deploy.export.terraform.values import (
    Argument,
    Attribute,
    Code,
    Items,
    Names,
    Nested,
    Text,
    Value,
)
from sam_deploy.export.terraform.writing import (
    STANDING,
    VERSIONS,
    Written,
    data,
    main_text,
    output,
    passed,
    variable,
)

if TYPE_CHECKING:
    from sam_deploy.export.terraform.export import Archive


@dataclass(frozen=True, slots=True)
class Stack:
    """One stack in an environment: its modules, and where they are."""

    modules: tuple[str, ...]
    regions: tuple[str, ...]
    translated: Translated


@dataclass(frozen=True, slots=True)
class Root:
    """One environment on its way to files."""

    name: str
    home: str
    """The region of the provider without an alias."""
    stacks: tuple[Stack, ...]
    written: Mapping[str, Written]
    archives: Mapping[str, Archive]

    @property
    def regions(self) -> tuple[str, ...]:
        """Return every region, the home region first."""
        found = dict.fromkeys(region for each in self.stacks for region in each.regions)
        return tuple(sorted(found, key=lambda each: each != self.home))

    def places(self, module: str) -> tuple[str, ...]:
        """Return the regions of a module: those of all stacks that it is part of."""
        return tuple(
            dict.fromkeys(
                region
                for stack in self.stacks
                if module in stack.modules
                for region in stack.regions
            )
        )

    def instance(self, module: str, region: str) -> str:
        """Return the name of a module's call: with the region where there are several."""
        name = module.replace("-", "_")
        return name if len(self.places(module)) == 1 else f"{name}_{alias(region)}"

    def read(self, attribute: Attribute, region: str) -> str:
        """Return how the root reads an attribute of a module's resource."""
        module = attribute.key.split("/")[0]
        return f"module.{self.instance(module, region)}.{passed(attribute)}"


def root(
    name: str,
    home_region: str,
    stacks: Sequence[Stack],
    written: Mapping[str, Written],
    archives: Mapping[str, Archive],
) -> Root:
    """Return an environment; its home is the app's where it has a stack, else its first region."""
    used = [region for each in stacks for region in each.regions]
    home = home_region if home_region in used else used[0]
    return Root(name, home, tuple(stacks), written, archives)


def root_files(found: Root) -> Iterator[tuple[str, str]]:
    """Yield the files of an environment."""
    yield "versions.tf", VERSIONS
    yield "providers.tf", "\n".join(_providers(found))
    yield "backend.tf.example", _backend(found)
    yield "artifacts.tf", _artifacts(found.archives)
    main = "\n".join(_calls(found))
    yield "main.tf", main
    yield "variables.tf", "\n".join(_variables(main, found))
    outputs = "\n".join(_outputs(found))
    yield "outputs.tf", outputs
    sources = "\n".join(data(outputs))
    if sources:
        yield "data.tf", sources


def alias(region: str) -> str:
    """Return a region as a name of Terraform."""
    return region.replace("-", "_")


def _providers(found: Root) -> Iterator[str]:
    for region in found.regions:
        other = () if region == found.home else (Argument("alias", alias(region)),)
        yield block('provider "aws"', (*other, Argument("region", region)), str)


def _backend(found: Root) -> str:
    body = (
        Argument("bucket", "YOUR-STATE-BUCKET"),
        Argument("key", f"{found.name}/terraform.tfstate"),
        Argument("region", found.home),
        Argument("encrypt", True),
        Argument("use_lockfile", True),
    )
    return block("terraform", (Nested('backend "s3"', body),), str)


def _artifacts(archives: Mapping[str, Archive]) -> str:
    def entry(archive: Archive) -> Names:
        file = Code((f'"${{path.root}}/../../artifacts/{archive.file}"',))
        return Names({"file": file, "hash": archive.code_sha256})

    kinds = {"functions": "function", "layers": "layer"}
    body = [
        Argument(
            name, Names({each.name: entry(each) for each in archives.values() if each.kind == kind})
        )
        for name, kind in kinds.items()
    ]
    return block("locals", tuple(body), str)


def _calls(found: Root) -> Iterator[str]:
    done = set()
    for stack in found.stacks:
        for region in stack.regions:
            for module in stack.modules:
                name = found.instance(module, region)
                if name not in done:
                    done.add(name)
                    body = tuple(_call(found, stack, region, found.written[module]))
                    yield block(f'module "{name}"', body, str)


def _call(found: Root, stack: Stack, region: str, written: Written) -> Iterator[Argument]:
    main = main_text(written)
    yield Argument("source", f"../../modules/{written.name}")
    if region != found.home:
        yield Argument("providers", Names({"aws": Code((f"aws.{alias(region)}",))}))
    for name, value in _standing(found, stack, region, written).items():
        if re.search(rf"var\.{name}\b", main):
            yield Argument(name, value)
    for each in written.module.variables.values():
        if each.values[found.name] is not None:
            yield Argument(each.name, each.values[found.name])
    for attribute in written.foreign():
        yield Argument(passed(attribute), Code((found.read(attribute, region),)))
    for name in dict.fromkeys(stack.translated.parameters.values()):
        if re.search(rf"var\.{name}\b", main):
            by_region = len(_parameters(found)[name]) > 1
            read = f'lookup(var.{name}, "{region}", "")' if by_region else f"var.{name}"
            yield Argument(name, Code((read,)))


def _parameters(found: Root) -> dict[str, set[str]]:
    """Return the regions of each parameter of a template: its values may differ between them.

    Such as a certificate, which a domain of an API takes from its own region only. What takes one
    of us-east-1 everywhere, as CloudFront does, is in one region.
    """
    regions: dict[str, set[str]] = {}
    for stack in found.stacks:
        for name in stack.translated.parameters.values():
            regions.setdefault(name, set()).update(stack.regions)
    return regions


def _standing(found: Root, stack: Stack, region: str, written: Written) -> dict[str, Value]:
    """Return what every module is told that asks for it."""
    enabled = written.module.enabled
    return {
        "environment": found.name,
        "region_suffix": "" if region == found.home else f"-{region}",
        "first_region": region == stack.regions[0],
        "protect_data": Code(("var.protect_data",)),
        "artifact": Code((f'local.functions["{written.function}"]',)),
        "artifacts": Code(("local.layers",)),
        "canary": Code((_canary(found, region, written),)),
        "enabled": Items(tuple(name for name, where in enabled.items() if found.name in where)),
    }


def _canary(found: Root, region: str, written: Written) -> str:
    """Return a function's canary: versions are counted by each region for itself."""
    name = written.function
    if len(found.places(written.name)) == 1:
        return f'lookup(var.canaries, "{name}", null)'
    return f'try(var.canaries["{name}/{region}"], var.canaries["{name}"], null)'


def _variables(main: str, found: Root) -> Iterator[str]:
    if "var.protect_data" in main:
        yield variable("protect_data", "bool", STANDING["protect_data"][1], default="true")
    told = "Functions under a canary: the version that keeps most calls, the newest one's share."
    kind = "map(object({ stable_version = string, weight = number }))"
    yield variable("canaries", kind, told, default="{}")
    for name, regions in _parameters(found).items():
        told = "A parameter of the template."
        if len(regions) == 1:
            yield variable(name, "string", told, default='""')
        else:
            told = f"A parameter of the template, by region: {', '.join(sorted(regions))}."
            yield variable(name, "map(string)", told, default="{}")


def _outputs(found: Root) -> Iterator[str]:
    functions = [
        (stack, module)
        for stack in found.stacks
        for module in stack.modules
        if found.written[module].function
    ]
    versions = {
        found.written[module].function: _by_region(stack, _version(found, module))
        for stack, module in functions
    }
    yield output("versions", "The newest version of every function.", Names(versions), str)
    for stack in found.stacks:
        for name, (told, value) in stack.translated.outputs.items():
            yield output(snake(name), told or name, _by_region(stack, _read(found, value)), str)


def _version(found: Root, module: str) -> Callable[[str], str]:
    """Return what gives the newest version of a module's function in a region."""
    return lambda region: f"module.{found.instance(module, region)}.version"


def _read(found: Root, value: Value) -> Callable[[str], str]:
    """Return what gives an output's value for a region."""

    def read(region: str) -> str:
        here = Code((PSEUDO["AWS::Region"],))
        said = value
        if isinstance(value, Text):
            said = text_of(region if each == here else each for each in value.parts)
        return expression(said, lambda attribute: found.read(attribute, region))

    return read


def _by_region(stack: Stack, read: Callable[[str], str]) -> Value:
    if len(stack.regions) == 1:
        return Code((read(stack.regions[0]),))
    return Names({each: Code((read(each),)) for each in stack.regions})
