from __future__ import annotations

from tests.promotion_model.commands import app
from tests.unit.promotion.conftest import World

from sam_deploy.promotion import ReleasePlan, Request, look


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
