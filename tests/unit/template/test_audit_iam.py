from __future__ import annotations

from typing import Any

import pytest

from sam_deploy.template.checks.audit import audit

Found = list[tuple[str, str, str]]


def hits(rule: str, resources: dict[str, Any], **sections: Any) -> Found:
    document = {"Resources": resources, **sections}
    return [(e.severity, e.logical_id, e.where) for e in audit(document) if e.rule == rule]


ACTION = "PolicyDocument.Statement[0].Action"
ANY = "PolicyDocument.Statement[0].Resource"
TABLE = {"Fn::GetAtt": ["Orders", "Arn"]}


def allowing(action: Any, resource: Any = TABLE, **more: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource, **more}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {"P": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyDocument": document}}}


@pytest.mark.parametrize("action", ["*", "dynamodb:*", ["dynamodb:GetItem", "s3:*"]])
def test_a_whole_service_is_an_error(action: Any) -> None:
    """Nobody has read what `*` grants; a list is looked through (R280)."""
    where = f"{ACTION}[1]" if isinstance(action, list) else ACTION
    assert [("error", "P", where)] == hits("wildcard-action", allowing(action))


def test_a_pattern_of_actions_is_a_warning() -> None:
    """It grants what AWS adds, but of one kind only."""
    assert [("warning", "P", ACTION)] == hits("broad-action", allowing("dynamodb:Get*"))
    assert [] == hits("wildcard-action", allowing("dynamodb:Get*"))
    assert [] == hits("broad-action", allowing("dynamodb:GetItem"))


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("dynamodb:PutItem", [("error", "P", ANY)]),
        (["dynamodb:GetItem", "dynamodb:PutItem"], [("error", "P", ANY)]),
        (["dynamodb:GetItem", "dynamodb:Query"], [("warning", "P", ANY)]),
        ("xray:PutTraceSegments", []),
        ("logs:PutLogEvents", []),
        (["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces"], []),
        ("dynamodb:ListTables", []),
        ("cloudwatch:PutMetricData", [("error", "P", ANY)]),
    ],
)
def test_every_resource_is_for_actions_that_have_none(action: Any, expected: Found) -> None:
    """Writing everywhere is an error, reading everywhere a warning, the rest is a list (R280)."""
    assert expected == hits("wildcard-resource", allowing(action, "*"))


def test_a_condition_can_narrow_every_resource() -> None:
    """Metrics have no ARN, but a namespace; that a call is encrypted narrows nothing."""
    namespace = {"StringEquals": {"cloudwatch:namespace": "Shop"}}
    encrypted = {"Bool": {"aws:SecureTransport": "true"}}
    metrics = "cloudwatch:PutMetricData"
    assert [] == hits("wildcard-resource", allowing(metrics, "*", Condition=namespace))
    assert 1 == len(hits("wildcard-resource", allowing(metrics, "*", Condition=encrypted)))


def test_allowing_by_exception_is_an_error_and_denying_is_not() -> None:
    """NotAction grants everything that AWS adds, when it allows."""
    allowed = allowing("x:Y", NotAction="iam:*")
    denied = allowing("x:Y", NotAction="iam:*") | {}
    denied["P"]["Properties"]["PolicyDocument"]["Statement"][0]["Effect"] = "Deny"
    where = "PolicyDocument.Statement[0].NotAction"
    assert [("error", "P", where)] == hits("not-action", allowed)
    assert [] == hits("not-action", denied)


def test_passing_roles_needs_the_service_that_gets_them() -> None:
    """iam:PassRole is how a small right becomes a large one."""
    narrow = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    assert [("error", "P", ACTION)] == hits("pass-role", allowing("iam:PassRole"))
    assert [] == hits("pass-role", allowing("iam:PassRole", Condition=narrow))


def test_policies_are_found_wherever_they_stand() -> None:
    """In roles, in SAM's functions, behind Fn::If, as one statement or as a list."""
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::a"}
    document = {"Statement": statement}
    role = {"Policies": [{"PolicyName": "p", "PolicyDocument": document}]}
    chosen = {"Fn::If": ["C", {"Statement": [statement]}, {"Ref": "AWS::NoValue"}]}
    resources = {
        "R": {"Type": "AWS::IAM::Role", "Properties": role},
        "F": {"Type": "AWS::Serverless::Function", "Properties": {"Policies": [document]}},
        "M": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": chosen}},
    }
    expected = [
        ("error", "M", "PolicyDocument.Statement[0].Action"),
        ("error", "R", "Policies[0].PolicyDocument.Statement.Action"),
        ("error", "F", "Policies[0].Statement.Action"),
    ]
    assert expected == hits("wildcard-action", resources)


def test_policies_of_aws_for_administrators_are_errors() -> None:
    """FullAccess of one service is a warning; a policy for one purpose is fine."""
    arn = "arn:aws:iam::aws:policy"
    arns = [f"{arn}/AdministratorAccess", f"{arn}/AmazonSQSFullAccess", f"{arn}/service-role/X"]
    role = {"Type": "AWS::IAM::Role", "Properties": {"ManagedPolicyArns": arns}}
    function = {"Type": "AWS::Serverless::Function", "Properties": {"Policies": "PowerUserAccess"}}
    expected = [
        ("error", "R", "ManagedPolicyArns[0]"),
        ("error", "F", "Policies"),
        ("warning", "R", "ManagedPolicyArns[1]"),
    ]
    assert expected == hits("broad-managed-policy", {"R": role, "F": function})
