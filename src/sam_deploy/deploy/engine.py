"""All stacks of a manifest in all regions: side by side where nothing has to wait."""

from __future__ import annotations

import functools
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sam_deploy import lanes
from sam_deploy.aws import Aws, CloudFormation
from sam_deploy.deploy import guard
from sam_deploy.deploy.execute import StackOutcome, execute
from sam_deploy.deploy.journal import Entry, PlaceEntry
from sam_deploy.deploy.order import behind, order
from sam_deploy.deploy.parameters import parameters
from sam_deploy.deploy.review import Review, forget, review, withdraw
from sam_deploy.deploy.survey import Live, Place
from sam_deploy.deploy.work import Book, NoBook, StackWork
from sam_deploy.errors import IncompleteError, SamDeployError, UnreachableError
from sam_deploy.events import Note, RegionFinished, Report
from sam_deploy.lanes import Outcomes, Stop
from sam_deploy.manifest import Manifest
from sam_deploy.plan import StackPlan
from sam_deploy.provide import RegionProvisions, artifact_bucket
from sam_deploy.template import Template


@dataclass(frozen=True, slots=True)
class Options:
    """How to deploy, as the user wants it."""

    at_once: int = 8
    allow_replace: frozenset[str] = frozenset()
    """Logical ids of what may be replaced or removed although it holds data or serves people."""
    stop_on_failure: bool = False
    """Begin no further stack when one has failed."""
    wait: bool = False
    """Wait for operations of others, instead of refusing."""
    recreate: bool = False
    """Make stacks anew that never came up, although they left something behind."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """What came of every stack: outcomes, errors, and what was not begun."""

    done: Mapping[Place, StackOutcome]
    failed: Mapping[Place, SamDeployError]
    not_started: tuple[Place, ...]

    @property
    def unchanged(self) -> bool:
        """Whether every stack was already as its template says."""
        return all(each.outcome == "no changes" for each in self.done.values())


class Executor(Protocol):
    """Brings one stack to what was reviewed: by change sets of our own, or by the SAM CLI."""

    def __call__(self, work: StackWork, found: Review, token: str) -> StackOutcome:
        """The stack is as its template says, or as it was before."""


Then = Callable[[StackPlan, StackOutcome], None]
"""What follows in a region when its stack stands: the release. Raises what goes wrong."""


def nothing_follows(stack: StackPlan, outcome: StackOutcome) -> None:
    """Follow with nothing."""
    del stack, outcome


@dataclass(frozen=True, slots=True)
class Engine:
    """Everything that is the same for all stacks of a deployment."""

    manifest: Manifest
    aws: Aws
    account: str
    options: Options
    report: Report
    stop: Stop
    book: Book = field(default_factory=NoBook)
    live: dict[Place, Live] = field(default_factory=dict)
    """What stands."""
    before: Entry = field(default_factory=Entry)
    """The journal as it was found: an earlier run may have begun operations."""
    executor: Executor = execute
    lost: dict[Place, SamDeployError] = field(default_factory=dict)
    """Places that fall behind in this run, and why: no answer, or no change set."""

    @property
    def gatekeepers(self) -> frozenset[Place]:
        """The first region of each stack."""
        return frozenset((stack.name, stack.regions[0]) for stack in self.manifest.stacks)

    def lose(self, region: str, why: SamDeployError) -> None:
        """What is to be deployed to a region falls behind. Raises `why` for a first region."""
        places = {place for place in self.manifest.places if place[1] == region}
        if places & self.gatekeepers or self.options.stop_on_failure:
            raise why
        self.lost.update(dict.fromkeys(places, why))

    def work(self, place: Place, ready: RegionProvisions) -> StackWork:
        """Return what is to be made of one stack in one region."""
        name, region = place
        template = self.manifest.templates[name]
        stack = self.live.get(place, Live()).stack
        standing = stack.parameters if stack else {}
        given = parameters(self.manifest, template, ready, region, standing)
        return self.work_on(template, region, given)

    def work_on(self, template: Template, region: str, given: Mapping[str, str]) -> StackWork:
        """Return the same for any template and parameters."""
        return StackWork(
            cloudformation=CloudFormation(self.aws, region),
            bucket=artifact_bucket(self.manifest.name, self.account, region, self.aws),
            template=template,
            parameters=given,
            tags=self.manifest.tags,
            report=self.report,
            stop=self.stop,
            book=self.book,
            wait=self.options.wait,
            recreate=self.options.recreate,
        )

    def new_token(self) -> str:
        """Return what marks the stack events of one operation as ours."""
        return f"sam-deploy-{uuid.uuid4().hex[:20]}"

    def review(self, provisions: Mapping[str, RegionProvisions]) -> tuple[Review, ...]:
        """Return what would change everywhere, all stacks and regions at once.

        A place for which that cannot be said falls behind, unless it is a stack's first region:
        then its error is raised, and no change set is left behind. Raises `RefusedError` when
        anything would be lost that was not allowed by name.
        """
        works = {
            place: self.work(place, provisions[place[1]])
            for place in self.manifest.places
            if place not in self.lost
        }
        try:
            outcomes: Outcomes[Place, Review] = lanes.run(
                {
                    place: functools.partial(
                        review, work, self.live[place], self.before.token(place)
                    )
                    for place, work in works.items()
                },
                after={},
                at_once=self.options.at_once,
                stop=self.stop,
            )
        except BaseException:
            self._forget(works.values())
            raise
        found = tuple(outcomes.done[place] for place in works if place in outcomes.done)
        refused = self._refused(outcomes.failed) or guard.all_losses(
            found, self.options.allow_replace
        )
        if refused is not None:
            self.withdraw(found, provisions)
            raise refused
        self.lost.update(outcomes.failed)
        for each in found:
            origins = self.manifest.templates[each.stack].origins
            for words in guard.reaching_others(each.changes, origins, self.manifest.environment):
                self.report(Note(f"{each.region} {each.stack} {words}", region=each.region))
        return found

    def _forget(self, works: Iterable[StackWork]) -> None:
        """No change set of ours is left of what was stopped; where one may be, it is told."""
        outcomes = lanes.run(
            {work.place: functools.partial(forget, work) for work in works},
            after={},
            at_once=self.options.at_once,
            stop=Stop(),
        )
        for (name, region), error in outcomes.failed.items():
            message = f"`{name}` may keep what its review has made: {error}"
            self.report(Note(message, "warning", region))

    def _refused(self, failed: Mapping[Place, SamDeployError]) -> SamDeployError | None:
        """Return the error that ends everything, when there is one."""
        every = self.options.stop_on_failure
        return next(
            (error for place, error in failed.items() if every or place in self.gatekeepers), None
        )

    def withdraw(
        self, reviews: Sequence[Review], provisions: Mapping[str, RegionProvisions]
    ) -> None:
        """No change set of these reviews is left, and no stack that holds nothing."""
        lanes.run(
            {
                found.place: functools.partial(
                    withdraw, self.work(found.place, provisions[found.region]), found
                )
                for found in reviews
            },
            after={},
            at_once=self.options.at_once,
            stop=Stop(),
        )

    def execute(
        self,
        reviews: Sequence[Review],
        provisions: Mapping[str, RegionProvisions],
        then: Then = nothing_follows,
    ) -> Deployment:
        """Bring every stack to its template, and do in each region what follows.

        A stack starts in its first region; the others follow when that one, and what follows
        there, has succeeded. Stacks of one region go one after the other. Errors are collected,
        not raised: see `Deployment`.
        """
        reviewed = {found.place: found for found in reviews}
        waits = order(self.manifest.stacks, reviewed.keys() | self.lost.keys())
        blocked = behind(waits, self.lost)
        begun: set[Place] = set()
        halt = Stop()
        stacks = {stack.name: stack for stack in self.manifest.stacks}
        work = {
            place: functools.partial(
                self._one, found, provisions[place[1]], stacks[place[0]], then, halt, begun
            )
            for place, found in reviewed.items()
            if place not in blocked
        }
        try:
            outcomes: Outcomes[Place, StackOutcome] = lanes.run(
                work,
                after={place: [each for each in waits[place] if each in work] for place in work},
                at_once=self.options.at_once,
                stop=self.stop,
                halt=halt,
            )
        finally:
            # change sets that nobody will execute any more
            self.withdraw([each for each in reviews if each.place not in begun], provisions)
        return Deployment(
            outcomes.done,
            {**outcomes.failed, **self.lost},
            (*outcomes.not_started, *(place for place in reviewed if place in blocked)),
        )

    def _one(
        self,
        found: Review,
        ready: RegionProvisions,
        stack: StackPlan,
        then: Then,
        halt: Stop,
        begun: set[Place],
    ) -> StackOutcome:
        started = time.monotonic()
        try:
            work = self.work(found.place, ready)
            self.stop.check()
            begun.add(found.place)
            outcome = self.executor(work, found, self.new_token())
            if not found.empty:
                self.book.place(found.place, PlaceEntry("deployed", outcome=outcome.outcome))
            _follow(then, stack, outcome)
            if not found.empty:
                self.book.place(found.place, PlaceEntry("done", outcome=outcome.outcome))
        except SamDeployError:
            self.report(
                RegionFinished(found.region, found.stack, "failed", time.monotonic() - started)
            )
            if self.options.stop_on_failure:
                halt.set()
            raise
        self.report(
            RegionFinished(found.region, found.stack, outcome.outcome, time.monotonic() - started)
        )
        return outcome


def _follow(then: Then, stack: StackPlan, outcome: StackOutcome) -> None:
    """Do what follows. What goes wrong there leaves a stack that stands, which its error says."""
    try:
        then(stack, outcome)
    except (IncompleteError, UnreachableError):
        raise
    except SamDeployError as error:
        raise IncompleteError(
            f"`{outcome.stack}` in `{outcome.region}` stands, but what follows it failed",
            why=str(error),
            state="the stack is as its template says; the environments serve what they served",
            hint=f"{error.hint}; then `sam-deploy resume` does what is left",
        ) from error
