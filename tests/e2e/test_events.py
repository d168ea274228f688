"""What calls dzgro's functions besides its API: queues, uploads, webhooks."""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from collections.abc import Callable
from typing import Any, TypeAlias

import httpx
import pytest
from botocore.exceptions import ClientError

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
Until: TypeAlias = Callable[..., Any]

HOME = "ap-south-1"
SECRET = "a secret of the tests"


def stored(project: Project, region: str, bucket: str, key: str) -> dict[str, Any] | None:
    """Return a JSON object of a bucket, or nothing while it is not there."""
    try:
        answer = project.client("s3", region).get_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return None
        raise
    found: dict[str, Any] = json.loads(answer["Body"].read())
    return found


def send(project: Project, queue: str, model: str, body: dict[str, Any]) -> str:
    """Send a message to a queue of the home region and return its id."""
    client = project.client("sqs", HOME)
    sent = client.send_message(
        QueueUrl=client.get_queue_url(QueueName=queue)["QueueUrl"],
        MessageBody=json.dumps(body),
        MessageAttributes={"model": {"DataType": "String", "StringValue": model}},
    )
    message_id: str = sent["MessageId"]
    return message_id


def waiting(project: Project, queue: str) -> int:
    """Return how many messages a queue of the home region holds, hidden ones too."""
    client = project.client("sqs", HOME)
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    url = client.get_queue_url(QueueName=queue)["QueueUrl"]
    answer = client.get_queue_attributes(QueueUrl=url, AttributeNames=names)
    return sum(int(answer["Attributes"][name]) for name in names)


@pytest.mark.slow
def test_a_message_on_the_staging_queue_is_processed_by_the_staging_alias(
    dzgro: Project, until: Until
) -> None:
    """The result is in staging's bucket and names staging, and the queue is empty again."""
    body = {"order_id": "o-1", "amount": 49900, "currency": "INR"}
    message = send(dzgro, "DzgroReportsStagingQ", "OrderPaidQM", body)
    key = f"results/{message}.json"
    bucket = "dzgro-report-data-staging"
    result = until("the result", lambda: stored(dzgro, HOME, bucket, key))
    assert {
        "message_id": message,
        "model": "OrderPaidQM",
        "result": {"status": "paid", **body},
        "environment": "staging",
        "alias": "staging",
        "version": dzgro.served("QueueModelMessageProcessor", HOME, "staging"),
        "region": HOME,
    } == result
    until("an empty queue", lambda: waiting(dzgro, "DzgroReportsStagingQ") == 0)
    for other in ("dev", "prod"):
        assert stored(dzgro, HOME, f"dzgro-report-data-{other}", key) is None


@pytest.mark.slow
def test_a_poison_message_ends_in_its_dead_letter_queue(dzgro: Project, until: Until) -> None:
    """A message that nobody can handle is kept whole in staging's dead-letter queue."""
    body = {"poison": str(uuid.uuid4())}
    message = send(dzgro, "AmazonReportsStagingQ", "NobodyKnowsThisQM", body)
    client = dzgro.client("sqs", HOME)
    url = client.get_queue_url(QueueName="AmazonReportsStagingDLQ")["QueueUrl"]

    def dead() -> list[dict[str, Any]]:
        answer = client.receive_message(
            QueueUrl=url, MessageAttributeNames=["All"], VisibilityTimeout=0
        )
        return [each for each in answer.get("Messages", []) if each["MessageId"] == message]

    (found,) = until("the dead letter", dead)
    assert body == json.loads(found["Body"])
    assert "NobodyKnowsThisQM" == found["MessageAttributes"]["model"]["StringValue"]
    assert 0 == waiting(dzgro, "AmazonReportsStagingQ")
    bucket = "dzgro-report-data-staging"
    assert stored(dzgro, HOME, bucket, f"results/{message}.json") is None
    client.purge_queue(QueueUrl=url)


@pytest.mark.slow
def test_an_uploaded_csv_is_processed_by_the_alias_of_its_bucket(
    dzgro: Project, until: Until
) -> None:
    """Each environment's bucket calls its own alias, which writes the result beside the file."""
    name = f"{uuid.uuid4()} sales.csv"
    environments = ("dev", "staging", "prod")
    for number, environment in enumerate(environments, start=1):
        rows = "sku,units\n" + "A1,2\n" * number
        dzgro.client("s3", HOME).put_object(
            Bucket=f"dzgro-report-data-{environment}", Key=f"uploads/{name}", Body=rows.encode()
        )
    for number, environment in enumerate(environments, start=1):
        bucket, key = f"dzgro-report-data-{environment}", f"results/uploads/{name}.json"
        result = until(f"{environment}'s result", lambda b=bucket, k=key: stored(dzgro, HOME, b, k))
        assert {
            "bucket": bucket,
            "key": f"uploads/{name}",
            "rows": number,
            "columns": ["sku", "units"],
            "problem": None,
            "environment": environment,
            "alias": environment,
            "version": dzgro.served("DzgroReportsS3Trigger", HOME, environment),
            "region": HOME,
        } == result


@pytest.fixture(scope="module")
def webhook(dzgro: Project) -> str:
    """The URL of a webhook in dev, whose secret is set."""
    dzgro.client("ssm", "us-west-2").put_parameter(
        Name="/dzgro/dev/RAZORPAY_WEBHOOK_SECRET", Value=SECRET, Type="SecureString"
    )
    return f"{dzgro.url('us-west-2', 'dev')}/webhook/rzrpay/order/paid"


def delivery(event: str, secret: str = SECRET) -> dict[str, Any]:
    """Return the body and headers of an event, signed as Razorpay signs."""
    body = json.dumps({"event": "order.paid", "payload": {"id": event}}).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "content-type": "application/json",
        "X-Razorpay-Signature": signature,
        "x-razorpay-event-id": event,
    }
    return {"content": body, "headers": headers}


def events(project: Project, event: str) -> list[str]:
    """Return the keys of what was stored for an event."""
    answer = project.client("s3", "us-west-2").list_objects_v2(
        Bucket="dzgro-invoice-dev-us-west-2", Prefix=f"webhooks/{event}"
    )
    return [each["Key"] for each in answer.get("Contents", [])]


@pytest.mark.slow
def test_a_signed_webhook_takes_effect_once(
    dzgro: Project, webhook: str, http: httpx.Client
) -> None:
    """The first delivery is stored, the second is a duplicate: both are answered with 200."""
    event = f"evt_{uuid.uuid4().hex}"
    first, second = (http.post(webhook, **delivery(event)) for _ in range(2))
    assert (200, {"status": "webhook received"}) == (first.status_code, first.json())
    duplicate = {"status": "webhook received", "duplicate": True}
    assert (200, duplicate) == (second.status_code, second.json())
    assert [f"webhooks/{event}.json"] == events(dzgro, event)
    bucket = "dzgro-invoice-dev-us-west-2"
    kept = stored(dzgro, "us-west-2", bucket, f"webhooks/{event}.json")
    assert kept is not None
    assert {
        "event_id": event,
        "path": "/dev/webhook/rzrpay/order/paid",
        "payload": {"event": "order.paid", "payload": {"id": event}},
        "environment": "dev",
        "alias": "dev",
        "version": dzgro.served("RazorPayWebhook", "us-west-2", "dev"),
        "region": "us-west-2",
    } == kept


@pytest.mark.slow
def test_a_forged_webhook_is_refused(dzgro: Project, webhook: str, http: httpx.Client) -> None:
    """A signature by another secret is 401, and nothing is stored."""
    event = f"evt_{uuid.uuid4().hex}"
    answer = http.post(webhook, **delivery(event, secret="another"))
    assert (401, {"error": "the signature does not match"}) == (answer.status_code, answer.json())
    assert [] == events(dzgro, event)


@pytest.mark.slow
def test_a_webhook_without_its_secret_asks_for_another_try(
    dzgro: Project, webhook: str, http: httpx.Client
) -> None:
    """The secret is dev's alone: staging never falls back to it, and answers 503."""
    del webhook
    url = f"{dzgro.url('us-west-2', 'staging')}/webhook/rzrpay/order/paid"
    answer = http.post(url, **delivery("evt_1"))
    said = {"error": "no webhook secret is configured"}
    assert (503, said) == (answer.status_code, answer.json())
