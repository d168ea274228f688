"""The feature set ams: deployed alone, beside core, and called by its queues."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from botocore.exceptions import ClientError

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
Until: TypeAlias = Callable[..., Any]

HOME = "ap-south-1"
CORE = [HOME, "eu-west-1", "us-east-1", "us-west-2"]
AMS = ["eu-west-1", "us-east-1", "us-west-2"]
QUEUES = [
    f"{queue}{environment}{kind}"
    for queue in ("AmsChange", "AmsPerformance")
    for environment in ("Dev", "Staging", "Prod")
    for kind in ("Q", "DLQ")
]


def made(project: Project, region: str) -> dict[str, Any]:
    """Return the names of everything that a stack could have made in a region."""
    queues = project.client("sqs", region).list_queues().get("QueueUrls", [])
    functions = project.client("lambda", region).list_functions()["Functions"]
    pools = project.client("cognito-idp", region).list_user_pools(MaxResults=60)["UserPools"]
    return {
        "stacks": sorted(project.stacks(region)),
        "queues": sorted(url.rpartition("/")[2] for url in queues),
        "functions": sorted(each["FunctionName"] for each in functions),
        "apis": project.client("apigatewayv2", region).get_apis()["Items"],
        "pools": pools,
    }


def history(project: Project) -> dict[str, list[str]]:
    """Return the ids of all events of the core stack, by region."""
    found = {}
    for region in CORE:
        pages = project.client("cloudformation", region).get_paginator("describe_stack_events")
        events = pages.paginate(StackName="dzgro-sam")
        found[region] = [event["EventId"] for page in events for event in page["StackEvents"]]
    return found


def served(project: Project) -> dict[tuple[str, str, str], str]:
    """Return (function, region, environment) -> version where both feature sets are."""
    return {
        (function, region, environment): project.served(function, region, environment)
        for function in ("Api", "RazorPayWebhook", "AmsChange", "AmsPerformance")
        for region in ("eu-west-1",)
        for environment in ("dev", "staging", "prod")
    }


@pytest.fixture(scope="module")
def alone(copy_of_dzgro: Callable[[], Any]) -> Project:
    """A second copy of the example, with a fresh cloud that holds ams and nothing else."""
    project = copy_of_dzgro()
    ran = project.deploy("ams")
    assert 0 == ran.code, ran.err
    expected = {("dzgro-sam-ams", region, "created") for region in AMS}
    assert expected == {(one["stack"], one["region"], one["outcome"]) for one in ran.json["stacks"]}
    return project


@pytest.mark.slow
def test_ams_alone_makes_its_own_resources_and_nothing_else(alone: Project) -> None:
    """No stack, queue, function, API, pool or bucket of core exists in any region."""
    expected = {
        "stacks": ["dzgro-sam-ams"],
        "queues": sorted(QUEUES),
        "functions": ["AmsChangeFunction", "AmsPerformanceFunction"],
        "apis": [],
        "pools": [],
    }
    assert expected == made(alone, "eu-west-1")
    assert {key: [] for key in expected} == made(alone, HOME)
    for region in AMS:
        assert ["dzgro-sam-ams"] == list(alone.stacks(region))
    buckets = alone.client("s3", HOME).list_buckets()["Buckets"]
    # the artifact buckets: archives leave this computer for the home region only
    assert {f"dzgro-sam-000000000000-{region}" for region in CORE} == {
        each["Name"] for each in buckets
    }


@pytest.mark.slow
def test_status_shows_a_feature_set_that_is_not_deployed_as_such(alone: Project) -> None:
    """Functions of core are listed without a version, those of ams with theirs."""
    if "dzgro-sam" in alone.stacks(HOME):
        pytest.fail("core is there already: this test must run before")
    versions = alone.versions()
    assert {None} == {version for place, version in versions.items() if place[0][:3] != "Ams"}
    assert {"1"} == {version for place, version in versions.items() if place[0][:3] == "Ams"}


@pytest.mark.long
def test_deploying_ams_leaves_core_untouched(alone: Project) -> None:
    """A changed line of ams changes its stacks; core's have neither an update nor an event."""
    core = alone.deploy("core")
    assert 0 == core.code, core.err
    assert {"dzgro-sam"} == {each["stack"] for each in core.json["stacks"]}
    stacks = {region: alone.stacks(region)["dzgro-sam"] for region in CORE}
    events, versions = history(alone), served(alone)
    first = '"""Amazon Marketing Stream: changes'
    with alone.edited("functions/AmsChange/handler.py", first, f"# {uuid.uuid4()}\n{first}"):
        ran = alone.deploy("ams")
    assert 0 == ran.code, ran.err
    assert [("dzgro-sam-ams", "updated")] * 3 == [
        (each["stack"], each["outcome"]) for each in ran.json["stacks"]
    ]
    assert stacks == {region: alone.stacks(region)["dzgro-sam"] for region in CORE}
    assert events == history(alone)
    moved = {place for place, version in served(alone).items() if version != versions[place]}
    assert {("AmsChange", "eu-west-1", "dev")} == moved


@pytest.mark.slow
def test_a_notification_of_the_stream_is_stored_by_dev(dzgro: Project, until: Until) -> None:
    """A message as SNS puts it on AmsChangeDevQ is validated and stored, and names dev."""
    queues, region = dzgro.client("sqs", "eu-west-1"), "eu-west-1"
    topic = f"arn:aws:sns:{region}:834862128520:changes"
    change = {
        "dataset_id": "campaigns",
        "advertiser_id": "ENTITY1",
        "marketplace_id": "A1F83G8C2ARO7P",
        "campaign_id": "77",
    }
    notification = {
        "Type": "Notification",
        "MessageId": str(uuid.uuid4()),
        "TopicArn": topic,
        "Message": json.dumps(change),
        "Timestamp": "2026-11-20T16:00:00.000Z",
    }
    url = queues.get_queue_url(QueueName="AmsChangeDevQ")["QueueUrl"]
    message = queues.send_message(QueueUrl=url, MessageBody=json.dumps(notification))["MessageId"]
    bucket, key = "dzgro-amz-report-data-dev-eu-west-1", f"ams/change/{message}.json"

    def stored() -> dict[str, Any] | None:
        try:
            answer = dzgro.client("s3", region).get_object(Bucket=bucket, Key=key)
        except ClientError as error:
            assert "NoSuchKey" == error.response["Error"]["Code"]  # noqa: PT017 - others are news
            return None
        found: dict[str, Any] = json.loads(answer["Body"].read())
        return found

    document = until("the stored notification", stored)
    expected = {
        "_id": message,
        "topic": topic,
        "environment": "dev",
        "alias": "dev",
        "version": dzgro.served("AmsChange", region, "dev"),
        "region": region,
        "payload": change,
    }
    assert expected == {name: document[name] for name in expected}
