"""Renders what a function may do with customer keys: those that encrypt what it uses. Pure.

A service decrypts in the name of whoever reads, so that the right to read is not enough where a
customer key encrypts. Source: KMS developer guide, "Using IAM policies with AWS KMS".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sam_deploy.config.model import Bucket, Queue, Table, Topic
from sam_deploy.template.arns import PARTITION, REGIONAL
from sam_deploy.template.compute.uses import Mode
from sam_deploy.template.document import Json, sub
from sam_deploy.template.scope import Scope

ACTIONS: Final[dict[Mode, tuple[str, ...]]] = {
    "read": ("kms:Decrypt",),
    "write": ("kms:Decrypt", "kms:GenerateDataKey"),
    "all": ("kms:Decrypt", "kms:GenerateDataKey"),
}
"""Writers decrypt, too: SQS and S3 do it for messages and for parts of large objects."""


def key_statements(scope: Scope, modes: Mapping[str, Mode]) -> Iterator[Mapping[str, Json]]:
    """Yield a statement for each customer key that a function works with."""
    app, wanted = scope.app, dict[str, set[str]]()
    encrypted: tuple[Queue | Topic | Bucket | Table, ...] = (
        *app.queues,
        *app.topics,
        *app.buckets,
        *app.tables,
    )
    for each in encrypted:
        if each.kms_key and each.name in modes:
            wanted.setdefault(each.kms_key, set()).update(ACTIONS[modes[each.name]])
    for number, (key, actions) in enumerate(wanted.items(), start=1):
        statement: dict[str, Json] = {
            "Sid": f"UseKey{number}",
            "Effect": "Allow",
            "Action": sorted(actions),
        }
        if key.startswith("alias/"):
            # a policy cannot name an alias: any key, but only while it has this alias
            alias: Json = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": key}}
            yield statement | {
                "Resource": sub(f"{PARTITION}:kms:{REGIONAL}:key/*"),
                "Condition": alias,
            }
        else:
            yield statement | {"Resource": key}
