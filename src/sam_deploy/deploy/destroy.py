"""Takes the stacks of an app down, in every region. What goes is decided in `going`.

look      what stands, and what would become of it        writes nothing
lock      nobody deploys meanwhile; the journal says how far it came
delete    region by region, backwards; then data that was named
layers, artifacts                                         where asked for, at the end
"""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sam_deploy import lanes
from sam_deploy.aws import Buckets
from sam_deploy.deploy import beside, guard_role, stores
from sam_deploy.deploy import journal as journals
from sam_deploy.deploy.cases import all_in_one
from sam_deploy.deploy.going import (
    Farewell,
    Fate,
    fate,
    order,
    refusals,
    still_used,
    whole,
    wiped_before,
)
from sam_deploy.deploy.ground import Ground, new_token
from sam_deploy.deploy.journal import Entry, Journal, PlaceEntry, Read
from sam_deploy.deploy.standing import Beside, Part, Standing, look_at_all
from sam_deploy.deploy.survey import Place
from sam_deploy.deploy.taking_down import take_one_down
from sam_deploy.deploy.wanted import Wanted
from sam_deploy.errors import RefusedError, SamDeployError
from sam_deploy.events import Note, PhaseStarted, Planned, RegionFinished
from sam_deploy.steps import DESTROY_STEPS


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, and what would be done."""

    farewell: Farewell
    journal: Read
    has_bucket: bool = True
    """Whether the app has an artifact bucket in its home region."""

    @property
    def acts(self) -> bool:
        """Whether anything is left to do, and be it to say that it is done."""
        entry, farewell = self.journal.entry, self.farewell
        unsaid = entry.is_open and entry.kind == "destroy"
        more = bool(farewell.layers or farewell.artifacts) and self.has_bucket
        return farewell.acts or unsaid or more


@dataclass(frozen=True, slots=True)
class Destroyed:
    """What came of it."""

    done: Mapping[Place, Fate]
    layer_versions: int = 0
    buckets: tuple[str, ...] = ()
    """Artifact buckets that are gone."""
    beside: tuple[Beside, ...] = ()
    """What stays and was in no stack."""

    @property
    def kept(self) -> tuple[tuple[Place, Part], ...]:
        """What stays, with the stack that it was in."""
        return tuple((place, part) for place, each in self.done.items() for part in each.stays)


def look(ground: Ground, wanted: Wanted) -> Found:
    """Return what would be done. Writes nothing. Raises everything that is in the way, at once."""
    ground.report(PhaseStarted("preflight", "Looking at what stands"))
    journal = journals.read(ground.documents, ground.name)
    standing = look_at_all(
        (*wanted.places, *wanted.others), ground.aws, at_once=ground.at_once, stop=ground.stop
    )
    found = beside.look(ground, wanted, standing)
    before = _with(_before(ground, journal.entry), found.named)
    fates = tuple(
        fate(standing[place], wanted.delete_data, before.get(place, ())) for place in wanted.places
    )
    errors = [*refusals(fates, standing, wanted.delete_data, journal.entry, found.stays)]
    errors += found.errors
    if wanted.layers or wanted.artifacts:
        errors += _still_used({place: standing[place] for place in wanted.others}, wanted)
    if errors:
        raise all_in_one(errors, "destroying")
    buckets = Buckets(ground.aws, ground.home_region, ground.account)
    there = buckets.exists(ground.bucket(ground.home_region).bucket)
    farewell = Farewell(fates, wanted.layers, wanted.artifacts, found.stays)
    return Found(farewell, journal, there)


def _with(
    before: Mapping[Place, tuple[Part, ...]], named: Sequence[tuple[Place, Part]]
) -> dict[Place, tuple[Part, ...]]:
    """Return what was to be deleted before, and what is named now; each once."""
    every = dict(before)
    for place, part in named:
        if all(part.physical_id != each.physical_id for each in every.get(place, ())):
            every[place] = (*every.get(place, ()), part)
    return every


def _still_used(others: Mapping[Place, Standing], wanted: Wanted) -> list[RefusedError]:
    options = ["`--layers-too`"] * bool(wanted.layers) + ["`--artifacts-too`"] * wanted.artifacts
    found = still_used(others, " and ".join(options))
    return [] if found is None else [found]


def _before(ground: Ground, entry: Entry) -> dict[Place, tuple[Part, ...]]:
    """Return the data that an interrupted `destroy` was told to delete."""
    if not (entry.is_open and entry.kind == "destroy" and entry.manifest):
        return {}
    found = ground.documents.read(entry.manifest)
    return wiped_before(found.body, entry.manifest) if found else {}


def carry_out(ground: Ground, wanted: Wanted, found: Found) -> Destroyed:
    """Everything that was found is gone. Raises `IncompleteError` when some of it is not.

    Raises `RefusedError` before anything is changed when somebody else is at work, or what stands
    is not any more what was found.
    """
    farewell = found.farewell
    with ground.held() as owner:
        _guard_same(ground, farewell, found.journal)
        mine = replace(journals.begin(owner, found.journal.entry, ""), kind="destroy")
        journal = Journal(
            ground.documents,
            ground.name,
            found.journal,
            replace(mine, places=_left(found.journal.entry, farewell)),
            functools.partial(_keep, ground, farewell),
        )
        journal.intend(each.place for each in farewell.fates if each.acts)
        done = _take_all_down(ground, wanted, farewell, journal)
        versions = sum(stores.delete_layers(ground, farewell))
        buckets = [*stores.delete_buckets(ground, farewell)]
        if all(each.state == "done" for each in journal.entry.places.values()):
            journal.close()
        else:
            _tell_left(ground, journal.entry)
        guard_role.delete_with_the_last(ground, wanted.others)
    if farewell.artifacts:
        buckets += stores.delete_home_bucket(ground)
    return Destroyed(done, versions, tuple(buckets), farewell.beside)


def _guard_same(ground: Ground, farewell: Farewell, before: Read) -> None:
    """Raise `RefusedError` when something came between the look and the lock."""
    now = look_at_all(farewell.places, ground.aws, at_once=ground.at_once, stop=ground.stop)
    same = all(
        stack is None or each.live == (stack.arn, stack.updated)
        for each in farewell.fates
        for stack in (now[each.place].stack,)
    )
    if same and journals.read(ground.documents, ground.name).etag == before.etag:
        return
    raise RefusedError(
        "What stands has changed since it was shown",
        why="somebody has deployed or destroyed in between",
        hint="run the same command again, and look at it anew",
    )


def _keep(ground: Ground, farewell: Farewell) -> str:
    ground.bucket(ground.home_region).put_text(farewell.key, farewell.written())
    return farewell.key


def _left(entry: Entry, farewell: Farewell) -> dict[str, PlaceEntry]:
    """Return what an earlier `destroy` leaves undone, and this one, too: it stays on record."""
    if not (entry.is_open and entry.kind == "destroy"):
        return {}
    ours = {" ".join(place) for place in farewell.places}
    return {
        name: each
        for name, each in entry.places.items()
        if each.state != "done" and name not in ours
    }


def _tell_left(ground: Ground, entry: Entry) -> None:
    left = [name for name, each in entry.places.items() if each.state != "done"]
    named = ", ".join("`{}` in `{}`".format(*name.split(" ", 1)) for name in left)
    words = f"an earlier `destroy` has not finished {named}: `sam-deploy destroy` goes on"
    ground.report(Note(words, "warning"))


def _take_all_down(
    ground: Ground, wanted: Wanted, farewell: Farewell, journal: Journal
) -> dict[Place, Fate]:
    ground.report(PhaseStarted("destroy", "Deleting the stacks"))
    fates = {each.place: each for each in farewell.fates if each.acts}
    ground.report(Planned(0, 0, 0, steps=len(fates) * len(DESTROY_STEPS)))
    after = order(wanted.stacks, ground.home_region)
    outcomes = lanes.run(
        {place: functools.partial(_one, ground, each, journal) for place, each in fates.items()},
        after={place: [each for each in after[place] if each in fates] for place in fates},
        at_once=ground.at_once,
        stop=ground.stop,
    )
    error = whole(outcomes.failed, outcomes.not_started, len(outcomes.done))
    if error is not None:
        raise error
    return dict(outcomes.done)


def _one(ground: Ground, doomed: Fate, journal: Journal) -> Fate:
    """The stack is gone, and the data that was named."""
    (name, region), started = doomed.place, time.monotonic()
    token = new_token()
    try:
        ground.stop.check()
        journal.place(doomed.place, PlaceEntry("executing", token=token))
        work = ground.work(doomed.place)
        live = work.cloudformation.describe_stack(name)
        there = live if live is not None and live.status != "DELETE_COMPLETE" else None
        take_one_down(ground, doomed, work, there, token)
        journal.place(doomed.place, PlaceEntry("done", outcome="deleted"))
    except SamDeployError:
        ground.report(RegionFinished(region, name, "failed", time.monotonic() - started))
        raise
    ground.report(RegionFinished(region, name, "deleted", time.monotonic() - started))
    return doomed
