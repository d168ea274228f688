"""Ways to walk a declared tree and to say where in it something is."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sam_deploy.config.declare import ABSENT, Declaration, origin_of

if TYPE_CHECKING:
    from sam_deploy.config.model import App

CONFIG_FILE: Final = "deploy.py"
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


def named(app: App, family: str) -> list[Declaration]:
    """Return the declarations of a family, such as `queues`, leaving out what is none."""
    listed = getattr(app, family)
    if not isinstance(listed, (list, tuple)):
        return []
    return [each for each in listed if isinstance(each, Declaration)]


def names(app: App, *families: str) -> list[str]:
    """Return the names in these families that are text."""
    found = (getattr(each, "name", None) for family in families for each in named(app, family))
    return [name for name in found if isinstance(name, str)]


def feature_set_of(app: App, declared: object) -> object:
    """Return the feature set a declaration belongs to: its own, else the app's first."""
    own = getattr(declared, "feature_set", None)
    first = next((each for each in named(app, "feature_sets")), None)
    return own if own is not None else getattr(first, "name", None)


def entries(app: App, family: str) -> Iterator[tuple[str, Declaration]]:
    """Yield the declarations of a family, each with its path."""
    for index, each in enumerate(named(app, family)):
        yield f"{family}[{label(each, index)}]", each


def texts(value: object) -> list[str]:
    """Return the items of a list that are text."""
    listed = value if isinstance(value, (list, tuple)) else ()
    return [item for item in listed if isinstance(item, str)]


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that was most likely meant; '' when none comes near.

    The same letters in another order win: swapping two is the commonest slip.
    """
    listed = list(known)
    swapped = [each for each in listed if sorted(each) == sorted(name)]
    return next(iter(swapped or difflib.get_close_matches(name, listed, n=1)), "")


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
