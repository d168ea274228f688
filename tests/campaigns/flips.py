"""Bits flip, files are cut off: whatever is damaged in the store or beside it is found and healed.

Half of the damages leave the file's time as it was, as a failing disk does. The archives must come
out right, or, where only the user's own lock is damaged, the build must say so.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from tests.campaigns import project, stores
from tests.campaigns.outcome import Outcome, Tell
from tests.campaigns.project import Site

from sam_deploy import config, plan
from sam_deploy.build import Artifacts, Store
from sam_deploy.build import run as build_all
from sam_deploy.errors import BuildError
from sam_deploy.events import ignore

NAME: Final = "flips"
CLAIM: Final = (
    "a flipped bit or a cut-off file, its time kept or not: found and healed; a damaged lock may "
    "end in an error"
)
Kind = Literal[
    "wheel", "archive", "shown", "fingerprint", "built", "stamp", "interpreter", "lock", "index"
]
Damage = Literal["flip", "silent flip", "cut", "emptied"]
PATTERNS: Final[dict[Kind, str]] = {
    "wheel": "store/wheels/*/*/*.whl",
    "archive": "store/archives/*.zip",
    "shown": "project/.sam-deploy/build/*.zip",
    "fingerprint": "store/fingerprints/*.json",
    "built": "store/built/*.json",
    "stamp": "store/*/**/*.checked",
    "interpreter": "store/interpreters/*/python",
    "lock": "project/locks/*.toml",
    "index": "project/.sam-deploy/index.json",
}
DAMAGES: Final[tuple[Damage, ...]] = ("flip", "silent flip", "cut", "emptied")
MAKES_ANEW: Final = ("store/archives", "store/fingerprints")
SETTLED_SECONDS: Final = 2.2
"""Only files older than this are in the index of files."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A project that has been built once, and what its archives are."""

    base: Path
    site: Site
    plan: plan.Plan
    expected: dict[str, str]

    def build(self) -> Artifacts:
        """Build in this process, which takes milliseconds."""
        return build_all(self.plan.builds, self.site.folder, Store(self.site.store), ignore)

    def forget(self, *paths: str) -> None:
        """Remove folders, so that what was in them has to be made again."""
        for path in paths:
            shutil.rmtree(self.base / path, ignore_errors=True)


def prepare(base: Path) -> Ground:
    """Write and build the project, with every kind of file there is to damage."""
    site = project.make(base / "project", base / "store")
    time.sleep(SETTLED_SECONDS)
    planned = plan.make(config.load(site.folder), site.folder, plan.Request())
    ground = Ground(base, site, planned, {})
    made = ground.build()
    expected = {each.archive: each.sha256 for each in made.values()}
    return Ground(base, site, planned, expected)


def run(count: int, tell: Tell, *, seed: int = 0) -> Outcome:
    """Do `count` damages, one after the other."""
    started = time.monotonic()
    rng = project.dice(seed)
    failures: list[str] = []
    failed: Counter[str] = Counter()
    kinds = list(PATTERNS)
    with tempfile.TemporaryDirectory(prefix="campaign-") as name:
        ground = prepare(Path(name) / "0")
        for number in range(count):
            kind, damage = kinds[number % len(kinds)], DAMAGES[number // len(kinds) % len(DAMAGES)]
            if wrong := damaged(ground, kind, damage, rng):
                failures += [f"{kind}, {damage}: {each}" for each in wrong]
                failed[f"{damage} of a {kind}"] += 1
                shutil.rmtree(ground.base)
                ground = prepare(Path(name) / str(number + 1))
            if (number + 1) % 100 == 0:
                tell(f"{number + 1} of {count}, {len(failures)} failed")
    figures = "; ".join(f"{what}: {times}" for what, times in failed.most_common())
    figures = figures or f"{len(kinds)} kinds of files, {len(DAMAGES)} kinds of damage"
    return Outcome(NAME, CLAIM, count, tuple(failures), time.monotonic() - started, figures)


def damaged(ground: Ground, kind: Kind, damage: Damage, rng: random.Random) -> list[str]:
    """Damage one file of this kind, build, and return what is wrong then."""
    if not any(ground.base.glob(PATTERNS[kind])):  # a damage before this one took it away
        ground.forget("store", "project/locks")
        ground.build()
    path = rng.choice(sorted(ground.base.glob(PATTERNS[kind])))
    before = path.read_bytes()
    spoil(path, damage, rng)
    if kind in {"wheel", "built", "interpreter"}:
        ground.forget(*MAKES_ANEW)  # so that it is needed
    if kind == "interpreter":
        ground.forget("project/locks")
    try:
        made = ground.build()
    except BuildError as error:
        if kind != "lock":
            return [f"the build ended in an error: {error}"]
        path.write_bytes(before)
        made = ground.build()
    except Exception as error:  # noqa: BLE001 - a traceback is what must never be seen
        return [f"the build ended in a bug: {error!r}"]
    if kind == "lock":
        # a lock is the user's own file and not healed; left damaged it would fail a later round
        path.write_bytes(before)
    return list(_wrong(ground, made))


def spoil(path: Path, damage: Damage, rng: random.Random) -> None:
    """Flip one bit, or cut the file off; a silent flip keeps the file's time."""
    content = bytearray(path.read_bytes())
    if not content:  # emptied before, and not needed since
        return
    status = path.stat()
    match damage:
        case "emptied":
            content.clear()
        case "cut":
            del content[rng.randrange(len(content)) :]
        case "flip" | "silent flip":
            content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    path.write_bytes(content)
    if damage == "silent flip":
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _wrong(ground: Ground, made: Artifacts) -> Iterator[str]:
    for artifact in made.values():
        shown = ground.site.shown / artifact.archive
        if artifact.sha256 != ground.expected[artifact.archive]:
            yield f"`{artifact.archive}` has another hash"
        elif project.sha256_of(artifact.path) != artifact.sha256:
            yield f"`{artifact.archive}` is damaged in the store"
        elif project.sha256_of(shown) != artifact.sha256:
            yield f"`{artifact.archive}` is damaged in the project"
        elif artifact.size_bytes != artifact.path.stat().st_size:
            yield f"`{artifact.archive}` is said to have {artifact.size_bytes} bytes"
    yield from stores.problems(ground.site.store)
