"""What a deployment would change, as people read it before they agree."""

from __future__ import annotations

from typing import Any

import pytest

from sam_deploy.aws import Change
from sam_deploy.cli.deploying.review_screens import SHOWN, review_text
from sam_deploy.deploy import Review
from sam_deploy.template import Origin, Template

ORIGINS = {
    "OrdersProdQ": Origin('queues["Orders"]', environment="prod"),
    "OrdersDevQ": Origin('queues["Orders"]', environment="dev"),
}
TEMPLATES = {"shop-sam": Template("shop-sam", "", (), {}, 0, (), ORIGINS)}


def review(region: str, *changes: Change, way: Any = "update") -> Review:
    return Review("shop-sam", region, way, changes)


def text(*reviews: Review) -> str:
    return review_text(reviews, TEMPLATES, "dev")


def test_what_is_lost_comes_first_and_additions_in_sum() -> None:
    """Replaced, removed, changed, then what is new by type; another environment is named."""
    found = text(
        review(
            "eu-west-1",
            Change("Add", "A", "AWS::SQS::Queue"),
            Change("Add", "B", "AWS::SQS::Queue"),
            Change("Add", "C", "AWS::SNS::Topic"),
            Change("Modify", "OrdersProdQ", "AWS::SQS::Queue", "False"),
            Change("Modify", "OrdersDevQ", "AWS::SQS::Queue", "Conditional", ("QueueName",)),
            Change("Remove", "Old", "AWS::IAM::Role"),
            Change("Modify", "Table", "AWS::DynamoDB::Table", "True"),
        )
    )
    assert [
        "shop-sam in eu-west-1: 1 to replace, 1 to remove, 2 to change, 3 to add",
        "  -/+ replace Table (AWS::DynamoDB::Table)",
        "  -   remove Old (AWS::IAM::Role)",
        "  ~   change OrdersProdQ (AWS::SQS::Queue) [of prod]",
        "  ~   change OrdersDevQ (AWS::SQS::Queue) [may be replaced: QueueName]",
        "  +   add 2 AWS::SQS::Queue, 1 AWS::SNS::Topic",
    ] == found.splitlines()


def test_regions_with_the_same_changes_stand_together() -> None:
    """In whatever order CloudFormation lists them; a region that differs stands alone."""
    one, two = Change("Modify", "A", "T"), Change("Modify", "B", "T")
    found = text(
        review("eu-west-1", one, two), review("us-east-1", two, one), review("us-west-2", one)
    )
    heads = [line for line in found.splitlines() if not line.startswith(" ")]
    assert [
        "shop-sam in eu-west-1, us-east-1: 2 to change",
        "shop-sam in us-west-2: 1 to change",
    ] == heads


@pytest.mark.parametrize(
    ("way", "changes", "words"),
    [
        ("none", (), "no changes"),
        ("update", (), "outputs or tags only"),
        ("create", (Change("Add", "A", "T"),), "new stack, 1 to add"),
        ("recreate", (Change("Add", "A", "T"),), "deleted and made anew, 1 to add"),
    ],
)
def test_the_head_of_a_stack_says_what_happens_to_it(
    way: str, changes: tuple[Change, ...], words: str
) -> None:
    """Also where no resource is touched."""
    assert (
        f"shop-sam in eu-west-1: {words}"
        == text(review("eu-west-1", *changes, way=way)).split("\n")[0]
    )


def test_long_lists_are_cut_and_counted() -> None:
    """`diff` shows all."""
    many = [Change("Modify", f"Q{n}", "AWS::SQS::Queue") for n in range(SHOWN + 3)]
    kinds = [Change("Add", f"A{n}", f"Type{n:02}") for n in range(SHOWN + 1)]
    lines = text(review("eu-west-1", *many, *kinds)).splitlines()
    assert "  ~   and 3 more to change" in lines
    assert lines[-1].endswith("and 1 more type")
