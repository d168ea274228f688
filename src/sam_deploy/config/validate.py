"""Holds a declared tree to the annotations of `model.py`, from the leaves up.

A plain look (`fits.py`) decides that a value is right, which nearly all are. Only what it does not
pass goes to pydantic (`judge.py`), which takes a tenth of a second to import.
"""

from __future__ import annotations

import difflib
import functools
from dataclasses import fields
from typing import Any, TypeVar, get_type_hints

from sam_deploy.config.declare import ABSENT, ORIGIN, Declaration, origin_of
from sam_deploy.config.fits import fits
from sam_deploy.config.tree import Problem, label, line_of
from sam_deploy.config.wording import spoken

D = TypeVar("D", bound=Declaration)
Validated = tuple[D | None, list[Problem]]


def validate(declared: D, path: str = "") -> Validated[D]:
    """Return a copy of the tree with every value checked, or nothing, and all mistakes."""
    problems = _argument_problems(declared, path)
    values: dict[str, object] = {}
    for each in fields(declared):
        value = getattr(declared, each.name)
        if value is ABSENT:
            continue
        here = f"{path}.{each.name}" if path else each.name
        checked, found = _check_below(value, here)
        values[each.name] = checked
        problems += found
        hint = _hints(type(declared))[each.name]  # type: ignore[arg-type] # a class is hashable
        if not fits(checked, hint):
            problems += _judged(checked, hint, here, line_of(declared))
    if problems:
        return None, problems
    return _rebuilt(declared, values), []


def _judged(value: object, hint: Any, path: str, line: int) -> list[Problem]:  # noqa: ANN401
    from sam_deploy.config.judge import judge  # noqa: PLC0415 - pydantic, only for a mistake

    return [Problem(path + suffix, message, line) for suffix, message in judge(value, hint)]


def _argument_problems(declared: Declaration, path: str) -> list[Problem]:
    origin = origin_of(declared)
    kind = spoken(type(declared).__name__)
    place = path or kind
    if origin is None:
        return []
    names = [each.name for each in fields(declared)]
    problems = []
    for name in origin.unknown:
        if name in names:
            message = f"`{name}` is given twice"
        else:
            near = difflib.get_close_matches(name, names, n=1)
            message = f"`{kind}` has no argument `{name}`"
            message += f"; did you mean `{near[0]}`?" if near else f"; it has {', '.join(names)}"
        problems.append(Problem(place, message, origin.line))
    problems += [Problem(place, f"`{name}` is missing", origin.line) for name in origin.missing]
    if origin.surplus:
        many = "argument" if origin.surplus == 1 else "arguments"
        message = f"`{kind}` got {origin.surplus} positional {many} too many"
        problems.append(Problem(place, message, origin.line))
    return problems


def _check_below(value: object, path: str) -> tuple[object, list[Problem]]:
    """Validate the declarations inside `value`; what fails stays as it was."""
    if isinstance(value, Declaration):
        checked, problems = validate(value, path)
        return (value if checked is None else checked), problems
    if isinstance(value, (list, tuple)):
        items: list[object] = []
        problems = []
        for index, item in enumerate(value):
            checked_item, found = _check_below(item, f"{path}[{label(item, index)}]")
            items.append(checked_item)
            problems += found
        return tuple(items), problems
    if isinstance(value, dict):
        return {key: tuple(v) if isinstance(v, list) else v for key, v in value.items()}, []
    return value, []


@functools.cache
def _hints(kind: type[Declaration]) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


def _rebuilt(declared: D, values: dict[str, object]) -> D:
    made = object.__new__(type(declared))
    for name, value in values.items():
        object.__setattr__(made, name, value)
    object.__setattr__(made, ORIGIN, origin_of(declared))
    return made
