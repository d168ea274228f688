"""The preflight's questions, put to real services of the embedded cloud."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest
from botocore.awsrequest import AWSResponse

from sam_deploy import local
from sam_deploy.aws import Aws, DeniedError, Endpoint, Zone, Zones
from sam_deploy.aws.names import Names, Taken
from sam_deploy.aws.prerequisites import Prerequisites

REGION = "eu-west-1"
ACCOUNT = "000000000000"
THERE = ("queue", "table", "event bus", "rule", "secret")
Client: TypeAlias = Any
"""Whatever boto3 makes at run time."""


class _Empty:
    """The body of an answer without one, as urllib3 hands it over."""

    def stream(self) -> Iterator[bytes]:
        """Nothing."""
        return iter(())


@pytest.fixture(scope="module")
def aws(cloud: local.RunningCloud) -> Aws:
    """The embedded cloud, spoken to as AWS."""
    return Aws(Endpoint("aws", cloud.endpoint, "", "test", "test"))


@pytest.fixture(scope="module")
def mark() -> str:
    """Part of every name, so that nobody else's is met."""
    return f"preflight-{uuid.uuid4().hex[:8]}"


@pytest.fixture(scope="module")
def there(aws: Aws, mark: str) -> Iterator[Callable[[str], Client]]:
    """One of each thing is there, called `mark`; gone afterwards."""

    def client(service: str) -> Client:
        return aws.client(service, REGION)

    client("sqs").create_queue(QueueName=mark)
    location = {"LocationConstraint": REGION}
    client("s3").create_bucket(Bucket=mark, CreateBucketConfiguration=location)
    client("dynamodb").create_table(
        TableName=mark,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    topic = client("sns").create_topic(Name=mark)["TopicArn"]
    client("events").create_event_bus(Name=mark)
    client("events").put_rule(Name=mark, ScheduleExpression="rate(1 day)")
    client("secretsmanager").create_secret(Name=mark, SecretString="x")
    for name in ("a", "b"):
        client("logs").create_log_group(logGroupName=f"/{mark}/{name}")
        client("ssm").put_parameter(Name=f"/{mark}/{name}", Value="x", Type="String")
    yield client
    client("sqs").delete_queue(QueueUrl=client("sqs").get_queue_url(QueueName=mark)["QueueUrl"])
    client("s3").delete_bucket(Bucket=mark)
    client("dynamodb").delete_table(TableName=mark)
    client("sns").delete_topic(TopicArn=topic)
    client("events").delete_event_bus(Name=mark)
    client("events").delete_rule(Name=mark)
    client("secretsmanager").delete_secret(SecretId=mark, ForceDeleteWithoutRecovery=True)
    for name in ("a", "b"):
        client("logs").delete_log_group(logGroupName=f"/{mark}/{name}")
        client("ssm").delete_parameter(Name=f"/{mark}/{name}")


@pytest.mark.parametrize(
    "thing",
    [*THERE, "function", "schedule", "custom domain", "role"],
)
def test_a_name_that_nobody_has_is_free(aws: Aws, mark: str, thing: str) -> None:
    """Every service says "not found" in its own way, and none of them is an error (R317)."""
    assert {} == Names(aws, REGION).find(thing, f"{mark}-free")


@pytest.mark.usefixtures("there")
@pytest.mark.parametrize("thing", THERE)
def test_a_name_that_is_taken_is_found(aws: Aws, mark: str, thing: str) -> None:
    """With what CloudFormation calls it: a queue by its URL, a secret by its ARN."""
    found = Names(aws, REGION).find(thing, mark)
    assert [mark] == list(found)
    assert mark in found[mark].physical_id
    assert {"queue": "http", "secret": "arn:"}.get(thing, mark) in found[mark].physical_id


@pytest.mark.usefixtures("there")
def test_names_that_are_asked_for_in_other_ways(aws: Aws, mark: str) -> None:
    """Buckets, topics by ARN, queues, log groups and parameters together, domain prefixes."""
    names = Names(aws, REGION)
    assert {mark: Taken(mark)} == names.bucket(mark)
    assert {} == names.bucket(f"{mark}-free")
    assert [mark] == list(names.topic(mark, ACCOUNT))
    assert {} == names.topic(f"{mark}-free", ACCOUNT)
    listed = [f"/{mark}/{each}" for each in ("a", "aa", "b", "c")]
    assert {f"/{mark}/a", f"/{mark}/b"} == set(names.log_groups(listed))
    assert {f"/{mark}/a", f"/{mark}/b"} == set(names.parameters(listed))
    several = names.queues([mark, f"{mark}-free"])
    assert names.find("queue", mark) == several
    assert {} == names.user_pool_domain(f"{mark}-free")


@pytest.mark.parametrize("free", ["404", "403"])
def test_a_refusal_to_look_at_a_bucket_is_judged_by_a_second_question(
    aws: Aws, mark: str, there: Callable[[str], Client], free: str
) -> None:
    """A name that nobody has tells whether these credentials may ask at all."""

    def answer(request: Any, **_: Any) -> Any:
        foreign = request.url.endswith(f"/{mark}")
        return AWSResponse(request.url, 403 if foreign else int(free), {}, _Empty())

    events = there("s3").meta.events
    events.register("before-send.s3.HeadBucket", answer)
    try:
        names = Names(aws, REGION)
        if free == "403":
            with pytest.raises(DeniedError):
                names.bucket(mark)
        else:
            assert {mark: Taken(mark, foreign=True)} == names.bucket(mark)
    finally:
        events.unregister("before-send.s3.HeadBucket", answer)


def test_what_an_account_must_have_is_read_as_it_is(
    aws: Aws, mark: str, there: Callable[[str], Client]
) -> None:
    """Lambda's figures, stacks, buckets, the role for logs, SES, a hosted zone."""
    account = Prerequisites(aws, REGION)
    found = account.lambda_account()
    assert found.concurrency >= found.unreserved > 0
    assert 80_530_636_800 == found.code_bytes_most
    formation = there("cloudformation")
    before, buckets = account.stacks(), account.buckets()
    queue = '{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}'
    formation.create_stack(StackName=mark, TemplateBody=queue)
    assert before + 1 == account.stacks()
    formation.delete_stack(StackName=mark)
    assert mark in {each["Name"] for each in there("s3").list_buckets()["Buckets"]}
    assert 1 <= buckets
    assert "" == account.api_log_role()
    assert not account.may_send_as("nobody@example.com")
    there("sesv2").create_email_identity(EmailIdentity=f"{mark}@example.com")
    assert account.may_send_as(f"{mark}@example.com")
    assert not account.in_mail_sandbox()
    zones = Zones(aws)
    assert None is zones.zone("Z0000000000000")
    made = there("route53").create_hosted_zone(Name=f"{mark}.com", CallerReference=mark)
    zone_id = made["HostedZone"]["Id"].rpartition("/")[2]
    assert Zone(zone_id, f"{mark}.com") == zones.zone(zone_id)
    there("route53").delete_hosted_zone(Id=zone_id)
