"""What must hold when everybody has come to an end, told from the effects in their order."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.promotion_model.cloud import (
    SOMEBODY,
    AliasState,
    AliasWritten,
    Cloud,
    DocumentWritten,
    Place,
    Serves,
)
from tests.promotion_model.commands import JOURNAL, Came, app, documents
from tests.promotion_model.process import Process

from sam_deploy.errors import IncompleteError, RolledBackError
from sam_deploy.history import Chain, ReleaseRecord, Releases
from sam_deploy.promotion import model
from sam_deploy.promotion.model import ReleasePlan
from sam_deploy.promotion.resume import Resumed

DEPLOYMENT: Final = "a deployment"
"""Who moves `dev`, which no promotion does."""


@dataclass(slots=True)
class Story:
    """One promotion or rollback as its journal and its writes tell it."""

    plan: ReleasePlan
    outcome: str = ""
    committed: bool = False
    first_write: int = -1
    ended: int = -1
    without: frozenset[str] = frozenset()


@dataclass(slots=True)
class Reader:
    """Goes through the effects, and says what must not have happened."""

    start: Mapping[Place, AliasState]
    documents: Mapping[str, bytes]
    stories: dict[str, Story] = field(default_factory=dict)
    expected: dict[Place, Serves] = field(default_factory=dict)
    foreign: set[Place] = field(default_factory=set)
    """What somebody has written last, as far as no promotion that knew of it has ended since."""
    epochs: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Process -> the promotion that it carries out, and in which epoch."""
    highest: dict[tuple[str, Place], int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def read(self, cloud: Cloud) -> None:
        """Take in everything that happened."""
        self.expected = {place: alias.serves for place, alias in self.start.items()}
        for moment, effect in enumerate(cloud.effects):
            if isinstance(effect, AliasWritten):
                self._alias(moment, effect)
            elif effect.key == JOURNAL and effect.body is not None:
                self._journal(moment, effect, effect.body)

    def _alias(self, moment: int, effect: AliasWritten) -> None:
        place, after = effect.place, effect.after
        if effect.by in {SOMEBODY, DEPLOYMENT}:
            self.expected[place] = after.serves
            self.foreign.add(place)
            return
        promotion, epoch = self.epochs.get(effect.by, ("", 0))
        story = self.stories.get(promotion)
        if story is None:
            self.wrong.append(f"unjournalled: {effect.by} wrote {place} before its journal")
            return
        if story.first_write < 0:
            story.first_write = moment
        flip = next((f for f in story.plan.moves if (*f.key, f.alias) == place), None)
        if flip is None:
            self.wrong.append(f"unplanned: {effect.by} wrote {place}")
        elif (
            place in self.foreign
            and effect.before.serves == self.expected[place] != after.serves
            and self.expected[place] != (flip.before.number, flip.weights)
        ):
            self.wrong.append(f"foreign: {effect.by} wrote over what somebody did to {place}")
        key = (promotion, place)
        if epoch < self.highest.get(key, 0):
            self.wrong.append(f"superseded: {effect.by} wrote {place} in epoch {epoch}")
        self.highest[key] = max(epoch, self.highest.get(key, 0))

    def _journal(self, moment: int, effect: DocumentWritten, body: bytes) -> None:
        entry = json.loads(body)
        plan = self.documents.get(entry["manifest"])
        if plan is None:
            self.wrong.append("unkept: a journal whose plan is not kept")
            return
        made = Story(model.read(plan, "the plan"))
        story = self.stories.setdefault(entry["id"], made)
        self.epochs[effect.by] = (entry["id"], entry["epoch"])
        story.without = frozenset(entry["release"].get("without", "").split())
        if entry["release"].get("phase") == "committed" and not story.committed:
            # from here on only the record is missing: what somebody does now is theirs
            story.committed = True
            self._committed(story)
        if entry["state"] != "done":
            if story.outcome:
                self.wrong.append(f"reopened: {effect.by} opened what had ended")
            story.outcome = ""
            return
        outcome = entry["release"].get("outcome", "?")
        if story.outcome and story.outcome != outcome:
            self.wrong.append(f"two ends: {story.outcome}, then {outcome}")
        story.outcome, story.ended = outcome, moment
        if outcome == "committed" and not story.committed:
            self.wrong.append(f"uncommitted: {effect.by} closed what no journal says is done")

    def _committed(self, story: Story) -> None:
        for flip in story.plan.moves:
            place = (*flip.key, flip.alias)
            if flip.region in story.without:
                continue
            known = self.expected[place] == (flip.before.number, flip.weights)
            if place not in self.foreign or known:
                self.expected[place] = (flip.after.number, ())
                self.foreign.discard(place)


def problems(start: Cloud, cloud: Cloud) -> list[str]:
    """Return what does not hold at the end; each begins with a word that names its kind."""
    reader = Reader(start.aliases, cloud.documents)
    reader.read(cloud)
    found = list(reader.wrong)
    given_up = {
        (*flip.key, flip.alias)
        for story in reader.stories.values()
        for flip in story.plan.moves
        if flip.region in story.without
    }
    for place, alias in cloud.aliases.items():
        if alias.serves != reader.expected[place] and place not in given_up:
            found.append(f"state: {place} serves {alias.serves}, not {reader.expected[place]}")
    found += _mixed(reader, cloud, given_up)
    found += _overlaps(reader)
    found += [f"open: {name}" for name, s in reader.stories.items() if not s.outcome]
    return [*found, *_history(reader, cloud)]


def is_open(cloud: Cloud) -> bool:
    """Return whether a promotion has not come to its end."""
    return bool(_entry(cloud)["state"] == "open")


def _entry(cloud: Cloud) -> dict[str, Any]:
    body = cloud.documents.get(JOURNAL)
    return json.loads(body) if body else {"state": "done", "release": {}}


def told(came: Came, cloud: Cloud) -> Iterator[str]:
    """Yield what a command has said at its end, and is not so. Nobody else was at work."""
    entry, opened = _entry(cloud), is_open(cloud)
    outcome = entry["release"].get("outcome", "")
    said = f"`{came.command}` said {came.error or 'that it is done'}"
    incomplete = isinstance(came.error, IncompleteError)
    # what was open before, and could not even be looked at, stays so
    unsaid = opened and not incomplete and (came.error is None or not came.was_open)
    if unsaid or (incomplete and not opened):
        yield f"told: {said}, and the journal is {'open' if opened else f'closed: {outcome}'}"
    released = came.done.done if isinstance(came.done, Resumed) else came.done
    if released is not None and released.release is not None and outcome != "committed":
        yield f"told: {said}, and it was {outcome}"
    if isinstance(came.error, RolledBackError) and outcome != "returned":
        yield f"told: {said}, and it was {outcome}"


def _mixed(reader: Reader, cloud: Cloud, left: set[Place]) -> Iterator[str]:
    """Yield promotions of which a part is done, as far as nobody else has had a hand in it."""
    for name, story in reader.stories.items():
        later = {
            (*flip.key, flip.alias)
            for other in reader.stories.values()
            if other is not story and other.ended > story.ended
            for flip in other.plan.moves
        }
        sides = {
            "new" if cloud.aliases[place].serves == (flip.after.number, ()) else "old"
            for flip in story.plan.moves
            if (place := (*flip.key, flip.alias)) not in {*reader.foreign, *left, *later}
        }
        if len(sides) > 1:
            yield f"mixed: promotion {name}"
    for place, alias in cloud.aliases.items():
        if alias.weights and place not in reader.foreign and reader.expected[place][1] == ():
            yield f"weights: {place} has {alias.weights}"


def _overlaps(reader: Reader) -> Iterator[str]:
    done = [s for s in reader.stories.values() if s.outcome == "committed" and s.first_write >= 0]
    for one in done:
        for other in done:
            if one is not other and one.first_write < other.first_write < one.ended:
                yield f"overlap: {one.plan.environment} and {other.plan.environment}"


def _history(reader: Reader, cloud: Cloud) -> Iterator[str]:
    shelf = documents(Process("reader", cloud))
    verdict = Chain(shelf, app().name, who="", host="").verify()
    if not verdict.intact:
        yield f"audit: {verdict.fault}"
    releases = Releases(shelf, app().name)
    told = [each for name in releases.environments() for each in releases.newest_first(name, 99)]
    for name, story in reader.stories.items():
        records = [each for each in told if each.promotion == name and each.act != "found"]
        if len(records) != (story.outcome == "committed"):
            yield f"record: promotion {name} {story.outcome} has {len(records)} records"
    for environment in releases.environments():
        latest = releases.latest(environment)
        if latest is not None:
            yield from _record(reader, latest)


def _record(reader: Reader, latest: ReleaseRecord) -> Iterator[str]:
    """Yield where the newest record of an environment tells something that is not so."""
    for function, regions in latest.image.items():
        for region, served in regions.items():
            place = (region, function, latest.environment)
            given = any(region in story.without for story in reader.stories.values())
            if place in reader.foreign or given:
                continue
            if reader.expected[place][0] != served.version:
                yield f"record: {latest.id} has {served.version} of {place}"
