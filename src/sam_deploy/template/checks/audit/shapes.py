"""Reads values of a template whatever their shape, without ever raising. Pure.

Templates come from us and from anybody: a property may be missing, be a function, stand in a
branch of `Fn::If`, or be something that CloudFormation would refuse. What cannot be known here
(an import, a lookup) is neither right nor wrong, so no rule objects to it. Mappings are `dict`s,
as JSON and YAML make them: asking for that is ten times as quick.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

NAMED: Final = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.[A-Za-z0-9.]+)?\}")
"""`${Job}` or `${Job.Arn}` in a text; pseudo parameters have colons."""
NO_VALUE: Final = {"Ref": "AWS::NoValue"}


def branches(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Yield what a value can be, with its path: itself, or every branch of `Fn::If`."""
    if isinstance(value, dict) and len(value) == 1 and "Fn::If" in value:
        choices = value["Fn::If"]
        if isinstance(choices, (list, tuple)):
            for index, each in enumerate(choices[1:], 1):
                yield from branches(each, f"{path}.Fn::If[{index}]")
    elif value is not None and value != NO_VALUE:
        yield path, value


def many(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Yield the items of what may be a list or a single item, each with its path."""
    for where, each in branches(value, path):
        if isinstance(each, (list, tuple)):
            for index, item in enumerate(each):
                yield from many(item, f"{where}[{index}]")
        else:
            yield where, each


def mapping(value: object) -> Mapping[str, object]:
    """Return the mapping that a value is or can be; an empty one for everything else."""
    if isinstance(value, dict) and "Fn::If" not in value:
        return value
    for _, each in branches(value):
        if isinstance(each, dict):
            return each
    return {}


def at(value: object, *keys: str) -> object:
    """Return what stands below these keys; nothing when it is missing or `AWS::NoValue`."""
    for key in keys:
        value = mapping(value).get(key)
    return None if value == NO_VALUE else value


def text(value: object) -> str:
    """Return a text with its references as `${Name}` or `${Name.Arn}`; '' for what is none."""
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, int, float)):
        return str(value)
    if not isinstance(value, dict) or len(value) != 1:
        return ""
    ((function, given),) = value.items()
    if function == "Ref":
        return f"${{{given}}}"
    if function == "Fn::GetAtt":
        parts = given if isinstance(given, (list, tuple)) else [given]
        return "${" + ".".join(str(part) for part in parts) + "}"
    if function == "Fn::Sub":
        whole = given[0] if isinstance(given, (list, tuple)) and given else given
        return whole if isinstance(whole, str) else ""
    if function == "Fn::Join" and isinstance(given, (list, tuple)) and len(given) == 2:  # noqa: PLR2004 - delimiter and parts
        parts = given[1] if isinstance(given[1], (list, tuple)) else []
        return str(given[0]).join(text(part) for part in parts)
    return ""


def names(value: object) -> list[str]:
    """Return the logical ids and parameters that a text refers to."""
    return NAMED.findall(text(value))


def yes(value: object) -> bool:
    """Whether a value says true, as YAML or as text."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


def no(value: object) -> bool:
    """Whether a value says false, as YAML or as text."""
    return value is False or (isinstance(value, str) and value.lower() == "false")


def number(value: object) -> int | None:
    """Return a whole number, also one written as text; nothing for what is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if (
        isinstance(value, str)
        and value.isascii()
        and value.isdigit()
        and len(value) < len("1" * 20)
    ):
        return int(value)
    return None


def below(path: str, key: str) -> str:
    """Return the path of a key below another path."""
    return f"{path}.{key}" if path else key
