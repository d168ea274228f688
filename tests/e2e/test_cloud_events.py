"""Events on the laptop: what `cloud invoke`, `send-queue`, `put-object`, `schedule` set off."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
pytestmark = pytest.mark.slow

APP = """
from sam_deploy import *

app = App(
    name="events",
    home_region="eu-west-1",
    environments=[Environment("dev"), Environment("prod", promote_from="dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1", "us-east-1"])],
    queues=[
        Queue("Jobs", max_receive_count=1, visibility_timeout_seconds=60),
        Queue("Orders", fifo=True, visibility_timeout_seconds=60),
    ],
    buckets=[Bucket("events-files")],
    functions=[
        Function(
            "Worker", source="worker", timeout_seconds=10, memory_mb=256,
            triggers=[
                on_queue("Jobs", batch_size=1),
                on_upload("events-files"),
                on_schedule("rate(1 day)", name="Usual", enabled=False),
                on_schedule(
                    "rate(1 day)", name="Own", input={"at": "<aws.scheduler.scheduled-time>"}
                ),
            ],
            uses=["Jobs", "events-files"],
        ),
    ],
)
"""
HANDLER = """
import json

def handler(event, context):
    print("got", json.dumps(event))
    if "bad" in json.dumps(event):
        raise ValueError("this one is bad")
    return {"event": event, "alias": context.invoked_function_arn.rpartition(":")[2]}
"""


@pytest.fixture(scope="module")
def project(
    tmp_path_factory: pytest.TempPathFactory, deployed: Callable[[Path], Project]
) -> Project:
    folder = tmp_path_factory.mktemp("events")
    (folder / "deploy.py").write_text(APP, encoding="utf-8")
    (folder / "worker").mkdir()
    (folder / "worker" / "handler.py").write_text(HANDLER, encoding="utf-8")
    return deployed(folder)


def cloud(project: Project, *arguments: str, code: int = 0) -> Any:
    ran = project.run("cloud", *arguments)
    assert code == ran.code, ran.err
    return ran


def logged(project: Project, text: str, region: str = "eu-west-1") -> bool:
    ran = project.run("logs", "Worker", "--region", region, "--target", "embedded")
    assert 0 == ran.code, ran.err
    return text in ran.out


def test_a_function_is_invoked_through_the_alias_of_an_environment(project: Project) -> None:
    """The answer on standard output, the log on standard error; by its name in AWS, too."""
    ran = cloud(project, "invoke", "Worker", "--payload", '{"id": 7}', "--environment", "prod")
    assert {"event": {"id": 7}, "alias": "prod"} == json.loads(ran.out)
    assert 'got {"id": 7}' in ran.err
    ran = cloud(project, "invoke", "WorkerFunction", "--region", "us-east-1", "--json")
    assert ("dev", "us-east-1", {}) == (
        ran.json["environment"],
        ran.json["region"],
        ran.json["answer"]["event"],
    )
    assert "got {}" in ran.json["log"]


def test_the_event_may_come_from_a_file_or_from_standard_input(project: Project) -> None:
    """As `-`, behind a pipe."""
    file = project.folder / "event.json"
    file.write_text('{"from": "file"}', encoding="utf-8")
    assert (
        "file"
        == json.loads(cloud(project, "invoke", "Worker", "--payload-file", str(file)).out)["event"][
            "from"
        ]
    )
    done = subprocess.run(
        project.command("cloud", "invoke", "Worker", "--payload", "-"),
        env=project.environment,
        cwd=project.folder,
        input='{"from": "pipe"}',
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "pipe" == json.loads(done.stdout)["event"]["from"]


def test_a_function_that_fails_is_an_error_with_its_trace(project: Project) -> None:
    """Exit 4, with type, message and where; nothing on standard output but with --json."""
    ran = cloud(project, "invoke", "Worker", "--payload", '{"bad": 1}', code=4)
    assert "error: `Worker` failed in `eu-west-1`, as dev" in ran.err
    assert ": this one is bad" in ran.err
    assert 'raise ValueError("this one is bad")' in ran.err
    assert "" == ran.out


def test_what_a_queue_does_not_take_is_refused(project: Project) -> None:
    """A message group, by a queue that is not FIFO; and nothing is sent."""
    ran = cloud(project, "send-queue", "Jobs", "--body", "x", "--group-id", "g", code=2)
    assert "error: `Jobs` takes no message group" in ran.err


def test_a_message_reaches_its_function_or_ends_as_a_dead_letter(
    project: Project, until: Callable[..., Any]
) -> None:
    """`cloud queues` counts what waits and shows the newest dead letter."""
    cloud(project, "send-queue", "Jobs", "--body", '{"good": "one"}', "--region", "us-east-1")
    until("the message", lambda: logged(project, "good", "us-east-1"))
    sqs = project.client("sqs", "eu-west-1")
    url = sqs.get_queue_url(QueueName="JobsDevQ")["QueueUrl"]
    # else it would be a minute before the message is tried again, and given up
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    sent = cloud(project, "send-queue", "Jobs", "--body", "a bad one", "--json").json
    assert ("JobsDevQ", "eu-west-1") == (sent["queue"], sent["region"])

    def dead() -> list[dict[str, Any]]:
        shown = cloud(project, "queues", "--environment", "dev", "--json").json
        return [each for each in shown if each["dead"]]

    (found,) = until("the dead letter", dead, every_seconds=1)
    assert ("Jobs", "dev", "eu-west-1", 1, "a bad one") == (
        found["queue"],
        found["environment"],
        found["region"],
        found["dead"],
        found["latest_dead"],
    )
    assert (
        "latest dead letter of Jobs, dev, eu-west-1:\n  a bad one" in cloud(project, "queues").out
    )


def test_a_fifo_queue_gets_its_group(project: Project) -> None:
    """Two equal messages are two: each has an id of its own."""
    for _ in range(2):
        cloud(project, "send-queue", "Orders", "--body", "{}", "--group-id", "customer-7")
    shown = cloud(project, "queues", "--environment", "dev", "--region", "eu-west-1", "--json").json
    assert [2] == [each["waiting"] for each in shown if each["queue"] == "Orders"]


def test_a_file_that_is_put_calls_the_function(project: Project, until: Callable[..., Any]) -> None:
    """With a key of one's own; the bucket outside of the home region is found, too."""
    file = project.folder / "report.csv"
    file.write_text("a,b\n", encoding="utf-8")
    cloud(
        project,
        *("put-object", "events-files", str(file), "--key", "in/7.csv", "--region", "us-east-1"),
    )
    until("the upload", lambda: logged(project, "in/7.csv", "us-east-1"))


def test_a_schedule_runs_now_with_the_event_that_aws_would_send(project: Project) -> None:
    """The scheduler's own one, or the schedule's input with its context attributes filled in."""
    own = json.loads(cloud(project, "schedule", "Worker.Own").out)
    assert "dev" == own["alias"]
    assert own["event"]["at"].endswith("Z")
    ran = cloud(project, "schedule", "Worker.Usual", "--environment", "prod")
    event = json.loads(ran.out)["event"]
    assert ("Scheduled Event", "aws.scheduler", "{}") == (
        event["detail-type"],
        event["source"],
        event["detail"],
    )
    (arn,) = event["resources"]
    assert arn.endswith(":schedule/default/events-Worker-Usual-prod")
    assert "it is disabled, and runs for this once" in ran.err


def test_mails_are_followed_as_they_come(project: Project) -> None:
    """Those from before and those that come, an object a line."""
    mails = project.client("ses", "eu-west-1")
    mails.verify_email_identity(EmailAddress="me@example.com")

    def send(subject: str) -> None:
        mails.send_email(
            Source="me@example.com",
            Destination={"ToAddresses": ["you@example.com"]},
            Message={"Subject": {"Data": subject}, "Body": {"Text": {"Data": "hello"}}},
        )

    send("before")
    following = subprocess.Popen(
        project.command("cloud", "mail", "--follow", "--json"),
        env=project.environment,
        cwd=project.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert following.stdout is not None
        assert "before" == json.loads(following.stdout.readline())["subject"]
        send("after")
        assert "after" == json.loads(following.stdout.readline())["subject"]
    finally:
        following.kill()
        following.wait()
    assert "  after\n" in cloud(project, "mail").out
