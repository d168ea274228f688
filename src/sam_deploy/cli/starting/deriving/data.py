"""Queues, tables and buckets of a template, as a `deploy.py` declares them.

Sources: CloudFormation template reference, "AWS::SQS::Queue", "AWS::DynamoDB::Table",
"AWS::S3::Bucket"; AWS SAM specification, "AWS::Serverless::SimpleTable".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from sam_deploy.cli.starting.deriving.reading import Reading, refers, unusual
from sam_deploy.cli.starting.deriving.written import Call, Written
from sam_deploy.sam.resources import Placed

OWN_NAME: Final = "sam-deploy names it itself, so that it can be beside the old one"
KEY_KINDS: Final = {"String": "S", "Number": "N", "Binary": "B"}
LONGEST_NAME: Final = 48
LONGEST_BUCKET: Final = 42
ENCRYPTION: Final = {
    "ServerSideEncryptionConfiguration": [
        {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    ]
}
BLOCKED: Final = (
    "BlockPublicAcls",
    "BlockPublicPolicy",
    "IgnorePublicAcls",
    "RestrictPublicBuckets",
)


def find_dead_letters(reading: Reading, placed: list[Placed]) -> None:
    """Note the queues that are nothing but dead-letter queues of other queues."""
    for each in placed:
        policy = each.property("RedrivePolicy")
        if each.kind == "AWS::SQS::Queue" and isinstance(policy, Mapping):
            reading.dead_letters.add(refers(policy.get("deadLetterTargetArn")))
    reading.dead_letters.discard("")


EXISTING: Final = {
    "AWS::SQS::Queue": ("Queue", "queues"),
    "AWS::DynamoDB::Table": ("Table", "tables"),
    "AWS::Serverless::SimpleTable": ("Table", "tables"),
    "AWS::S3::Bucket": ("Bucket", "buckets"),
}
"""Type -> class and argument of the app, of what can stay in the stack that it is in."""


def stays(reading: Reading, placed: Placed) -> bool:
    """Whether a resource stays in the stack that stands, and is only referred to."""
    return bool(reading.standing and placed.logical_id in reading.standing.existing)


def existing(reading: Reading, placed: Placed) -> None:
    """Add a table, bucket or queue that stays where it is."""
    if reading.standing is None:
        raise ValueError(placed.logical_id)
    kind, family = EXISTING[placed.kind]
    name = reading.name(placed.logical_id, _taken(reading))
    if kind == "Bucket":
        name = _bucket_name(reading, placed)
    most = LONGEST_BUCKET if kind == "Bucket" else LONGEST_NAME
    if len(name) > most:
        reading.leave(placed.logical_id, f"it stays; its name `{name}` is too long for a reference")
        return
    named: dict[str, Written] = {
        "existing": True,
        "physical_name": reading.standing.existing[placed.logical_id],
    }
    reading.named[placed.logical_id] = (kind, name)
    reading.add(family, Call(kind, (name,), named))


def queue(reading: Reading, placed: Placed) -> None:
    """Add a queue; its dead-letter queue comes with it."""
    logical_id = placed.logical_id
    if logical_id in reading.dead_letters:
        reading.leave(logical_id, "sam-deploy makes a dead-letter queue with each queue")
        return
    name = reading.name(logical_id, _taken(reading))
    if len(name) > LONGEST_NAME:
        reading.leave(logical_id, f"a name has at most {LONGEST_NAME} letters and digits")
        return
    named: dict[str, Written] = {
        # never the usual one: that of SQS is another than sam-deploy's
        "visibility_timeout_seconds": reading.number(placed, "VisibilityTimeout", 30),
        **unusual(
            max_receive_count=(_receives(reading, placed), 5),
            retention_seconds=(reading.number(placed, "MessageRetentionPeriod", 345_600), 345_600),
            delay_seconds=(reading.number(placed, "DelaySeconds", 0), 0),
            fifo=(reading.flag(placed, "FifoQueue"), False),
            content_based_deduplication=(
                reading.flag(placed, "ContentBasedDeduplication"),
                False,
            ),
        ),
    }
    understood = ("VisibilityTimeout", "MessageRetentionPeriod", "DelaySeconds", "FifoQueue")
    more = ("ContentBasedDeduplication", "RedrivePolicy", "SqsManagedSseEnabled")
    reading.rest(placed, (*understood, *more), {"QueueName": OWN_NAME})
    reading.named[logical_id] = ("Queue", name)
    reading.add("queues", Call("Queue", (name,), named))


def _receives(reading: Reading, placed: Placed) -> int:
    policy = placed.property("RedrivePolicy")
    where = f"{placed.logical_id}.RedrivePolicy"
    if policy is not None and not (isinstance(policy, Mapping) and "maxReceiveCount" in policy):
        reading.leave(where, "it is not known before a deployment")
        return 5
    if policy is None:
        message = "it has no dead-letter queue; in the draft it has one, after 5 receives"
        reading.leave(where, message)
        return 5
    found = reading.known(policy["maxReceiveCount"], where)
    return int(str(found)) if str(found).isdigit() else 5


def simple_table(reading: Reading, placed: Placed) -> None:
    """Add a table with one key."""
    key = placed.property("PrimaryKey")
    given = key if isinstance(key, Mapping) else {}
    where = f"{placed.logical_id}.PrimaryKey"
    name = reading.text(given.get("Name", "id"), where)
    kind = KEY_KINDS.get(reading.text(given.get("Type", "String"), where))
    if not (name and kind):
        reading.leave(placed.logical_id, "its key is not known before a deployment")
        return
    found = Call("Key", (name,), unusual(kind=(kind, "S")))
    _table(reading, placed, {"partition_key": found}, ("PrimaryKey",))


def table(reading: Reading, placed: Placed) -> None:
    """Add a table with keys, stream and time to live; left whole when its keys are not clear."""
    kinds = {
        str(each.get("AttributeName")): str(each.get("AttributeType"))
        for each in _mappings(placed.property("AttributeDefinitions"))
    }
    named: dict[str, Written] = {}
    for each in _mappings(placed.property("KeySchema")):
        argument = "partition_key" if each.get("KeyType") == "HASH" else "sort_key"
        name = str(each.get("AttributeName"))
        if kinds.get(name) not in {"S", "N", "B"}:
            reading.leave(placed.logical_id, "its keys are not known before a deployment")
            return
        named[argument] = Call("Key", (name,), unusual(kind=(kinds[name], "S")))
    if "partition_key" not in named:
        reading.leave(placed.logical_id, "its keys are not known before a deployment")
        return
    if placed.property("GlobalSecondaryIndexes"):
        message = "`indexes=[Index(...)]`; DynamoDB makes one in each deployment"
        reading.leave(f"{placed.logical_id}.GlobalSecondaryIndexes", message)
    stream = _known_mapping(reading, placed, "StreamSpecification")
    if "StreamViewType" in stream:
        named["stream"] = str(stream["StreamViewType"])
    expiry = _known_mapping(reading, placed, "TimeToLiveSpecification")
    if str(expiry.get("Enabled")).lower() == "true":
        named["time_to_live"] = str(expiry.get("AttributeName"))
    if reading.flag(placed, "DeletionProtectionEnabled"):
        named["deletion_protection"] = True
    understood = ("AttributeDefinitions", "KeySchema", "StreamSpecification", "BillingMode")
    more = ("TimeToLiveSpecification", "DeletionProtectionEnabled", "GlobalSecondaryIndexes")
    _table(reading, placed, named, (*understood, *more, "PointInTimeRecoverySpecification"))


def _table(
    reading: Reading, placed: Placed, named: dict[str, Written], understood: tuple[str, ...]
) -> None:
    name = reading.name(placed.logical_id, _taken(reading))
    if len(name) > LONGEST_NAME:
        reading.leave(placed.logical_id, f"a name has at most {LONGEST_NAME} letters and digits")
        return
    units = placed.property("ProvisionedThroughput")
    if isinstance(units, Mapping):
        where = f"{placed.logical_id}.ProvisionedThroughput"
        found = [reading.known(units.get(f"{each}CapacityUnits"), where) for each in _WAYS]
        if all(str(each).isdigit() for each in found):
            named["capacity"] = Call("Capacity", tuple(int(str(each)) for each in found))
        elif None not in found:
            reading.leave(where, "it is no pair of numbers")
    reading.rest(placed, (*understood, "ProvisionedThroughput"), {"TableName": OWN_NAME})
    reading.named[placed.logical_id] = ("Table", name)
    reading.add("tables", Call("Table", (name,), named))


_WAYS: Final = ("Read", "Write")


def bucket(reading: Reading, placed: Placed) -> None:
    """Add a bucket. Its name is made of the app's and the logical id, since it is global."""
    name = _bucket_name(reading, placed)
    if len(name) > LONGEST_BUCKET:
        reading.leave(
            placed.logical_id, f"its name would be `{name}`: longer than a bucket's may be"
        )
        return
    understood = {"VersioningConfiguration": {"Status": "Enabled"}, "BucketEncryption": ENCRYPTION}
    equal = [name for name, usual in understood.items() if placed.property(name) == usual]
    block = placed.property("PublicAccessBlockConfiguration")
    if isinstance(block, Mapping) and all(str(block.get(e)).lower() == "true" for e in BLOCKED):
        equal.append("PublicAccessBlockConfiguration")
    reading.rest(placed, equal, {"BucketName": OWN_NAME})
    reading.named[placed.logical_id] = ("Bucket", name)
    reading.add("buckets", Call("Bucket", (name,)))


def _bucket_name(reading: Reading, placed: Placed) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", reading.name(placed.logical_id, ())).lower()
    return f"{reading.app}-{words}"


def _known_mapping(reading: Reading, placed: Placed, name: str) -> Mapping[str, Any]:
    given = placed.property(name)
    found = None if given is None else reading.known(given, f"{placed.logical_id}.{name}")
    return found if isinstance(found, Mapping) else {}


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _taken(reading: Reading) -> set[str]:
    return {name for _, name in reading.named.values()}
