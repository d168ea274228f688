"""The strategies as plain Python, and the functions in the embedded cloud of this session.

`sam_deploy_app` comes from sam-deploy's pytest plugin.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from hypothesis import settings

EXAMPLE = Path(__file__).parents[1]
LEFT_OUT = shutil.ignore_patterns(".sam-deploy", "locks", "__pycache__", "tests")
LAST_DAY = "2025-11-28"

sys.path.insert(0, str(EXAMPLE / "the_alchemiser"))
for variable in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[variable]  # a developer's shell decides nothing here

# a busy computer is no reason to fail
settings.register_profile("examples", deadline=None)
settings.load_profile("examples")


@dataclass(frozen=True, slots=True)
class Project:
    """A copy of the example, and the commands that a user gives."""

    folder: Path

    def run(self, *arguments: str) -> str:
        """Return what `sam-deploy` writes to standard output; anything but success is an error."""
        command = [sys.executable, "-m", "sam_deploy", "-C", str(self.folder), *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@dataclass(frozen=True, slots=True)
class Stack:
    """The stack of dev, in the embedded cloud of this session."""

    app: Any
    notices: str
    """URL of a queue that hears what people are mailed."""

    def table(self, name: str) -> Any:
        """Return one of the tables."""
        where = {"region_name": self.app.home_region, "endpoint_url": self.app.endpoint}
        tables: Any = boto3.resource(
            "dynamodb", aws_access_key_id="test", aws_secret_access_key="test", **where
        )
        return tables.Table(self.app.table_name(name))

    def call(self, function: str, event: dict[str, Any]) -> Any:
        """Return what a function answers; a failure is an error."""
        answer = self.app.invoke(function, event)
        assert answer.error is None, answer.log
        return answer.payload

    def publish(self, source: str, kind: str, detail: dict[str, Any]) -> None:
        """Put an event on the bus, as any function does."""
        entry = {
            "EventBusName": "alchemiser-dev-events",
            "Source": source,
            "DetailType": kind,
            "Detail": json.dumps(detail),
        }
        assert self.app.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0

    def noticed(self, text: str, at_most_seconds: float = 60) -> dict[str, str]:
        """Return the mail that has a text in it, as soon as it is sent."""
        sqs, deadline = self.app.client("sqs"), time.monotonic() + at_most_seconds
        while time.monotonic() < deadline:
            answer = sqs.receive_message(
                QueueUrl=self.notices,
                MaxNumberOfMessages=10,
                WaitTimeSeconds=1,
                VisibilityTimeout=0,
            )
            for message in answer.get("Messages", []):
                notice: dict[str, str] = json.loads(message["Body"])
                if text in notice["Message"]:
                    sqs.delete_message(
                        QueueUrl=self.notices, ReceiptHandle=message["ReceiptHandle"]
                    )
                    return notice
            time.sleep(0.1)
        pytest.fail(f"nobody was told of {text!r} within {at_most_seconds:.0f} s")


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the example, for what changes its files."""
    folder = tmp_path_factory.mktemp("example") / "alchemiser"
    shutil.copytree(EXAMPLE, folder, ignore=LEFT_OUT)
    return Project(folder)


@pytest.fixture(scope="session")
def stack(sam_deploy_app: Any) -> Stack:
    """Dev, with prices in it and somebody who hears what people are mailed."""
    app = sam_deploy_app
    heard = app.client("sqs").create_queue(QueueName="heard")["QueueUrl"]
    topic = f"arn:aws:sns:{app.home_region}:000000000000:alchemiser-dev-notices"
    queue = f"arn:aws:sqs:{app.home_region}:000000000000:heard"
    app.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    deployed = Stack(app, heard)
    deployed.call("Data", {"action": "get_bars", "until": LAST_DAY})
    return deployed


@pytest.fixture
def workflow() -> str:
    """A correlation id that no other test has."""
    return uuid.uuid4().hex
