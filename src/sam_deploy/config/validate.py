"""Holds a declared tree to the annotations of `model.py`, from the leaves up, by pydantic.

Separate from `load.py` because importing pydantic costs a tenth of a second, which `--help` and
`--version` must not pay.
"""

from __future__ import annotations

import difflib
import functools
import operator
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from types import GenericAlias, UnionType
from typing import (
    Annotated,
    Any,
    Final,
    Literal,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from pydantic import AfterValidator, ConfigDict, InstanceOf, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from sam_deploy.config.declare import ABSENT, ORIGIN, Declaration, origin_of
from sam_deploy.config.text import Matches
from sam_deploy.config.tree import Problem, label, line_of
from sam_deploy.config.wording import spoken, told

D = TypeVar("D", bound=Declaration)
Validated = tuple[D | None, list[Problem]]
STRICT: Final = ConfigDict(strict=True, arbitrary_types_allowed=True)


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
        adapter = _adapter(type(declared), each.name)  # type: ignore[arg-type] # a class is hashable
        problems += _check(adapter, checked, here, line_of(declared))
    if problems:
        return None, problems
    return _rebuilt(declared, values), []


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


def _check(adapter: TypeAdapter[Any], value: object, path: str, line: int) -> list[Problem]:
    try:
        adapter.validate_python(value)
    except ValidationError as error:
        found = told(error.errors(include_url=False), value)
        return [Problem(path + suffix, message, line) for suffix, message in found]
    return []


@functools.cache
def _adapter(kind: type[Declaration], name: str) -> TypeAdapter[Any]:
    hints = get_type_hints(kind, include_extras=True)
    return TypeAdapter(_rule(hints[name]), config=STRICT)


def _rule(hint: Any) -> Any:  # noqa: ANN401 - type hints have no useful type
    """Translate an annotation into one that pydantic enforces the way we want.

    Declarations inside are validated already, so they are only checked by class; `Matches`
    becomes a validator with our words; a sequence is a list or a tuple, never text.
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        inner, *marks = arguments
        rules = [AfterValidator(_form(m)) if isinstance(m, Matches) else m for m in marks]
        return Annotated[(_rule(inner), *rules)]
    if origin in (UnionType, Union):
        return functools.reduce(operator.or_, (_rule(argument) for argument in arguments))
    if origin is not None and origin is not Literal and issubclass(origin, Mapping):
        return GenericAlias(dict, (_rule(arguments[0]), _rule(arguments[1])))
    if origin is not None and origin is not Literal and issubclass(origin, Sequence):
        return GenericAlias(tuple, (_rule(arguments[0]), ...))
    if isinstance(hint, type) and issubclass(hint, Declaration):
        return Annotated[hint, InstanceOf()]  # type: ignore[type-arg] # the marker form
    return hint


def _form(mark: Matches) -> Any:  # noqa: ANN401 - a pydantic validator
    def check(value: str) -> str:
        if not re.fullmatch(mark.pattern, value):
            raise PydanticCustomError(
                "form",
                "{got} is not {meaning}",
                {"got": repr(value), "meaning": f"of the form: {mark.meaning}"},
            )
        return value

    return check


def _rebuilt(declared: D, values: dict[str, object]) -> D:
    made = object.__new__(type(declared))
    for name, value in values.items():
        object.__setattr__(made, name, value)
    object.__setattr__(made, ORIGIN, origin_of(declared))
    return made
