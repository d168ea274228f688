"""Why a package is in an archive: the way from what was asked for to it. Pure.

The graph comes from the `Requires-Dist` lines inside the archive, with the markers of the target.
What was asked for comes from the project, from the notes of an installer, or, where neither says
it, is taken to be what nothing else in the archive requires.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from packaging.markers import Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from sam_deploy.build.inspect.model import Package

Environment = Mapping[str, str]
"""Values of environment markers. Source: PEP 508."""


def explain(
    packages: Sequence[Package], asked: Sequence[str], environments: Sequence[Environment]
) -> dict[str, tuple[str, ...]]:
    """Return the shortest chain to every package: (`fastapi`, `pydantic`, `pydantic-core`).

    `asked` are requirement specifiers. A link counts when it holds in any of the `environments`
    (one when the target is known). A package behind an extra shows it: `fastapi[standard]`.
    """
    graph = _Graph(packages, environments)
    reached = _Reached(graph)
    wanted = [
        *(found for line in asked if (found := _parsed(line))),
        *(Requirement(package.name) for package in packages if package.requested),
    ]
    for requirement in wanted:
        reached.begin(canonicalize_name(requirement.name), frozenset(requirement.extras))
    reached.follow()
    while missing := [name for name in graph.names if name not in reached.chains]:
        if reached.chains and reached.by_extra(missing):
            continue
        inner = {link.target for name in missing for link in graph.links(name, frozenset())}
        # in a circle everybody is required: then the first by name stands for all
        for name in [each for each in missing if each not in inner] or missing[:1]:
            reached.begin(name, frozenset())
        reached.follow()
    return reached.chains


def _parsed(line: str) -> Requirement | None:
    try:
        return Requirement(line)
    except InvalidRequirement:
        return None


@dataclass(frozen=True, slots=True)
class _Link:
    """A package requires `target` with `extras`; `through` is the extra of its own that asks."""

    target: str
    extras: frozenset[str]
    through: str


class _Graph:
    def __init__(self, packages: Sequence[Package], environments: Sequence[Environment]) -> None:
        self.names = tuple(dict.fromkeys(sorted(package.name for package in packages)))
        self._environments = environments
        self._requires: dict[str, list[Requirement]] = {}
        known = set(self.names)
        for package in packages:
            found = [each for line in package.requires if (each := _parsed(line))]
            inside = [each for each in found if canonicalize_name(each.name) in known]
            self._requires.setdefault(package.name, []).extend(inside)

    def links(self, name: str, extras: frozenset[str]) -> Iterator[_Link]:
        """Yield what a package requires when it is wanted with these extras."""
        for each in self._requires[name]:
            ways = ("", *sorted(extras))
            through = next((way for way in ways if self._holds(each.marker, way)), None)
            if through is not None:
                yield _Link(canonicalize_name(each.name), frozenset(each.extras), through)

    def possible_links(self, name: str) -> Iterator[_Link]:
        """Yield what a package requires with any extra that its markers name."""
        markers = [each.marker for each in self._requires[name] if each.marker]
        extras = frozenset(extra for marker in markers for extra in _extras_named(marker))
        return self.links(name, extras)

    def _holds(self, marker: Marker | None, extra: str) -> bool:
        if marker is None:
            return True
        return any(_evaluated(marker, {**each, "extra": extra}) for each in self._environments)


def _evaluated(marker: Marker, values: dict[str, str]) -> bool:
    try:
        return marker.evaluate(values)
    except (UndefinedComparison, UndefinedEnvironmentName):
        return False


def _extras_named(marker: Marker) -> list[str]:
    """Return the extras that a marker compares with, in the order of its text."""
    words = str(marker).replace("(", " ").replace(")", " ").split()
    pairs = zip(words, words[2:], strict=False)
    return [value.strip("\"'") for name, value in pairs if name == "extra"]


class _Reached:
    """Breadth first, so that every chain is as short as it can be."""

    def __init__(self, graph: _Graph) -> None:
        self.chains: dict[str, tuple[str, ...]] = {}
        self._graph = graph
        self._extras: dict[str, frozenset[str]] = {}
        self._queue: deque[str] = deque()

    def begin(self, name: str, extras: frozenset[str]) -> None:
        """Take a package as asked for, when it is in the archive."""
        if name in self._graph.names:
            self._reach(name, (name,), extras)

    def follow(self) -> None:
        """Reach everything that the packages reached so far require."""
        while self._queue:
            name = self._queue.popleft()
            for link in self._graph.links(name, self._extras[name]):
                self._reach_by(name, link)

    def by_extra(self, missing: Sequence[str]) -> bool:
        """Reach missing packages through extras of reached ones; say whether that helped."""
        for name in list(self.chains):
            for link in self._graph.possible_links(name):
                if link.target in missing and link.target not in self.chains:
                    self._reach_by(name, link)
        helped = bool(self._queue)
        self.follow()
        return helped

    def _reach_by(self, name: str, link: _Link) -> None:
        *before, last = self.chains[name]
        step = f"{last}[{link.through}]" if link.through else last
        self._reach(link.target, (*before, step, link.target), link.extras)

    def _reach(self, name: str, chain: tuple[str, ...], extras: frozenset[str]) -> None:
        self.chains.setdefault(name, chain)
        known = self._extras.get(name)
        if known is None or not extras <= known:
            self._extras[name] = (known or frozenset()) | extras
            self._queue.append(name)
