"""`deploy.py` and `aws/backend.yaml` make the same stack, in both environments."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

TEMPLATE = Path(__file__).parents[1] / "aws" / "backend.yaml"
OVERRIDES = {
    "development": {"FrontendOrigins": "https://dev.patrickcmd.dev,http://localhost:3000"},
    "production": {},
}
NAMES = {"AWS::DynamoDB::Table": "TableName", "AWS::Logs::LogGroup": "LogGroupName"}
"""What a reference to one of these is: its name, which both give."""
OURS = {"SAM_DEPLOY_ENVIRONMENT", "COGNITO_USER_POOL_ID", "COGNITO_CLIENT_ID"}
"""Variables that differ: with `deploy.py` the pool is found by the runtime module."""


class Loader(yaml.SafeLoader):
    """Reads the short forms of CloudFormation into the long ones."""


def _long(loader: Loader, tag: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        value = value.split(".", 1) if tag == "GetAtt" else value
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


Loader.add_multi_constructor("!", _long)


class Stack:
    """A template with its parameters' values in it; a reference is named by what it leads to."""

    def __init__(self, text: str, values: dict[str, str]) -> None:
        self.template = yaml.load(text, Loader)  # noqa: S506 - a safe loader with further tags
        declared = self.template.get("Parameters", {})
        self.values = {name: each.get("Default", "") for name, each in declared.items()} | values
        for name, each in declared.items():
            if each["Type"] == "CommaDelimitedList":
                self.values[name] = self.values[name].split(",")
        self.resources = self.template["Resources"]

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Return the properties of every resource of a type."""
        found = [each for each in self.resources.values() if each["Type"] == kind]
        return [self.plain(each.get("Properties", {})) for each in found]

    def plain(self, value: Any) -> Any:
        """Return a value of the template with everything in it that is known."""
        if isinstance(value, list):
            return [self.plain(each) for each in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"Ref"}:
            return self._reference(value["Ref"])
        if set(value) == {"Fn::Sub"} and isinstance(value["Fn::Sub"], str):
            return re.sub(
                r"\$\{(\w+)\}", lambda found: str(self._reference(found[1])), value["Fn::Sub"]
            )
        if set(value) == {"Fn::Join"}:
            separator, parts = value["Fn::Join"]
            return separator.join(self.plain(parts))
        return {name: self.plain(each) for name, each in value.items()}

    def _reference(self, name: str) -> Any:
        if name in self.values:
            return self.values[name]
        if name not in self.resources:
            return f"<{name}>"
        kind = self.resources[name]["Type"]
        if kind in NAMES:
            return self.plain(self.resources[name]["Properties"][NAMES[kind]])
        return f"<{kind}>"


def without(properties: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if name not in names}


def tables(stack: Stack) -> Any:
    return [without(each, "Tags") for each in stack.of("AWS::DynamoDB::Table")]


def pools(stack: Stack) -> Any:
    return [without(each, "UserPoolTags") for each in stack.of("AWS::Cognito::UserPool")]


def clients(stack: Stack) -> Any:
    return [without(each, "ClientName") for each in stack.of("AWS::Cognito::UserPoolClient")]


def functions(stack: Stack) -> Any:
    """Return sizes, names and variables; a function inherits what Globals say."""
    shared = stack.plain(stack.template.get("Globals", {}).get("Function", {}))
    (own,) = stack.of("AWS::Serverless::Function")
    merged = {**shared, **own}
    compared = ("FunctionName", "Description", "Runtime", "Architectures", "MemorySize", "Timeout")
    variables = merged["Environment"]["Variables"]
    return {
        **{name: merged[name] for name in (*compared, "Tracing", "LoggingConfig")},
        "Variables": {name: value for name, value in variables.items() if name not in OURS},
    }


def logs(stack: Stack) -> Any:
    groups = stack.of("AWS::Logs::LogGroup")
    return {each["LogGroupName"]: each["RetentionInDays"] for each in groups}


def apis(stack: Stack) -> Any:
    return [without(each, "Tags") for each in stack.of("AWS::ApiGatewayV2::Api")]


def routes(stack: Stack) -> Any:
    found = stack.of("AWS::ApiGatewayV2::Route")
    return {each["RouteKey"]: each.get("AuthorizationType", "NONE") for each in found}


def authorizers(stack: Stack) -> Any:
    return stack.of("AWS::ApiGatewayV2::Authorizer")


def stages(stack: Stack) -> Any:
    found = stack.of("AWS::ApiGatewayV2::Stage")
    return [(each["StageName"], each["AutoDeploy"]) for each in found]


def domains(stack: Stack) -> Any:
    (each,) = stack.of("AWS::ApiGatewayV2::DomainName")
    configuration = each["DomainNameConfigurations"][0]
    return configuration["EndpointType"], configuration["SecurityPolicy"]


@pytest.fixture(scope="session", params=["development", "production"])
def both(request: pytest.FixtureRequest, project: Any) -> tuple[Stack, Stack]:
    """The stack of `deploy.py` and that of the template, in one environment."""
    rendered = project.run("template", "--environment", request.param)
    values = {"Environment": request.param, **OVERRIDES[request.param]}
    return Stack(rendered, {}), Stack(TEMPLATE.read_text(encoding="utf-8"), values)


@pytest.mark.parametrize(
    "facet",
    [tables, pools, clients, functions, logs, apis, routes, authorizers, stages, domains],
    ids=lambda facet: facet.__name__,
)
def test_both_say_the_same(both: tuple[Stack, Stack], facet: Any) -> None:
    """What the hand-written template says, `deploy.py` comes out as, and the other way round."""
    by_config, by_hand = both
    assert facet(by_hand) == facet(by_config)
    assert facet(by_hand)


def test_both_give_the_function_no_more_than_its_table(both: tuple[Stack, Stack]) -> None:
    """No policy of `deploy.py` reaches beyond what the template's crud policy is for."""
    by_config, by_hand = both
    assert ["DynamoDBCrudPolicy"] == [
        name
        for each in by_hand.of("AWS::Serverless::Function")
        for policy in each["Policies"]
        for name in policy
    ]
    (policy,) = by_config.of("AWS::IAM::Policy")
    (name,) = [each["TableName"] for each in by_config.of("AWS::DynamoDB::Table")]
    reached = [
        str(resource)
        for statement in policy["PolicyDocument"]["Statement"]
        if any(action.startswith("dynamodb:") for action in statement["Action"])
        for resource in statement["Resource"]
    ]
    assert reached
    assert [] == [each for each in reached if f":table/{name}" not in each]
