"""A function that notes its calls in a file, and fails when asked: for tests of what comes then."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Stack: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""

HERE = "eu-west-1:000000000000"
FUNCTION = f"arn:aws:lambda:{HERE}:function:Noting"
ROLE = "arn:aws:iam::000000000000:role/r"
HANDLER = """
import json, os

def handler(event, context):
    seen = [event, context.aws_request_id, context.invoked_function_arn]
    with open(os.environ["CALLS"], "a") as calls:
        calls.write(json.dumps(seen) + "\\n")
    if "bad" in json.dumps(event):
        raise ValueError("this one is bad")
    records = event.get("Records", [])
    wrong = [each["dynamodb"] for each in records if "wrong" in json.dumps(each)]
    failures = [{"itemIdentifier": each["SequenceNumber"]} for each in wrong]
    return {"batchItemFailures": failures} if failures else {"done": True}
"""


@dataclass(frozen=True, slots=True)
class Noting:
    """A function that notes its calls in a file, under the alias `dev`, and two queues."""

    stack: Stack
    calls: Path
    given: str
    done: str

    def client(self, service: str) -> Any:
        """A boto3 client of the stack's region."""
        return self.stack.client(service)

    def made(self) -> list[Any]:
        """The calls so far: event, request id, invoked ARN."""
        if not self.calls.exists():
            return []
        return [json.loads(line) for line in self.calls.read_text().splitlines()]

    def ruled(self, **rules: Any) -> None:
        """The alias has these rules, and failures go to the queue `given`."""
        ends = {"OnFailure": arn_of(self.given), "OnSuccess": arn_of(self.done)}
        self.client("lambda").put_function_event_invoke_config(
            FunctionName="Noting",
            Qualifier="dev",
            DestinationConfig={kind: {"Destination": arn} for kind, arn in ends.items()},
            **rules,
        )

    def invoke(self, event: Any, **more: Any) -> None:
        """The alias is called, and nobody waits."""
        named = {"FunctionName": "Noting:dev", "InvocationType": "Event", **more}
        self.client("lambda").invoke(Payload=json.dumps(event).encode(), **named)

    def next_from(self, queue: str, seconds: float = 15) -> dict[str, Any]:
        """The next message of a queue."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = self.client("sqs").receive_message(
                QueueUrl=queue, WaitTimeSeconds=1, MessageAttributeNames=["All"]
            )
            for message in found.get("Messages", ()):
                self.client("sqs").delete_message(
                    QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"]
                )
                return dict(message)
        pytest.fail(f"no message came to {queue} within {seconds} s")


def arn_of(queue: str) -> str:
    return f"arn:aws:sqs:{HERE}:{queue.rpartition('/')[2]}"


def zipped(source: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("app.py", source)
    return data.getvalue()


@contextmanager
def noting(stack: Stack, folder: Path) -> Iterator[Noting]:
    functions, queues = stack.client("lambda"), stack.client("sqs")
    calls = folder / "calls"
    functions.create_function(
        FunctionName="Noting",
        Runtime="python3.12",
        Handler="app.handler",
        Role=ROLE,
        Code={"ZipFile": zipped(HANDLER)},
        Environment={"Variables": {"CALLS": str(calls)}},
        Publish=True,
    )
    functions.create_alias(FunctionName="Noting", Name="dev", FunctionVersion="1")
    given, done = (queues.create_queue(QueueName=name)["QueueUrl"] for name in ("Given", "Done"))
    try:
        yield Noting(stack, calls, given, done)
    finally:
        functions.delete_function(FunctionName="Noting")
        for queue in (given, done):
            queues.delete_queue(QueueUrl=queue)
