"""Where nothing will change nothing is brought: known without a question, or not claimed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sam_deploy.aws import Aws, Endpoint, Stack
from sam_deploy.delivery.bring import unchanged_regions
from sam_deploy.deploy import Deployment, Engine, Live, Options, StackOutcome
from sam_deploy.deploy.journal import Entry
from sam_deploy.deploy.survey import Place
from sam_deploy.errors import IncompleteError, RefusedError, RolledBackError, SamDeployError
from sam_deploy.events import ignore
from sam_deploy.lanes import Stop
from sam_deploy.manifest import Manifest
from sam_deploy.plan import StackPlan
from sam_deploy.provide import Layer, Needs
from sam_deploy.release import Release
from sam_deploy.template import Template
from sam_deploy.workflow import incomplete

HOME, EAST = "eu-west-1", "us-east-1"
ACCOUNT = "123456789012"
CONTENT = "sam-deploy sha256:" + "ab" * 32
BODY = "Resources: {}\n"
MANIFEST = Manifest(
    name="shop",
    home_region=HOME,
    environment="dev",
    stacks=(
        StackPlan("core", "core", (HOME, EAST), ("dev",)),
        StackPlan("extra", "extra", (EAST,), ("dev",)),
    ),
    templates={
        name: Template(
            name, BODY, ("ArtifactBucket", "DepsLayerArn"), {"deps": "DepsLayerArn"}, 0, ()
        )
        for name in ("core", "extra")
    },
    needs=Needs(
        "shop",
        HOME,
        (HOME, EAST),
        (),
        (Layer("deps", "shop-deps", "layer/deps", "key", CONTENT, "python3.12", "x86_64"),),
    ),
    tags={"Project": "Shop"},
)
AWS = Aws(Endpoint("aws"))
"""Its clients are made once; none of them is used."""
REMEMBERED = Entry(layers={region: {CONTENT: f"arn:{region}"} for region in (HOME, EAST)})


def live(region: str, **changed: object) -> Live:
    """A stack as the manifest wants it, but for what is changed."""
    given = {
        "ArtifactBucket": f"shop-sam-{ACCOUNT}-{region}",
        "DepsLayerArn": f"arn:{region}",
    }
    stack = Stack("name", "UPDATE_COMPLETE", "", {}, given, {"Project": "Shop"})
    return Live(replace(stack, **changed), BODY)  # type: ignore[arg-type] # fields of a stack


def unchanged(entry: Entry = REMEMBERED, **at: Live) -> dict[str, dict[str, str]]:
    found: dict[Place, Live] = {
        ("core", HOME): live(HOME),
        ("core", EAST): at.get("core_east", live(EAST)),
        ("extra", EAST): at.get("extra_east", live(EAST)),
    }
    engine = Engine(MANIFEST, AWS, ACCOUNT, Options(), ignore, Stop(), live=found)
    same = unchanged_regions(engine, entry)
    return {region: dict(ready.layer_arns) for region, ready in same.items()}


def test_a_region_where_every_stack_is_as_it_should_be_needs_nothing() -> None:
    """No bucket is looked at, no archive, no layer: the journal knows which versions there are."""
    assert {HOME: {"deps": f"arn:{HOME}"}, EAST: {"deps": f"arn:{EAST}"}} == unchanged()


@pytest.mark.parametrize(
    "other",
    [
        Live(),
        live(EAST, status="UPDATE_ROLLBACK_COMPLETE"),
        live(EAST, tags={}),
        live(EAST, parameters={"ArtifactBucket": f"shop-sam-{ACCOUNT}-{EAST}"}),
        replace(live(EAST), template="other"),
    ],
)
def test_one_stack_that_differs_is_enough(other: Live) -> None:
    """Then the region is provided for; the others still need nothing."""
    assert {HOME} == set(unchanged(core_east=other)) == set(unchanged(extra_east=other))


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (Entry(), set()),
        (replace(REMEMBERED, layers={HOME: {CONTENT: f"arn:{HOME}"}}), {HOME}),
        (replace(REMEMBERED, layers={HOME: {"another content": f"arn:{HOME}"}}), set()),
        (replace(REMEMBERED, layers={HOME: {CONTENT: "arn:another"}}), set()),
        (replace(REMEMBERED, state="open"), set()),
    ],
)
def test_what_is_not_remembered_is_looked_up(entry: Entry, expected: set[str]) -> None:
    """Another content, another version; and after a killed deployment nothing is taken on trust."""
    assert expected == set(unchanged(entry))


def outcome(region: str) -> StackOutcome:
    return StackOutcome("core", region, "updated", (), {}, 1.0)


def failed(done: tuple[str, ...], *others: Place) -> SamDeployError:
    deployment = Deployment(
        {("core", region): outcome(region) for region in done},
        {
            ("core", EAST): RolledBackError("as asked"),
            **{place: IncompleteError("too") for place in others},
        },
        (("extra", EAST),),
    )
    return incomplete(deployment, Release("dev", ()))


def test_a_single_failure_is_its_own_error() -> None:
    """R223: exit code 4: everything is as it was before."""
    assert isinstance(failed(()), RolledBackError)


@pytest.mark.fault(30)
def test_a_failure_beside_successes_says_what_is_live_where() -> None:
    """R223, Fault 30: exit code 7, what was not begun, and the command that does what is left."""
    error = failed((HOME,))
    assert (7, "1 of 3 stacks was not deployed") == (error.exit_code, error.what)
    assert "`core` in `us-east-1`: as asked" == error.why
    assert (
        "eu-west-1 serves the new dev; not started: `extra` in `us-east-1`; "
        "every other environment is as before"
    ) == error.state
    assert "sam-deploy resume" in error.hint


def test_what_the_only_failure_lists_is_kept() -> None:
    """What checks of CloudFormation found, beside regions that succeeded."""
    refused = RefusedError("no", problems=("`Queue`: wrong",))
    deployment = Deployment({("core", HOME): outcome(HOME)}, {("core", EAST): refused}, ())
    assert ("`Queue`: wrong",) == incomplete(deployment, Release("dev", ())).problems


def test_several_failures_are_listed() -> None:
    """R223: each with its place."""
    assert 2 == len(failed((), ("core", HOME)).problems)
