"""Takes every surprise out of a declared tree before anybody looks into it. Pure.

`deploy.py` is Python, so anything can stand in an argument: objects whose `repr` raises, lists
that contain themselves, generators. What is neither text, number, truth, nothing, list, dict nor
declaration is replaced by a stand-in that has a `repr` and is equal to nothing; the rules then
refuse it like any other wrong value, at its place.
"""

from __future__ import annotations

import operator
from dataclasses import fields
from typing import Any, Final, TypeVar

from sam_deploy.config.declare import ABSENT, Declaration, changed

D = TypeVar("D", bound=Declaration)
PLAIN: Final = frozenset({str, int, float, bool, type(None)})
DEEPEST: Final = 60
"""Levels of lists, dicts and declarations. CloudFormation reads no template that is deeper."""
MOST_BITS: Final = 4000
"""Python does not write longer numbers down (`sys.set_int_max_str_digits`)."""
MOST_VALUES: Final = 1_000_000


class Odd:
    """Stands for a value of a kind that no argument takes."""

    __slots__ = ("_shown",)

    def __init__(self, shown: str) -> None:
        self._shown = shown

    def __repr__(self) -> str:
        return self._shown


def tamed(declared: D) -> D:
    """Return the tree with nothing but plain values in it; itself when it has only these."""
    found: D = _Tamer().tamed(declared)
    return found


def shown(value: object) -> str:
    """Return an object's `repr`; of one that has none, its type in words."""
    try:
        return str.__str__(repr(value))
    except Exception:  # noqa: BLE001 - users' objects raise whatever they like
        return f"a value of the type {type(value).__name__}"


class _Tamer:
    """Walks one tree, and knows where it is: what is met inside of itself goes on for ever."""

    def __init__(self) -> None:
        self._above: set[int] = set()
        self._left = MOST_VALUES

    def tamed(self, value: Any) -> Any:  # noqa: ANN401 - anything goes in
        kind = type(value)
        self._left -= 1
        if kind is int and value.bit_length() > MOST_BITS:
            return Odd("a number of thousands of digits")
        if kind in PLAIN or value is ABSENT:
            return value
        # by the real type: `isinstance` asks the value itself, which may lie
        if issubclass(kind, (Declaration, list, tuple, dict)):
            return self._below(value, kind)
        if issubclass(kind, str):
            return str.__str__(value)
        if issubclass(kind, int):
            return self.tamed(int.__int__(value))
        return Odd(shown(value))

    def _below(self, value: Any, kind: type) -> Any:  # noqa: ANN401
        if id(value) in self._above:
            return Odd("a value that contains itself")
        if len(self._above) >= DEEPEST:
            return Odd(f"a value nested more than {DEEPEST} deep")
        if self._left < 0:
            return Odd("one value too many")
        self._above.add(id(value))
        try:
            return self._contents(value, kind)
        finally:
            self._above.remove(id(value))

    def _contents(self, value: Any, kind: type) -> Any:  # noqa: ANN401
        if issubclass(kind, Declaration):
            before = {each.name: getattr(value, each.name) for each in fields(value)}
            after = {name: self.tamed(each) for name, each in before.items()}
            same = all(after[name] is each for name, each in before.items())
            return value if same else changed(value, **after)
        if issubclass(kind, dict):
            items = list(dict.items(value))
            pairs = [(self._key(key), self.tamed(each)) for key, each in items]
            if kind is dict and all(
                new[0] is old[0] and new[1] is old[1] for new, old in zip(pairs, items, strict=True)
            ):
                return value
            return dict(pairs)
        listed = list(list.__iter__(value) if issubclass(kind, list) else tuple.__iter__(value))
        made = [self.tamed(each) for each in listed]
        if kind in {list, tuple} and all(map(operator.is_, made, listed)):
            return value
        return made if issubclass(kind, list) else tuple(made)

    def _key(self, key: Any) -> Any:  # noqa: ANN401
        """Return a key as it is where it is plain; others were hashed once and may not be again."""
        return key if type(key) in PLAIN else Odd(shown(key))
