"""CloudFormation's functions in the body of an API."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping

import pytest

from sam_deploy.local.gateway import intrinsics
from sam_deploy.local.gateway.stacks import Stacks
from sam_deploy.local.gateway.upstream import UpstreamError

SCOPE = intrinsics.Scope(
    parameters={
        "AWS::Region": "eu-west-1",
        "AWS::AccountId": "1",
        "Stage": "dev",
        "Origins": ["https://a.example", "https://b.example"],
    },
    resources={
        "Function": "app-Function-1",
        "Alias": "arn:aws:lambda:eu-west-1:1:function:f:live",
        "Pool": "eu-west-1_p",
        "Topic": "t",
    },
    types={
        "Function": "AWS::Lambda::Function",
        "Alias": "AWS::Lambda::Alias",
        "Pool": "AWS::Cognito::UserPool",
        "Topic": "AWS::SNS::Topic",
    },
    mappings={"Sizes": {"dev": {"Burst": 5}}},
    conditions={
        "IsDev": {"Fn::Equals": [{"Ref": "Stage"}, "dev"]},
        "IsProd": {"Fn::Not": [{"Condition": "IsDev"}]},
        "Both": {"Fn::And": [{"Condition": "IsDev"}, {"Condition": "IsProd"}]},
        "Either": {"Fn::Or": [{"Condition": "IsDev"}, {"Condition": "IsProd"}]},
    },
    exports={"shared-function": "arn:aws:lambda:eu-west-1:1:function:shared"},
)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"Ref": "Stage"}, "dev"),
        ({"Ref": "Function"}, "app-Function-1"),
        ({"Ref": "Origins"}, ["https://a.example", "https://b.example"]),
        (
            {"Fn::GetAtt": ["Function", "Arn"]},
            "arn:aws:lambda:eu-west-1:1:function:app-Function-1",
        ),
        (
            {"Fn::GetAtt": "Pool.ProviderURL"},
            "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_p",
        ),
        (
            {"Fn::Sub": "${AWS::Region}/${Stage}/${Alias}"},
            f"eu-west-1/dev/{SCOPE.resources['Alias']}",
        ),
        ({"Fn::Sub": "x/${!stageVariables.LambdaAlias}"}, "x/${stageVariables.LambdaAlias}"),
        ({"Fn::Sub": ["${a}-${Stage}", {"a": {"Ref": "Topic"}}]}, "t-dev"),
        ({"Fn::Join": [":", ["a", {"Ref": "Stage"}]]}, "a:dev"),
        ({"Fn::If": ["IsDev", "yes", "no"]}, "yes"),
        ({"Fn::If": ["IsProd", "yes", "no"]}, "no"),
        ({"Fn::If": ["Both", "yes", "no"]}, "no"),
        ({"Fn::If": ["Either", "yes", "no"]}, "yes"),
        ({"a": {"Fn::If": ["IsProd", 1, {"Ref": "AWS::NoValue"}]}, "b": 2}, {"b": 2}),
        ([{"Fn::If": ["IsProd", 1, {"Ref": "AWS::NoValue"}]}, 2], [2]),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "Burst"]}, 5),
        ({"Fn::Select": [1, {"Fn::Split": [",", "a,b,c"]}]}, "b"),
        ({"Fn::ImportValue": {"Fn::Sub": "shared-function"}}, SCOPE.exports["shared-function"]),
        ({"plain": {"deep": [1, True, None]}}, {"plain": {"deep": [1, True, None]}}),
    ],
)
def test_a_function_is_what_it_stands_for(given: object, expected: object) -> None:
    """Of a deployed stack, whose parameters and physical ids are known."""
    assert expected == intrinsics.resolve(given, SCOPE)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"Ref": "Nothing"}, "${Nothing}"),
        ({"Fn::GetAtt": ["Topic", "TopicName"]}, "${Topic.TopicName}"),
        ({"Fn::Sub": "a/${Nothing.Arn}"}, "a/${Nothing.Arn}"),
        ({"Fn::ImportValue": "nothing"}, "${nothing}"),
    ],
)
def test_what_is_not_known_stays_readable(given: object, expected: str) -> None:
    """So an error names it."""
    assert expected == intrinsics.resolve(given, SCOPE)


class Formation:
    """CloudFormation with one stack, as the emulator answers for it."""

    def __init__(self, template: str, status: str = "CREATE_COMPLETE") -> None:
        self.template = template
        self.status = status
        self.asked: list[str] = []

    async def query(self, service: str, region: str, parameters: Mapping[str, str]) -> str:
        """The XML of an action."""
        assert (service, region) == ("cloudformation", "eu-west-1")
        action = parameters["Action"]
        self.asked.append(action)
        escaped = self.template.replace("&", "&amp;").replace("<", "&lt;")
        return {
            "DescribeStacks": '<R xmlns="http://a.example/"><Stacks><member>'
            f"<StackName>app</StackName><StackStatus>{self.status}</StackStatus>"
            "</member></Stacks></R>",
            "GetTemplate": f"<R><TemplateBody>{escaped}</TemplateBody></R>",
            "ListStackResources": "<R><member><LogicalResourceId>F</LogicalResourceId>"
            "<PhysicalResourceId>app-F</PhysicalResourceId>"
            "<ResourceType>AWS::Lambda::Function</ResourceType></member></R>",
        }[action]

    async def fetch(self, path: str, service: str, region: str) -> bytes:
        """An object of S3."""
        assert ("s3", "eu-west-1") == (service, region)
        return json.dumps({"openapi": "3.0.1", "from": path}).encode()


def body(formation: Formation) -> dict[str, object]:
    """The body of the API `Api`."""
    return asyncio.run(Stacks(formation).body("eu-west-1", "app", "Api"))


YAML = """
Parameters:
  Names: {Type: CommaDelimitedList, Default: "a,b"}
Resources:
  Api:
    Properties:
      Body:
        openapi: 3.0.1
        date: 2020-01-01
        uri: !Sub "${F.Arn}/x"
        arn: !GetAtt F.Arn
        joined: !Join ["-", [a, !Ref F]]
        names: !Ref Names
"""


def test_a_hand_written_template_is_read_with_its_short_forms() -> None:
    """A body in YAML, as people write it; a date stays text."""
    arn = "arn:aws:lambda:eu-west-1:000000000000:function:app-F"
    assert {
        "openapi": "3.0.1",
        "date": "2020-01-01",
        "uri": f"{arn}/x",
        "arn": arn,
        "joined": "a-app-F",
        "names": ["a", "b"],
    } == body(Formation(YAML))


def test_a_body_may_lie_in_a_bucket() -> None:
    """BodyS3Location, which SAM makes of a DefinitionUri."""
    location = {"BodyS3Location": {"Bucket": "b", "Key": "k/a b"}}
    template = json.dumps({"Resources": {"Api": {"Properties": location}}})
    assert "/b/k/a%20b" == body(Formation(template))["from"]


@pytest.mark.parametrize(
    "template",
    [
        "{a: [",
        json.dumps({"Resources": {"Api": {"Properties": {"Body": {"Fn::Select": ["x", []]}}}}}),
    ],
)
def test_a_template_that_is_not_understood_is_an_error_in_words(template: str) -> None:
    """And no traceback in the middle of a request."""
    with pytest.raises(UpstreamError, match=r"neither JSON nor YAML|are not understood"):
        body(Formation(template))


def test_a_body_is_read_again_when_its_stack_was_updated() -> None:
    """One small question decides that."""
    formation = Formation(YAML)
    stacks = Stacks(formation)

    async def twice() -> None:
        await stacks.body("eu-west-1", "app", "Api")
        formation.asked.clear()
        await stacks.body("eu-west-1", "app", "Api")

    asyncio.run(twice())
    assert ["DescribeStacks"] == formation.asked
    formation.status = "UPDATE_COMPLETE"
    asyncio.run(stacks.body("eu-west-1", "app", "Api"))
    assert "GetTemplate" in formation.asked
