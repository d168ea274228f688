"""Renders who may reach a queue: nobody over plain HTTP, and exactly whom `deploy.py` names. Pure.

The functions that use a queue are not among them: their own policies say so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sam_deploy.config.model import Queue
from sam_deploy.template.compute.roles import POLICY_VERSION
from sam_deploy.template.document import NO_VALUE, Json, get_att, ref
from sam_deploy.template.messages.deliveries import Service
from sam_deploy.template.scope import Scope

_NO_SENDERS: Final[dict[str, Json]] = {"Known": "no", "TopicArns": ["none"]}
_OWN: Final[dict[Service, str]] = {"sns": "AllowOwnTopics", "events": "AllowRules"}


def policy(
    scope: Scope,
    queue: Queue,
    queue_id: str,
    sources: Mapping[Service, list[Json]],
    *,
    dead: bool,
) -> dict[str, Json]:
    """Return the properties of the policy of a queue, or of its dead-letter queue.

    `sources` are the ARNs of the app's own topics and rules that deliver to it.
    """
    others = [] if dead else list(_allow_others(scope, queue, queue_id))
    own = [_allow_source(queue_id, service, arns) for service, arns in sources.items()]
    statements = [_deny_plain_http(queue_id), *others, *own]
    document: Json = {"Version": POLICY_VERSION, "Statement": statements}
    return {"Queues": [ref(queue_id)], "PolicyDocument": document}


def sender_mappings(scope: Scope) -> dict[str, Json]:
    """Return `Mappings`: for every region, the SNS topics that may send to a queue.

    All regions of the feature set, not only those of one deployment, so that the text does not
    depend on where it goes.
    """
    rendered: dict[str, Json] = {}
    for queue in scope.queues:
        if not queue.senders:
            continue
        senders = _senders(scope, queue)
        regions: dict[str, dict[str, Json]] = {
            region: {"TopicArns": [f"arn:aws:sns:{region}:{each}:*" for each in accounts]}
            for region, accounts in senders.items()
        }
        if not all(senders.values()):
            for region, accounts in senders.items():
                # A mapping can hold no empty list, so the condition asks for this word instead.
                regions[region] |= {"Known": "yes"} if accounts else _NO_SENDERS
        rendered[_senders_id(queue)] = regions
    return rendered


def sender_conditions(scope: Scope) -> dict[str, Json]:
    """Return `Conditions`: whether a queue has senders in the stack's region."""
    return {
        _has_senders_id(queue): {"Fn::Equals": [_find(queue, "Known"), "yes"]}
        for queue in scope.queues
        if queue.senders and not all(_senders(scope, queue).values())
    }


def _deny_plain_http(queue_id: str) -> Json:
    return {
        "Sid": "DenyPlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": get_att(queue_id, "Arn"),
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def _allow_source(queue_id: str, service: Service, arns: list[Json]) -> Json:
    return {
        "Sid": _OWN[service],
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": get_att(queue_id, "Arn"),
        "Condition": {"ArnEquals": {"aws:SourceArn": arns}},
    }


def _allow_others(scope: Scope, queue: Queue, queue_id: str) -> Iterator[Json]:
    """Yield what the queue grants to SNS topics and principals of other accounts."""
    if queue.senders:
        send: Json = {
            "Sid": "AllowTopics",
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": get_att(queue_id, "Arn"),
            "Condition": {"ArnLike": {"aws:SourceArn": _find(queue, "TopicArns")}},
        }
        everywhere = all(_senders(scope, queue).values())
        yield send if everywhere else {"Fn::If": [_has_senders_id(queue), send, NO_VALUE]}
    if queue.readers:
        yield {
            "Sid": "AllowAttributeReaders",
            "Effect": "Allow",
            "Principal": {"AWS": [reader.principal for reader in queue.readers]},
            "Action": "sqs:GetQueueAttributes",
            "Resource": get_att(queue_id, "Arn"),
        }


def _senders(scope: Scope, queue: Queue) -> dict[str, list[str]]:
    """Return the publishing accounts in each region of the feature set; some may have none."""
    return {
        region: [account for each in queue.senders for account in each.accounts.get(region, ())]
        for region in scope.feature_set.regions
    }


def _senders_id(queue: Queue) -> str:
    return f"{queue.name}Senders"


def _has_senders_id(queue: Queue) -> str:
    return f"Has{queue.name}Senders"


def _find(queue: Queue, key: str) -> Json:
    return {"Fn::FindInMap": [_senders_id(queue), ref("AWS::Region"), key]}
