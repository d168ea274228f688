"""Which version a new environment starts with, and how its aliases get there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sam_deploy import App, Environment, FeatureSet, Function
from sam_deploy.config.declare import changed
from sam_deploy.deploy import Added
from sam_deploy.errors import IncompleteError, RefusedError
from sam_deploy.events import AliasMoved, Event, Note
from sam_deploy.manifest import FunctionWork, Manifest
from sam_deploy.naming import alias_id
from sam_deploy.plan import Request, make
from sam_deploy.provide import Needs
from sam_deploy.release import Moved, Seed, seed, seeds
from sam_deploy.template.joining import Joining

Account = Any
"""The account of the conftest, in memory."""
HERE, THERE = "eu-west-1", "us-east-1"
SEEDED = "seeded from dev"


@pytest.fixture
def app() -> App:
    """Two functions; qa and uat come between dev and prod."""
    return App(
        name="shop",
        home_region=HERE,
        environments=(
            Environment("dev"),
            Environment("qa", promote_from="dev"),
            Environment("uat", promote_from="qa"),
            Environment("prod", promote_from="uat"),
        ),
        feature_sets=(FeatureSet("core", regions=(HERE, THERE)),),
        functions=(Function("Api", source="x"), Function("Worker", source="x")),
    )


@pytest.fixture
def lambdas(aws: Account) -> Account:
    """Both functions in both regions, whose dev has moved on to versions that differ."""
    for region, versions in ((HERE, ("3", "5")), (THERE, ("4", "2"))):
        for name, version in zip(("ApiFunction", "WorkerFunction"), versions, strict=True):
            aws.client("lambda", region).add(name, "one", aliases=("dev", "prod"))
            point(aws, region, name, "dev", FunctionVersion=version, Description="deployed ...")
    return aws


def point(aws: Account, region: str, function: str, alias: str, **values: object) -> None:
    """Change an alias, or make it at the first version."""
    aliases = aws.regions[region].functions[function]["aliases"]
    first = {"Name": alias, "FunctionVersion": "1", "RevisionId": f"{alias}-r1"}
    aliases[alias] = {**aliases.get(alias, first), **values}


def manifest(app: App) -> Manifest:
    """What the release phase knows of an app."""
    plan = make(app, Path("/nowhere"), Request())
    functions = tuple(
        FunctionWork(
            "shop-sam",
            each.name,
            f"{each.name}Function",
            "",
            aliases={one.name: alias_id(each.name, one.name) for one in app.environments},
        )
        for each in app.functions
    )
    return Manifest(
        name=app.name,
        home_region=HERE,
        environment="dev",
        stacks=plan.stacks,
        templates={},
        needs=Needs(app.name, HERE, plan.regions, (), ()),
        functions=functions,
        predecessors={each.name: each.promote_from for each in app.environments},
    )


def joined(*environments: str, regions: tuple[str, ...] = (HERE, THERE)) -> list[Added]:
    """What the deploy phase found: these environments are new to both functions."""
    aliases = tuple(
        f"{function}FunctionAlias{each.title()}"
        for function in ("Api", "Worker")
        for each in environments
    )
    alone = Joining(aliases, aliases, "")
    return [Added("shop-sam", region, alone, {}, {}) for region in regions]


def starts(found: tuple[Seed, ...]) -> set[tuple[str, str, str, str]]:
    return {(each.region, each.function, each.source, each.version) for each in found}


def test_a_new_environment_starts_with_what_its_predecessor_serves(
    app: App, lambdas: Account
) -> None:
    """C13, C15: function by function and region by region, and not with the first version."""
    found = seeds(manifest(app), joined("qa"), lambdas)
    assert {
        (HERE, "ApiFunction", "dev", "3"),
        (HERE, "WorkerFunction", "dev", "5"),
        (THERE, "ApiFunction", "dev", "4"),
        (THERE, "WorkerFunction", "dev", "2"),
    } == starts(found)
    assert {"qa"} == {each.environment for each in found}


def test_several_new_environments_start_with_the_nearest_that_is_there(
    app: App, lambdas: Account
) -> None:
    """Uat is promoted from qa, which is itself new: both start with what dev serves."""
    found = seeds(manifest(app), joined("qa", "uat", regions=(HERE,)), lambdas)
    assert {"qa", "uat"} == {each.environment for each in found}
    assert {("dev", "3"), ("dev", "5")} == {(each.source, each.version) for each in found}


def test_a_new_first_environment_starts_with_what_the_old_first_one_serves(
    app: App, lambdas: Account
) -> None:
    """Nothing is before it; the nearest one after it is there."""
    sandbox = changed(
        app,
        environments=(
            Environment("prod", promote_from="dev"),
            Environment("dev", promote_from="sandbox"),
            Environment("sandbox"),
        ),
    )
    found = seeds(manifest(sandbox), joined("sandbox", regions=(HERE,)), lambdas)
    assert {("dev", "3"), ("dev", "5")} == {(each.source, each.version) for each in found}


def test_environments_that_are_all_new_have_nothing_to_start_with(
    app: App, lambdas: Account
) -> None:
    """C15: renaming all at once would bring the oldest code to users."""
    renamed = changed(
        app, environments=(Environment("test"), Environment("live", promote_from="test"))
    )
    with pytest.raises(RefusedError) as raised:
        seeds(manifest(renamed), joined("test", "live", regions=(HERE,)), lambdas)
    assert "Every environment is new to `ApiFunction` in `eu-west-1`" == raised.value.what


def test_what_has_been_moved_is_not_moved_again(app: App, lambdas: Account) -> None:
    """C13: killed in between, dev may have moved on; promotions of people are kept, too."""
    for region in (HERE, THERE):
        point(lambdas, region, "ApiFunction", "qa", FunctionVersion="2", Description=SEEDED)
        point(lambdas, region, "WorkerFunction", "qa")
    assert {
        (HERE, "WorkerFunction", "dev", "5"),
        (THERE, "WorkerFunction", "dev", "2"),
    } == starts(seeds(manifest(app), joined("qa"), lambdas))


def test_a_new_environment_may_follow_one_that_has_just_been_moved(
    app: App, lambdas: Account
) -> None:
    """Its mark says that it serves something: uat follows qa then, and not dev."""
    for name in ("ApiFunction", "WorkerFunction"):
        point(lambdas, HERE, name, "qa", FunctionVersion="2", Description=SEEDED)
    found = seeds(manifest(app), joined("qa", "uat", regions=(HERE,)), lambdas)
    assert {("uat", "qa", "2")} == {(each.environment, each.source, each.version) for each in found}


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (
            {"RoutingConfig": {"AdditionalVersionWeights": {"4": 0.1}}},
            "alias `dev` serves several versions (5; version 4: 10%)",
        ),
        ({"FunctionVersion": "$LATEST"}, "alias `dev` points at $LATEST, which is no version"),
    ],
)
def test_a_predecessor_that_serves_no_single_version_is_refused(
    app: App, lambdas: Account, values: dict[str, Any], why: str
) -> None:
    """C14, C15: in one region of two, for one function of two, before anything is written."""
    point(lambdas, HERE, "WorkerFunction", "dev", **values)
    with pytest.raises(RefusedError) as raised:
        seeds(manifest(app), joined("qa"), lambdas)
    what = "`WorkerFunction` in `eu-west-1` cannot start a new environment from dev"
    assert (what, why) == (raised.value.what, raised.value.why)
    calls = [call for region in lambdas.regions.values() for call, _ in region.calls]
    assert {"list_aliases"} == set(calls)


def test_a_predecessor_without_an_alias_is_refused(app: App, lambdas: Account) -> None:
    """Somebody has removed it by hand."""
    del lambdas.regions[THERE].functions["ApiFunction"]["aliases"]["dev"]
    with pytest.raises(RefusedError) as raised:
        seeds(manifest(app), joined("qa"), lambdas)
    assert "it has no alias `dev`" == raised.value.why


def made(aws: Account, environment: str = "qa") -> None:
    """CloudFormation makes the alias of every function, at the first version."""
    for region in aws.regions:
        for name in aws.regions[region].functions:
            point(aws, region, name, environment)


def test_the_new_aliases_are_moved_and_say_from_where(
    app: App, lambdas: Account, heard: list[Event]
) -> None:
    """C13: fenced, with all weights taken away, and one note for all regions."""
    wanted = seeds(manifest(app), joined("qa"), lambdas)
    made(lambdas)
    moved = seed(wanted, lambdas, report=heard.append)
    assert Moved(HERE, "ApiFunction", "qa", "3", "1", changed=True) in moved
    assert {"3", "5", "4", "2"} == {each.version for each in moved}
    assert "4" == lambdas.regions[THERE].serves("ApiFunction", "qa")
    notes = [each.message for each in heard if isinstance(each, Note)]
    assert ["qa is new: it starts with what dev serves"] == notes
    (given,) = [
        given
        for call, given in lambdas.regions[THERE].calls
        if call == "update_alias" and given["FunctionName"] == "ApiFunction"
    ]
    assert ("qa-r1", SEEDED, {"AdditionalVersionWeights": {}}) == (
        given["RevisionId"],
        given["Description"],
        given["RoutingConfig"],
    )


def test_an_alias_that_starts_with_the_first_version_is_marked_too(
    app: App, lambdas: Account, heard: list[Event]
) -> None:
    """Without its mark it would follow dev again, whenever the next deployment comes."""
    for name in ("ApiFunction", "WorkerFunction"):
        point(lambdas, HERE, name, "dev", FunctionVersion="1")
    wanted = seeds(manifest(app), joined("qa", regions=(HERE,)), lambdas)
    made(lambdas)
    seed(wanted, lambdas, report=heard.append)
    aliases = lambdas.regions[HERE].functions["ApiFunction"]["aliases"]
    assert ("1", SEEDED) == (aliases["qa"]["FunctionVersion"], aliases["qa"]["Description"])
    assert AliasMoved(HERE, "ApiFunction", "qa", "1", "1") in heard
    assert () == seeds(manifest(app), joined("qa", regions=(HERE,)), lambdas)


def test_an_alias_that_somebody_has_moved_meanwhile_is_left_alone(
    app: App, lambdas: Account, heard: list[Event]
) -> None:
    """Its description says that it serves what it should."""
    wanted = seeds(manifest(app), joined("qa", regions=(HERE,)), lambdas)
    made(lambdas)
    point(lambdas, HERE, "ApiFunction", "qa", FunctionVersion="2", Description="promoted")
    moved = seed(wanted, lambdas, report=heard.append)
    assert ["WorkerFunction"] == [each.function for each in moved]
    assert "2" == lambdas.regions[HERE].serves("ApiFunction", "qa")


def test_an_alias_that_the_stack_has_not_made_is_told(
    app: App, lambdas: Account, heard: list[Event]
) -> None:
    """Somebody has deleted it by hand: with what to do."""
    wanted = seeds(manifest(app), joined("qa", regions=(HERE,)), lambdas)
    with pytest.raises(IncompleteError) as raised:
        seed(wanted, lambdas, report=heard.append)
    assert "has no alias `qa`" in raised.value.what
    assert "take `qa` out of `deploy.py`" in raised.value.hint
