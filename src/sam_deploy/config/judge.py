"""Holds a value to an annotation by pydantic, and says what is wrong in a user's words.

Apart from `validate.py`, because importing pydantic costs a tenth of a second.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Mapping, Sequence
from types import GenericAlias, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import AfterValidator, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from sam_deploy.config.declare import Declaration
from sam_deploy.config.fits import is_json
from sam_deploy.config.text import AnyJson, Matches
from sam_deploy.config.tree import nearest
from sam_deploy.config.wording import told

STRICT: Final = ConfigDict(strict=True, arbitrary_types_allowed=True)


def judge(value: object, hint: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - a type hint
    """Return where in `value` and what is wrong; nothing when it fits the annotation."""
    adapter: TypeAdapter[Any] = TypeAdapter(_rule(hint), config=STRICT)
    try:
        adapter.validate_python(value)
    except ValidationError as error:
        return told(error.errors(include_url=False), value)
    return []


def _rule(hint: Any) -> Any:  # noqa: ANN401 - type hints have no useful type
    """Translate an annotation into one that pydantic enforces the way we want.

    Declarations inside are validated already, so they are only checked by class; `Matches`
    becomes a validator with our words; a sequence is a list or a tuple, never text.
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        inner, *marks = arguments
        if AnyJson() in marks:
            return Annotated[(object, AfterValidator(_json))]
        rules = [AfterValidator(_form(m)) if isinstance(m, Matches) else m for m in marks]
        return Annotated[(_rule(inner), *rules)]
    if origin in (UnionType, Union):
        return functools.reduce(operator.or_, (_rule(argument) for argument in arguments))
    if origin is not None and origin is not Literal and issubclass(origin, Mapping):
        return GenericAlias(dict, (_rule(arguments[0]), _rule(arguments[1])))
    if origin is not None and origin is not Literal and issubclass(origin, Sequence):
        return GenericAlias(tuple, (_rule(arguments[0]), ...))
    if isinstance(hint, type) and issubclass(hint, Declaration):
        return Annotated[(object, AfterValidator(_instance(hint)))]
    return hint


def _instance(kind: type[Declaration]) -> Any:  # noqa: ANN401 - a pydantic validator
    def check(value: object) -> object:
        if not isinstance(value, kind):
            raise PydanticCustomError("is_instance_of", "{class}", {"class": kind.__name__})
        return value

    return check


def _json(value: object) -> object:
    if not is_json(value):
        raise PydanticCustomError(
            "json", "{got} is not JSON: text, numbers, lists and dicts", {"got": repr(value)}
        )
    return value


def _form(mark: Matches) -> Any:  # noqa: ANN401 - a pydantic validator
    def check(value: str) -> str:
        if not re.fullmatch(mark.pattern, value):
            near = nearest(value, mark.known)
            meant = f"; did you mean {near!r}?" if near else ""
            raise PydanticCustomError(
                "form",
                "{got} is not {meaning}",
                {"got": repr(value), "meaning": f"of the form: {mark.meaning}{meant}"},
            )
        return value

    return check
