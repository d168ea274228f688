"""How a declaration in `deploy.py` is recorded without being judged.

`App(...)`, `Function(...)` and the others must not raise at the first mistake: the loader wants
to report all of them at once. So their constructors accept anything, remember where in the
user's file they stand, and keep what does not fit (unknown or missing arguments) beside the
rest. `load.py` judges the whole tree. This module imports only the standard library, so that a
user's `deploy.py` costs nothing to import.
"""

from __future__ import annotations

import sys
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, ClassVar, Final, TypeVar, dataclass_transform

T = TypeVar("T")
ORIGIN: Final = "__origin__"


class _Absent:
    """Stands where a required argument was not given."""

    def __repr__(self) -> str:
        return "nothing"


ABSENT: Final = _Absent()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a declaration was written, and what was wrong with its arguments."""

    file: str
    line: int
    unknown: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    surplus: int = 0


class Declaration:
    """Base of everything a user declares. `origin_of` tells where it was declared."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def declaration(cls: type[T]) -> type[T]:
    """Make `cls` a frozen dataclass whose constructor records instead of raising."""
    made = dataclass(frozen=True)(cls)

    def record(self: object, *args: object, **kwargs: object) -> None:
        frame = sys._getframe(1)  # noqa: SLF001 - the only way to know the user's line
        _record(self, args, kwargs, frame.f_code.co_filename, frame.f_lineno)

    made.__init__ = record  # type: ignore[method-assign]
    return made


def _record(
    self: object, args: tuple[object, ...], kwargs: dict[str, object], file: str, line: int
) -> None:
    known = fields(self)  # type: ignore[arg-type]
    names = [each.name for each in known]
    given = dict(zip(names, args, strict=False))
    unknown = tuple(key for key in kwargs if key not in names or key in given)
    given |= {key: value for key, value in kwargs.items() if key not in unknown}
    missing = []
    for each in known:
        if each.name in given:
            value = given[each.name]
        elif each.default is not MISSING:
            value = each.default
        elif each.default_factory is not MISSING:
            value = each.default_factory()
        else:
            missing.append(each.name)
            value = ABSENT
        object.__setattr__(self, each.name, value)
    origin = Origin(file, line, unknown, tuple(missing), max(0, len(args) - len(names)))
    object.__setattr__(self, ORIGIN, origin)


def changed(declared: T, **values: object) -> T:
    """Return a copy with other values, declared where the first one was."""
    made = object.__new__(type(declared))
    for each in fields(declared):  # type: ignore[arg-type] # a declaration is a dataclass
        object.__setattr__(made, each.name, values.get(each.name, getattr(declared, each.name)))
    object.__setattr__(made, ORIGIN, origin_of(declared))
    return made


def origin_of(declared: object) -> Origin | None:
    """Return where `declared` was written; nothing for a value that is no declaration."""
    found = getattr(declared, ORIGIN, None)
    return found if isinstance(found, Origin) else None
