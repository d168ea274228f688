"""A deployed stack, said again as a SAM template."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sam_deploy.aws import StackResource
from sam_deploy.aws.deployed_code import DeployedFunction
from sam_deploy.cli.starting.stacks.archives import Contents
from sam_deploy.cli.starting.stacks.deployed import Code, Deployed
from sam_deploy.cli.starting.stacks.lifted import ATTACHED, Lifted, lifted
from sam_deploy.cli.starting.stacks.own import first_environment

FUNCTION = {
    "Type": "AWS::Lambda::Function",
    "Properties": {"Role": {"Fn::GetAtt": ["Role", "Arn"]}},
}


def stack(
    resources: Mapping[str, Any],
    variables: Mapping[str, str] | None = None,
    own: Mapping[str, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> Deployed:
    """A stack of which everything is there; `F` is a function in Python."""
    function = DeployedFunction(
        *("old-F", "Zip", "python3.12", "app.handler", "arm64", 256, 9), variables=variables or {}
    )
    return Deployed(
        name="old",
        region="eu-west-1",
        document={"Resources": resources, "Parameters": parameters or {}},
        processed=False,
        parameters={},
        resources={
            name: StackResource(name, f"p-{name}", each["Type"], "CREATE_COMPLETE")
            for name, each in resources.items()
        },
        functions={"F": Code(function, "app.handler", Contents({"app.py": b""}), own or {})},
    )


def function_of(found: Lifted) -> Mapping[str, Any]:
    properties: Mapping[str, Any] = found.document["Resources"]["F"]["Properties"]
    return properties


def reason(found: Lifted, logical_id: str) -> str:
    return next(why for name, why in found.left if name == logical_id)


def test_a_function_is_as_lambda_has_it() -> None:
    """Not as its template says, which may be a condition or a parameter."""
    found = function_of(lifted(stack({"F": FUNCTION})))
    assert ("functions/F", "app.handler", 256, 9, ["arm64"]) == tuple(
        found[name] for name in ("CodeUri", "Handler", "MemorySize", "Timeout", "Architectures")
    )


def test_secrets_are_named_and_their_values_are_nowhere() -> None:
    """By name, by a NoEcho parameter that they come from, by a reference to a secret."""
    written = {"LOGIN": {"Ref": "Pw"}, "VIA": "{{resolve:secretsmanager:x}}", "PLAIN": "b"}
    properties = {"Environment": {"Variables": written}}
    variables = {"LOGIN": "one", "VIA": "two", "PLAIN": "b", "API_TOKEN": "three"}
    resources = {"F": {"Type": "AWS::Lambda::Function", "Properties": properties}}
    parameters = {"Pw": {"Type": "String", "NoEcho": True}}
    found = lifted(stack(resources, variables, parameters=parameters))
    assert {"Variables": {"PLAIN": "b"}} == function_of(found)["Environment"]
    told = [name for name, _ in found.left]
    assert told == [f"F.Environment.{name}" for name in ("LOGIN", "VIA", "API_TOKEN")]
    assert not any(value in str(found) for value in ("'one'", "'two'", "three"))


def test_data_stays_and_dead_letters_are_nobodys() -> None:
    """Tables, buckets and queues by the names that they have."""
    redrive = {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 3}
    found = lifted(
        stack(
            {
                "F": FUNCTION,
                "Orders": {"Type": "AWS::DynamoDB::GlobalTable"},
                "Files": {"Type": "AWS::S3::Bucket"},
                "Jobs": {"Type": "AWS::SQS::Queue", "Properties": {"RedrivePolicy": redrive}},
                "Dead": {"Type": "AWS::SQS::Queue"},
            }
        )
    )
    assert {"Orders": "p-Orders", "Files": "p-Files", "Jobs": "p-Jobs"} == found.existing
    assert "it stays with its queue" == reason(found, "Dead")


GUIDE = Path(__file__).parents[5] / "docs" / "guides" / "migrating.md"
CLIENT = "AWS::Cognito::UserPoolClient"


@pytest.mark.parametrize("kind", [*ATTACHED, CLIENT])
def test_what_is_part_of_data_is_to_be_retained_with_it(kind: str) -> None:
    """A pool without its clients, a queue without its policy: the end of the old stack."""
    found = lifted(stack({"F": FUNCTION, "Part": {"Type": kind}}))

    assert reason(found, "Part").endswith("retain it, too, before the old stack goes")
    assert f"`{kind}`" in GUIDE.read_text(encoding="utf-8")


def test_a_client_is_told_with_how_it_is_named() -> None:
    """Its id is what an authorizer wants."""
    found = lifted(stack({"F": FUNCTION, "Part": {"Type": CLIENT}}))

    assert reason(found, "Part").startswith('`existing_client_ids={"dev": "p-Part"}` names it')


def test_a_roles_rights_become_policies_of_the_data() -> None:
    """What only reads stays so; rights on other things are told with the role."""

    def allow(actions: list[str], resource: object) -> dict[str, Any]:
        return {"Effect": "Allow", "Action": actions, "Resource": resource}

    statements = [
        allow(["dynamodb:GetItem", "dynamodb:Query"], {"Fn::GetAtt": ["Orders", "Arn"]}),
        allow(["s3:GetObject", "s3:PutObject"], [{"Fn::Sub": "${Files.Arn}/*"}]),
        allow(["sqs:SendMessage"], {"Fn::GetAtt": ["Jobs", "Arn"]}),
        allow(["ses:SendEmail"], "*"),
        {**allow(["s3:*"], {"Fn::GetAtt": ["Other", "Arn"]}), "Effect": "Deny"},
    ]
    role = {"Policies": [{"PolicyDocument": {"Statement": statements}}]}
    found = lifted(
        stack(
            {
                "F": FUNCTION,
                "Role": {"Type": "AWS::IAM::Role", "Properties": role},
                "Orders": {"Type": "AWS::DynamoDB::Table"},
                "Files": {"Type": "AWS::S3::Bucket"},
                "Other": {"Type": "AWS::S3::Bucket"},
                "Jobs": {"Type": "AWS::SQS::Queue"},
            }
        )
    )
    assert [
        {"DynamoDBReadPolicy": {"TableName": {"Ref": "Orders"}}},
        {"S3CrudPolicy": {"BucketName": {"Ref": "Files"}}},
        {"SQSSendMessagePolicy": {"QueueName": {"Ref": "Jobs"}}},
    ] == function_of(found)["Policies"]
    assert "see what it granted" in reason(found, "Role")


def test_nothing_is_dropped_without_a_word() -> None:
    """Nested stacks, custom resources, mappings and whatever else: each by name."""
    kinds = {
        "Inner": ("AWS::CloudFormation::Stack", "`init --from-stack p-Inner`"),
        "Mine": ("Custom::Thing", "a custom resource"),
        "Map": ("AWS::Lambda::EventSourceMapping", "two would share its messages"),
        "Machine": ("AWS::StepFunctions::StateMachine", "the old stack keeps it"),
        "Pool": ("AWS::Cognito::UserPool", 'existing_ids={"dev": "p-Pool"}'),
        "Api": ("AWS::ApiGatewayV2::Api", "no route of it leads to"),
    }
    found = lifted(stack({"F": FUNCTION, **{k: {"Type": v[0]} for k, v in kinds.items()}}))
    for name, (_, said) in kinds.items():
        assert said in reason(found, name)


def test_a_stack_of_sam_deploys_is_its_first_environment() -> None:
    """What functions call by name is theirs again; that of other environments stays."""
    names = {"dev": "p-OrdersDev", "prod": "p-OrdersProd"}
    own = {
        "environments": ["dev", "prod"],
        "home_region": "eu-west-1",
        "resources": {"Orders": {"kind": "table", "names": names}},
    }
    table = {"Type": "AWS::DynamoDB::Table"}
    deployed = stack({"F": FUNCTION, "OrdersDev": table, "OrdersProd": table}, own=own)
    found = lifted(deployed)
    assert ("dev", {"Orders": "p-OrdersDev"}) == (first_environment(deployed), found.existing)
    assert [name for name, _ in found.left] == ["OrdersProd"]
    assert [{"DynamoDBCrudPolicy": {"TableName": {"Ref": "Orders"}}}] == function_of(found)[
        "Policies"
    ]
