from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from sam_deploy import App, FeatureSet, Function, Layer, Queue, on_queue
from sam_deploy.errors import ConfigError
from sam_deploy.plan import Plan, Request, StackPlan, Target, make
from sam_deploy.plan.model import NodeUnit
from sam_deploy.plan.targets import aws_target
from sam_deploy.plan.units import functions_of

MakeApp = Callable[..., App]
PROJECT = Path("/projects/shop")
ENVIRONMENTS = ("dev", "prod")
CORE = StackPlan(
    "shop-sam", "core", ("eu-west-1", "us-east-1", "ap-south-1"), ENVIRONMENTS, "eu-west-1"
)
EXTRA = StackPlan("shop-sam-extra", "extra", ("us-west-2", "us-east-1"), ENVIRONMENTS, "us-west-2")


def plan(app: App, *feature_sets: str, regions: tuple[str, ...] = ()) -> Plan:
    return make(app, PROJECT, Request(feature_sets, regions))


def with_functions(make_app: MakeApp) -> App:
    return make_app(
        layers=(
            Layer("unused", requirements=("six",)),
            Layer("ours", source="layers/ours"),
            Layer("deps", requirements=("attrs",)),
        ),
        functions=(
            Function("Api", source="functions/api", layers=("deps",)),
            Function("Extra", source="functions/extra", feature_set="extra", layers=("ours",)),
            Function("Worker", source="functions/worker", feature_set="core"),
        ),
    )


def test_every_feature_set_is_a_stack_with_its_regions(make_app: MakeApp) -> None:
    """The home region comes first where it is one of them; the others stay in their order."""
    assert (CORE, EXTRA) == plan(make_app()).stacks


def test_the_regions_of_a_plan_are_each_told_once(make_app: MakeApp) -> None:
    """In the order of the stacks."""
    assert ("eu-west-1", "us-east-1", "ap-south-1", "us-west-2") == plan(make_app()).regions


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (("core",), (CORE,)),
        (("extra",), (EXTRA,)),
        (("extra", "core"), (CORE, EXTRA)),
        ((), (CORE, EXTRA)),
    ],
)
def test_only_the_wanted_feature_sets_are_planned(
    make_app: MakeApp, wanted: tuple[str, ...], expected: tuple[StackPlan, ...]
) -> None:
    """In the order of the configuration, however they were asked for."""
    assert expected == plan(make_app(), *wanted).stacks


def test_only_the_wanted_regions_are_planned(make_app: MakeApp) -> None:
    """A stack that is in none of them is left out; the first of the rest is the gatekeeper."""
    planned = plan(make_app(), regions=("ap-south-1", "us-east-1"))
    assert (
        dataclasses.replace(CORE, regions=("us-east-1", "ap-south-1")),
        dataclasses.replace(EXTRA, regions=("us-east-1",)),
    ) == planned.stacks
    assert ("core",) == tuple(
        each.feature_set for each in plan(make_app(), regions=("ap-south-1",)).stacks
    )


def test_the_first_feature_set_names_the_stack_of_the_app(make_app: MakeApp) -> None:
    """Deploying another feature set alone does not change any name."""
    assert "shop-sam-extra" == plan(make_app(), "extra").stacks[0].name


@pytest.mark.parametrize(
    ("wanted", "regions", "what", "hint"),
    [
        (("cor",), (), "There is no feature set `cor`", "did you mean `core`?"),
        (("zzz",), (), "There is no feature set `zzz`", "choose one of core, extra"),
        ((), ("eu-wst-1",), "There is no region `eu-wst-1`", "did you mean `eu-west-1`?"),
        (
            ("extra",),
            ("ap-south-1",),
            "`extra` is not deployed to ap-south-1",
            "choose one of these regions, or another feature set",
        ),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(
    make_app: MakeApp, wanted: tuple[str, ...], regions: tuple[str, ...], what: str, hint: str
) -> None:
    """Never a green run that deployed nothing."""
    with pytest.raises(ConfigError) as raised:
        plan(make_app(), *wanted, regions=regions)
    assert (what, hint) == (raised.value.what, raised.value.hint)


def test_a_feature_set_is_not_deployed_to_less_than_was_asked_for(make_app: MakeApp) -> None:
    """One of two regions fits: going on with that one alone would look like both."""
    with pytest.raises(ConfigError) as raised:
        plan(make_app(), "extra", regions=("us-east-1", "ap-south-1"))
    assert "`extra` is not deployed to ap-south-1" == raised.value.what


def test_only_what_the_stacks_hold_is_built(make_app: MakeApp) -> None:
    """Layers first and only those in use, then functions in the order of the configuration."""
    app = with_functions(make_app)
    assert ["layer/ours", "layer/deps", "function/Api", "function/Extra", "function/Worker"] == [
        unit.key for unit in plan(app).builds
    ]
    assert ["layer/ours", "function/Extra"] == [unit.key for unit in plan(app, "extra").builds]
    assert ["layer/deps", "function/Api", "function/Worker"] == [
        unit.key for unit in plan(app, regions=("eu-west-1",)).builds
    ]


def test_functions_belong_to_their_own_or_the_first_feature_set(make_app: MakeApp) -> None:
    """No feature set given means the first."""
    app = with_functions(make_app)
    assert ["Api", "Worker"] == [each.name for each in functions_of(app, "core")]
    assert ["Extra"] == [each.name for each in functions_of(app, "extra")]


def test_a_layer_unit_is_what_the_configuration_says(make_app: MakeApp) -> None:
    """Paths are absolute, patterns of the app come before the layer's own."""
    layer = Layer("ours", source="layers/ours", include=("*.txt",), exclude=("big",))
    file = Layer("file", requirements_file="r.txt", archive="from-file.zip")
    app = make_app(
        layers=(layer, file),
        exclude=("*.log",),
        architecture="arm64",
        functions=(Function("Api", source="api", layers=("ours", "file")),),
    )
    ours, from_file, _ = plan(app).builds
    assert ("ours.zip", PROJECT / "layers/ours", ("*.txt",), ("*.log", "big"), "python/") == (
        ours.archive,
        ours.source,
        ours.include,
        ours.exclude,
        ours.prefix,
    )
    assert aws_target("python3.12", "arm64") == ours.target
    assert ("from-file.zip", PROJECT / "r.txt", None) == (
        from_file.archive,
        from_file.requirements_file,
        from_file.source,
    )


def test_a_function_unit_is_what_the_configuration_says(make_app: MakeApp) -> None:
    """Its own runtime and architecture win over the app's."""
    function = Function(
        "Api",
        source="functions/api",
        handler="main.run",
        runtime="python3.13",
        architecture="arm64",
        requirements=("six==1.17.0",),
        requirements_file="r.txt",
    )
    (unit,) = plan(make_app(functions=(function,))).builds
    assert ("Api.zip", "main.run", ("six==1.17.0",), PROJECT / "r.txt", "") == (
        unit.archive,
        unit.handler,
        unit.requirements,
        unit.requirements_file,
        unit.prefix,
    )
    assert aws_target("python3.13", "arm64") == unit.target


def test_a_host_target_takes_the_place_of_every_runtime(make_app: MakeApp) -> None:
    """The embedded cloud runs functions on this computer's Python."""
    host = Target("python3.12", "3.12.1", "x86_64", (2, 39), host=True)
    planned = make(with_functions(make_app), PROJECT, Request(host_target=host))
    assert {host} == {unit.target for unit in planned.builds}


def test_functions_in_node_are_told_that_they_stay_on_this_computer(make_app: MakeApp) -> None:
    """Its Node has no AWS SDK, which Lambda's runtime brings: the bundle depends on it."""
    app = make_app(
        functions=(Function("Api", source="api", runtime="nodejs22.x", handler="index.handler"),)
    )
    host = Target("nodejs22.x", "3.12.1", "x86_64", (2, 39), host=True)
    planned = [make(app, PROJECT, Request(host_target=each)) for each in (None, host)]
    assert [False, True] == [
        unit.host for each in planned for unit in each.builds if isinstance(unit, NodeUnit)
    ]


@pytest.mark.parametrize(
    ("visibility", "timeout", "waive", "warned"),
    [
        (899, 150, {}, True),
        (900, 150, {}, False),
        (899, 150, {"visibility-timeout": "one at a time"}, False),
        (899, 150, {"visibility-timeout": ""}, True),
        (899, 150, {"another-rule": "because"}, True),
    ],
)
def test_a_short_visibility_timeout_is_warned_of_unless_waived(
    make_app: MakeApp, visibility: int, timeout: int, waive: dict[str, str], *, warned: bool
) -> None:
    """AWS advises six times the function's timeout; a waiver needs a reason."""
    app = make_app(
        queues=(Queue("Orders", visibility_timeout_seconds=visibility, waive=waive),),
        functions=(
            Function("W", source="w", timeout_seconds=timeout, triggers=(on_queue("Orders"),)),
        ),
    )
    found = [(each.rule, each.path.partition(": ")[2], each.message) for each in plan(app).warnings]
    expected = (
        "visibility-timeout",
        'queues["Orders"].visibility_timeout_seconds',
        "is 899 s; AWS advises six times the 150 s of W: 900 s",
    )
    assert [expected] * warned == found


def test_a_warning_names_the_line(make_app: MakeApp) -> None:
    """As mistakes do."""
    queue = Queue("Orders", visibility_timeout_seconds=30)
    function = Function("W", source="w", timeout_seconds=30, triggers=(on_queue("Orders"),))
    (warned,) = plan(make_app(queues=(queue,), functions=(function,))).warnings
    assert warned.path.startswith("deploy.py:")
    assert warned.path.split(":")[1].isdigit()


def test_planning_touches_nothing(make_app: MakeApp) -> None:
    """The project folder of these tests does not exist."""
    assert not PROJECT.exists()
    assert PROJECT == plan(make_app()).project


def test_an_app_of_one_feature_set_has_one_stack(make_app: MakeApp) -> None:
    """Without functions there is nothing to build, and still a stack to deploy."""
    app = make_app(feature_sets=(FeatureSet("only", regions=("eu-west-1",)),))
    assert (StackPlan("shop-sam", "only", ("eu-west-1",), ENVIRONMENTS, "eu-west-1"),) == plan(
        app
    ).stacks
    assert () == plan(app).builds
