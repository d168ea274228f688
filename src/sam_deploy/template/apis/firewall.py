"""Renders the firewall in front of a REST API's stages: a web ACL and what it protects. Pure.

AWS WAF protects the stages of REST APIs and knows no HTTP APIs, which the configuration's checks
say. Source: AWS WAF developer guide, "Resources that you can protect with AWS WAF".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sam_deploy import naming
from sam_deploy.config.model import Environment, Firewall, RestApi
from sam_deploy.template.apis.gateways import Gateway
from sam_deploy.template.document import Entries, Json, Resource, get_att, sub
from sam_deploy.template.scope import Scope

WEB_ACL: Final = "ApiRestApiFirewall"
MAPPING: Final = "ApiRestApiFirewalls"
COMMON_RULES: Final = "AWSManagedRulesCommonRuleSet"
_RATE: Final = "RatePerAddress"


def web_acl(scope: Scope, api: RestApi) -> Entries:
    """Yield the web ACL of the stack; nothing when the firewall is another's, or there is none.

    What no rule blocks is let through. AWS's own groups decide themselves what they block.
    """
    firewall = api.firewall
    if firewall is None or firewall.web_acls:
        return
    properties: dict[str, Json] = {
        "Scope": "REGIONAL",
        "DefaultAction": {"Allow": {}},
        "Description": f"In front of the REST API of {scope.app.name}",
        "Rules": list(_rules(firewall)),
        "VisibilityConfig": _visibility(WEB_ACL),
        "Tags": scope.tag_list(),
    }
    yield WEB_ACL, Resource("AWS::WAFv2::WebACL", properties, declared=firewall)


def association(api: RestApi, gateway: Gateway, environment: Environment) -> Entries:
    """Yield what puts the web ACL in front of a stage."""
    firewall = api.firewall
    if firewall is None:
        return
    stage = naming.api_part_id(naming.REST_API, environment.name, "Stage")
    arn = "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/"
    acl: Json = get_att(WEB_ACL, "Arn")
    if firewall.web_acls:
        acl = {"Fn::FindInMap": [MAPPING, {"Ref": "AWS::Region"}, "Arn"]}
    properties: dict[str, Json] = {
        "ResourceArn": sub(f"{arn}${{{gateway.logical_id}}}/stages/${{{stage}}}"),
        "WebACLArn": acl,
    }
    yield (
        naming.api_part_id(naming.REST_API, environment.name, "Firewall"),
        Resource(
            "AWS::WAFv2::WebACLAssociation",
            properties,
            environment=environment.name,
            declared=firewall,
        ),
    )


def firewall_mappings(scope: Scope) -> dict[str, Json]:
    """Return `Mappings`: the web ACL of each region, when they are given.

    Of all regions of the feature set, so that the text does not depend on where it goes.
    """
    api = scope.rest_api
    if api is None or api.firewall is None or not api.firewall.web_acls:
        return {}
    arns = api.firewall.web_acls
    regions = [region for region in scope.feature_set.regions if region in arns]
    return {MAPPING: {region: {"Arn": arns[region]} for region in regions}}


def _rules(firewall: Firewall) -> Iterator[Json]:
    yield {
        "Name": _RATE,
        "Priority": 0,
        "Action": {"Block": {}},
        "Statement": {
            "RateBasedStatement": {
                "AggregateKeyType": "IP",
                "EvaluationWindowSec": 300,
                "Limit": firewall.requests_per_5_minutes,
            }
        },
        "VisibilityConfig": _visibility(_RATE),
    }
    for number, name in enumerate(firewall.managed_rules, start=1):
        yield {
            "Name": name,
            "Priority": number,
            "OverrideAction": {"None": {}},
            "Statement": {"ManagedRuleGroupStatement": _group(name)},
            "VisibilityConfig": _visibility(name),
        }


def _group(name: str) -> dict[str, Json]:
    """Return one of AWS's groups; its limit of 8 KB for a body is counted, not enforced.

    An API that takes files or long documents would answer 403 to them.
    Source: WAF developer guide, "Baseline rule groups", SizeRestrictions_BODY.
    """
    group: dict[str, Json] = {"VendorName": "AWS", "Name": name}
    if name != COMMON_RULES:
        return group
    counted: Json = {"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}
    return group | {"RuleActionOverrides": [counted]}


def _visibility(name: str) -> Json:
    return {
        "CloudWatchMetricsEnabled": True,
        "SampledRequestsEnabled": True,
        "MetricName": name,
    }
