"""What cfn-lint lets pass and AWS would refuse, lose or leave open; found in a review."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy import (
    App,
    Authorizer,
    Capacity,
    Cors,
    Environment,
    Firewall,
    Function,
    HttpApi,
    Index,
    Key,
    Queue,
    RestApi,
    Route,
    Table,
    UserPool,
    UserPoolClient,
)

Make = Callable[..., App]
Render = Callable[..., Any]


def guarded(make_app: Make, *routes: Route) -> App:
    issuer = Authorizer(issuer="https://login.example.com", audience=["shop"])
    api = HttpApi(authorizer=issuer, cors=Cors(["GET"], origins=["https://a.example"]))
    return make_app(functions=[Function("Api", source="a", routes=routes)], http_api=api)


def test_a_preflight_is_never_asked_for_a_token(make_app: Make, render_app: Render) -> None:
    """R069: ANY would take OPTIONS from API Gateway; so it is every other method, each once."""
    app = guarded(make_app, Route("ANY", "/{proxy+}"), Route("GET", "/{proxy+}", public=True))
    routes = render_app(app).of_type("AWS::ApiGatewayV2::Route").values()
    keys = sorted(each["Properties"]["RouteKey"] for each in routes)
    methods = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
    assert [f"{each} /{{proxy+}}" for each in methods] == keys


def test_an_open_route_of_any_method_stays_one(make_app: Make, render_app: Render) -> None:
    """R061: without a token there is nothing that a preflight could lack."""
    app = guarded(make_app, Route("ANY", "/{proxy+}", public=True))
    (route,) = render_app(app).of_type("AWS::ApiGatewayV2::Route").values()
    assert "ANY /{proxy+}" == route["Properties"]["RouteKey"]


def test_the_firewall_lets_documents_pass(make_app: Make, render_app: Render) -> None:
    """R281: AWS's group would block every body over 8 KB; that one rule only counts."""
    api = RestApi(firewall=Firewall())
    job = Function("Api", source="a", routes=[Route("GET", "/")])
    rules = render_app(make_app(functions=[job], rest_api=api)).properties("ApiRestApiFirewall")[
        "Rules"
    ]
    groups = [each["Statement"].get("ManagedRuleGroupStatement", {}) for each in rules]
    counted = {each["Name"]: each.get("RuleActionOverrides") for each in groups if each}
    assert [{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}] == counted[
        "AWSManagedRulesCommonRuleSet"
    ]
    assert counted["AWSManagedRulesKnownBadInputsRuleSet"] is None


def test_people_cannot_write_what_functions_trust(make_app: Make, render_app: Render) -> None:
    """R101: a token that says custom:role must not be of its owner's making."""
    pool = UserPool("People", clients=[UserPoolClient()], custom_attributes=["role"])
    client = render_app(make_app(user_pools=[pool])).properties("PeopleDevClient")
    assert ["email", "name", "custom:role"] == client["ReadAttributes"]
    assert ["email", "name"] == client["WriteAttributes"]


@pytest.mark.parametrize(("capacity", "alarms"), [(None, 2), (Capacity(5, 5), 4)])
def test_an_index_with_its_own_capacity_has_its_own_alarms(
    make_app: Make, render_app: Render, capacity: Capacity | None, alarms: int
) -> None:
    """R274, R300: the table's metrics do not count what an index throttles."""
    index = Index("email-index", partition_key=Key("email"))
    table = Table("users", partition_key=Key("id"), indexes=[index], capacity=capacity)
    environments = [Environment("dev", alarms="normal")]
    rendered = render_app(make_app(tables=[table], environments=environments))
    found = rendered.of_type("AWS::CloudWatch::Alarm").values()
    names = [{d["Name"] for d in each["Properties"]["Dimensions"]} for each in found]
    assert alarms == len(names)
    assert (alarms - 2) == names.count({"TableName", "GlobalSecondaryIndexName"})


def test_a_message_survives_a_few_throttled_calls(make_app: Make, render_app: Render) -> None:
    """R080: a throttled call counts as a delivery, so that one delivery would lose messages."""
    rendered = render_app(make_app(queues=[Queue("Jobs")]))
    assert 5 == rendered.properties("JobsDevQ")["RedrivePolicy"]["maxReceiveCount"]
