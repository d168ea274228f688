"""Decides that a value fits an annotation of `model.py`, by a plain look. Pure.

It may be wrong in one direction only: what it does not pass is looked at again by pydantic, so it
says yes only where it is certain. A test holds the two against each other.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Interval, Len

from sam_deploy.config.declare import Declaration
from sam_deploy.config.text import AnyJson, Matches


def fits(value: object, hint: Any) -> bool:  # noqa: ANN401 - type hints have no useful type
    """Whether `value` certainly is what `hint` asks for."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        inner, *marks = arguments
        if AnyJson() in marks:
            return is_json(value)
        return fits(value, inner) and all(_keeps(value, mark) for mark in marks)
    if origin in (UnionType, Union):
        return any(fits(value, argument) for argument in arguments)
    if origin is Literal:
        return any(type(value) is type(each) and value == each for each in arguments)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return isinstance(value, dict) and all(
            fits(key, arguments[0]) and fits(item, arguments[1]) for key, item in value.items()
        )
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return isinstance(value, tuple) and all(fits(item, arguments[0]) for item in value)
    if hint is None or hint is type(None):
        return value is None
    if isinstance(hint, type) and issubclass(hint, Declaration):
        return isinstance(value, hint)
    # by exact type, as True is an int to Python and no number to us
    return hint in {str, int, bool} and type(value) is hint


def is_json(value: object) -> bool:
    """Whether a value can be written as JSON without a change, and as YAML for CloudFormation."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_json(each) for key, each in value.items())
    if isinstance(value, (list, tuple)):
        return all(is_json(each) for each in value)
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, (str, int, bool))


def _keeps(value: Any, mark: object) -> bool:  # noqa: ANN401 - its type has been looked at
    if isinstance(mark, Interval):
        return bool(
            (mark.ge is None or value >= mark.ge)
            and (mark.le is None or value <= mark.le)
            and mark.gt is None
            and mark.lt is None
        )
    if isinstance(mark, Len):
        return len(value) >= mark.min_length and (
            mark.max_length is None or len(value) <= mark.max_length
        )
    return isinstance(mark, Matches) and bool(_pattern(mark.pattern).fullmatch(value))


@functools.cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)
