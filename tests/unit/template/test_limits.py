from __future__ import annotations

import json
from typing import Any

import pytest

from sam_deploy.template import Origin, Template
from sam_deploy.template.checks import limits
from sam_deploy.template.checks.audit.view import view
from sam_deploy.template.checks.policy_sizes import inline_sizes, length

ARN = "arn:aws:sqs:ap-southeast-1:123456789012:"


def found(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(e.rule, e.severity, e.logical_id) for e in limits.check(document)]


def resources(count: int, kind: str = "AWS::SQS::Queue", **properties: Any) -> dict[str, Any]:
    return {f"R{index}": {"Type": kind, "Properties": properties} for index in range(count)}


def one(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Resources": {"X": {"Type": kind, "Properties": properties}}}


def statement(letters: int) -> dict[str, Any]:
    """A document of exactly so many characters, as IAM counts them."""
    bare = {"Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": ""}]}
    bare["Statement"][0]["Resource"] = "x" * (letters - length(bare))
    return bare


@pytest.mark.fault(41)
@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (449, []),
        (450, [("limit-resources", "warning", "")]),
        (500, [("limit-resources", "warning", "")]),
        (501, [("limit-resources", "error", "")]),
    ],
)
def test_a_stack_has_500_resources(count: int, expected: list[tuple[str, str, str]]) -> None:
    """Warned of from 450 on: the next function would be too many (R326)."""
    assert expected == found({"Resources": resources(count)})


def test_what_sam_adds_is_counted() -> None:
    """A function without a role makes one; with an alias a version; each event something."""
    event = {"E": {"Type": "Schedule"}}
    function = one(
        "AWS::Serverless::Function", AutoPublishAlias="live", Events=event, FunctionUrlConfig={}
    )
    assert 7 == limits.made_of(function["Resources"]["X"])
    assert 1 == limits.made_of(one("AWS::Serverless::Function", Role="arn")["Resources"]["X"])


@pytest.mark.parametrize(
    ("section", "rule"),
    [
        ("Parameters", "limit-parameters"),
        ("Outputs", "limit-outputs"),
        ("Mappings", "limit-mappings"),
    ],
)
def test_a_section_has_200_entries(section: str, rule: str) -> None:
    """Parameters, outputs and mappings."""
    entries = {f"E{index}": {} for index in range(201)}
    assert [(rule, "error", "")] == found({section: entries})
    assert [] == found({section: dict(list(entries.items())[:200])})


@pytest.mark.fault(41)
def test_a_template_has_a_megabyte() -> None:
    """Of bytes, as it is uploaded."""
    short, long = (
        Template("shop", f"Description: {'x' * count}\nResources: {{}}\n", (), {}, 0, ())
        for count in (900, 1_048_576)
    )
    assert [] == list(limits.check(short))
    rules = [each.rule for each in limits.check(long)]
    assert ["limit-template-size", "limit-description"] == rules


@pytest.mark.fault(41)
def test_environment_variables_are_measured_in_bytes_of_names_and_values() -> None:
    """4 KB as Lambda counts: an umlaut is two bytes."""
    fits = one("AWS::Lambda::Function", Environment={"Variables": {"NAME": "ü" * 1_500}})
    near = one("AWS::Lambda::Function", Environment={"Variables": {"NAME": "ü" * 2_046}})
    over = one("AWS::Lambda::Function", Environment={"Variables": {"NAME": "ü" * 2_047}})
    assert [] == found(fits)
    assert [("limit-environment", "warning", "X")] == found(near)
    assert [("limit-environment", "error", "X")] == found(over)


@pytest.mark.fault(41)
@pytest.mark.parametrize(
    ("kind", "fits", "over", "rule"),
    [
        (
            "AWS::Lambda::Function",
            {"Layers": ["a"] * 5},
            {"Layers": ["a"] * 6},
            "limit-layers",
        ),
        (
            "AWS::Lambda::Function",
            {"FunctionName": "x" * 64},
            {"FunctionName": "x" * 65},
            "limit-function-name",
        ),
        (
            "AWS::Lambda::Function",
            {"Description": "x" * 256},
            {"Description": "x" * 257},
            "limit-function-description",
        ),
        (
            "AWS::IAM::ManagedPolicy",
            {"PolicyDocument": statement(5_000)},
            {"PolicyDocument": statement(6_145)},
            "limit-managed-policy",
        ),
        (
            "AWS::IAM::Role",
            {"AssumeRolePolicyDocument": statement(2_048)},
            {"AssumeRolePolicyDocument": statement(2_049)},
            "limit-trust-policy",
        ),
        (
            "AWS::Events::Rule",
            {"EventPattern": {"source": ["x" * 2_033]}},
            {"EventPattern": {"source": ["x" * 2_037]}},
            "limit-event-pattern",
        ),
        (
            "AWS::Events::Rule",
            {"Targets": [{}] * 5},
            {"Targets": [{}] * 6},
            "limit-rule-targets",
        ),
        (
            "AWS::SNS::Subscription",
            {"FilterPolicy": {"a": ["1"], "b": {"c": ["1"], "d": ["1"], "e": ["1"], "f": ["1"]}}},
            {"FilterPolicy": {name: ["1"] for name in "abcdef"}},
            "limit-filter-policy",
        ),
        (
            "AWS::SNS::Subscription",
            {"FilterPolicy": {"a": ["1"] * 10, "b": ["1"] * 15}},
            {"FilterPolicy": json.dumps({"a": ["1"] * 13, "b": ["1"] * 12})},
            "limit-filter-values",
        ),
    ],
)
def test_each_limit_is_where_aws_has_it(
    kind: str, fits: dict[str, Any], over: dict[str, Any], rule: str
) -> None:
    """One more than the most is an error, the most is none."""
    assert [] == found(one(kind, **fits))
    assert [(rule, "error", "X")] == found(one(kind, **over))


def test_inline_policies_of_a_role_are_added_up() -> None:
    """Its own and those of policy resources, 10,240 characters in all."""
    half = {"PolicyName": "own", "PolicyDocument": statement(5_000)}
    document = one("AWS::IAM::Role", Policies=[half])
    given = {"Roles": [{"Ref": "X"}], "PolicyDocument": statement(4_000)}
    document["Resources"]["P"] = {"Type": "AWS::IAM::Policy", "Properties": given}
    assert [] == found(document)
    given["PolicyDocument"] = statement(5_240)
    assert [("limit-role-policies", "warning", "X")] == found(document)
    given["PolicyDocument"] = statement(5_241)
    assert [("limit-role-policies", "error", "X")] == found(document)


def test_references_count_with_their_longest_text() -> None:
    """An account has 12 digits and a region at most 14 letters; white space is not counted."""
    text = "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:Jobs"
    assert length(f"{ARN}Jobs") == length({"Fn::Sub": text})
    assert length("ab") == length("a b")
    assert length(f"{ARN}Jobs") < length({"Fn::GetAtt": ["Jobs", "Arn"]})


def test_a_role_in_a_golden_shape_is_measured() -> None:
    """SAM's functions have policies, too; its templates of policies are not measured."""
    function = one(
        "AWS::Serverless::Function", Policies=[statement(500), {"SQSPollerPolicy": {}}, "AWSLambda"]
    )
    assert [("X", 500)] == [(e.logical_id, size) for e, size in inline_sizes(view(function))]


def test_permissions_of_one_alias_are_added_up() -> None:
    """20 KB for each function or alias, however many it has in all."""
    source = {"SourceArn": f"{ARN}{'x' * 80}", "Principal": "sns.amazonaws.com"}
    kind = "AWS::Lambda::Permission"
    many = resources(60, kind, FunctionName={"Ref": "A"}, Action="lambda:InvokeFunction", **source)
    assert [("limit-permissions", "error", "R0")] == found({"Resources": many})
    for index, each in enumerate(many.values()):
        each["Properties"] = each["Properties"] | {"FunctionName": {"Ref": f"A{index % 3}"}}
    assert [] == found({"Resources": many})


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        ("AWS::ApiGatewayV2::Route", "limit-routes"),
        ("AWS::ApiGatewayV2::Integration", "limit-integrations"),
    ],
)
def test_an_http_api_has_300_routes(kind: str, rule: str) -> None:
    """Counted for each API, and told at the API."""
    api = {"Api": {"Type": "AWS::ApiGatewayV2::Api"}}
    for count, severity in ((301, "error"), (300, "warning")):
        listed = api | resources(count, kind, ApiId={"Ref": "Api"})
        assert (rule, severity, "Api") in found({"Resources": listed})


@pytest.mark.parametrize("logical_id", ["My-Queue", "", "Öl", "x" * 256])
def test_a_logical_id_is_letters_and_digits(logical_id: str) -> None:
    """At most 255 of them."""
    rules = [each[0] for each in found({"Resources": {logical_id: {"Type": "AWS::SQS::Queue"}}})]
    assert ["limit-logical-id"] == rules


def test_a_default_has_4096_bytes() -> None:
    """As has every value of a parameter."""
    assert [] == found({"Parameters": {"P": {"Default": "x" * 4_096}}})
    over = found({"Parameters": {"P": {"Default": "x" * 4_097}}})
    assert [("limit-parameter-value", "error", "")] == over


@pytest.mark.fault(41)
def test_a_finding_says_what_how_many_and_how_many_are_allowed() -> None:
    """And starts with what in the configuration caused it."""
    origins = {"X": Origin('functions["Job"]', 12)}
    document = one("AWS::Lambda::Function", Layers=["a"] * 6)
    (told,) = limits.check(document, origins)
    assert (
        'deploy.py:12: functions["Job"] (X.Layers): '
        "has 6 layers of a function; AWS allows 5 (limit-layers)"
    ) == str(told)
