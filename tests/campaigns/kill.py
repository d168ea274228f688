"""SIGKILL during any step of a build: never a corrupt store, and the next build comes out right.

Half of the rounds die before a chosen file operation, half at a random time. Each begins from
another state, so that resolving, fetching, splicing, storing and showing are all met.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from tests.campaigns import project, stores
from tests.campaigns.outcome import Outcome, Tell
from tests.campaigns.project import Site

NAME: Final = "kill"
CLAIM: Final = (
    "SIGKILL at any step of `build`: the store verifies, and the next build succeeds with the "
    "same hashes"
)
VICTIM: Final = str(Path(__file__).with_name("victim.py"))
VARIANTS: Final = 4
_ARCHIVES: Final = ("store/archives/*", "store/fingerprints/*")
_WHEELS: Final = (*_ARCHIVES, "store/wheels/*/*/*")
_LOCKS: Final = (*_WHEELS, "store/built/*", "store/interpreters/*/*", "project/locks/*.toml")
LEVELS: Final = {
    "source": (),
    "archives": _ARCHIVES,
    "wheels": _WHEELS,
    "locks": _LOCKS,
    "all": (*_LOCKS, "project/.sam-deploy/*.json", "project/.sam-deploy/build/*.zip"),
}
"""What is missing when a round's build begins, beside the source line that has changed."""


@dataclass(frozen=True, slots=True)
class _Arena:
    """The project that is built, the right hashes of its variants, and what a build takes."""

    base: Path
    site: Site
    expected: tuple[dict[str, str], ...]
    steps: dict[str, int]
    seconds: dict[str, float]

    def reset(self, level: str, variant: int) -> None:
        for pattern in LEVELS[level]:
            for path in self.base.glob(pattern):
                path.unlink()
        self.site.write(variant)


def run(count: int, tell: Tell, *, seed: int = 0) -> Outcome:
    """Kill `count` builds."""
    started = time.monotonic()
    rng = project.dice(seed)
    failures: list[str] = []
    met: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="campaign-") as name:
        arena = _prepare(Path(name))
        for number in range(count):
            level = list(LEVELS)[number % len(LEVELS)]
            wrong, died = _round(arena, level, rng, _step(arena, level, number))
            met["died" if died else "ended first"] += 1
            met[level] += died
            failures += [f"round {number} ({level}): {each}" for each in wrong]
            if (number + 1) % 50 == 0:
                tell(f"{number + 1} of {count}, {len(failures)} failed")
        waste = len(stores.left_over(arena.site))
        failures += _not_reaped(arena)
    where = ", ".join(f"{level} {met[level]}" for level in LEVELS)
    figures = f"{met['died']} died in the middle ({where}); {waste} temporary files left"
    return Outcome(NAME, CLAIM, count, tuple(failures), time.monotonic() - started, figures)


def _prepare(base: Path) -> _Arena:
    site = project.make(base / "project", base / "store")
    site = replace(site, environment=project.frozen_source(base / "frozen"))
    expected = []
    for variant in range(VARIANTS):
        site.write(variant)
        expected.append(site.build().archives)
    arena = _Arena(base, site, tuple(expected), {}, {})
    count = base / "count"
    for level in LEVELS:
        arena.reset(level, 0)
        site.build()
        arena.reset(level, 1)
        began = time.monotonic()
        site.build(VICTIM, VICTIM_DIES_AT="0", VICTIM_COUNT=str(count))
        arena.seconds[level] = time.monotonic() - began
        arena.steps[level] = int(count.read_text(encoding="utf-8"))
    return arena


def _step(arena: _Arena, level: str, number: int) -> int:
    """Return the file operation to die before, each in its turn; 0 means at a random time."""
    turn, by_time = divmod(number // len(LEVELS), 2)
    # A stride that reaches all parts of a build early: 7 is no divisor of most counts of steps.
    return 0 if by_time else turn * 7 % arena.steps[level] + 1


def _round(arena: _Arena, level: str, rng: random.Random, step: int) -> tuple[list[str], bool]:
    """Return what was wrong after one kill, and whether the build died before its end."""
    variant = rng.randrange(VARIANTS)
    arena.reset(level, variant)
    if step:
        process = arena.site.start(VICTIM, VICTIM_DIES_AT=str(step))
        process.communicate(timeout=project.BUILD_SECONDS)
    else:
        process = arena.site.start()
        time.sleep(rng.uniform(0.3, 1.05) * arena.seconds[level])
        project.kill(process)
    wrong = [f"after the kill, {each}" for each in stores.problems(arena.site.store)]
    return [*wrong, *_healed(arena, variant)], process.returncode < 0


def _healed(arena: _Arena, variant: int) -> list[str]:
    """Build again, undisturbed, and return what is not as it would be without a kill."""
    again = arena.site.build()
    if again.code != 0:
        return [f"the next build ended with {again.code}: {again.err.strip()[-300:]}"]
    wrong = list(stores.problems(arena.site.store))
    if again.archives != arena.expected[variant]:
        wrong.append("the next build made other archives")
    shown = {path.name: project.sha256_of(path) for path in arena.site.shown.glob("*.zip")}
    if shown != arena.expected[variant]:
        wrong.append("the archives in the project are others")
    return wrong


def _not_reaped(arena: _Arena) -> list[str]:
    """Return what killed builds have left and a build two days later does not remove."""
    stores.age(stores.left_over(arena.site))
    arena.site.build()
    return [
        f"two days later `{path.relative_to(arena.base)}` is still there"
        for path in stores.left_over(arena.site)
    ]
