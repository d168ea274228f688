from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.promotion_model.clients import MemoryAws
from tests.promotion_model.commands import app, documents
from tests.promotion_model.process import Process
from tests.unit.promotion.conftest import World

from sam_deploy.aws import UnansweredError
from sam_deploy.errors import ConfigError, RefusedError, UnreachableError
from sam_deploy.events import Event, Note
from sam_deploy.history import ReleaseRecord, Releases, ServedVersion
from sam_deploy.promotion import rollback as rolling
from sam_deploy.promotion.rollback import Request


@pytest.fixture
def store(world: World) -> Releases:
    """The records of the app."""
    return Releases(documents(Process("p", world.cloud)), app().name)


EVERYWHERE = {
    (function, region)
    for function in ("ApiFunction", "WorkerFunction")
    for region in ("eu-west-1", "us-east-1")
}


def on_record(store: Releases, *acts: str) -> None:
    """Put releases of prod on record: an act, or `rollback RELEASE`."""
    for number, each in enumerate(acts, 1):
        act, _, source = each.partition(" ")
        store.add(
            ReleaseRecord(
                environment="prod", act=act, made="", who="", host="", source=source,
                promotion=f"{number}", image={},
            )  # type: ignore[arg-type] # an act
        )  # fmt: skip


@pytest.mark.parametrize(
    ("acts", "target"),
    [
        (("found", "promote"), "prod-1"),
        (("found", "promote", "promote"), "prod-2"),
        (("found", "promote", "promote", "rollback prod-2"), "prod-1"),
        (("found", "promote", "promote", "rollback prod-2", "rollback prod-1"), ""),
        (("found", "promote", "promote", "rollback prod-2", "promote"), "prod-4"),
        (("found", "promote", "promote", "rollback prod-1", "rollback prod-3"), "prod-2"),
        (("found",), ""),
        ((), ""),
    ],
)
def test_without_a_name_it_is_the_release_before_what_is_live(
    store: Releases, acts: tuple[str, ...], target: str
) -> None:
    """What a rollback brought back counts as itself: a second one goes further back (R203)."""
    on_record(store, *acts)
    if target:
        assert target == rolling.target(store, Request("prod"), EVERYWHERE).id
        return
    with pytest.raises(RefusedError, match="There is no release of prod to go back to"):
        rolling.target(store, Request("prod"), EVERYWHERE)


def test_a_release_is_chosen_by_its_name(store: Releases) -> None:
    """Any of the environment's own, and no other."""
    on_record(store, "found", "promote", "promote")
    assert "prod-1" == rolling.target(store, Request("prod", "prod-1"), EVERYWHERE).id
    with pytest.raises(RefusedError, match="There is no release `prod-9`"):
        rolling.target(store, Request("prod", "prod-9"), EVERYWHERE)
    with pytest.raises(RefusedError) as caught:
        rolling.target(store, Request("staging", "prod-1"), EVERYWHERE)
    assert "`prod-1` is a release of prod" == caught.value.what


def test_a_function_that_is_gone_from_the_app_does_not_hold_a_second_rollback_up(
    store: Releases,
) -> None:
    """It could not go back: the record goes on with the version that it served last."""
    for number, (act, api, old) in enumerate(
        (("found", 1, 1), ("promote", 2, 2), ("promote", 3, 3), ("rollback", 2, 3))
    ):
        served = {"ApiFunction": api, "OldFunction": old}
        image = {name: {"eu-west-1": ServedVersion(f"{n}", f"c{n}")} for name, n in served.items()}
        source = "prod-2" if act == "rollback" else ""
        store.add(
            ReleaseRecord(
                environment="prod", act=act, made="", who="", host="", source=source,
                promotion=f"{number}", image=image,
            )  # type: ignore[arg-type] # an act
        )  # fmt: skip
    assert "prod-1" == rolling.target(store, Request("prod"), EVERYWHERE).id


def test_a_release_that_was_mixed_is_gone_back_to_as_it_was(world: World) -> None:
    """What was really live is what one goes back to; that regions differed is told."""
    world.cloud.codes["us-east-1", "1"] = "older code"
    assert world.somebody().promote("prod").error is None
    heard: list[Event] = []
    to = replace(world.somebody().to("rollback"), report=heard.append)
    assert rolling.rollback(to, app(), Request("prod")).release is not None
    assert {"1"} == world.serves()
    told = [each.message for each in heard if isinstance(each, Note)]
    assert "prod-1 served other code in some regions of `Api`, `Worker`" in told


def test_prod_goes_back_and_further_back(world: World) -> None:
    """Nothing is built; each step is a release of its own (R201, R203)."""
    for _ in range(2):
        assert world.somebody().promote("prod").error is None
        assert world.somebody().promote("staging").error is None
    assert {"3"} == world.serves()
    for version in ("2", "1"):
        assert world.somebody().rollback("prod").error is None
        assert {version} == world.serves()
    came = world.somebody().rollback("prod")
    assert "prod-1 is its first" == getattr(came.error, "why", "")
    assert {"1"} == world.serves()


@pytest.mark.fault(14)
def test_a_version_that_is_gone_is_found_before_anything_is_written(world: World) -> None:
    """Fault 14: in one region only; the other releases are named, what is live is none of them."""
    assert world.somebody().promote("prod").error is None
    assert world.somebody().promote("staging").error is None
    assert world.somebody().promote("prod").error is None
    world.cloud.delete_version("us-east-1", "WorkerFunction", "2")
    world.cloud.effects.clear()
    came = world.somebody().rollback("prod")
    assert isinstance(came.error, RefusedError)
    assert (
        "prod cannot go back to prod-2",
        "`Worker` in `us-east-1`: version 2 does not exist any more",
    ) == (came.error.what, came.error.why)
    assert "other releases: prod-1 (`--to RELEASE`)" in came.error.hint
    assert not [e for e in world.cloud.effects if "promotions/" in getattr(e, "key", "")]
    assert {"3"} == world.serves()


def test_a_release_that_tells_of_no_function_cannot_be_gone_back_to(
    world: World, store: Releases
) -> None:
    """Nothing would move, which is no rollback."""
    on_record(store, "found", "promote")
    came = world.somebody().rollback("prod")
    assert isinstance(came.error, RefusedError)
    assert "4 things are in the way" == came.error.why
    assert (
        "`Api` in `eu-west-1` is not on record in prod-1: it came later, or was left out"
        == came.error.problems[0]
    )


def told_of(store: Releases, act: str, promotion: str, *places: tuple[str, str]) -> None:
    """Put a release of prod on record that tells of these (function, region) only."""
    image: dict[str, dict[str, ServedVersion]] = {}
    for function, region in places:
        image.setdefault(function, {})[region] = ServedVersion("2", "")
    store.add(
        ReleaseRecord(
            environment="prod", act=act, made="", who="", host="", promotion=promotion, image=image
        )  # type: ignore[arg-type] # an act
    )


API = tuple(sorted(each for each in EVERYWHERE if each[0] == "ApiFunction"))


def test_a_function_of_which_a_release_does_not_tell_stays_as_it_is(
    world: World, store: Releases
) -> None:
    """It came later, or an earlier version left it out; the plan says so, and others go back."""
    told_of(store, "found", "1", *API)
    told_of(store, "promote", "2", *API)
    plan = rolling.look(world.somebody().to("rollback"), app(), Request("prod"))
    assert {"ApiFunction"} == {each.function for each in plan.flips}
    assert (
        "`Worker`: prod-1 says nothing of it (it came later, or was left out): it stays as it is",
    ) == plan.warnings
    came = world.somebody().rollback("prod")
    assert came.error is None, came.error
    assert {"1", "2"} == world.serves()
    latest = store.latest("prod")
    assert latest is not None
    assert "1" == latest.image["WorkerFunction"]["us-east-1"].version


def test_a_function_of_which_a_release_tells_in_one_region_only_is_refused(
    world: World, store: Releases
) -> None:
    """Its regions would serve other code than each other."""
    told_of(store, "found", "1", *API, ("WorkerFunction", "eu-west-1"))
    told_of(store, "promote", "2", *API)
    came = world.somebody().rollback("prod")
    assert isinstance(came.error, RefusedError)
    assert (
        "`Worker` in `us-east-1` is not on record in prod-1: it came later, or was left out"
        == came.error.why
    )


def test_a_function_that_is_asked_for_has_to_be_on_record(world: World, store: Releases) -> None:
    """`--only` names it: that it stays as it is would be no answer."""
    told_of(store, "found", "1", *API)
    told_of(store, "promote", "2", *API)
    to = world.somebody().to("rollback")
    with pytest.raises(RefusedError) as caught:
        rolling.rollback(to, app(), Request("prod", only=("Worker",)))
    assert "is not on record in prod-1" in caught.value.problems[0]


def test_after_a_first_release_of_one_function_all_of_it_can_be_taken_back(world: World) -> None:
    """What it found is on record for every function, whatever `--only` was."""
    assert world.somebody().promote("prod", ("Api",)).error is None
    came = world.somebody().rollback("prod")
    assert came.error is None, came.error
    assert {"1"} == world.serves()


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        (Request("qa"), "There is no environment `qa`"),
        (Request("prod", without=("eu-west-9",)), "The app is not in `eu-west-9`"),
        (Request("prod", only=("Nope",)), "There is no function `Nope`"),
    ],
)
def test_what_the_app_does_not_have_is_refused(world: World, request_: Request, text: str) -> None:
    """Exit 2, before any call."""
    with pytest.raises(ConfigError, match=text):
        rolling.rollback(world.somebody().to("rollback"), app(), request_)


class Down(MemoryAws):
    """The model's AWS, of which some regions do not answer."""

    regions: tuple[str, ...] = ("us-east-1",)

    def client(self, service: str, region: str, *, retries: bool = True) -> Any:
        """Return the client of a service; none where nothing answers."""
        if service == "lambda" and region in self.regions:
            raise UnansweredError(f"`lambda` got no answer in `{region}`")
        return super().client(service, region, retries=retries)


@pytest.mark.parametrize(
    ("request_", "command"),
    [
        (Request("prod"), "rollback prod --without-region us-east-1"),
        (
            Request("prod", "prod-1", only=("Api",)),
            "rollback prod --to prod-1 --only Api --without-region us-east-1",
        ),
    ],
)
def test_the_way_past_a_region_that_is_down_is_told(
    world: World, request_: Request, command: str
) -> None:
    """Exit 8, and the very command that goes back everywhere else."""
    assert world.somebody().promote("prod").error is None
    operator = world.somebody()
    to = replace(operator.to("rollback"), aws=Down(world.cloud, operator.process))
    with pytest.raises(UnreachableError) as caught:
        rolling.rollback(to, app(), request_)
    assert caught.value.hint.startswith(
        f"`sam-deploy {command}` goes back everywhere else, and the record says so; "
    )
    assert {"2"} == world.serves()


def test_where_no_region_answers_none_is_to_be_left_out(world: World) -> None:
    """That would be a rollback of nothing."""
    assert world.somebody().promote("prod").error is None
    operator = world.somebody()
    down = Down(world.cloud, operator.process)
    down.regions = ("eu-west-1", "us-east-1")
    with pytest.raises(UnreachableError) as caught:
        rolling.rollback(replace(operator.to("rollback"), aws=down), app(), Request("prod"))
    assert caught.value.hint.startswith("no region answers; ")


def test_a_region_that_is_down_can_be_left_out(world: World) -> None:
    """The record says so, and the next rollback brings it along."""
    assert world.somebody().promote("prod").error is None
    operator = world.somebody()
    done = rolling.rollback(operator.to("rollback"), app(), Request("prod", without=("us-east-1",)))
    assert done.release is not None
    assert ("us-east-1",) == done.release.left_out
    assert {"1", "2"} == world.serves()
    image = done.release.image["ApiFunction"]
    assert ("1", "2") == (image["eu-west-1"].version, image["us-east-1"].version)
