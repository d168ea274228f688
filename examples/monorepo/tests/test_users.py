"""What customers and operators see of dev: users over HTTP, their history, topic and tables."""

from __future__ import annotations

import json
import uuid
from typing import Any

import httpx
import pytest


def an_email() -> str:
    return f"{uuid.uuid4().hex[:8]}@example.com"


def test_health_tells_who_answers(sign_in: Any, monorepo: Any) -> None:
    """Everybody may ask, and learns which environment and version it is."""
    with sign_in(scopes=()) as http:
        answer = http.get("/health")
    assert 200 == answer.status_code
    assert {
        "status": "ok",
        "service": "user-service",
        "environment": "dev",
        "version": monorepo.served("dev")["user-service"],
    } == answer.json()


def test_a_user_is_created_found_renamed_and_removed(sign_in: Any) -> None:
    """R300: by id from the table, by address from `email-index`; a late change is refused."""
    email = an_email()
    with sign_in() as http:
        created = http.post("/users", json={"email": email.upper(), "name": " Ann "})
        assert 201 == created.status_code, created.text
        user = created.json()
        assert (email, "Ann", 1) == (user["email"], user["name"], user["version"])
        path = f"/users/{user['id']}"

        assert user == http.get(path).json()
        assert [user] == http.get("/users", params={"email": email}).json()["users"]

        renamed = http.patch(path, json={"name": "Anna", "version": 1})
        assert {**user, "name": "Anna", "version": 2} == {
            **renamed.json(),
            "updatedAt": user["updatedAt"],
        }
        late = http.patch(path, json={"name": "Anne", "version": 1})
        assert (409, "version") == (late.status_code, late.json()["error"]["code"])

        assert 204 == http.delete(path).status_code
        assert 404 == http.get(path).status_code
        assert [] == http.get("/users", params={"email": email}).json()["users"]


def test_an_address_is_taken_once_and_free_again_afterwards(sign_in: Any) -> None:
    """Two users never share an address, which an index alone could not promise."""
    body = {"email": an_email(), "name": "Ann"}
    with sign_in() as http:
        first = http.post("/users", json=body)
        again = http.post("/users", json={**body, "name": "Another"})
        assert (201, 409) == (first.status_code, again.status_code)
        assert "email" == again.json()["error"]["code"]
        assert 204 == http.delete(f"/users/{first.json()['id']}").status_code
        assert 201 == http.post("/users", json=body).status_code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{", "body"),
        ("[]", "body"),
        ('{"name": "Ann"}', "email"),
        ('{"email": "ann", "name": "Ann"}', "email"),
        ('{"email": "ann@example.com", "name": ""}', "name"),
    ],
)
def test_a_wrong_body_is_answered_by_its_field(sign_in: Any, body: str, code: str) -> None:
    """400, and never a 500."""
    with sign_in() as http:
        answer = http.post("/users", content=body)
    assert (400, code) == (answer.status_code, answer.json()["error"]["code"])


def test_tokens_open_what_their_scopes_say(sign_in: Any, monorepo: Any) -> None:
    """R261: the key is a secret that AWS made up; nobody comes in without a token signed by it."""
    body = {"email": an_email(), "name": "Ann"}
    with sign_in(scopes=()) as http:
        assert 401 == http.post("/users", json=body).status_code
        ended = f"Bearer {monorepo.token('dev', 'users:write', seconds=-1)}"
        assert 401 == http.post("/users", json=body, headers={"authorization": ended}).status_code
    with sign_in(scopes=["users:read"]) as http:
        refused = http.post("/users", json=body)
        assert (403, "forbidden") == (refused.status_code, refused.json()["error"]["code"])
        assert [] == http.get("/users", params={"email": body["email"]}).json()["users"]


def test_every_change_reaches_history_and_topic(sign_in: Any, monorepo: Any, until: Any) -> None:
    """R300: table, stream, event-service, queue, notification-service, topic; once and in order."""
    sqs, sns = monorepo.client("sqs"), monorepo.client("sns")
    inbox = sqs.create_queue(QueueName=f"inbox-{uuid.uuid4().hex[:8]}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=inbox, AttributeNames=["QueueArn"])["Attributes"]
    topic = "arn:aws:sns:us-east-1:000000000000:lambda-monorepo-UserNews-dev"
    only = {"type": ["user.created", "user.deleted"]}
    sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=arn["QueueArn"],
        Attributes={"FilterPolicy": json.dumps(only)},
    )
    with sign_in() as http:
        user = http.post("/users", json={"email": an_email(), "name": "Ann"}).json()
        path = f"/users/{user['id']}"
        http.patch(path, json={"name": "Anna", "version": 1})
        http.delete(path)
        history = until("six entries", lambda: six_entries(http, path))
    assert [
        ("user.created", ""),
        ("notification.sent", "user.created"),
        ("user.updated", "name"),
        ("notification.sent", "user.updated"),
        ("user.deleted", ""),
        ("notification.sent", "user.deleted"),
    ] == [(each["type"], each["detail"]) for each in history]

    received: dict[str, str] = {}

    def two_arrived() -> bool:
        for message in sqs.receive_message(QueueUrl=inbox, MaxNumberOfMessages=10).get(
            "Messages", []
        ):
            note = json.loads(message["Body"])
            if user["email"] in note["Message"]:  # others may still be on their way
                received[note["Subject"]] = note["Message"]
        return len(received) >= len(only["type"])

    until("the notifications", two_arrived)
    assert {
        "Users (dev): user.created": f"Ann <{user['email']}> has registered.",
        "Users (dev): user.deleted": f"Anna <{user['email']}> is gone.",
    } == received


def six_entries(http: httpx.Client, path: str) -> list[dict[str, Any]] | None:
    found: list[dict[str, Any]] = http.get(f"{path}/activity").json()["activity"]
    return found if len(found) >= 6 else None


def test_a_message_that_nobody_understands_ends_in_the_dead_letter_queue(
    monorepo: Any, until: Any
) -> None:
    """It hinders no other message."""
    sqs = monorepo.client("sqs")
    queue = sqs.get_queue_url(QueueName="UserNotificationsDevQ")["QueueUrl"]
    dead = sqs.get_queue_url(QueueName="UserNotificationsDevDLQ")["QueueUrl"]
    # what was received and not handled is visible again at once, instead of after a minute
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "0"})
    try:
        sqs.send_message(QueueUrl=queue, MessageBody="no event")
        found = until(
            "the dead letter",
            lambda: sqs.receive_message(QueueUrl=dead).get("Messages"),
        )
    finally:
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "60"})
    assert ["no event"] == [each["Body"] for each in found]


def test_services_log_json_with_the_level_of_the_environment(sign_in: Any, monorepo: Any) -> None:
    """A line can be found by service, environment and request."""
    with sign_in() as http:
        user = http.post("/users", json={"email": an_email(), "name": "Ann"}).json()
    ran = monorepo.sam_deploy("logs", "UserService", "--environment", "dev", "--json")
    assert 0 == ran.code, ran.err
    lines = [json.loads(line) for line in ran.out.splitlines()]
    told = [json.loads(each["message"]) for each in lines if user["id"] in each["message"]]
    assert [("created", "user-service", "dev", "INFO")] == [
        (each["message"], each["service"], each["environment"], each["level"]) for each in told
    ]
    assert told[0]["requestId"]


def test_the_table_has_its_index_its_stream_and_capacity(monorepo: Any) -> None:
    """R300: as the original has it, at 5 units, which scale up to 100."""
    table = monorepo.client("dynamodb").describe_table(TableName="dev-users")["Table"]
    (index,) = table["GlobalSecondaryIndexes"]
    assert "email-index" == index["IndexName"]
    assert [{"AttributeName": "email", "KeyType": "HASH"}] == index["KeySchema"]
    assert "NEW_AND_OLD_IMAGES" == table["StreamSpecification"]["StreamViewType"]
    units = table["ProvisionedThroughput"]
    assert (5, 5) == (units["ReadCapacityUnits"], units["WriteCapacityUnits"])
