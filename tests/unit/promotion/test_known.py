from __future__ import annotations

from tests.promotion_model.commands import app, documents
from tests.promotion_model.process import Process
from tests.unit.promotion.conftest import World

from sam_deploy.history import ReleaseRecord, Releases, ServedVersion
from sam_deploy.promotion import ReleasePlan, Request, look, rollback


def plan_of(world: World, environment: str, *only: str) -> ReleasePlan:
    """What a promotion would write."""
    return look(world.somebody().to("promote"), app(), Request(environment, only))


def test_a_source_that_was_moved_by_other_means_is_told_before_it_is_agreed_to(
    world: World,
) -> None:
    """What is promoted then is not what the release of the source was; it is no refusal."""
    assert world.somebody().promote("staging").error is None
    assert () == plan_of(world, "prod").warnings
    world.cloud.publish("4")
    for region in ("eu-west-1", "us-east-1"):
        world.cloud.point((region, "ApiFunction", "staging"), "4")
    (told,) = plan_of(world, "prod").warnings
    assert (
        "`Api`: staging serves version 4 in eu-west-1, us-east-1, and not version 3, which "
        "staging-2 has put there: it was moved by other means"
    ) == told
    assert () == plan_of(world, "prod", "Worker").warnings
    seen: list[tuple[str, ...]] = []

    def agree(_: object, plan: object) -> str:
        assert isinstance(plan, ReleasePlan)
        seen.append(plan.warnings)
        return "agreed"

    assert world.somebody(approve=agree).promote("prod").error is None
    assert [1] == [len(each) for each in seen]


def test_a_record_that_cannot_be_read_is_no_reason_against_a_promotion(world: World) -> None:
    """It is told: nobody knows then whether the source is what was released."""
    assert world.somebody().promote("staging").error is None
    key = next(each for each in world.cloud.documents if each.endswith("staging/000002.json"))
    world.cloud.documents[key] = b"{"
    (told,) = plan_of(world, "prod").warnings
    assert "whether staging is as it was released is not known" in told
    assert world.somebody().promote("prod").error is None


def test_an_environment_without_any_record_is_not_warned_of(world: World) -> None:
    """As before the first release of an app that was deployed by an earlier version."""
    assert not [each for each in world.cloud.documents if "releases/" in each]
    assert () == plan_of(world, "prod").warnings


COMMIT = "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d+"
SHORT = "1a2b3c4d5e6f+"


def store_of(world: World) -> Releases:
    """The records of the app."""
    return Releases(documents(Process("p", world.cloud)), app().name)


def first_deployed(world: World) -> None:
    """The first release of dev tells the commit of what prod serves: CloudFormation did not."""
    image = {
        each.function: {each.region: ServedVersion("1", each.before.code_sha256, COMMIT)}
        for each in plan_of(world, "prod").flips
        if each.region == "eu-west-1"
    }
    store_of(world).add(
        ReleaseRecord(
            environment="dev", act="deploy", made="", who="", host="", promotion="x", image=image
        )
    )


def test_the_commit_of_a_first_version_is_told_by_a_release(world: World) -> None:
    """Its description has none. The digest, to which a broker is held, is the same."""
    before = plan_of(world, "prod")
    first_deployed(world)
    plan = plan_of(world, "prod")
    told = {(each.function, each.region): each.before.made_of for each in plan.flips}
    assert {
        ("ApiFunction", "eu-west-1"): SHORT,
        ("WorkerFunction", "eu-west-1"): SHORT,
        ("ApiFunction", "us-east-1"): "",
        ("WorkerFunction", "us-east-1"): "",
    } == told
    assert {""} == {each.before.commit for each in plan.flips}
    assert plan.with_nonce(before.nonce).digest == before.digest


def test_a_release_of_other_code_tells_no_commit(world: World) -> None:
    """A function that was deleted and made anew begins at version 1 again."""
    first_deployed(world)
    world.cloud.codes["eu-west-1", "1"] = "other code"
    assert {""} == {each.before.made_of for each in plan_of(world, "prod").flips}


def test_a_rollback_tells_the_commit_too_and_puts_it_on_record(world: World) -> None:
    """Of the version that it goes back to."""
    first_deployed(world)
    assert world.somebody().promote("prod").error is None
    plan = rollback.look(world.somebody().to("rollback"), app(), rollback.Request("prod"))
    assert {("eu-west-1", SHORT), ("us-east-1", "")} == {
        (each.region, each.after.made_of) for each in plan.flips
    }
    assert world.somebody().rollback("prod").error is None
    record = store_of(world).latest("prod")
    assert record is not None
    assert SHORT == record.image["ApiFunction"]["eu-west-1"].commit


def test_a_release_that_cannot_be_read_tells_no_commit(world: World) -> None:
    """Nothing is held up by it."""
    first_deployed(world)
    key = next(each for each in world.cloud.documents if each.endswith("dev/000001.json"))
    world.cloud.documents[key] = b"{"
    plan = plan_of(world, "prod")
    assert ({""}, ()) == ({each.before.made_of for each in plan.flips}, plan.warnings)
