"""Ways to walk a declared tree and to say where in it something is."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

from sam_deploy.config.declare import ABSENT, Declaration, origin_of
from sam_deploy.config.remembered import remembered

if TYPE_CHECKING:
    from sam_deploy.config.model import App, Function

CONFIG_FILE: Final = "deploy.py"
RESOURCES: Final = (
    "queues",
    "topics",
    "event_buses",
    "buckets",
    "tables",
    "user_pools",
)
"""Families that share one space of names, since `uses=` refers to them by name alone."""
SHOWN_NAMES: Final = 12
"""As many names as an error lists."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where in the tree, where in the file, and what is wrong."""

    path: str
    message: str
    line: int = 0

    def __str__(self) -> str:
        where = f"{CONFIG_FILE}:{self.line}: " if self.line else ""
        return f"{where}{self.path}: {self.message}" if self.path else f"{where}{self.message}"


def label(item: object, index: int) -> str:
    """Return how a list entry is called in a path: its name in quotes, else its number."""
    name = getattr(item, "name", ABSENT)
    return f'"{name}"' if isinstance(name, str) else str(index)


def line_of(declared: object) -> int:
    """Return the line in `deploy.py` on which something was declared; 0 when unknown."""
    origin = origin_of(declared)
    return origin.line if origin else 0


def declarations(app: App) -> Iterator[tuple[str, Declaration]]:
    """Yield everything that is declared with its path, outer things first."""
    yield from _below("", app)


def _below(path: str, value: object) -> Iterator[tuple[str, Declaration]]:
    if isinstance(value, Declaration):
        yield path, value
        for each in fields(value):
            yield from _below(f"{path}.{each.name}".lstrip("."), getattr(value, each.name))
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _below(f"{path}[{label(item, index)}]", item)


def named(app: App, family: str) -> list[Declaration]:
    """Return the declarations of a family, such as `queues`, leaving out what is none."""
    known = _families(app)
    if family not in known:
        known[family] = listed(app, family)
    return list(known[family])


def names(app: App, *families: str) -> list[str]:
    """Return the names in these families that are text."""
    known = _names(app)
    if families not in known:
        found = (getattr(each, "name", None) for family in families for each in named(app, family))
        known[families] = [name for name in found if isinstance(name, str)]
    return list(known[families])


@remembered
def _families(_: App) -> dict[str, list[Declaration]]:
    """Return what `named` has found: checks ask for the same again for every declaration."""
    return {}


@remembered
def _names(_: App) -> dict[tuple[str, ...], list[str]]:
    return {}


def feature_set_of(app: App, declared: object) -> object:
    """Return the feature set a declaration belongs to: its own, else the app's first."""
    own = getattr(declared, "feature_set", None)
    if own is not None:
        return own
    # called for every declaration again and again: it must not look at all feature sets
    sets = app.feature_sets if isinstance(app.feature_sets, (list, tuple)) else ()
    first = next((each for each in sets if isinstance(each, Declaration)), None)
    return getattr(first, "name", None)


def entries(app: App, family: str) -> Iterator[tuple[str, Declaration]]:
    """Yield the declarations of a family, each with its path."""
    for index, each in enumerate(named(app, family)):
        yield f"{family}[{label(each, index)}]", each


def listed(declared: object, name: str) -> list[Declaration]:
    """Return the declarations in an argument that should be a list of them."""
    value = getattr(declared, name, ())
    items = value if isinstance(value, (list, tuple)) else ()
    return [item for item in items if isinstance(item, Declaration)]


def texts(value: object) -> list[str]:
    """Return the items of a list that are text."""
    listed = value if isinstance(value, (list, tuple)) else ()
    return [item for item in listed if isinstance(item, str)]


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that was most likely meant; '' when none comes near.

    The same letters in another order win: swapping two is the commonest slip. Whether letters are
    capital does not count.
    """
    listed = list(known)
    swapped = [each for each in listed if sorted(each) == sorted(name)]
    small = {each.lower(): each for each in reversed(listed)}
    close = difflib.get_close_matches(name, listed, n=1)
    close = close or [small[each] for each in difflib.get_close_matches(name.lower(), small, n=1)]
    return next(iter(swapped or close), "")


def unknown_name(path: str, what: str, name: object, known: Iterable[str], line: int) -> Problem:
    """Say that `name` is not among the known ones, and which comes nearest."""
    listed = sorted(set(known))
    near = nearest(str(name), listed)
    if near:
        hint = f"did you mean {near!r}?"
    else:
        more = ", ..." if len(listed) > SHOWN_NAMES else ""
        shown = ", ".join(listed[:SHOWN_NAMES]) + more
        hint = f"there is {shown}" if listed else "none is declared"
    return Problem(path, f"unknown {what} {name!r}; {hint}", line)


def split_use(use: str) -> tuple[str, str]:
    """('reports', 'read') of 'reports.read'; ('reports', 'all') of 'reports'."""
    for mode in ("read", "write"):
        if use.endswith(f".{mode}"):
            return use.removesuffix(f".{mode}"), mode
    return use, "all"


def first_environment(app: App) -> str:
    """Return the environment that deploying moves: the one that receives no promotion."""
    return next(each.name for each in app.environments if each.promote_from is None)


def variables_of(function: Function, environment: str) -> dict[str, str]:
    """Return a function's plain variables as they are in one environment."""
    return {
        name: value if isinstance(value, str) else value[environment]
        for name, value in function.environment.items()
        if isinstance(value, str) or environment in value
    }
