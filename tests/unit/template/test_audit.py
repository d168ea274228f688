from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sam_deploy import App, Bucket, Function, Queue, on_queue
from sam_deploy.template import Origin, Template, audit, waivers_of
from sam_deploy.template.checks import dangling, limits
from sam_deploy.template.checks.audit import RULES

BARE: dict[str, Any] = {"Resources": {"B": {"Type": "AWS::S3::Bucket"}}}
ORIGINS = {"B": Origin('buckets["data"]', 7, "prod")}
RULE, REASON = "bucket-versioning", "nothing is ever overwritten"

KEYS = st.sampled_from(
    [
        *("Resources", "Type", "Properties", "Statement", "Effect", "Action", "Principal", "Ref"),
        *("Fn::If", "Fn::Sub", "Fn::GetAtt", "Fn::Join", "PolicyDocument", "Policies", "Condition"),
        *("Events", "Environment", "Variables", "Parameters", "Default", "Outputs", "Globals"),
        *("Targets", "DependsOn", "Metadata", "sam-deploy", "waive", "Transform", "Conditions"),
        *("FilterPolicy", "Layers", "Timeout", "AssumeRolePolicyDocument", "Function", "A"),
    ]
)
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.sampled_from(["*", "A", "${A.Arn}", "Allow"])
)
SHAPES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)
KINDS = st.sampled_from(
    [
        *("AWS::IAM::Role", "AWS::IAM::Policy", "AWS::S3::Bucket", "AWS::SQS::Queue"),
        *("AWS::Lambda::Function", "AWS::Serverless::Function", "AWS::Lambda::Permission"),
        *("AWS::Lambda::EventSourceMapping", "AWS::SNS::Subscription", "AWS::Events::Rule"),
        *("AWS::SQS::QueuePolicy", "AWS::CloudFront::Distribution", "AWS::Serverless::Api"),
        *("AWS::DynamoDB::GlobalTable", "AWS::ApiGatewayV2::Stage", "AWS::CloudWatch::Alarm"),
    ]
)
PROPERTIES = st.sampled_from(
    [
        *("PolicyDocument", "AssumeRolePolicyDocument", "Policies", "Events", "Targets", "Roles"),
        *("Environment", "RedrivePolicy", "Replicas", "Layers", "FilterPolicy", "Principal"),
        *("EventSourceArn", "FunctionName", "DistributionConfig", "Cors", "RouteSettings"),
    ]
)
RESOURCES = st.fixed_dictionaries(
    {"Type": KINDS, "Properties": st.dictionaries(PROPERTIES, SHAPES, max_size=4) | SHAPES}
)


@settings(deadline=None, max_examples=300)
@given(
    st.dictionaries(st.sampled_from(["A", "B", "C"]), RESOURCES | SHAPES),
    st.dictionaries(KEYS, SHAPES, max_size=3),
)
def test_no_shape_of_a_template_is_too_odd(
    resources: dict[str, Any], sections: dict[str, Any]
) -> None:
    """Whatever others have written, the checks say something and never raise."""
    document = {**sections, "Resources": resources}
    for found in (audit(document), limits.check(document), dangling.check(document)):
        assert [] == [each for each in found if not (each.rule and each.message)]


def test_every_rule_says_why_and_what_to_do() -> None:
    """Names are unique and in kebab-case, as a waiver has to spell them."""
    assert len(RULES) == len({rule.id for rule in RULES})
    assert [] == [rule.id for rule in RULES if not rule.id.replace("-", "").islower()]
    assert [] == [rule.id for rule in RULES if not rule.why or not rule.fix]


def test_a_finding_starts_with_what_caused_it() -> None:
    """The line of `deploy.py`, the declaration, and only then the logical id."""
    (found,) = [each for each in audit(BARE, ORIGINS) if each.rule == RULE]
    expected = (
        'deploy.py:7: buckets["data"] (B.VersioningConfiguration): '
        "is not enabled (bucket-versioning)"
    )
    assert expected == str(found)
    assert "prod" == found.environment


def test_the_origins_of_a_template_are_taken_and_its_text_is_read() -> None:
    """JSON and YAML, with short tags; what is no template has no findings here."""
    body = "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties: {BucketName: !Sub 'a'}\n"
    for text in (body, json.dumps(BARE)):
        template = Template("shop", text, (), {}, 1, (), ORIGINS)
        assert [7] == [each.line for each in audit(template) if each.rule == RULE]
    assert () == audit(Template("shop", "a: [1\n", (), {}, 0, ()))


@pytest.mark.parametrize("path", ['buckets["data"]', "", "buckets"])
def test_a_waiver_covers_its_declaration_and_what_is_inside(path: str) -> None:
    """The finding stays, with the reason, behind the others; '' is the whole app."""
    found = audit(BARE, ORIGINS, {path: {RULE: REASON}})
    assert [(RULE, REASON)] == [(e.rule, e.waived_reason) for e in found if e.waived_reason]
    assert RULE == found[-1].rule
    assert not found[-1].blocks


def test_a_waiver_of_another_declaration_covers_nothing() -> None:
    """`buckets["data"]` is not `buckets["data-2"]`, and `queues` are something else."""
    for path in ('buckets["dat"]', 'queues["data"]'):
        assert [] == [e for e in audit(BARE, ORIGINS, {path: {RULE: REASON}}) if e.waived_reason]


def test_an_unknown_rule_in_a_waiver_is_told_with_the_nearest() -> None:
    """A slip of the fingers would otherwise waive nothing in silence."""
    found = audit(BARE, ORIGINS, {'buckets["data"]': {"bucket-version": REASON}})
    (told,) = [each for each in found if each.rule == "unknown-rule"]
    assert ("warning", 7) == (told.severity, told.line)
    assert "there is no rule `bucket-version`; did you mean `bucket-versioning`?" == told.message


def test_a_waiver_that_waives_nothing_is_a_note() -> None:
    """So that reasons do not outlive what they excused; other stacks' waivers are not judged."""
    waivers = {'buckets["data"]': {"queue-tls": REASON}, 'queues["a"]': {"queue-tls": REASON}}
    notes = [each for each in audit(BARE, ORIGINS, waivers) if each.severity == "note"]
    assert ["`queue-tls` is waived, but nothing was found"] == [each.message for each in notes]


def test_a_waiver_needs_a_reason() -> None:
    """An empty one waives nothing and is told."""
    found = audit(BARE, ORIGINS, {'buckets["data"]': {RULE: " "}})
    assert "`bucket-versioning` is waived without a reason" in [each.message for each in found]
    assert [] == [each for each in found if each.waived_reason]


def test_what_aws_refuses_cannot_be_waived() -> None:
    """A reason would not help."""
    source = {"EventSourceArn": {"Fn::GetAtt": ["Q", "Arn"]}, "FunctionName": {"Ref": "F"}}
    resources = {
        "Q": {"Type": "AWS::SQS::Queue"},
        "F": {"Type": "AWS::Lambda::Function", "Properties": {"Timeout": 900}},
        "M": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": source},
    }
    rule = "visibility-below-timeout"
    origins = {"Q": Origin('queues["a"]')}
    found = audit({"Resources": resources}, origins, {'queues["a"]': {rule: REASON}})
    assert [True] == [each.blocks for each in found if each.rule == rule]
    assert f"`{rule}` cannot be waived" in [each.message for each in found]


def test_a_template_of_others_waives_in_its_metadata() -> None:
    """There the declaration is the resource."""
    metadata = {"sam-deploy": {"waive": {RULE: REASON, "no-such-rule": REASON}}}
    found = audit({"Resources": {"B": {"Type": "AWS::S3::Bucket", "Metadata": metadata}}})
    assert [(RULE, "B")] == [(e.rule, e.logical_id) for e in found if e.waived_reason]
    assert ["B"] == [each.logical_id for each in found if each.rule == "unknown-rule"]


@pytest.mark.parametrize(
    ("environment", "strict", "severity"),
    [
        ("prod", ["prod"], "error"),
        ("dev", ["prod"], "warning"),
        ("", ["prod"], "error"),
        ("prod", [], "warning"),
    ],
)
def test_a_strict_environment_makes_errors_of_warnings(
    environment: str, strict: list[str], severity: str
) -> None:
    """No name decides; what environments share is held to the strictest (R177)."""
    origins = {"B": Origin('buckets["data"]', 7, environment)}
    found = audit(BARE, origins, {}, strict)
    assert [severity] == [each.severity for each in found if each.rule == RULE]


def test_errors_come_first() -> None:
    """Then warnings, notes, and what is waived."""
    found = audit(
        {**BARE, "Parameters": {"Given": {"Default": "AKIA" + "IOSFODNN7EXAMPLE"}}},
        ORIGINS,
        {'buckets["data"]': {"bucket-tls": REASON, "queue-tls": REASON}},
    )
    expected = ["error", *["warning"] * 4, "note", "warning"]
    assert expected == [each.severity for each in found]


def test_reasons_are_collected_from_the_configuration(make_app: Callable[..., App]) -> None:
    """Every declaration's own, by its path."""
    reasons = {"visibility-timeout": "short jobs"}
    app = make_app(
        queues=[Queue("Jobs", waive=reasons)],
        buckets=[Bucket("data")],
        functions=[Function("Job", source="job", triggers=[on_queue("Jobs")])],
    )
    assert {'queues["Jobs"]': reasons} == waivers_of(app)
