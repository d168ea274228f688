"""The mistakes that people make in declarations, and some that nobody makes.

Each way changes one argument somewhere in a tree (`written.py`). What an argument takes is read
off its annotation, so that a new one is covered as soon as it is there.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, get_args, get_origin, get_type_hints

from annotated_types import Interval, Len
from tests.campaigns.junk import HOSTILE, JUNK, TEXTS
from tests.campaigns.written import Call, Place, Raw, copied, file_of, places

from sam_deploy.config.declare import Declaration

AS_TOLD: Final = {"HttpApi": "API", "RestApi": "_api", "Authorizer": "authorizer"}
"""What messages call a declaration that is not there."""
Mistake = Callable[[Call, Place, random.Random], str]
"""Changes one argument in the tree; returns the name under which it must be found."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A file, what was changed in it, and how. `touched` are names that an error may give."""

    text: str
    way: str
    touched: tuple[str, ...]
    where: tuple[str, ...]


def mutated(app: Call, dice: random.Random) -> Mutant:
    """Return an app with one mistake or two."""
    tree = copied(app)
    ways, touched, where = [], [], []
    for _ in range(2 if dice.random() < TWO_AT_ONCE else 1):
        way = dice.choice(list(WAYS))
        every = list(places(tree))
        place = dice.choice(_fitting(way, every) or every)
        before = place.call.arguments.get(place.argument)
        touched += [WAYS[way](tree, place, dice), place.path or "App"]
        # whatever names this, or stands where it stood, points to it as well
        touched += [*_names(before), *_names(place.call.arguments.get("name"))]
        ways.append(way)
        where.append(f"{place.call.kind.__name__}.{place.argument}")
    text = file_of(tree, HOSTILE)
    return Mutant(text, " and ".join(ways), tuple(touched), tuple(where))


TWO_AT_ONCE: Final = 0.15


def _fitting(way: str, every: list[Place]) -> list[Place]:
    """Return the places where a way makes sense; half of the others' tries would be wasted."""
    given = [each for each in every if each.argument in each.call.arguments]
    if way in {"left out", "twice", "wrapped", "unwrapped", "another place's"}:
        return given
    if way == "misspelt":
        return [each for each in given if isinstance(_value(each), str)]
    if way == "out of range":
        return [each for each in every if _mark(each, Interval) or _mark(each, Len)]
    return every


def _names(value: Any) -> Iterator[str]:
    """Yield the texts in a value, and what its declarations are called: others refer to these."""
    if isinstance(value, str) and value:
        yield value
    elif isinstance(value, Call):
        yield AS_TOLD.get(value.kind.__name__, value.kind.__name__)
        for each in value.arguments.values():
            yield from _names(each)
    elif isinstance(value, (list, dict)):
        for each in value:
            yield from _names(each)


def _value(place: Place) -> Any:
    return place.call.arguments.get(place.argument)


def _junk(_: Call, place: Place, dice: random.Random) -> str:
    place.call.arguments[place.argument] = Raw(dice.choice(JUNK))
    return place.argument


def _text(_: Call, place: Place, dice: random.Random) -> str:
    text = dice.choice(TEXTS)
    value = _value(place)
    if isinstance(value, list):
        changed: Any = [*value, text]
    elif isinstance(value, dict):
        changed = dice.choice([{**value, text: "x"}, {**value, "x": text}])
    else:
        changed = text
    place.call.arguments[place.argument] = changed
    return place.argument


def _misspelt(_: Call, place: Place, dice: random.Random) -> str:
    text = str(_value(place))
    at = dice.randrange(len(text)) if text else 0
    kinds = (
        text[:at] + text[at + 1 :],
        text[:at] + text[at : at + 2][::-1] + text[at + 2 :],
        text[:at] + dice.choice("aZ0-_ ") + text[at:],
        text.swapcase(),
    )
    place.call.arguments[place.argument] = dice.choice(kinds)
    return place.argument


def _left_out(_: Call, place: Place, __: random.Random) -> str:
    place.call.arguments.pop(place.argument, None)
    return place.argument


def _unknown(_: Call, place: Place, dice: random.Random) -> str:
    at = dice.randrange(len(place.argument))
    name = place.argument[:at] + dice.choice(["", "x", "_"]) + place.argument[at + 1 :] + "s"
    place.call.further.append(f"{name}=1")
    return name


def _surplus(_: Call, place: Place, dice: random.Random) -> str:
    many = len(get_type_hints(place.call.kind)) + dice.randint(1, 3)
    place.call.further.append(f"*([None] * {many})")
    return "positional"


def _twice(_: Call, place: Place, dice: random.Random) -> str:
    value = _value(place)
    if isinstance(value, list) and value:
        place.call.arguments[place.argument] = [*value, dice.choice(value)]
    else:
        place.call.further.append(f"**{{{place.argument!r}: None}}")
    return place.argument


def _wrapped(_: Call, place: Place, dice: random.Random) -> str:
    value = _value(place)
    kinds = ([value], [[value]], {"a": value}, {"dev": value, "prod": value})
    place.call.arguments[place.argument] = dice.choice(kinds)
    return place.argument


def _unwrapped(_: Call, place: Place, __: random.Random) -> str:
    value = _value(place)
    if isinstance(value, (list, dict)) and value:
        first: Any = next(iter(value.values() if isinstance(value, dict) else value))
        place.call.arguments[place.argument] = first
    else:
        place.call.arguments[place.argument] = Raw("None")
    return place.argument


def _another(tree: Call, place: Place, dice: random.Random) -> str:
    """Put a declaration, or a name, where it does not belong."""
    others = [_value(each) for each in places(tree) if each.argument in each.call.arguments]
    place.call.arguments[place.argument] = copied(dice.choice(others))
    return place.argument


def _out_of_range(_: Call, place: Place, dice: random.Random) -> str:
    number, length = _mark(place, Interval), _mark(place, Len)
    if isinstance(number, Interval) and isinstance(number.ge, int) and isinstance(number.le, int):
        kinds: list[Any] = [number.ge - 1, number.le + 1, -number.le, 10**30]
    elif isinstance(length, Len):
        kinds = [[], "", ["x"] * 500, "x" * 500]
    else:
        kinds = [-1]
    place.call.arguments[place.argument] = dice.choice(kinds)
    return place.argument


def _allowed(_: Call, place: Place, dice: random.Random) -> str:
    """Give it another value that its annotation takes: a mistake only where others disagree."""
    found = [Raw(repr(each)) for each in _examples(_hint(place))]
    place.call.arguments[place.argument] = dice.choice(found or [Raw("None")])
    return place.argument


def _examples(hint: Any) -> list[Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        number = next((each for each in arguments[1:] if isinstance(each, Interval)), None)
        if number is not None:
            return [number.ge, number.le]
        return _examples(arguments[0])
    if origin is Literal:
        return list(arguments)
    if hint is bool:
        return [True, False]
    if hint is type(None):
        return [None]
    if hint is str:
        return ["dev", "Orders", "orders", "a-b"]
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return [{}]
    if isinstance(origin, type):
        return [[], *([each] for each in _examples(arguments[0]))] if arguments else []
    return [each for argument in arguments for each in _examples(argument)]


def _mark(place: Place, kind: type) -> object:
    return _mark_in(_hint(place), kind)


def _mark_in(hint: Any, kind: type) -> object:
    arguments = get_args(hint)
    own = next((each for each in arguments if isinstance(each, kind)), None)
    below = (_mark_in(each, kind) for each in arguments)
    return own or next((each for each in below if each), None)


def _hint(place: Place) -> Any:
    return _hints(place.call.kind)[place.argument]


@functools.cache
def _hints(kind: type[Declaration]) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


WAYS: Final[dict[str, Mistake]] = {
    "junk": _junk,
    "text": _text,
    "misspelt": _misspelt,
    "left out": _left_out,
    "unknown argument": _unknown,
    "surplus": _surplus,
    "twice": _twice,
    "wrapped": _wrapped,
    "unwrapped": _unwrapped,
    "another place's": _another,
    "out of range": _out_of_range,
    "allowed": _allowed,
}
