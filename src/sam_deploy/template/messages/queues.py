"""Renders queues and their dead-letter queues. Pure.

Who may reach them is in `queue_policies.py`, what reads them in `event_source_mappings.py`.
"""

from __future__ import annotations

from typing import Final

from sam_deploy import naming
from sam_deploy.config import physical
from sam_deploy.config.model import Environment, Queue
from sam_deploy.template.arns import queue_arn
from sam_deploy.template.document import Entries, Json, Resource, get_att
from sam_deploy.template.messages.deliveries import Incoming, incoming
from sam_deploy.template.messages.queue_policies import policy
from sam_deploy.template.scope import Scope

FOURTEEN_DAYS_SECONDS: Final = 1_209_600
"""The longest that SQS keeps a message: failures wait for people."""
USUAL_RETENTION_SECONDS: Final = 345_600
"""Four days, as SQS has it when nothing is said."""


def queues(scope: Scope) -> Entries:
    """Yield each queue of each environment with its dead-letter queue and their policies."""
    # nothing sends to a local queue but the developer: topics and rules have no local environment
    names = [] if scope.stack.topology == "local" else [each.name for each in scope.environments]
    sources = {name: incoming(scope.app, name) for name in names}
    for queue in scope.queues:
        for environment in scope.environments:
            yield from _pair(scope, queue, environment, sources.get(environment.name, {}))


def _pair(scope: Scope, queue: Queue, environment: Environment, sources: Incoming) -> Entries:
    where = environment.name
    queue_id = naming.queue_name(queue.name, where)
    dead_letter_id = naming.dead_letter_queue_name(queue.name, where)
    main = _main(queue, where, dead_letter_id)
    dead: dict[str, Json] = {
        "QueueName": physical.dead_letter_queue_name(queue, where),
        "MessageRetentionPeriod": FOURTEEN_DAYS_SECONDS,
        # As text: the queue names its dead-letter queue by reference, and both would be a circle.
        "RedriveAllowPolicy": {
            "redrivePermission": "byQueue",
            "sourceQueueArns": [queue_arn(queue, where)],
        },
    }
    shared: dict[str, Json] = {
        "VisibilityTimeout": queue.visibility_timeout_seconds,
        **_encryption(queue),
        "Tags": scope.tag_list(environment),
    }
    for logical_id, own in ((queue_id, main), (dead_letter_id, dead)):
        properties = own | _order(queue, main=own is main) | shared
        yield (
            logical_id,
            Resource("AWS::SQS::Queue", properties, environment=where, declared=queue),
        )
    for logical_id, is_dead in ((queue_id, False), (dead_letter_id, True)):
        allowed = sources.get((queue.name, is_dead), {})
        document = policy(scope, queue, logical_id, allowed, dead=is_dead)
        yield (
            naming.queue_policy_id(logical_id),
            Resource("AWS::SQS::QueuePolicy", document, environment=where, declared=queue),
        )


def _main(queue: Queue, environment: str, dead_letter_id: str) -> dict[str, Json]:
    properties: dict[str, Json] = {
        "QueueName": physical.queue_name(queue, environment),
        "RedrivePolicy": {
            "deadLetterTargetArn": get_att(dead_letter_id, "Arn"),
            "maxReceiveCount": queue.max_receive_count,
        },
    }
    if queue.retention_seconds != USUAL_RETENTION_SECONDS:
        properties["MessageRetentionPeriod"] = queue.retention_seconds
    if queue.delay_seconds:
        properties["DelaySeconds"] = queue.delay_seconds
    return properties


def _order(queue: Queue, *, main: bool) -> dict[str, Json]:
    """Return what makes a queue FIFO: both, since a dead-letter queue must be of the same kind."""
    if not queue.fifo:
        return {}
    properties: dict[str, Json] = {"FifoQueue": True}
    if main and queue.content_based_deduplication:
        properties["ContentBasedDeduplication"] = True
    if main and queue.deduplication_scope == "messageGroup":
        properties |= {
            "DeduplicationScope": "messageGroup",
            "FifoThroughputLimit": "perMessageGroupId",
        }
    return properties


def _encryption(queue: Queue) -> dict[str, Json]:
    if queue.kms_key:
        return {"KmsMasterKeyId": queue.kms_key}
    return {"SqsManagedSseEnabled": True}
