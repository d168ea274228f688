"""To which environment a resource belongs, in a template and in a change set."""

from __future__ import annotations

from typing import Any

import pytest

from sam_deploy import App
from sam_deploy.aws import Change
from sam_deploy.plan.model import Request
from sam_deploy.plan.stacks import stacks_of
from sam_deploy.template import render
from sam_deploy.template.compare.difference import compare
from sam_deploy.template.compare.environments import (
    Belonging,
    by_environment,
    named_in,
    reached,
    references,
)
from sam_deploy.template.compare.reading import from_text
from sam_deploy.template.render import Origin

ENVIRONMENTS = ("dev", "prod")


def tagged(environment: Any, **given: Any) -> dict[str, Any]:
    tags = [{"Key": "Environment", "Value": environment}]
    return {"Type": "AWS::SQS::Queue", "Properties": {"Tags": tags, **given}}


RESOURCES: dict[str, Any] = {
    "Role": tagged("shared"),
    "JobsDevQ": tagged("dev"),
    "JobsProdQ": tagged("prod"),
    "Function": {
        "Type": "AWS::Serverless::Function",
        "Properties": {"Tags": {"Environment": "shared"}},
    },
    "Pool": {
        "Type": "AWS::Cognito::UserPool",
        "Properties": {"UserPoolTags": {"Environment": "qa"}},
    },
    "Alias": {"Type": "AWS::Lambda::Alias", "Properties": {"Name": "prod"}},
    "Stage": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {"StageName": "dev"}},
    "Policy": {"Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": [{"Ref": "JobsProdQ"}]}},
    "Uses": {
        "Type": "AWS::IAM::Policy",
        "Properties": {"A": {"Fn::GetAtt": ["JobsProdQ", "Arn"]}, "B": {"Fn::Sub": "${JobsDevQ}"}},
    },
    "OldProdThing": {"Type": "AWS::SNS::Subscription", "Properties": {}},
    "Odd": {"Type": "AWS::SQS::Queue", "Properties": {"Tags": [{"Key": "Environment"}]}},
    "Bare": {"Type": "AWS::SNS::Topic"},
}


@pytest.mark.parametrize(
    ("name", "environment"),
    [
        ("Role", ""),
        ("Function", ""),
        ("JobsDevQ", "dev"),
        ("JobsProdQ", "prod"),
        ("Pool", "qa"),
        ("Alias", "prod"),
        ("Stage", "dev"),
        ("Policy", "prod"),
        ("Uses", ""),
        ("OldProdThing", "prod"),
        ("Odd", ""),
        ("Bare", ""),
        ("NotThere", ""),
    ],
)
def test_what_is_gone_says_by_itself_where_it_belonged(name: str, environment: str) -> None:
    """By tags, alias, stage, the one environment that it names, or its logical id."""
    belonging = Belonging({"Resources": RESOURCES}, {}, {}, ENVIRONMENTS)
    assert environment == belonging.environment(name)


@pytest.mark.parametrize("number", [0, 1])
def test_the_guess_for_what_is_gone_is_right_for_all_of_dzgro(dzgro: App, number: int) -> None:
    """Without origins every resource of both stacks is told to be of the same environment."""
    stack = stacks_of(dzgro, Request())[number]
    keys = {f"function/{each.name}": "archive.zip" for each in dzgro.functions}
    template = render(dzgro, stack, keys)
    document = from_text(template.body, stack.name)
    guess = Belonging(document, {}, {}, stack.environments)
    said = {name: origin.environment for name, origin in template.origins.items()}
    assert said == {name: guess.environment(name) for name in said}
    assert {"", *stack.environments} == set(said.values())


def test_an_origin_counts_for_more_than_a_guess() -> None:
    """What is declared for all environments is shared, whatever its name looks like."""
    origins = {"ReProd": Origin("resources", 3), "Policy": Origin('queues["Jobs"]', 4, "prod")}
    new = {"Resources": {"ReProd": {"Type": "AWS::SNS::Topic"}, "Policy": {}}}
    found = {each.name: each for each in compare({}, new, origins, ENVIRONMENTS)}
    assert ("", origins["ReProd"]) == (found["ReProd"].environment, found["ReProd"].origin)
    assert ("prod", origins["Policy"]) == (found["Policy"].environment, found["Policy"].origin)


def test_a_hand_written_template_has_no_environments() -> None:
    """Its tags may say what they like."""
    (found,) = compare({}, {"Resources": {"Queue": tagged("prod")}}, {})
    assert "" == found.environment


def test_what_is_gone_has_no_origin_any_more() -> None:
    """Even when something else of that name is said to have caused it."""
    origins = {"JobsProdQ": Origin('queues["Jobs"]', 4, "prod")}
    (found,) = compare({"Resources": {"JobsProdQ": tagged("prod")}}, {}, origins, ENVIRONMENTS)
    assert ("remove", "prod", None) == (found.action, found.environment, found.origin)


def test_the_changes_of_a_change_set_are_split_by_environment() -> None:
    """Shared first, then the environments in the order of the template; a removal by its name."""
    origins = {
        "Api": Origin('functions["Api"]', 1),
        "JobsDevQ": Origin('queues["Jobs"]', 2, "dev"),
        "JobsProdQ": Origin('queues["Jobs"]', 2, "prod"),
    }
    changes = [
        Change("Modify", "JobsProdQ", "AWS::SQS::Queue"),
        Change("Remove", "OldProdQ", "AWS::SQS::Queue"),
        Change("Modify", "Api", "AWS::Lambda::Function"),
        Change("Remove", "Product", "AWS::SQS::Queue"),
        Change("Modify", "JobsDevQ", "AWS::SQS::Queue"),
    ]
    split = by_environment(changes, origins)
    assert [
        ("", ["Api", "Product"]),
        ("dev", ["JobsDevQ"]),
        ("prod", ["JobsProdQ", "OldProdQ"]),
    ] == [(name, [each.logical_id for each in found]) for name, found in split.items()]
    assert {} == by_environment([], origins)


@pytest.mark.parametrize(
    ("logical_id", "environment"),
    [
        ("JobsProdQ", "prod"),
        ("ProductQ", ""),
        ("ProdDevQ", "dev"),
        ("ApiFunctionAliasDev", "dev"),
        ("Developer", ""),
        ("JobsDevEuQ", "dev-eu"),
    ],
)
def test_an_environment_is_found_in_a_logical_id(logical_id: str, environment: str) -> None:
    """As a word of its own; the last one counts, and the longer of two."""
    assert environment == named_in(logical_id, ["dev", "prod", "dev-eu"])


def test_every_way_to_name_a_resource_is_seen() -> None:
    """Ref, GetAtt, and the variables of Sub, its own ones included; `${!...}` is text."""
    value: Any = [
        {"Ref": "A"},
        {"Deep": {"Fn::GetAtt": ["B", "Arn"]}},
        {"Fn::Sub": "${C.Arn} ${!D} ${AWS::Region}"},
        {"Fn::Sub": ["${e}", {"e": {"Ref": "F"}}]},
        7,
    ]
    assert ["A", "B", "C", "AWS", "e", "F"] == list(references(value))


def test_what_serves_every_environment_reaches_each_of_them() -> None:
    """A right that is taken from the shared role is missed by prod's version, too.

    Versions of a function reach nobody before a promotion, and neither do log groups.
    """
    changes = [
        Change("Modify", "OrdersPolicy", "AWS::IAM::Policy"),
        Change("Modify", "Orders", "AWS::Lambda::Function"),
        Change("Modify", "OrdersLogs", "AWS::Logs::LogGroup"),
        Change("Remove", "GetOrdersRoute", "AWS::ApiGatewayV2::Route"),
        Change("Modify", "JobsProdQ", "AWS::SQS::Queue"),
    ]
    origins = {
        "OrdersPolicy": Origin('functions["Orders"]'),
        "JobsDevQ": Origin("", environment="dev"),
        "JobsProdQ": Origin("", environment="prod"),
    }
    found = {
        name: [each.logical_id for each in some] for name, some in reached(changes, origins).items()
    }
    assert {
        "dev": ["OrdersPolicy", "GetOrdersRoute"],
        "prod": ["OrdersPolicy", "GetOrdersRoute", "JobsProdQ"],
    } == found
