from __future__ import annotations

import pytest

from sam_deploy.deploy.beside import path_of
from sam_deploy.deploy.standing import Part
from sam_deploy.deploy.wanted import Wanted
from sam_deploy.plan import StackPlan

HOME, AWAY = "eu-west-1", "us-east-1"
CORE = StackPlan("shop-sam", "core", (HOME, AWAY), ("dev", "prod"), HOME)
AMS = StackPlan("shop-sam-ams", "ams", (AWAY,), ("dev", "prod"), HOME)
LOCAL = StackPlan("shop-sam-local", "core", (HOME,), ("local",), HOME, "local")
EVERY = (CORE, AMS, LOCAL)
BOTH = {(HOME, "dev"), (HOME, "prod")}


@pytest.mark.parametrize(
    ("meant", "standing", "emptied"),
    [
        ((CORE, AMS), [], BOTH | {(AWAY, "dev"), (AWAY, "prod")}),
        ((CORE, AMS), [(LOCAL.name, HOME)], BOTH | {(AWAY, "dev"), (AWAY, "prod")}),
        ((CORE,), [(AMS.name, AWAY)], BOTH),
        ((AMS,), [(CORE.name, HOME), (CORE.name, AWAY)], set()),
        ((AMS,), [(CORE.name, HOME)], {(AWAY, "dev"), (AWAY, "prod")}),
    ],
)
def test_settings_are_nobodys_once_no_stack_serves_their_environment(
    meant: tuple[StackPlan, ...], standing: list[tuple[str, str]], emptied: set[tuple[str, str]]
) -> None:
    """In a region where another stack stands, its functions read them still."""
    assert emptied == set(Wanted(meant, EVERY).emptied(standing))


def test_what_is_in_no_stack_goes_with_the_last_one_of_its_region() -> None:
    """Later feature sets go before earlier ones."""
    wanted = Wanted((CORE, AMS), EVERY)
    assert [(CORE.name, HOME), (CORE.name, AWAY)] == [wanted.last_in(r) for r in wanted.regions]


@pytest.mark.parametrize(
    "physical_id",
    ["/shop/dev/SALT", "arn:aws:secretsmanager:eu-west-1:1:secret:/shop/dev/SALT-a1B2c3"],
)
def test_a_secret_of_a_stack_is_known_by_its_name(physical_id: str) -> None:
    """CloudFormation calls it by its ARN, which has six characters more."""
    assert "/shop/dev/SALT" == path_of(Part("SaltDevSecret", physical_id, "x"))
