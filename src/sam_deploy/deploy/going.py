"""Decides what a `destroy` takes away, what stays, and in which order. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from sam_deploy.deploy import status as statuses
from sam_deploy.deploy.cases import is_named, loss, protection
from sam_deploy.deploy.guard import HOLD_DATA
from sam_deploy.deploy.journal import Entry
from sam_deploy.deploy.standing import Beside, Part, Standing
from sam_deploy.deploy.survey import Place
from sam_deploy.errors import IncompleteError, RefusedError, SamDeployError
from sam_deploy.plan import StackPlan

SCHEMA: Final = 1
DATA: Final = tuple(kind for kind in HOLD_DATA if kind != "AWS::SQS::Queue")
"""Queues hold what is under way, and go with what works on it."""
GOES_WITH_FUNCTION: Final = "AWS::Lambda::Version"
"""Retained only for the sake of updates: DeleteFunction takes all versions. Source: Lambda API."""


@dataclass(frozen=True, slots=True)
class Fate:
    """A stack that goes: what goes with it, what stays, and what is deleted although it holds data.

    `live` is what identified the stack when it was looked at.
    """

    place: Place
    status: str = ""
    """'' when it is gone already."""
    live: tuple[str, str] = ("", "")
    goes: tuple[Part, ...] = ()
    stays: tuple[Part, ...] = ()
    wiped: tuple[Part, ...] = ()

    @property
    def acts(self) -> bool:
        """Whether anything is to be done."""
        return bool(self.status or self.wiped)


@dataclass(frozen=True, slots=True)
class Farewell:
    """A `destroy` as it was decided; kept beside the journal, so that it can be gone on with."""

    fates: tuple[Fate, ...]
    layers: tuple[str, ...] = ()
    """Names of layers whose versions all go."""
    artifacts: bool = False
    """Whether the artifact buckets go, too, and with them journal, history and records."""
    beside: tuple[Beside, ...] = ()
    """What stays and was in no stack."""

    @property
    def places(self) -> tuple[Place, ...]:
        """(stack name, region) of all that goes."""
        return tuple(each.place for each in self.fates)

    @property
    def regions(self) -> tuple[str, ...]:
        """Every region once."""
        return tuple(dict.fromkeys(each.place[1] for each in self.fates))

    @property
    def acts(self) -> bool:
        """Whether any stack or any data is to go."""
        return any(each.acts for each in self.fates)

    def written(self) -> str:
        """Return what a later run needs to know: data that goes although its stack is gone."""
        found = {" ".join(each.place): [asdict(part) for part in each.wiped] for each in self.fates}
        return json.dumps({"schema": SCHEMA, "wiped": found})

    @property
    def key(self) -> str:
        """Where it lies in the artifact bucket."""
        return f"destroys/{hashlib.sha256(self.written().encode()).hexdigest()}.json"


def wiped_before(body: bytes, key: str) -> dict[Place, tuple[Part, ...]]:
    """Return the data that an earlier run was told to delete. Raises `RefusedError`."""
    try:
        found = json.loads(body)["wiped"]
        return {
            (name.split(" ")[0], name.split(" ")[1]): tuple(Part(**each) for each in parts)
            for name, parts in found.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise RefusedError(
            f"`{key}` cannot be read",
            why=f"it is cut off or damaged ({type(error).__name__}); nothing is guessed from it",
            hint="earlier states of it are in the bucket (versioning)",
        ) from error


def fate(standing: Standing, names: frozenset[str], before: Sequence[Part] = ()) -> Fate:
    """Return what becomes of a stack. `names` is data to delete; `before` was named earlier."""
    stack = standing.stack
    if stack is None:
        return Fate(standing.place, wiped=tuple(before))
    parts = [each for each in standing.parts if each.exists]
    earlier = {each.physical_id for each in before}
    wiped = [
        each
        for each in parts
        if each.kind in DATA and (is_named(each, names) or each.physical_id in earlier)
    ]
    stays = [
        each
        for each in parts
        if each.kept and each not in wiped and each.kind != GOES_WITH_FUNCTION
    ]
    here = {each.physical_id for each in wiped}
    return Fate(
        standing.place,
        stack.status,
        (stack.arn, stack.updated),
        tuple(each for each in parts if each not in stays and each not in wiped),
        tuple(stays),
        (*wiped, *(each for each in before if each.physical_id not in here)),
    )


def refusals(
    fates: Sequence[Fate],
    standing: Mapping[Place, Standing],
    names: frozenset[str],
    entry: Entry,
    beside: Sequence[Beside] = (),
) -> Iterator[RefusedError]:
    """Yield why nothing is deleted, before anything is."""
    yield from unfinished(fates, entry)
    for each in fates:
        stack = standing[each.place].stack
        if stack is None:
            continue
        if stack.protected:
            yield protection(*each.place)
        # what is being deleted is awaited
        if statuses.in_progress(stack.status) and stack.status != "DELETE_IN_PROGRESS":
            yield busy(each.place, stack.status, stack.updated)
        lost = [part for part in each.goes if part.kind in DATA]
        if lost:
            yield loss(*each.place, lost, "destroy")
    yield from _unknown(fates, names, beside)


def _unknown(
    fates: Sequence[Fate], names: frozenset[str], beside: Sequence[Beside]
) -> Iterator[RefusedError]:
    """Yield one error for each name of data that there is not."""
    known = [part for each in fates for part in each.wiped]
    data = {f"`{part.logical_id}`" for each in fates for part in each.stays}
    data |= {f"`{each.name}`" for each in beside if each.kind in DATA and "/" in each.name}
    for name in sorted(names):
        if not any(is_named(part, frozenset({name})) for part in known):
            yield RefusedError(
                f"`--delete-data {name}` names no bucket, table, pool or secret that could go",
                why=f"what would stay is {', '.join(sorted(data))}"
                if data
                else "these stacks leave no data"
                if any(each.status for each in fates)
                else "these stacks are gone, and what the config would name so is not there",
                hint=f"leave `--delete-data {name}` out, or name it as it is shown",
            )


def unfinished(fates: Sequence[Fate], entry: Entry) -> Iterator[RefusedError]:
    """Yield what an earlier command has left that this one would lose sight of."""
    if not entry.is_open or entry.kind == "destroy":
        return
    ours = {" ".join(each.place) for each in fates}
    left = [name for name, each in entry.places.items() if each.state != "done"]
    if entry.kind == "deploy" and all(name in ours for name in left):
        return
    yield RefusedError(
        f"A {entry.kind} of this app was not finished",
        why=f"`{entry.command}`, begun {entry.started} by {entry.who} on {entry.host}, has not "
        "come to its end, and concerns more than what is to be destroyed",
        hint="run `sam-deploy resume` first",
    )


def busy(place: Place, status: str, since: str) -> RefusedError:
    """Return the error for a stack that somebody is at work on."""
    return RefusedError(
        f"Stack `{place[0]}` in `{place[1]}` is busy",
        why=f"its status is {status}{f' since {since}' if since else ''}",
        hint="wait until that has ended, then run the same command again",
    )


def still_used(standing: Mapping[Place, Standing], options: str) -> RefusedError | None:
    """Return why layers or artifacts cannot go: other stacks of the app stand; else nothing."""
    others = [place for place, each in standing.items() if each.stack is not None]
    if not others:
        return None
    named = ", ".join(f"`{stack}` in `{region}`" for stack, region in others)
    return RefusedError(
        f"{options} would take away what other stacks of this app need",
        why=f"these stay: {named}",
        hint=f"leave {options} out, or destroy everything",
    )


def order(stacks: Sequence[StackPlan], home_region: str) -> dict[Place, list[Place]]:
    """Return what each place waits for: deployment backwards, and the home region last.

    Later feature sets may use what earlier ones hold; the first region of a stack holds what
    exists once, such as a global table that the others have replicas of.
    """
    everywhere = [(stack, region) for stack in stacks for region in stack.regions]
    after: dict[Place, list[Place]] = {}
    for number, stack in enumerate(stacks):
        for region in stack.regions:
            waits = [(each.name, region) for each in stacks[number + 1 :] if region in each.regions]
            if region == stack.first_region:
                waits += [
                    (stack.name, other)
                    for other in stack.regions
                    if other not in {region, home_region}
                ]
            if region == home_region:
                waits += [(each.name, other) for each, other in everywhere if other != home_region]
            after[stack.name, region] = list(dict.fromkeys(waits))
    return after


def whole(
    failed: Mapping[Place, SamDeployError], not_started: Sequence[Place], done: int
) -> SamDeployError | None:
    """Return the error that says what still stands; nothing when all is gone."""
    if not failed:
        return None
    (stack, region), error = next(iter(failed.items()))
    total = len(failed) + len(not_started) + done
    waiting = ", ".join(f"`{name}` in `{where}`" for name, where in not_started)
    return IncompleteError(
        f"{len(failed)} of {total} stacks were not deleted",
        why=f"`{stack}` in `{region}`: {error}",
        state=f"gone: {done}; not begun: {waiting or 'none'}",
        problems=tuple(f"`{name}` in `{where}`: {each}" for (name, where), each in failed.items())
        if len(failed) > 1
        else (),
        hint=f"{error.hint or 'correct the cause'}; then the same command again goes on",
    )
