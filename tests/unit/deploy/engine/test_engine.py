"""All stacks in all regions: what waits for what, and what a failure holds back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy.deploy import Options, StackOutcome
from sam_deploy.deploy.survey import Place
from sam_deploy.errors import ConfigError, IncompleteError, RefusedError, UnreachableError
from sam_deploy.events import Event, Note, RegionFinished
from sam_deploy.lanes import StoppedError
from sam_deploy.plan import StackPlan
from sam_deploy.provide import RegionProvisions

HOME, EAST, WEST = "eu-west-1", "us-east-1", "us-west-2"
CORE, EXTRA = "shop-sam", "shop-sam-extra"
ASKED = ("ArtifactBucket", "RegionSuffix", "FirstRegion")
READY = {
    region: RegionProvisions(f"bucket-{region}", {"deps": f"arn:{region}:deps"})
    for region in (HOME, EAST, WEST)
}
REMOVE = {"Action": "Remove", "LogicalResourceId": "Orders", "ResourceType": "AWS::DynamoDB::Table"}
ADD = {"Action": "Add", "LogicalResourceId": "New", "ResourceType": "AWS::SNS::Topic"}


Run = Any
"""The fixture of the conftest: an app of two feature sets, and an account."""
PLACES = ((CORE, HOME), (CORE, EAST), (CORE, WEST), (EXTRA, WEST), (EXTRA, EAST))


@pytest.mark.parametrize("at_once", [1, 8])
def test_the_first_region_is_the_gatekeeper(run: Run, at_once: int) -> None:
    """The others of a stack follow it, and the stacks of a region one after the other."""
    outcome = run.deploy(at_once=at_once)
    place = run.order.index
    assert (CORE, HOME) == run.order[0]
    assert place((CORE, WEST)) < place((EXTRA, WEST)) < place((EXTRA, EAST))
    assert place((CORE, EAST)) < place((EXTRA, EAST))
    assert set(PLACES) == set(outcome.done)
    assert outcome.unchanged


def test_what_follows_in_the_first_region_is_awaited_too(run: Run) -> None:
    """Its release is part of what opens the gate."""
    released: list[Place] = []

    def release(stack: StackPlan, outcome: StackOutcome) -> None:
        assert stack.name == outcome.stack
        if (CORE, HOME) == (stack.name, outcome.region):
            raise IncompleteError("as asked")
        released.append((stack.name, outcome.region))

    outcome = run.deploy(release)
    assert {(CORE, HOME)} == set(outcome.failed) == set(run.order)
    assert [] == released


def test_everything_is_reviewed_before_anything_is_executed(run: Run) -> None:
    """One change set in each place, and nothing is begun yet."""
    found = run.review(run.engine())
    assert PLACES == tuple(each.place for each in found)
    assert set(PLACES) == set(run.aws.parameters)
    assert [] == run.order


def test_each_region_gets_its_own_parameters(run: Run) -> None:
    """One template for all: bucket, suffix of global names and layer versions come from outside."""
    run.review(run.engine(layers={"deps": "DepsLayerArn"}))
    assert {
        "ArtifactBucket": "bucket-eu-west-1",
        "RegionSuffix": "",
        "FirstRegion": "yes",
        "DepsLayerArn": "arn:eu-west-1:deps",
    } == run.aws.parameters[CORE, HOME]
    assert {
        "ArtifactBucket": "bucket-us-east-1",
        "RegionSuffix": "-us-east-1",
        "FirstRegion": "no",
        "DepsLayerArn": "arn:us-east-1:deps",
    } == run.aws.parameters[EXTRA, EAST]
    assert {"Project": "Shop", "Team": "web"} == run.aws.tags


@pytest.mark.parametrize("options", [Options(), Options(stop_on_failure=True)])
def test_a_first_region_that_refuses_leaves_no_change_set_anywhere(
    run: Run, options: Options
) -> None:
    """Its own error goes up, as that of any region when nothing is to begin after a failure."""
    run.aws.changes = {place: [ADD] for place in PLACES}
    run.aws.refusing = {EAST if options.stop_on_failure else HOME}
    with pytest.raises(Exception, match="as asked"):
        run.review(run.engine(options))
    assert {} == run.aws.left


@pytest.mark.fault(30)
def test_another_region_that_refuses_falls_behind_alone(run: Run) -> None:
    """Fault 30: the others are reviewed, and its error is kept for the end."""
    run.aws.changes = {place: [ADD] for place in PLACES}
    run.aws.refusing = {EAST}
    engine = run.engine()
    found = run.review(engine)
    assert {place for place in PLACES if place[1] == EAST} == set(engine.lost)
    assert [place for place in PLACES if place[1] != EAST] == [each.place for each in found]


@pytest.mark.fault(38)
def test_losses_in_several_stacks_are_one_error(run: Run) -> None:
    """Fault 38: exit code 5 with each of them, before anything is executed; nothing is left."""
    run.aws.changes = {place: [REMOVE, ADD] for place in ((CORE, HOME), (EXTRA, EAST))}
    with pytest.raises(RefusedError) as raised:
        run.review(run.engine())
    error = raised.value
    assert (5, "2 stacks would lose 1 resource") == (error.exit_code, error.what)
    assert (
        "`shop-sam` in `eu-west-1`: Remove AWS::DynamoDB::Table Orders",
        "`shop-sam-extra` in `us-east-1`: Remove AWS::DynamoDB::Table Orders",
    ) == error.problems
    assert "`--allow-replace Orders`" in error.hint
    assert {} == run.aws.left


@pytest.mark.fault(38)
def test_what_was_named_may_be_lost(run: Run) -> None:
    """Fault 38: by its logical id, everywhere."""
    run.aws.changes = {(CORE, HOME): [REMOVE]}
    found = run.review(run.engine(Options(allow_replace=frozenset({"Orders"}))))
    assert [(CORE, HOME)] == [each.place for each in found if not each.empty]


def test_a_review_can_be_withdrawn(run: Run) -> None:
    """Who says no leaves nothing behind."""
    run.aws.changes = {(CORE, HOME): [ADD], (EXTRA, WEST): [ADD]}
    engine = run.engine()
    found = run.review(engine)
    assert 2 == len(run.aws.left)
    engine.withdraw(found, READY)
    assert {} == run.aws.left


@pytest.mark.fault(56)
def test_what_a_stopped_review_may_have_left_is_told(run: Run) -> None:
    """Fault 56: where nobody can look, by place and cause; elsewhere nothing is said."""
    run.aws.changes = {place: [ADD] for place in PLACES}
    run.aws.unlisted, run.aws.creating = {EAST}, run.stop.set
    with pytest.raises(StoppedError):
        run.review(run.engine())
    told = [each for each in run.heard if isinstance(each, Note) and each.level == "warning"]
    assert [EAST, EAST] == [each.region for each in told]
    assert all("ListChangeSets" in each.message for each in told)
    assert {CORE, EXTRA} == {each.message.split("`")[1] for each in told}


def test_a_failing_gatekeeper_holds_back_the_rest(run: Run) -> None:
    """Nothing behind it is begun, neither its other regions nor the stacks after it."""
    run.failing = {(CORE, HOME)}
    outcome = run.deploy()
    assert [(CORE, HOME)] == run.order
    assert {(CORE, HOME)} == set(outcome.failed)
    assert set(PLACES[1:]) == set(outcome.not_started)


@pytest.mark.fault(30)
def test_a_failing_region_does_not_stop_its_neighbours(run: Run) -> None:
    """R223, Fault 30: only what waits for it is not begun."""
    run.failing = {(CORE, EAST)}
    outcome = run.deploy()
    assert {(CORE, EAST)} == set(outcome.failed)
    assert {(CORE, HOME), (CORE, WEST), (EXTRA, WEST)} == set(outcome.done)
    assert ((EXTRA, EAST),) == outcome.not_started


@pytest.mark.fault(30)
def test_a_failure_can_keep_the_rest_from_beginning(run: Run) -> None:
    """Fault 30: `--stop-on-failure`: what runs comes to its end, and nothing new begins."""
    run.failing = {(CORE, EAST)}
    both, failed = threading.Barrier(2), threading.Event()

    def meanwhile(place: Place) -> None:
        if place[1] != HOME:
            both.wait(5)  # both run now
        if place == (CORE, WEST):
            failed.wait(5)

    def report(event: Event) -> None:
        if isinstance(event, RegionFinished) and event.outcome == "failed":
            threading.Timer(0.05, failed.set).start()

    run.meanwhile, run.heard = meanwhile, _Told(report)
    outcome = run.deploy(stop_on_failure=True)
    assert ({(CORE, EAST)}, {(CORE, HOME), (CORE, WEST)}) == (
        set(outcome.failed),
        set(outcome.done),
    )
    assert {(EXTRA, WEST), (EXTRA, EAST)} == set(outcome.not_started)
    assert not run.stop.is_set()


class _Told(list[Event]):
    """Hears of events, and does something."""

    def __init__(self, also: Callable[[Event], None]) -> None:
        super().__init__()
        self.also = also

    def append(self, event: Event) -> None:
        """Keep it, and pass it on."""
        super().append(event)
        self.also(event)


def test_a_stop_begins_nothing_more_and_says_why(run: Run) -> None:
    """As when the lock was lost."""
    lost = RefusedError("This command has lost its lock")
    run.meanwhile = lambda _: run.stop.set(lost)
    with pytest.raises(RefusedError) as raised:
        run.deploy()
    assert lost is raised.value
    assert [(CORE, HOME)] == run.order


@pytest.mark.fault(56)
def test_ctrl_c_begins_nothing_more(run: Run) -> None:
    """Fault 56: a stop without a reason is the user's own."""
    run.meanwhile = lambda _: run.stop.set()
    with pytest.raises(StoppedError):
        run.deploy()
    assert [(CORE, HOME)] == run.order


def test_how_far_each_stack_has_come_is_on_record(run: Run) -> None:
    """Deployed, then released; of what does not change nothing is written."""
    run.aws.changes = {(CORE, HOME): [ADD], (CORE, EAST): [ADD]}

    def release(stack: StackPlan, outcome: StackOutcome) -> None:
        if (stack.name, outcome.region) == (CORE, EAST):
            raise IncompleteError("as asked")

    run.deploy(release)
    assert [
        ((CORE, HOME), "deployed"),
        ((CORE, HOME), "done"),
        ((CORE, EAST), "deployed"),
    ] == run.book
    assert len(run.order) == len(set(run.tokens))
    assert all(token.startswith("sam-deploy-") and len(token) <= 128 for token in run.tokens)


def test_the_end_of_each_region_is_told(run: Run) -> None:
    """R223: also of one that failed."""
    run.failing = {(CORE, EAST)}
    run.aws.changes = {(CORE, HOME): [ADD]}
    run.deploy(at_once=1)
    told = [each for each in run.heard if isinstance(each, RegionFinished)]
    assert {
        (CORE, HOME, "updated"),
        (CORE, EAST, "failed"),
        (CORE, WEST, "no changes"),
        (EXTRA, WEST, "no changes"),
    } == {(each.stack, each.region, each.outcome) for each in told}
    assert all(each.seconds >= 0 for each in told)


@pytest.mark.fault(30)
@pytest.mark.parametrize(
    "error", [RefusedError("no", why="a guard", hint="do this"), ConfigError("no", hint="do this")]
)
def test_what_fails_after_a_stack_says_that_the_stack_stands(run: Run, error: Any) -> None:
    """R220, Fault 30: exit 7 with what is live, whatever went wrong; `resume` does the rest."""

    def release(stack: StackPlan, outcome: StackOutcome) -> None:
        del stack, outcome
        raise error

    found = run.deploy(release).failed[CORE, HOME]
    assert isinstance(found, IncompleteError)
    assert f"`{CORE}` in `{HOME}` stands, but what follows it failed" == found.what
    assert str(error) == found.why
    assert "the stack is as its template says" in found.state
    assert "do this; then `sam-deploy resume` does what is left" == found.hint
    assert error is found.__cause__


@pytest.mark.fault(28)
@pytest.mark.parametrize("error", [UnreachableError("gone"), IncompleteError("late", state="s")])
def test_what_says_it_itself_stays_as_it_is(run: Run, error: Any) -> None:
    """Fault 28: exit 8 for what is out of reach, 7 with its own state."""

    def release(stack: StackPlan, outcome: StackOutcome) -> None:
        del stack, outcome
        raise error

    assert error is run.deploy(release).failed[CORE, HOME]
