from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from sam_deploy import App, Environment, FeatureSet, Function
from sam_deploy.build import Artifact, Artifacts
from sam_deploy.config.tree import first_environment
from sam_deploy.errors import IncompleteError
from sam_deploy.events import Event, StepFinished
from sam_deploy.lanes import Stop
from sam_deploy.release import Release, publish, read

Account = Any
"""The account of the conftest, in memory."""
HERE, THERE = "eu-west-1", "us-east-1"
CORE = ("shop-sam", "core", HERE)
EVERYWHERE = (CORE, ("shop-sam", "core", THERE))


@pytest.fixture
def app() -> App:
    """Two functions in the first feature set, one in the second."""
    return App(
        name="shop",
        home_region=HERE,
        environments=(Environment("prod", promote_from="dev"), Environment("dev")),
        feature_sets=(
            FeatureSet("core", regions=(HERE, THERE)),
            FeatureSet("extra", regions=(THERE,)),
        ),
        functions=(
            Function("Api", source="x"),
            Function("Worker", source="x"),
            Function("Extra", source="x", feature_set="extra"),
        ),
    )


@pytest.fixture
def lambdas(aws: Account) -> Account:
    """Both functions deployed in both regions, with their first version."""
    for region in (HERE, THERE):
        for name in ("ApiFunction", "WorkerFunction"):
            aws.client("lambda", region).add(name, "one", aliases=("dev", "prod"))
    return aws


def artifacts(codes: Mapping[str, str]) -> Artifacts:
    return Artifacts(
        {
            f"function/{name}": Artifact(
                key=f"function/{name}",
                name=name,
                kind="function",
                archive=f"{name}.zip",
                path=Path("/nowhere"),
                sha256="",
                code_sha256=code,
                size_bytes=0,
                unpacked_bytes=0,
                files=0,
                reused=False,
                seconds=0,
            )
            for name, code in codes.items()
        }
    )


class Patience(Stop):
    """Pauses that take no time."""

    def pause(self, seconds: float) -> None:
        """Go on at once."""
        del seconds


def released(
    app: App,
    aws: Account,
    codes: Mapping[str, str],
    heard: list[Event],
    places: tuple[tuple[str, str, str], ...] = EVERYWHERE,
) -> Release:
    return publish(app, "dev", places, artifacts(codes), aws, report=heard.append, stop=Patience())


UNCHANGED = {"Api": "one", "Worker": "one"}
CHANGED = {"Api": "two", "Worker": "one"}


def update(aws: Account) -> None:
    """What the deploy phase did: Api's archive is another one in both regions."""
    for region in (HERE, THERE):
        aws.regions[region].update("ApiFunction", "two")


def test_the_environment_that_receives_no_promotion_is_the_first(app: App) -> None:
    """Wherever it stands in the list."""
    assert "dev" == first_environment(app)


def test_what_changed_is_published_and_dev_serves_it(
    app: App, lambdas: Account, heard: list[Event]
) -> None:
    """Only the changed function gets a version; prod stays where it was."""
    update(lambdas)
    release = released(app, lambdas, CHANGED, heard)
    assert ("dev", 2) == (release.environment, release.changed)
    assert {
        ("ApiFunction", HERE, "2", "1", True),
        ("ApiFunction", THERE, "2", "1", True),
        ("WorkerFunction", HERE, "1", "1", False),
        ("WorkerFunction", THERE, "1", "1", False),
    } == {(e.function, e.region, e.version, e.previous, e.changed) for e in release.moved}
    assert "1" == lambdas.regions[HERE].serves("ApiFunction", "prod")


def test_nothing_new_publishes_nothing(app: App, lambdas: Account, heard: list[Event]) -> None:
    """Lambda returns the version that is there, and no alias is touched."""
    assert 0 == released(app, lambdas, UNCHANGED, heard).changed
    assert ["one"] == lambdas.regions[HERE].functions["ApiFunction"]["versions"]
    assert "update_alias" not in {call for call, _ in lambdas.regions[HERE].calls}


def test_publishing_is_bound_to_code_and_revision(
    app: App, lambdas: Account, heard: list[Event]
) -> None:
    """Lambda itself refuses when $LATEST is not what was deployed."""
    update(lambdas)
    released(app, lambdas, CHANGED, heard, (CORE,))
    given = {
        given["FunctionName"]: (given["CodeSha256"], given["RevisionId"])
        for call, given in lambdas.regions[HERE].calls
        if call == "publish_version"
    }
    assert {
        "ApiFunction": ("two", "ApiFunction-two"),
        "WorkerFunction": ("one", "WorkerFunction-r1"),
    } == given


def test_the_release_step_of_every_stack_is_told(
    app: App, lambdas: Account, heard: list[Event]
) -> None:
    """The eighth step, with what was moved."""
    update(lambdas)
    released(app, lambdas, CHANGED, heard)
    assert [
        (HERE, "shop-sam", "release", 8, "dev: 1 moved, 1 unchanged"),
        (THERE, "shop-sam", "release", 8, "dev: 1 moved, 1 unchanged"),
    ] == [
        (each.region, each.stack, each.step, each.index, each.detail)
        for each in heard
        if isinstance(each, StepFinished)
    ]


def test_a_function_with_other_code_is_not_published(
    app: App, lambdas: Account, heard: list[Event]
) -> None:
    """Somebody uploaded code by hand: dev must not serve what nobody built."""
    lambdas.regions[HERE].update("ApiFunction", "by hand")
    with pytest.raises(IncompleteError) as raised:
        released(app, lambdas, CHANGED, heard, (CORE,))
    assert (
        "`ApiFunction` in `eu-west-1` does not hold the archive that was deployed"
        == raised.value.what
    )
    assert "publish_version" not in {
        call
        for call, given in lambdas.regions[HERE].calls
        if given["FunctionName"] == "ApiFunction"
    }


def test_a_function_that_is_not_there_is_told(
    app: App, lambdas: Account, heard: list[Event]
) -> None:
    """As one that does not hold the archive, or has no alias."""
    del lambdas.regions[HERE].functions["ApiFunction"]
    with pytest.raises(IncompleteError) as raised:
        released(app, lambdas, CHANGED, heard, (CORE,))
    assert "`ApiFunction` in `eu-west-1`" in raised.value.what


def test_a_missing_alias_is_told(app: App, lambdas: Account, heard: list[Event]) -> None:
    """The stack makes it; the next deployment will."""
    del lambdas.regions[HERE].functions["ApiFunction"]["aliases"]["dev"]
    with pytest.raises(IncompleteError) as raised:
        released(app, lambdas, UNCHANGED, heard, (CORE,))
    assert "`ApiFunction` in `eu-west-1` has no alias `dev`" == raised.value.what


@pytest.mark.parametrize(("times", "succeeds"), [(1, True), (2, True), (3, False)])
def test_a_revision_that_moves_is_looked_at_again(
    app: App,
    lambdas: Account,
    heard: list[Event],
    refuse: Callable[..., Exception],
    times: int,
    *,
    succeeds: bool,
) -> None:
    """CloudFormation may still be settling; somebody who goes on and on is told of."""
    left = [times]

    def settle(call: str, given: dict[str, Any]) -> None:
        if call == "publish_version" and given["FunctionName"] == "ApiFunction" and left[0]:
            left[0] -= 1
            raise refuse("PreconditionFailedException")

    lambdas.regions[HERE].before = settle
    if succeeds:
        assert 0 == released(app, lambdas, UNCHANGED, heard, (CORE,)).changed
        return
    with pytest.raises(IncompleteError) as raised:
        released(app, lambdas, UNCHANGED, heard, (CORE,))
    assert "keeps changing while it is published" in raised.value.what


@pytest.mark.fault(29)
def test_an_update_in_progress_is_awaited(app: App, lambdas: Account, heard: list[Event]) -> None:
    """Publishing while the update runs would be refused by Lambda."""
    latest = lambdas.regions[HERE].functions["ApiFunction"]["$LATEST"]
    latest["LastUpdateStatus"] = "InProgress"
    looks = []

    def settle(call: str, given: dict[str, Any]) -> None:
        if call == "get_function_configuration" and given["FunctionName"] == "ApiFunction":
            looks.append(call)
            if len(looks) == 3:
                latest["LastUpdateStatus"] = "Successful"
        if call == "publish_version" and given["FunctionName"] == "ApiFunction":
            assert "Successful" == latest["LastUpdateStatus"]

    lambdas.regions[HERE].before = settle
    released(app, lambdas, UNCHANGED, heard, (CORE,))
    assert 4 == len(looks)


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ({"State": "Failed", "StateReason": "no subnet"}, "no subnet"),
        ({"LastUpdateStatus": "Failed", "LastUpdateStatusReason": "no role"}, "no role"),
        ({"State": "Failed"}, "Failed"),
    ],
)
def test_a_function_that_fails_to_become_active_is_told_with_the_reason(
    app: App, lambdas: Account, heard: list[Event], state: dict[str, str], why: str
) -> None:
    """In the words of AWS."""
    lambdas.regions[HERE].functions["ApiFunction"]["$LATEST"] |= state
    with pytest.raises(IncompleteError) as raised:
        released(app, lambdas, UNCHANGED, heard, (CORE,))
    assert ("`ApiFunction` in `eu-west-1` did not become active", why) == (
        raised.value.what,
        raised.value.why,
    )


def test_only_what_was_deployed_is_released(app: App, lambdas: Account, heard: list[Event]) -> None:
    """A stack that failed is not among the places, and its functions are not touched."""
    update(lambdas)
    released(app, lambdas, CHANGED, heard, (CORE,))
    assert [] == lambdas.regions[THERE].calls
    assert "1" == lambdas.regions[THERE].serves("ApiFunction")


def test_status_reads_every_function_region_and_environment(app: App, lambdas: Account) -> None:
    """In the order of the configuration; what is not deployed has no version."""
    alias = lambdas.regions[HERE].functions["ApiFunction"]["aliases"]["prod"]
    alias["RoutingConfig"] = {"AdditionalVersionWeights": {"2": 0.25}}
    served = read(app, lambdas)
    assert [
        ("Api", HERE, "prod", "1", (("2", 0.25),)),
        ("Api", HERE, "dev", "1", ()),
        ("Api", THERE, "prod", "1", ()),
        ("Api", THERE, "dev", "1", ()),
        ("Worker", HERE, "prod", "1", ()),
        ("Worker", HERE, "dev", "1", ()),
        ("Worker", THERE, "prod", "1", ()),
        ("Worker", THERE, "dev", "1", ()),
        ("Extra", THERE, "prod", "", ()),
        ("Extra", THERE, "dev", "", ()),
    ] == [(e.function, e.region, e.environment, e.version, e.weights) for e in served]
    assert {"core", "extra"} == {each.feature_set for each in served}


def test_status_of_some_regions_asks_only_them(app: App, lambdas: Account) -> None:
    """`--region` limits the calls, too."""
    assert {HERE} == {each.region for each in read(app, lambdas, (HERE,))}
    assert [] == lambdas.regions[THERE].calls
