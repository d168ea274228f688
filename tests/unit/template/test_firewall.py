from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sam_deploy import App, Firewall, Function, RestApi, Route

ACLS = {
    region: f"arn:aws:wafv2:{region}:123456789012:regional/webacl/shop/1"
    for region in ("eu-west-1", "us-east-1")
}


def behind(make_app: Callable[..., App], firewall: Firewall | None) -> App:
    functions = [Function("Orders", source="o", routes=[Route("GET", "/orders")])]
    return make_app(functions=functions, rest_api=RestApi(firewall=firewall))


def test_the_stack_makes_a_web_acl_that_stops_floods_and_known_attacks(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Rules in the order given, each with metrics; everybody else is let through (R281)."""
    firewall = Firewall(requests_per_5_minutes=500, managed_rules=["AWSManagedRulesSQLiRuleSet"])
    given = render_app(behind(make_app, firewall)).properties("ApiRestApiFirewall")
    assert ("REGIONAL", {"Allow": {}}) == (given["Scope"], given["DefaultAction"])
    rate, managed = given["Rules"]
    assert ({"Block": {}}, 0) == (rate["Action"], rate["Priority"])
    assert {
        "AggregateKeyType": "IP",
        "EvaluationWindowSec": 300,
        "Limit": 500,
    } == rate["Statement"]["RateBasedStatement"]
    assert ({"None": {}}, 1) == (managed["OverrideAction"], managed["Priority"])
    assert {
        "ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesSQLiRuleSet"}
    } == managed["Statement"]
    assert [True, True] == [
        each["VisibilityConfig"]["CloudWatchMetricsEnabled"] for each in (rate, managed)
    ]


def test_it_stands_in_front_of_every_stage(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """A stage's ARN names no account; the stage must be there first (R281)."""
    rendered = render_app(behind(make_app, Firewall()))
    found = rendered.of_type("AWS::WAFv2::WebACLAssociation")
    assert ["ApiRestApiDevFirewall", "ApiRestApiProdFirewall"] == list(found)
    arn = (
        "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${ApiRestApi}/stages/"
        "${ApiRestApiProdStage}"
    )
    assert {
        "ResourceArn": {"Fn::Sub": arn},
        "WebACLArn": {"Fn::GetAtt": ["ApiRestApiFirewall", "Arn"]},
    } == found["ApiRestApiProdFirewall"]["Properties"]


def test_a_given_web_acl_is_found_by_the_region(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """One text for all regions, and none is made (R281)."""
    rendered = render_app(behind(make_app, Firewall(web_acls=ACLS)))
    assert {} == rendered.of_type("AWS::WAFv2::WebACL")
    mapping = {region: {"Arn": arn} for region, arn in ACLS.items()}
    assert {"ApiRestApiFirewalls": mapping} == rendered.document["Mappings"]
    found = {"Fn::FindInMap": ["ApiRestApiFirewalls", {"Ref": "AWS::Region"}, "Arn"]}
    assert found == rendered.properties("ApiRestApiDevFirewall")["WebACLArn"]


def test_without_a_firewall_there_is_none(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """It costs, so nobody gets one who asked for none (R281)."""
    rendered = render_app(behind(make_app, None))
    assert [] == [each for each in rendered.resources.values() if "WAF" in each["Type"]]
