"""The same stack in every environment as one set of modules: what differs becomes a variable.

An environment's name in a text becomes `${var.environment}`. A resource, or a block, that only some
environments have is made where `var.enabled` names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sam_deploy import naming
from sam_deploy.export.terraform.reading import text_of
from sam_deploy.export.terraform.values import (
    Argument,
    Attribute,
    Body,
    Choice,
    Code,
    Encoded,
    Items,
    Names,
    Nested,
    Resource,
    Selected,
    Text,
    Value,
    attributes,
    walk,
)

ENVIRONMENT: Final = Code(("var.environment",))
TITLE: Final = Code(("title(var.environment)",))


@dataclass(frozen=True, slots=True)
class Variable:
    """What a module wants to know: a value for each environment."""

    name: str
    values: Mapping[str, Value]


@dataclass(slots=True)
class Module:
    """One module: its resources, and what differs between environments."""

    name: str
    resources: list[Resource] = field(default_factory=list)
    variables: dict[str, Variable] = field(default_factory=dict)
    enabled: dict[str, set[str]] = field(default_factory=dict)
    """What only some environments have -> those environments."""


@dataclass(slots=True)
class Unifier:
    """Makes modules of the resources of several environments."""

    environments: Sequence[str]
    modules: dict[str, Module] = field(default_factory=dict)

    def add(self, by_environment: Mapping[str, Sequence[Resource]]) -> None:
        """The modules hold these resources, of one stack in every environment."""
        found: dict[str, dict[str, Resource]] = {}
        for environment, resources in by_environment.items():
            for each in resources:
                found.setdefault(each.key, {})[environment] = each
        for same in found.values():
            self._unify(same)

    def _unify(self, same: Mapping[str, Resource]) -> None:
        first = next(iter(same.values()))
        module = self.modules.setdefault(first.module, Module(first.module))
        count = first.count
        if len(same) < len(self.environments):
            count = (*count, self._enabled(module, first.name, set(same)))
        place = _Place(self, module, tuple(same), f"{first.name}")
        depends = dict.fromkeys(key for each in same.values() for key in each.depends_on)
        body = place.body({name: each.body for name, each in same.items()})
        module.resources.append(replace(first, body=body, count=count, depends_on=tuple(depends)))

    def _enabled(self, module: Module, name: str, where: set[str]) -> str:
        module.enabled[name] = where
        return f'contains(var.enabled, "{name}")'


@dataclass(frozen=True, slots=True)
class _Place:
    """A resource, or a block in one, while its values are made one."""

    unifier: Unifier
    module: Module
    environments: tuple[str, ...]
    path: str

    def body(self, bodies: Mapping[str, Body]) -> Body:
        """Return one body of those of the environments."""
        parts: dict[tuple[str, str, int], dict[str, Argument | Nested]] = {}
        for environment, body in bodies.items():
            for key, part in _numbered(body):
                parts.setdefault(key, {})[environment] = part
        return tuple(self._part(key, each) for key, each in parts.items())

    def _part(
        self, key: tuple[str, str, int], same: Mapping[str, Argument | Nested]
    ) -> Argument | Nested:
        _, name, number = key
        path = f"{self.path}_{name}" + (f"_{number + 1}" if number else "")
        place = replace(self, path=path, environments=tuple(same))
        first = next(iter(same.values()))
        if isinstance(first, Nested):
            bodies = {each: part.body for each, part in same.items() if isinstance(part, Nested)}
            each = first.each
            if len(same) < len(self.environments):
                test = self.unifier._enabled(self.module, path, set(same))  # noqa: SLF001
                each = Code((f"{test} ? [1] : []",))
            return Nested(name, place.body(bodies), each)
        values = {each: part.value for each, part in same.items() if isinstance(part, Argument)}
        if len(same) == len(self.environments):
            return Argument(name, place.value(values))
        if any(True for value in values.values() for _ in attributes(value)):
            test = self.unifier._enabled(self.module, path, set(same))  # noqa: SLF001
            return Argument(name, Choice(test, place.value(values)))
        return Argument(name, self._variable(path, dict.fromkeys(self.environments) | values))

    def value(self, values: Mapping[str, Value]) -> Value:
        """Return one value of those of the environments."""
        if len(values) == 1 < len(self.unifier.environments):
            return _alone(*next(iter(values.items())))
        first, *others = values.values()
        if all(each == first for each in others):
            return first
        found = self._same_shape(values)
        if found is not None:
            return found
        texts = {
            _with_environment(each, environment)
            for environment, each in values.items()
            if isinstance(each, str | Text)
        }
        if len(texts) == 1 and all(isinstance(each, str | Text) for each in values.values()):
            return texts.pop()
        return self._variable(self.path, values)

    def _same_shape(self, values: Mapping[str, Value]) -> Value | None:
        first = next(iter(values.values()))
        match first:
            case Encoded():
                inner = {e: each.value for e, each in values.items() if isinstance(each, Encoded)}
                return Encoded(self.value(inner)) if len(inner) == len(values) else None
            case Items():
                lists = {e: each.values for e, each in values.items() if isinstance(each, Items)}
                if {len(each) for each in lists.values()} != {len(first.values)}:
                    return None
                return Items(
                    tuple(
                        replace(self, path=f"{self.path}_{number + 1}").value(
                            {e: each[number] for e, each in lists.items()}
                        )
                        for number in range(len(first.values))
                    )
                )
            case Names():
                maps = {e: each.values for e, each in values.items() if isinstance(each, Names)}
                if {tuple(each) for each in maps.values()} != {tuple(first.values)}:
                    return None
                return Names(
                    {
                        name: replace(self, path=f"{self.path}_{_word(name)}").value(
                            {e: each[name] for e, each in maps.items()}
                        )
                        for name in first.values
                    }
                )
        return None

    def _variable(self, path: str, values: Mapping[str, Value]) -> Value:
        if not all(map(_literal, values.values())):
            return Selected(values)
        name = re.sub(r"[^a-z0-9_]+", "_", path.lower())
        # an environment that has not even the resource gets nothing
        everywhere = dict.fromkeys(self.unifier.environments) | dict(values)
        self.module.variables[name] = Variable(name, everywhere)
        return Code((f"var.{name}",))


def _numbered(body: Body) -> Iterator[tuple[tuple[str, str, int], Argument | Nested]]:
    """Yield the parts of a body with what aligns them: the n-th block of a name with the n-th."""
    seen: dict[tuple[str, str], int] = {}
    for part in body:
        kind = "argument" if isinstance(part, Argument) else "block"
        number = seen.get((kind, part.name), 0)
        seen[kind, part.name] = number + 1
        yield (kind, part.name, number), part


def _word(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_").lower()


def _literal(value: Value) -> bool:
    """Whether a value can be given to a module as it is."""
    match value:
        case Attribute() | Code() | Text() | Encoded() | Choice() | Selected():
            return False
        case Items(values):
            return all(map(_literal, values))
        case Names(values):
            return all(map(_literal, values.values()))
    return True


def _with_environment(value: str | Text, environment: str) -> Value:
    """Return a text in which the environment's name is a variable."""
    parts = value.parts if isinstance(value, Text) else (value,)
    found: list[str | Attribute | Code] = []
    for part in parts:
        found += _split(part, environment) if isinstance(part, str) else [part]
    return text_of(found)


def _alone(environment: str, value: Value) -> Value:
    """Return the value of what only this environment has, as if others had it, too."""
    return walk(
        value,
        lambda part: _with_environment(part, environment) if isinstance(part, str | Text) else None,
    )


def _split(text: str, environment: str) -> list[str | Attribute | Code]:
    title = naming.title(environment)
    plain = rf"(?<![A-Za-z0-9]){re.escape(environment)}(?![A-Za-z0-9])"
    camel = rf"(?<![A-Z]){re.escape(title)}(?![a-z])" if title == environment.title() else r"(?!)"
    found: list[str | Attribute | Code] = []
    at = 0
    for match in re.finditer(f"{plain}|{camel}", text):
        found += [text[at : match.start()], ENVIRONMENT if match[0] == environment else TITLE]
        at = match.end()
    return [*found, text[at:]]
