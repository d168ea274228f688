"""SIGKILL at every AWS call of a promotion, forwards and backwards; then one `resume`."""

from __future__ import annotations

import multiprocessing
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.campaigns.outcome import Outcome, Tell
from tests.faults import kill
from tests.faults.kill import Chosen
from tests.faults.place import Ran
from tests.faults.promoting import (
    ABORT,
    EAST,
    PROMOTE,
    RESUME,
    ROLLBACK,
    Stage,
    staged,
)
from tests.faults.rules import Fail, When

NAME: Final = "promotion-kills"
CLAIM: Final = (
    "SIGKILL at any AWS call of `promote`, `rollback`, `resume`, `resume --abort`, and of a "
    "promotion that takes itself back, before or after the call: one `resume` or `resume --abort` "
    "leaves every region on one version, without weights, the journal closed, no lock held, the "
    "audit whole, and one record that tells what is served"
)
WORKERS: Final = 3
TELL_EVERY: Final = 10
REFUSED: Final = Fail("AccessDeniedException", "injected", 403)
NOTHING: Final = "Nothing to resume"


@dataclass(frozen=True, slots=True)
class Scene:
    """What is killed: in which state, which command, and by which rule it fails."""

    name: str
    prepare: Callable[[Stage], None]
    command: Callable[[Stage], Sequence[str]]
    refused: bool = False
    """Whether one alias cannot be moved, so that all is taken back."""
    backwards: bool = False
    """Whether it can only end on the old version, once it has begun to go back."""


def _promoted(stage: Stage) -> None:
    stage.rewind()
    stage.promoted()


def _half(stage: Stage) -> None:
    stage.rewind()
    stage.died_half()


def _promote(stage: Stage) -> Sequence[str]:
    return (*PROMOTE, "--approval-file", str(stage.approved()))


SCENES: Final = {
    each.name: each
    for each in (
        Scene("promote", Stage.rewind, _promote),
        Scene("rollback", _promoted, lambda _: ROLLBACK),
        Scene("resume", _half, lambda _: RESUME),
        Scene("resume --abort", _half, lambda _: ABORT, backwards=True),
        Scene("taken back", Stage.rewind, _promote, refused=True, backwards=True),
    )
}


@dataclass(frozen=True, slots=True)
class Share:
    """What one worker does: these kills of one scene, as long as there is time."""

    scene: str
    kills: tuple[Chosen, ...]
    until: float
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a share."""

    met: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


def run(
    count: int,
    tell: Tell,
    *,
    scenes: Sequence[str] = tuple(SCENES),
    workers: int = WORKERS,
    minutes: float = float("inf"),
) -> Outcome:
    """Kill so many commands, as many of each scene; as often as there are calls at most.

    What `minutes` leaves time for is done in a random order, which is always the same.
    """
    started = time.monotonic()
    failures, figures, tried = list[str](), list[str](), 0
    for turn, name in enumerate(scenes):
        calls = quiet(name)
        every = [Chosen(c.number, c.moment, WAYS[i % 2]) for i, c in enumerate(_kills(calls))]
        chosen = every[: max(1, count // len(scenes))]
        tell(f"{name}: {calls} calls, {len(chosen)} kills")
        until = (
            time.time()
            + minutes * 60 * (turn + 1) / len(scenes)
            - (time.monotonic() - started if minutes < float("inf") else 0)
        )
        came = _side_by_side(
            [Share(name, tuple(chosen[n::workers]), until) for n in range(workers)]
        )
        met = sum((each.met for each in came), Counter[str]())
        failures += [failure for each in came for failure in each.failures]
        figures.append(f"{name}: {met['tried']} of {2 * calls} kills ({met['open']} left it open)")
        tried += met["tried"]
    told = f"2 regions; {'; '.join(figures)}"
    return Outcome(NAME, CLAIM, tried, tuple(failures), time.monotonic() - started, told)


WAYS: Final = ("resume", "resume --abort")


def _kills(calls: int) -> list[Chosen]:
    return kill.shuffled(calls)


def quiet(name: str) -> int:
    """Return how many calls a scene's command makes undisturbed. Raises when that goes wrong."""
    with _stage() as stage:
        SCENES[name].prepare(stage)
        command = SCENES[name].command(stage)
        with _refusing(stage, SCENES[name]):
            ran = stage.place.run(*command)
        wrong = stage.problems()
        if wrong or ran.code not in {0, 4}:
            raise AssertionError(f"{name} without a kill: {ran.code} {wrong}\n{ran.err}")
        return len(stage.place.proxy.calls)


def one(stage: Stage, scene: Scene, chosen: Chosen) -> tuple[list[str], bool, bool]:
    """Kill a command, go on once; what is wrong, whether it died, and whether it was open."""
    scene.prepare(stage)
    command = scene.command(stage)
    with _refusing(stage, scene):
        died, at = stage.killed(chosen.number, chosen.moment, *command)
    left = stage.journal()
    phase, was_open = left.get("release", {}).get("phase", ""), left.get("state") == "open"
    again = stage.place.run(*(RESUME if chosen.way == "resume" else ABORT))
    if not was_open:
        # nothing was begun, or all was ended: a lock of a dead process is in nobody's way
        stage.promote_here()
    wrong = [*_ended(again, was_open, chosen.way), *stage.problems()]
    served = set(stage.serves())
    if was_open and phase == "returning" and served != {_old(scene)}:
        wrong.append(f"it was going back, and serves {served}")
    if (
        was_open
        and phase == "flipping"
        and chosen.way == "resume --abort"
        and served != {_old(scene)}
    ):
        wrong.append(f"it was aborted, and serves {served}")
    words = f"{scene.name} killed {chosen.moment} call {chosen.number}, {at}, then {chosen.way}"
    dead = died.code == -signal.SIGKILL
    return [f"{words}: {each}" for each in wrong], dead, was_open


def _old(scene: Scene) -> str:
    return "2" if scene.name == "rollback" else "1"


def _ended(again: Ran, was_open: bool, way: str) -> Iterator[str]:  # noqa: FBT001 - a fact
    """Yield what is wrong with how the next command ended."""
    nothing = not was_open and (NOTHING in again.err or again.code == 5)
    good = again.code in {0, 4} or (way == "resume --abort" and "not taken back" in again.err)
    if not nothing and not good:
        yield f"`{way}` ended with {again.code}: {' '.join(again.err[-500:].split())}"
    if "Traceback" in again.err:
        yield "a traceback"


@contextmanager
def _refusing(stage: Stage, scene: Scene) -> Iterator[None]:
    """During a block the alias of the second region cannot be moved, where the scene wants it."""
    rule = When("lambda", "UpdateAlias", EAST)
    if not scene.refused:
        yield
        return
    with stage.place.proxy.rule(rule, REFUSED, times=1):
        yield


def _side_by_side(shares: Sequence[Share]) -> list[Came]:
    if len(shares) == 1:
        return [work(shares[0])]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(len(shares), mp_context=context) as pool:
        return list(pool.map(work, shares))


def work(share: Share) -> Came:
    """Return what came of a share, in a cloud of its own."""
    came = Came()
    with _stage() as stage:
        for chosen in share.kills:
            if time.time() > share.until:
                break
            wrong, died, was_open = one(stage, SCENES[share.scene], chosen)
            came.failures.extend(wrong)
            came.met["tried"] += 1
            came.met["died"] += died
            came.met["open"] += was_open
            if wrong or not came.met["tried"] % TELL_EVERY:
                said = f"{came.met['tried']} of {len(share.kills)}, {len(came.failures)} failed"
                sys.stderr.write("\n".join([*wrong, f"{share.scene}: {said}", ""]))
    return came


@contextmanager
def _stage() -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="campaign-") as base, staged(Path(base)) as stage:
        yield stage
