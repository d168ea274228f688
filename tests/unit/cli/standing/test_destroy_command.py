from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest

from sam_deploy.aws import Stack
from sam_deploy.cli.identity import Identity
from sam_deploy.cli.standing import recover_screens
from sam_deploy.cli.standing.destroy_command import Consent, said
from sam_deploy.cli.standing.recover_command import failure, meant
from sam_deploy.cli.standing.standing_stacks import Stacks
from sam_deploy.deploy.cases import Wish, case_of
from sam_deploy.deploy.recover import Recovered
from sam_deploy.deploy.standing import Part, Standing
from sam_deploy.errors import ConfigError, IncompleteError, RefusedError
from sam_deploy.plan import StackPlan

PLACE = ("shop-sam", "eu-west-1")
AWAY = ("shop-sam", "us-east-1")


def never(text: str) -> str:
    raise AssertionError(text)


@pytest.mark.parametrize(
    ("confirm", "auto_approve", "why"),
    [
        ("", False, "there is no terminal"),
        ("", True, "`--auto-approve` alone is not enough"),
        ("shop", False, "there is no terminal"),
        ("shops", True, "`--confirm shops` is not the name of this app"),
        ("Shop", True, "`--confirm Shop` is not the name of this app"),
    ],
)
def test_nothing_is_destroyed_on_aws_by_mistake(
    confirm: str, why: str, *, auto_approve: bool
) -> None:
    """Without a terminal both options, and the very name; refused before AWS is asked."""
    with pytest.raises(RefusedError) as raised:
        Consent("shop", confirm, auto_approve).early()
    assert why in raised.value.why


def test_the_name_and_the_option_together_are_enough() -> None:
    """As a job that cleans up needs it."""
    consent = Consent("shop", "shop", auto_approve=True)
    consent.early()
    consent.ask(never)


@pytest.mark.parametrize(
    ("typed", "goes"), [("shop", True), ("", False), ("y", False), ("yes", False), ("SHOP", False)]
)
def test_a_person_types_the_name(typed: str, *, goes: bool) -> None:
    """A reflex `y` destroys nothing."""
    asked: list[str] = []

    def ask(text: str) -> str:
        asked.append(text)
        return typed

    consent = Consent("shop", "", auto_approve=True)
    with contextlib.nullcontext() if goes else pytest.raises(RefusedError):
        consent.ask(ask)
    assert ["To destroy this, type shop"] == asked


def test_others_are_told_the_command_that_goes_on() -> None:
    """As it was typed, but for data: that is on record."""
    assert "destroy" == said((), None, ())
    assert "destroy ams --environment dev --region a --region b" == said(
        ("ams",), "dev", ("a", "b")
    )


STACKS = Stacks(
    Identity("shop", "eu-west-1", "python3.12"),
    (),
    (
        StackPlan("shop-sam", "core", ("eu-west-1", "us-east-1"), ("dev",), "eu-west-1", "shared"),
        StackPlan("shop-sam-local", "core", ("eu-west-1",), ("local",), "eu-west-1", "local"),
    ),
)


def test_recover_looks_at_every_stack_or_at_those_that_are_named() -> None:
    """All environments, the local one too; by name, by region, by both."""

    def places(names: tuple[str, ...], regions: tuple[str, ...]) -> list[tuple[str, str]]:
        found = meant(STACKS, names, regions).meant
        return [(each.name, region) for each in found for region in each.regions]

    local = ("shop-sam-local", "eu-west-1")
    assert [PLACE, AWAY, local] == places((), ())
    assert [PLACE, AWAY] == places(("shop-sam",), ())
    assert [AWAY] == places((), ("us-east-1",))
    assert [local] == places(("shop-sam-local",), ("eu-west-1",))


@pytest.mark.parametrize(
    ("names", "regions", "what"),
    [
        (("shop",), (), "This app has no stack `shop`"),
        ((), ("eu-west-2",), "This app has no region `eu-west-2`"),
    ],
)
def test_a_stack_of_nobody_is_refused(
    names: tuple[str, ...], regions: tuple[str, ...], what: str
) -> None:
    """A stack that is not the app's is not deleted by its command."""
    with pytest.raises(ConfigError) as raised:
        meant(STACKS, names, regions)
    assert what == raised.value.what


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("", "This app has no stacks here"),
        ("UPDATE_COMPLETE", "shop-sam in eu-west-1: UPDATE_COMPLETE; fine"),
        ("UPDATE_IN_PROGRESS", "busy since today: CloudFormation is at work on it"),
        ("ROLLBACK_COMPLETE", "it never came up: `sam-deploy deploy` makes it anew"),
        ("REVIEW_IN_PROGRESS", "nothing was ever in it: it is removed"),
        ("CREATE_FAILED", "it never came up, and could not be taken back: it is deleted"),
        ("DELETE_FAILED", "its deletion got stuck: it is deleted again"),
        ("UPDATE_ROLLBACK_FAILED", "nothing is deleted that served"),
        ("IMPORT_ROLLBACK_FAILED", "aws cloudformation describe-stack-events --stack-name"),
    ],
)
def test_every_state_has_a_sentence(status: str, words: str) -> None:
    """Fault 35: none is left without what is done about it."""
    stack = Stack("shop-sam", status, "", {}, updated="today") if status else None
    text = recover_screens.cases_text([case_of(Standing(PLACE, stack), Wish())], Wish())
    assert words in text


def test_what_is_in_the_way_and_what_skipping_means_is_said() -> None:
    """Fault 35: the resource, AWS's reason, and that it no longer matches its template."""
    stuck = Part("Role", "shop-role", "AWS::IAM::Role", "UPDATE_FAILED", "no permission")
    stack = Stack("shop-sam", "UPDATE_ROLLBACK_FAILED", "", {})
    found = Standing(PLACE, stack, (stuck, replace(stuck, logical_id="New", physical_id="")))
    wish = Wish(skip=frozenset({"Role"}))
    text = recover_screens.cases_text([case_of(found, wish)], wish)
    assert "in the way: AWS::IAM::Role Role (shop-role) UPDATE_FAILED: no permission" in text
    assert "in the way: AWS::IAM::Role New UPDATE_FAILED" in text
    assert "skipped: Role; what is skipped stays as it is and no longer matches" in text


def test_several_failures_are_one_error() -> None:
    """R220: exit 7, each with its own way out."""
    one = IncompleteError("One", why="first", hint="do this")
    two = IncompleteError("Two", why="second", hint="do that")
    assert failure(Recovered({}, {})) is None
    assert one is failure(Recovered({}, {PLACE: one}))
    both = failure(Recovered({}, {PLACE: one, AWAY: two}))
    assert both is not None
    assert (7, "2 stacks are not recovered") == (both.exit_code, both.what)
    assert ("One: first\ndo this", "Two: second\ndo that") == both.problems
