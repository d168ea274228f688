"""All stacks of a manifest in all regions: side by side where nothing has to wait."""

from __future__ import annotations

import functools
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sam_deploy import lanes, naming
from sam_deploy.aws import Aws, CloudFormation
from sam_deploy.deploy import guard
from sam_deploy.deploy.execute import StackOutcome, execute
from sam_deploy.deploy.journal import Entry, PlaceEntry
from sam_deploy.deploy.review import Review, review, withdraw
from sam_deploy.deploy.survey import Live, Place
from sam_deploy.deploy.work import Book, NoBook, StackWork
from sam_deploy.errors import SamDeployError
from sam_deploy.events import Note, RegionFinished, Report
from sam_deploy.lanes import Outcomes, Stop
from sam_deploy.manifest import Manifest
from sam_deploy.plan import StackPlan
from sam_deploy.provide import RegionProvisions, artifact_bucket, certificates
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
    live: Mapping[Place, Live] = field(default_factory=dict)
    """What stands."""
    before: Entry = field(default_factory=Entry)
    """The journal as it was found: an earlier run may have begun operations."""
    executor: Executor = execute

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

        Raises what the first place raised, when one cannot be changed; then no change set is left
        behind. Raises `RefusedError` when anything would be lost that was not allowed by name.
        """
        works = {place: self.work(place, provisions[place[1]]) for place in self.manifest.places}
        outcomes: Outcomes[Place, Review] = lanes.run(
            {
                place: functools.partial(review, work, self.live[place], self.before.token(place))
                for place, work in works.items()
            },
            after={},
            at_once=self.options.at_once,
            stop=self.stop,
        )
        found = tuple(outcomes.done[place] for place in works if place in outcomes.done)
        refused = next(iter(outcomes.failed.values()), None) or guard.all_losses(
            found, self.options.allow_replace
        )
        if refused is not None:
            self.withdraw(found, provisions)
            raise refused
        for each in found:
            origins = self.manifest.templates[each.stack].origins
            for words in guard.reaching_others(each.changes, origins, self.manifest.environment):
                self.report(Note(words, region=each.region))
        return found

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
        stacks = {stack.name: stack for stack in self.manifest.stacks}
        reviewed = {found.place: found for found in reviews}
        halt = Stop()
        work = {
            place: functools.partial(
                self._one, found, provisions[place[1]], stacks[place[0]], then, halt
            )
            for place, found in reviewed.items()
        }
        outcomes: Outcomes[Place, StackOutcome] = lanes.run(
            work,
            after=order(self.manifest.stacks, reviewed),
            at_once=self.options.at_once,
            stop=self.stop,
            halt=halt,
        )
        return Deployment(outcomes.done, outcomes.failed, outcomes.not_started)

    def _one(
        self,
        found: Review,
        ready: RegionProvisions,
        stack: StackPlan,
        then: Then,
        halt: Stop,
    ) -> StackOutcome:
        started = time.monotonic()
        try:
            work = self.work(found.place, ready)
            outcome = self.executor(work, found, self.new_token())
            if not found.empty:
                self.book.place(found.place, PlaceEntry("deployed", outcome=outcome.outcome))
            then(stack, outcome)
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


def order(stacks: Sequence[StackPlan], places: Mapping[Place, object]) -> dict[Place, list[Place]]:
    """Return what each place waits for: its first region, and the stacks before it in its own.

    Theirs may be the buckets it uses.
    """
    after: dict[Place, list[Place]] = {}
    for number, stack in enumerate(stacks):
        for region in stack.regions:
            first = (stack.name, stack.regions[0])
            waits = [] if region == stack.regions[0] else [first]
            waits += [(each.name, region) for each in stacks[:number] if region in each.regions]
            after[stack.name, region] = [each for each in waits if each in places]
    return after


def parameters(
    manifest: Manifest,
    template: Template,
    ready: RegionProvisions,
    region: str,
    standing: Mapping[str, str],
) -> dict[str, str]:
    """Return what the template asks for, as it is in this region.

    `standing` are the parameters of the stack as it is: what a certificate is not issued for yet
    stays as it was.
    """
    first_region = next(
        stack.first_region for stack in manifest.stacks if stack.name == template.stack_name
    )
    facts = {
        naming.ARTIFACT_BUCKET: ready.bucket,
        naming.SAM_ARTIFACT_BUCKET: ready.bucket,
        naming.FIRST_REGION: "yes" if region == first_region else "no",
        naming.REGION_SUFFIX: naming.region_suffix(region, manifest.home_region),
        **certificates.parameters(template.certificates, region, ready.certificates, standing),
    }
    arns = {
        parameter: ready.layer_arns[layer] for layer, parameter in template.layer_parameters.items()
    }
    asked = {name: value for name, value in facts.items() if name in template.parameters}
    return asked | arns | dict(template.values)
