"""Works out what a value of a template is, as far as that is known before a deployment. Pure.

Parameters have their overrides or defaults; conditions follow from them. What only AWS knows (the
region, a parameter in Parameter Store, an attribute) stays open, with the reason.
Source: CloudFormation user guide, "Intrinsic function reference", "Condition functions".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

Value: TypeAlias = Any
"""What a document holds: text, number, list, mapping."""

_VARIABLE: Final = re.compile(r"\$\{(!?)([^}]*)\}")
_DEEPEST: Final = 50


@dataclass(frozen=True, slots=True)
class Open:
    """A value that is known only when it is deployed, and why."""

    why: str


NO_VALUE: Final = None
"""What `AWS::NoValue` leaves behind: as if the property were not there."""


@dataclass(frozen=True, slots=True)
class Values:
    """The parameters, mappings and conditions of a template, as they will be."""

    parameters: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    overrides: Mapping[str, str] = field(default_factory=dict)
    mappings: Mapping[str, Value] = field(default_factory=dict)
    conditions: Mapping[str, Value] = field(default_factory=dict)
    loop_variables: frozenset[str] = frozenset()
    """Names that a surrounding `Fn::ForEach` gives other values each time."""

    def of(self, value: Value, depth: int = 0) -> Value:
        """Return the value with all functions worked out, or `Open` when one cannot be."""
        if depth > _DEEPEST:
            return Open("it is nested too deep, or refers to itself")
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            return self._mapping(value, depth + 1)
        if isinstance(value, list):
            return _all([self.of(each, depth + 1) for each in value])
        return value

    def _text(self, value: str) -> Value:
        """A loop's variable is put into any text. Source: "Fn::ForEach"."""
        for name in self.loop_variables:
            if f"${{{name}}}" in value or f"&{{{name}}}" in value:
                return Open(f"`{name}` is another one in each turn of the loop")
        return value

    def _mapping(self, value: Mapping[str, Value], depth: int) -> Value:
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            if name == "Condition":
                return self._condition(argument, depth)
            if name == "Ref" or name.startswith("Fn::"):
                return self._function(name, argument, depth)
        inside = {key: self.of(each, depth) for key, each in value.items()}
        return next((each for each in inside.values() if isinstance(each, Open)), inside)

    def _function(self, name: str, argument: Value, depth: int) -> Value:
        match name:
            case "Ref":
                return self._ref(argument)
            case "Fn::If":
                return self._if(argument, depth)
            case "Fn::Sub":
                return self._sub(argument, depth)
            case "Fn::FindInMap":
                return self._find_in_map(argument, depth)
            case "Fn::Join" | "Fn::Select" | "Fn::Split" | "Fn::Equals":
                return self._calculated(name, argument, depth)
            case "Fn::And" | "Fn::Or" | "Fn::Not":
                return self._logic(name, argument, depth)
            case _:
                return Open(f"`{name}` is worked out on AWS")

    def _ref(self, name: Value) -> Value:
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self.loop_variables:
            return Open(f"`{name}` is another one in each turn of the loop")
        declared = self.parameters.get(name) if isinstance(name, str) else None
        if not isinstance(declared, Mapping):
            return Open(f"`{name}` is known only on AWS")
        kind = str(declared.get("Type", "String"))
        if kind.startswith("AWS::SSM::Parameter::Value"):
            return Open(f"parameter `{name}` is read from Parameter Store")
        if name not in self.overrides and "Default" not in declared:
            return Open(f"parameter `{name}` has no value")
        given = self.overrides.get(name, declared.get("Default"))
        if kind.startswith("List<") or kind == "CommaDelimitedList":
            return [each.strip() for each in str(given).split(",")]
        return str(given)

    def _if(self, argument: Value, depth: int) -> Value:
        if not (isinstance(argument, list) and len(argument) == 3):  # noqa: PLR2004 - Fn::If has 3
            return Open("`Fn::If` takes a condition and two values")
        held = self._condition(argument[0], depth)
        return held if isinstance(held, Open) else self.of(argument[1 if held else 2], depth)

    def _condition(self, name: Value, depth: int) -> Value:
        if not isinstance(name, str) or name not in self.conditions:
            return Open(f"there is no condition `{name}`")
        return self.of(self.conditions[name], depth + 1)

    def _sub(self, argument: Value, depth: int) -> Value:
        text, own = argument, {}
        if isinstance(argument, list) and len(argument) == 2:  # noqa: PLR2004 - text and variables
            text, own = argument
        if not (isinstance(text, str) and isinstance(own, Mapping)):
            return Open("`Fn::Sub` takes a text, or a text and its variables")
        looped = self._text(text)
        if isinstance(looped, Open):
            return looped
        parts, after = [], 0
        for match in _VARIABLE.finditer(text):
            parts.append(text[after : match.start()])
            after = match.end()
            found: Value = f"${{{match[2]}}}"
            if not match[1]:
                name = match[2].strip()
                found = self.of(own[name], depth) if name in own else self._ref(name)
            if isinstance(found, Open):
                return found
            parts.append(str(found))
        return "".join([*parts, text[after:]])

    def _find_in_map(self, argument: Value, depth: int) -> Value:
        keys = self.of(argument, depth)
        if isinstance(keys, Open):
            return keys
        if not (isinstance(keys, list) and len(keys) >= 3):  # noqa: PLR2004 - map and two keys
            return Open("`Fn::FindInMap` takes a map and two keys")
        found: Value = self.mappings
        for key in keys[:3]:
            found = found.get(str(key)) if isinstance(found, Mapping) else None
        if found is None and isinstance(keys[-1], Mapping):
            found = keys[-1].get("DefaultValue")
        return Open(f"mapping `{keys[0]}` has no such value") if found is None else found

    def _calculated(self, name: str, argument: Value, depth: int) -> Value:
        inside = self.of(argument, depth)
        if isinstance(inside, Open):
            return inside
        match name, inside:
            case "Fn::Join", [str() as between, [*texts]]:
                return between.join(str(each) for each in texts)
            case "Fn::Split", [str() as between, str() as text] if between:
                return text.split(between)
            case "Fn::Select", [index, [*texts]] if str(index).isdigit():
                place = int(str(index))
                return texts[place] if place < len(texts) else Open("there are fewer values")
            case "Fn::Equals", [one, other]:
                return _plain(one) == _plain(other)
        return Open(f"`{name}` is not written as it should be")

    def _logic(self, name: str, argument: Value, depth: int) -> Value:
        if not isinstance(argument, list) or not argument:
            return Open(f"`{name}` takes a list of conditions")
        found = [self.of(each, depth) for each in argument]
        decisive = name == "Fn::Or"
        if name != "Fn::Not" and any(each is decisive for each in found):
            return decisive
        opened = _all(found)
        if isinstance(opened, Open):
            return opened
        return not found[0] if name == "Fn::Not" else all(found) if not decisive else any(found)


def _all(found: Sequence[Value]) -> Value:
    opened = next((each for each in found if isinstance(each, Open)), None)
    return opened or [each for each in found if each is not NO_VALUE]


def _plain(value: Value) -> Value:
    """CloudFormation compares texts: true and "true" are equal."""
    return str(value).lower() if isinstance(value, bool) else str(value)
