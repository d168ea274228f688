"""Holds a declared tree to the annotations of `model.py`, from the leaves up.

A plain look (`fits.py`) decides that a value is right, which nearly all are. Only what it does not
pass goes to pydantic (`judge.py`), which takes a tenth of a second to import.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from typing import Any, Final, TypeVar, get_type_hints

from sam_deploy.config.declare import ABSENT, Declaration, changed, origin_of
from sam_deploy.config.fits import fits
from sam_deploy.config.tree import Problem, label, line_of
from sam_deploy.config.wording import shown, spoken

MAY_REPEAT: Final = frozenset({"include", "exclude", "regions", "replicas"})
"""Lists of patterns, in which the last one wins, and lists that `checks/` looks at."""
UNWRITABLE: Final = re.compile("[\x00\ud800-\udfff]")
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
        if fits(checked, hint):
            problems += _unwritable(checked, here, line_of(declared))
            problems += _repeated(checked, here, line_of(declared))
        else:
            problems += _judged(checked, hint, here, line_of(declared))
    if problems:
        return None, problems
    return changed(declared, **values), []


def _judged(value: object, hint: Any, path: str, line: int) -> list[Problem]:  # noqa: ANN401
    from sam_deploy.config.judge import judge  # noqa: PLC0415 - pydantic, only for a mistake

    return [Problem(path + suffix, message, line) for suffix, message in judge(value, hint)]


def _unwritable(value: object, path: str, line: int) -> Iterator[Problem]:
    """Yield texts that no file, template or request can hold, wherever they stand."""
    if isinstance(value, str) and UNWRITABLE.search(value):
        message = f"{shown(value)} has a null byte or half a character, which nothing can hold"
        yield Problem(path, message, line)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _unwritable(item, f"{path}[{index}]", line)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _unwritable(key, path, line)
            yield from _unwritable(item, f"{path}[{key!r}]", line)


def _repeated(value: object, path: str, line: int) -> Iterator[Problem]:
    """Yield what a list has twice; AWS refuses most such lists. Declarations are named apart."""
    if not isinstance(value, tuple) or path.rpartition(".")[2] in MAY_REPEAT:
        return
    texts = Counter(item for item in value if isinstance(item, str))
    repeated: list[object] = [item for item, count in texts.items() if count > 1]
    mappings = [item for item in value if isinstance(item, dict)]
    repeated += [item for at, item in enumerate(mappings) if item in mappings[:at]]
    for item in repeated:
        yield Problem(path, f"{shown(item)} is listed twice", line)


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
        kept: dict[object, object] = {}
        problems = []
        for key, item in value.items():
            kept[key], below = _check_below(item, f'{path}["{key}"]')
            problems += below
        return kept, problems
    return value, []


@functools.cache
def _hints(kind: type[Declaration]) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)
