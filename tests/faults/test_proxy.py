"""The proxy itself: it knows each call, does what rules say, and counts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError
from tests.faults.emulator import Emulator
from tests.faults.proxy import Proxy
from tests.faults.rules import (
    Action,
    Answer,
    CutBody,
    Delay,
    Drop,
    Fail,
    LoseAnswer,
    Rewrite,
    Strip,
    When,
)

pytestmark = pytest.mark.slow

Make: TypeAlias = Callable[..., Any]
REGION = "eu-west-1"


@pytest.fixture
def proxy(own_emulator: Emulator) -> Iterator[Proxy]:
    own_emulator.reset()
    made = Proxy(own_emulator.url)
    yield made
    made.close()


@pytest.fixture
def client(proxy: Proxy) -> Make:
    """Makes clients that try `attempts` times."""
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test")

    def make(service: str, region: str = REGION, attempts: int = 1) -> Any:
        config = Config(
            retries={"total_max_attempts": attempts, "mode": "standard"},
            proxies={},
            s3={"addressing_style": "path"},
        )
        return session.client(service, region_name=region, endpoint_url=proxy.url, config=config)

    return make


def bucket(client: Make, name: str = "things") -> Any:
    storage = client("s3")
    where = {"LocationConstraint": REGION}
    storage.create_bucket(Bucket=name, CreateBucketConfiguration=where)
    return storage


def test_every_call_is_known_by_service_operation_and_region(proxy: Proxy, client: Make) -> None:
    """Whatever the protocol; copies, parts and settings of a bucket are told apart."""
    storage = bucket(client)
    storage.put_bucket_versioning(Bucket="things", VersioningConfiguration={"Status": "Enabled"})
    storage.put_object(Bucket="things", Key="a/b c.txt", Body=b"12345")
    storage.copy_object(Bucket="things", Key="copy", CopySource="things/a/b c.txt")
    upload = storage.create_multipart_upload(Bucket="things", Key="big")["UploadId"]
    storage.upload_part(Bucket="things", Key="big", UploadId=upload, PartNumber=1, Body=b"x")
    storage.abort_multipart_upload(Bucket="things", Key="big", UploadId=upload)
    assert 5 == storage.head_object(Bucket="things", Key="copy")["ContentLength"]
    client("cloudformation", "us-east-1").list_stacks()
    client("sts", "us-east-1").get_caller_identity()
    client("ssm").describe_parameters()
    client("lambda").list_functions()
    client("apigatewayv2").get_apis()
    with pytest.raises(ClientError, match="GetAlias"):
        client("lambda").get_alias(FunctionName="None", Name="dev")
    assert [
        ("s3:CreateBucket", REGION),
        ("s3:PutBucketVersioning", REGION),
        ("s3:PutObject", REGION),
        ("s3:CopyObject", REGION),
        ("s3:CreateMultipartUpload", REGION),
        ("s3:UploadPart", REGION),
        ("s3:AbortMultipartUpload", REGION),
        ("s3:HeadObject", REGION),
        ("cloudformation:ListStacks", "us-east-1"),
        ("sts:GetCallerIdentity", "us-east-1"),
        ("ssm:DescribeParameters", REGION),
        ("lambda:ListFunctions", REGION),
        ("apigateway:GetApis", REGION),
        ("lambda:GetAlias", REGION),
    ] == [(call.name, call.known.region) for call in proxy.calls]
    (put,) = proxy.made(When("s3", "PutObject", detail="b c"))
    assert 5 == put.body_bytes
    assert 7 == len(proxy.writes())


@pytest.mark.parametrize(
    ("action", "there"), [(Drop(), False), (LoseAnswer(), True), (CutBody(3), False)]
)
def test_a_lost_request_is_not_carried_out_and_a_lost_answer_is(
    proxy: Proxy, client: Make, action: Action, *, there: bool
) -> None:
    """The client sees the same in all cases: a connection that ended."""
    storage = bucket(client)
    with proxy.rule(When("s3", "PutObject"), action) as rule, pytest.raises(ConnectionClosedError):
        storage.put_object(Bucket="things", Key="k", Body=b"12345")
    assert 1 == rule.hits
    found = storage.list_objects_v2(Bucket="things").get("Contents", [])
    assert there == (["k"] == [each["Key"] for each in found])


def test_a_write_whose_answer_is_lost_is_tried_again_by_the_sdk(proxy: Proxy, client: Make) -> None:
    """And the second try meets the first: what every fault of lost answers is about."""
    bucket(client)
    rule = proxy.add(When("s3", "PutObject"), LoseAnswer(), times=1)
    storage = client("s3", attempts=3)
    with pytest.raises(ClientError, match="PreconditionFailed"):
        storage.put_object(Bucket="things", Key="k", Body=b"12345", IfNoneMatch="*")
    assert (1, 2) == (rule.hits, len(proxy.made(When("s3", "PutObject"))))


@pytest.mark.parametrize(
    ("service", "call"),
    [
        ("cloudformation", lambda client: client.list_stacks()),
        ("s3", lambda client: client.list_buckets()),
        ("lambda", lambda client: client.list_functions()),
        ("ssm", lambda client: client.describe_parameters()),
        ("sts", lambda client: client.get_caller_identity()),
    ],
)
def test_an_error_is_read_by_the_sdk_as_one_of_aws(
    proxy: Proxy, client: Make, service: str, call: Callable[[Any], Any]
) -> None:
    """In the form of each protocol, with code, message, status and request id; then never again."""
    proxy.add(When(service), Fail("Throttling", "Rate exceeded", 400), times=1)
    with pytest.raises(ClientError) as caught:
        call(client(service))
    answer = caught.value.response
    assert ("Throttling", "Rate exceeded") == (answer["Error"]["Code"], answer["Error"]["Message"])
    assert 400 == answer["ResponseMetadata"]["HTTPStatusCode"]
    call(client(service))
    assert [True, False] == [call.action is not None for call in proxy.calls]


def test_one_region_can_be_gone(proxy: Proxy, client: Make) -> None:
    """All its services, and nobody else's."""
    proxy.add(When(region="us-east-1"), Drop())
    with pytest.raises(ConnectionClosedError):
        client("lambda", "us-east-1").list_functions()
    with pytest.raises(ConnectionClosedError):
        client("s3", "us-east-1").list_buckets()
    client("lambda").list_functions()


def test_a_header_can_be_taken_away(proxy: Proxy, client: Make) -> None:
    """A store that ignores If-None-Match lets the second writer win."""
    storage = bucket(client)
    with proxy.rule(When("s3", "PutObject"), Strip("If-None-Match")):
        for body in (b"one", b"two"):
            storage.put_object(Bucket="things", Key="k", Body=body, IfNoneMatch="*")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        storage.put_object(Bucket="things", Key="k", Body=b"three", IfNoneMatch="*")
    assert b"two" == storage.get_object(Bucket="things", Key="k")["Body"].read()


def test_answers_can_be_late_other_and_made_up(proxy: Proxy, client: Make) -> None:
    """A status that the emulator never has, such as UPDATE_ROLLBACK_FAILED."""
    functions = client("lambda")
    with proxy.rule(When("lambda", "ListFunctions"), Delay(0.2), times=1):
        began = time.monotonic()
        functions.list_functions()
        assert 0.2 < time.monotonic() - began
    with proxy.rule(When("lambda"), Rewrite('"Functions"', '"Nothing"')):
        assert [] == functions.list_functions().get("Functions", [])
    result = "<GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult>"
    text = f"<GetCallerIdentityResponse>{result}</GetCallerIdentityResponse>"
    with proxy.rule(When("sts"), Answer(text)):
        assert "1" == client("sts").get_caller_identity()["Account"]


def test_rules_skip_and_end_and_are_counted_apart(proxy: Proxy, client: Make) -> None:
    """The third call alone; of two rules the first that applies does."""
    functions = client("lambda")
    third = proxy.add(When("lambda", "List*"), Fail("A", status=404), times=1, skip=2)
    other = proxy.add(When("lambda", "List*"), Delay(0), times=2)
    for _ in range(2):
        functions.list_functions()
    with pytest.raises(ClientError, match="A"):
        functions.list_functions()
    functions.list_functions()
    assert (1, 2) == (third.hits, other.hits)


def test_a_rule_can_wait_for_another_call(proxy: Proxy, client: Make) -> None:
    """Also for one that another rule takes; what comes before is not counted."""
    functions = client("lambda")
    listed = When("lambda", "ListFunctions")
    late = proxy.add(listed, Fail("A", status=404), times=1, after=When("lambda", "ListLayers"))
    proxy.add(When("lambda", "ListLayers"), Delay(0))
    functions.list_functions()
    functions.list_layers()
    assert 0 == late.hits
    with pytest.raises(ClientError, match="A"):
        functions.list_functions()
    functions.list_functions()
    assert 1 == late.hits
