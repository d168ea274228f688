from __future__ import annotations

from typing import Any

import pytest

from sam_deploy.template.checks.audit import audit

Found = list[tuple[str, str, str]]


def hits(rule: str, resources: dict[str, Any], **sections: Any) -> Found:
    document = {"Resources": resources, **sections}
    return [(e.severity, e.logical_id, e.where) for e in audit(document) if e.rule == rule]


STATEMENT = "PolicyDocument.Statement[0]"
TRUST = "AssumeRolePolicyDocument.Statement[0]"


def policy(principal: Any, condition: Any = None, effect: str = "Allow") -> dict[str, Any]:
    statement = {"Effect": effect, "Principal": principal, "Action": "sqs:SendMessage"}
    if condition:
        statement["Condition"] = condition
    document = {"Statement": [statement]}
    return {"P": {"Type": "AWS::SQS::QueuePolicy", "Properties": {"PolicyDocument": document}}}


def role(principal: Any, condition: Any = None) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    if condition:
        statement["Condition"] = condition
    document = {"Statement": [statement]}
    return {"R": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": document}}}


def permission(**properties: Any) -> dict[str, Any]:
    return {"L": {"Type": "AWS::Lambda::Permission", "Properties": properties}}


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": ["*", "123456789012"]}])
def test_everybody_is_an_error(principal: Any) -> None:
    """In any of the ways in which a policy can say so (R280)."""
    assert [("error", "P", STATEMENT)] == hits("public-principal", policy(principal))


@pytest.mark.parametrize(
    ("condition", "open_to_all"),
    [
        ({"ArnLike": {"aws:SourceArn": "arn:aws:sns:eu-west-1:123456789012:*"}}, False),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-abc"}}, False),
        ({"StringEquals": {"AWS:SourceAccount": {"Ref": "AWS::AccountId"}}}, False),
        ({"StringNotEquals": {"aws:PrincipalOrgID": "o-abc"}}, True),
        ({"StringEqualsIfExists": {"aws:SourceAccount": "123456789012"}}, True),
        ({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, True),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
    ],
)
def test_only_a_condition_that_says_who_narrows(condition: Any, open_to_all: bool) -> None:  # noqa: FBT001 - of the table
    """A negation, `IfExists` and the whole internet let everybody in."""
    expected = [("error", "P", STATEMENT)] if open_to_all else []
    assert expected == hits("public-principal", policy("*", condition))


def test_denying_everybody_is_fine() -> None:
    """That is how TLS is demanded."""
    assert [] == hits("public-principal", policy("*", effect="Deny"))


def test_everybody_may_neither_assume_a_role_nor_use_a_key_nor_call_a_function() -> None:
    """Trust, key policies and permissions say it in their own places."""
    key = {"Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*"}}
    resources = {
        **role({"AWS": "*"}),
        **permission(Principal="*"),
        "K": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": key}},
        "B": {"Type": "AWS::Events::EventBusPolicy", "Properties": {"Principal": "*"}},
    }
    expected = [
        ("error", "K", "KeyPolicy.Statement"),
        ("error", "R", TRUST),
        ("error", "L", "Principal"),
        ("error", "B", "Principal"),
    ]
    assert expected == hits("public-principal", resources)
    assert [] == hits("public-principal", permission(Principal="*", PrincipalOrgID="o-abc"))


def test_a_service_without_a_source_acts_for_anybody() -> None:
    """The confused deputy; a bucket's ARN names no account."""
    sns, s3 = "sns.amazonaws.com", "s3.amazonaws.com"
    arn = {"Fn::GetAtt": ["Topic", "Arn"]}
    rule = "confused-deputy"
    assert [("warning", "P", STATEMENT)] == hits(rule, policy({"Service": sns}))
    assert [] == hits(rule, policy({"Service": sns}, {"ArnLike": {"aws:SourceArn": arn}}))
    assert [("warning", "L", "Principal")] == hits(rule, permission(Principal=sns))
    assert [] == hits(rule, permission(Principal=sns, SourceArn=arn))
    assert [("warning", "L", "SourceArn")] == hits(rule, permission(Principal=s3, SourceArn=arn))
    both = permission(Principal=s3, SourceArn=arn, SourceAccount={"Ref": "AWS::AccountId"})
    assert [] == hits(rule, both)
    assert [] == hits(rule, permission(Principal="alexa-appkit.amazon.com", EventSourceToken="x"))


def test_another_account_needs_an_external_id() -> None:
    """An account that CloudFormation fills in is our own."""
    other = {"AWS": "arn:aws:iam::123456789012:root"}
    own = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
    external = {"StringEquals": {"sts:ExternalId": "abc"}}
    assert [("warning", "R", TRUST)] == hits("external-id", role(other))
    assert [] == hits("external-id", role(other, external))
    assert [] == hits("external-id", role(own))
    assert [] == hits("external-id", role({"Service": "lambda.amazonaws.com"}))


def test_an_identity_provider_needs_a_subject() -> None:
    """Without one, every repository of GitHub may deploy."""
    github = {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.x.com"}
    audience = {"StringEquals": {"token.x.com:aud": "sts.amazonaws.com"}}
    subject = {"StringLike": {"token.x.com:sub": "repo:me/shop:*"}}
    assert [("error", "R", TRUST)] == hits("federated-subject", role(github, audience))
    assert [] == hits("federated-subject", role(github, {**audience, **subject}))
