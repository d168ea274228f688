"""What a change set would take away, and whom it reaches."""

from __future__ import annotations

import pytest

from sam_deploy.aws import Change, Stack
from sam_deploy.deploy.guard import losses, reaching_others, same_first_region, to_be_allowed
from sam_deploy.errors import RefusedError
from sam_deploy.template import Origin
from sam_deploy.template.compare.difference import Difference, Replacement
from sam_deploy.template.compare.properties import Action

HERE = "eu-west-1"
ORIGINS = {
    "JobFunction": Origin('functions["Job"]'),
    "OrdersDevQ": Origin('queues["Orders"]', environment="dev"),
    "OrdersProdQ": Origin('queues["Orders"]', environment="prod"),
    "OrdersProdDLQ": Origin('queues["Orders"]', environment="prod"),
}


@pytest.mark.fault(38)
@pytest.mark.parametrize(
    ("properties", "lost"),
    [
        (("VersioningConfiguration", "LifecycleConfiguration"), False),
        (("BucketName",), True),
        (("VersioningConfiguration", "BucketName"), True),
        ((), True),
    ],
)
def test_a_maybe_is_judged_by_what_aws_says_of_the_properties(
    properties: tuple[str, ...],
    lost: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """CloudFormation is not certain; its own schema of the type is. Without reasons it is lost."""
    change = Change("Modify", "FilesDevBucket", "AWS::S3::Bucket", "Conditional", properties)
    assert lost == bool(losses([change], HERE))


def test_a_type_whose_schema_says_nothing_is_never_certain() -> None:
    """Of user pools the schema names no property that replaces."""
    change = Change("Modify", "P", "AWS::Cognito::UserPool", "Conditional", ("UserPoolName",))
    assert [change] == losses([change], HERE)


def test_changes_to_other_environments_are_told_apart() -> None:
    """C16: dev's deployment updates prod's queues, too, since they are in one stack."""
    changes = [
        Change("Modify", "JobFunction", "AWS::Lambda::Function"),
        Change("Modify", "OrdersDevQ", "AWS::SQS::Queue"),
        Change("Modify", "OrdersProdQ", "AWS::SQS::Queue"),
        Change("Remove", "OldProdQ", "AWS::SQS::Queue"),
        Change("Add", "OrdersProdDLQ", "AWS::SQS::Queue"),
    ]
    assert ["reaches prod: modify OrdersProdQ, remove OldProdQ"] == list(
        reaching_others(changes, ORIGINS, "dev")
    )


def test_a_long_list_is_cut() -> None:
    """Four are named; `diff` shows all."""
    origins = {f"Q{n}": Origin("", environment="prod") for n in range(6)}
    changes = [Change("Modify", name, "AWS::SQS::Queue") for name in origins]
    (line,) = reaching_others(changes, origins, "dev")
    assert line.endswith("modify Q3 and 2 more")


@pytest.mark.parametrize(("before", "after"), [("no", "yes"), ("yes", "no")])
def test_what_exists_once_does_not_change_its_region(before: str, after: str) -> None:
    """The new first region could not make it, and the old one would remove it."""
    live = Stack("shop-sam", "UPDATE_COMPLETE", "", {}, parameters={"FirstRegion": before})
    with pytest.raises(RefusedError) as raised:
        same_first_region("shop-sam", HERE, live, {"FirstRegion": after})
    assert "another region has become the first one of its feature set" == raised.value.why
    same_first_region("shop-sam", HERE, live, {"FirstRegion": before})
    same_first_region("shop-sam", HERE, None, {"FirstRegion": after})


@pytest.mark.fault(38)
@pytest.mark.parametrize(
    "kind",
    [
        "AWS::SecretsManager::Secret",
        "AWS::CloudFormation::Stack",
        "AWS::Serverless::SimpleTable",
    ],
)
@pytest.mark.parametrize(("action", "replacement"), [("Remove", ""), ("Modify", "True")])
def test_what_holds_data_in_its_own_way_is_not_lost(
    kind: str, action: str, replacement: str
) -> None:
    """Fault 38: a secret's value, all that a nested stack holds, a table by its short name."""
    change = Change(action, "Kept", kind, replacement)
    assert [change] == losses([change], HERE)
    assert [] == losses([Change("Modify", "Kept", kind, "False")], HERE)


@pytest.mark.parametrize(
    ("kind", "action", "replacement", "allowed"),
    [
        ("AWS::DynamoDB::Table", "remove", "", True),
        ("AWS::DynamoDB::Table", "change", "", False),
        ("AWS::DynamoDB::Table", "change", "maybe", True),
        ("AWS::Serverless::SimpleTable", "remove", "", True),
        ("AWS::Serverless::Function", "remove", "", True),
        ("AWS::Serverless::Function", "change", "always", True),
        ("AWS::Serverless::Function", "change", "maybe", False),
        ("AWS::SQS::Queue", "remove", "", False),
    ],
)
def test_templates_tell_beforehand_what_has_to_be_allowed(
    kind: str,
    action: Action,
    replacement: Replacement,
    allowed: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """So that `diff` names the command that is not refused."""
    it = {"Type": kind, "Properties": {}}
    found = Difference("Resources", "It", action, it, it, replacement=replacement)
    output = Difference("Outputs", "It", "remove", it, None)
    assert (["It"] if allowed else []) == to_be_allowed([found, output])
