"""Functions of the embedded cloud that ask for ARNs of resources, and for ids of user pools."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""

HOME = "eu-west-1"
DEPLOY = """
from sam_deploy import App, Environment, FeatureSet, Function, Queue, Subscription, Topic, UserPool
from sam_deploy import UserPoolClient, on_user_pool

app = App(
    name="club",
    home_region="eu-west-1",
    environments=[Environment("dev"), Environment("prod", promote_from="dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    queues=[Queue("News")],
    topics=[Topic("Joined", subscriptions=[Subscription("sqs", "News")])],
    user_pools=[UserPool("Members", clients=[UserPoolClient(), UserPoolClient(name="Admin")])],
    functions=[
        Function(
            "Join",
            source="join",
            timeout_seconds=30,
            uses=["Joined.write", "Members.read", "News.read"],
            triggers=[on_user_pool("Members", ["PreSignUp"])],
        ),
    ],
)
"""
HANDLER = """
import os

import boto3
from sam_deploy_runtime import resource_arn, user_pool_client_id, user_pool_id


def handler(event, context):
    topic = resource_arn("Joined")
    boto3.client("sns", region_name=os.environ["AWS_REGION"]).publish(
        TopicArn=topic, Message=event["says"]
    )
    pool = user_pool_id("Members")
    users = boto3.client("cognito-idp", region_name=os.environ["AWS_REGION"])
    return {
        "version": context.function_version,
        "topic": topic,
        "queue": resource_arn("News"),
        "pool": pool,
        "clients": [user_pool_client_id("Members"), user_pool_client_id("Members", "Admin")],
        "users": len(users.list_users(UserPoolId=pool)["Users"]),
    }
"""


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def club(tmp_path_factory: pytest.TempPathFactory, deployed: Callable[[Path], Project]) -> Project:
    """A deployed app whose function publishes to a topic and knows its user pool."""
    folder = tmp_path_factory.mktemp("arns")
    return deployed(write(folder, {"deploy.py": DEPLOY, "join/handler.py": HANDLER}))


def call(project: Project, alias: str, event: object) -> Any:
    answer = project.client("lambda", HOME).invoke(
        FunctionName="JoinFunction", Qualifier=alias, Payload=json.dumps(event)
    )
    found = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, found
    return found


def received(project: Project, queue: str) -> Any:
    """Return a message of a queue, nothing while there is none."""
    answer = project.client("sqs", HOME).receive_message(QueueUrl=queue)
    return next(iter(answer.get("Messages", ())), None)


def outputs(project: Project) -> dict[str, str]:
    stack = project.client("cloudformation", HOME).describe_stacks(StackName="club-sam")
    return {each["OutputKey"]: each["OutputValue"] for each in stack["Stacks"][0]["Outputs"]}


@pytest.mark.slow
def test_a_function_reaches_the_topic_and_the_pool_of_its_environment(
    club: Project, until: Callable[..., Any]
) -> None:
    """Aliases of one version publish to their own topic and look into their own pool.

    The pool calls the function, so that no variable could name it. (R104, R263, C17)
    """
    told = outputs(club)
    sqs = club.client("sqs", HOME)
    versions = set()
    for alias in ("dev", "prod"):
        title = alias.title()
        queue = told[f"News{title}QUrl"]
        found = call(club, alias, {"says": f"hello {alias}"})

        versions.add(found.pop("version"))
        attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
        assert {
            "topic": told[f"Joined{title}TopicArn"],
            "queue": attributes["Attributes"]["QueueArn"],
            "pool": told[f"MembersUserPool{title}Id"],
            "clients": [told[f"Members{title}ClientId"], told[f"MembersAdmin{title}ClientId"]],
            "users": 0,
        } == found
        message = until(f"a message in {queue}", lambda queue=queue: received(club, queue))
        assert f"hello {alias}" == json.loads(message["Body"])["Message"]
    assert 1 == len(versions)


@pytest.mark.slow
def test_ids_of_pools_are_no_settings_of_the_command(club: Project) -> None:
    """They are the stack's: neither listed as unused, nor compared, nor written by hand."""
    listed = club.run("settings", "list", "dev", "--json", "--target", "embedded")
    compared = club.run("settings", "diff", "dev", "prod", "--json", "--target", "embedded")
    name = "MembersUserPoolId"
    written = club.run("settings", "set", name, "x", "--environment", "dev", "--target", "embedded")

    assert ([], []) == (listed.json, compared.json), listed.err + compared.err
    assert (2, True) == (written.code, f"No function of the app reads `{name}`" in written.err)
