"""Logical ids of what carries messages: topics, event buses, rules, schedules. Pure.

Those of queues are in `naming.py`, where they are the documents' names.
"""

from __future__ import annotations

import hashlib

from sam_deploy import naming
from sam_deploy.config import physical
from sam_deploy.config.model import EventTrigger, Function, ScheduleTrigger, Subscription


def topic_id(topic: str, environment: str) -> str:
    """InvoicesDevTopic."""
    return f"{topic}{naming.title(environment)}Topic"


def topic_policy_id(topic: str, environment: str) -> str:
    """InvoicesDevTopicPolicy."""
    return f"{topic_id(topic, environment)}Policy"


def subscription_id(topic: str, subscription: Subscription, environment: str) -> str:
    """InvoicesDevTopicArchiveSubscription; an address is told apart by digits of its hash.

    The place in the list plays no part: another order changes nothing.
    """
    endpoint = subscription.endpoint
    if subscription.protocol != "sqs":
        digits = hashlib.sha256(endpoint.encode()).hexdigest()[:6]
        endpoint = f"{subscription.protocol.title()}{digits}"
    return f"{topic_id(topic, environment)}{naming.title(endpoint)}Subscription"


def topic_trigger_id(function: str, topic: str, environment: str) -> str:
    """MailerInvoicesDevTopicSubscription."""
    return f"{function}{topic_id(topic, environment)}Subscription"


def event_bus_id(bus: str, environment: str) -> str:
    """EventsDevEventBus."""
    return f"{bus}{naming.title(environment)}EventBus"


def archive_id(bus: str, environment: str) -> str:
    """EventsDevEventBusArchive."""
    return f"{event_bus_id(bus, environment)}Archive"


def rule_id(rule: str, environment: str) -> str:
    """ForwardDevRule."""
    return f"{rule}{naming.title(environment)}Rule"


def event_trigger_id(function: Function, trigger: EventTrigger, environment: str) -> str:
    """NotificationsTradeExecutedDevRule."""
    return rule_id(f"{function.name}{physical.trigger_label(trigger)}", environment)


def schedule_id(function: Function, trigger: ScheduleTrigger, environment: str) -> str:
    """StrategyDevSchedule, or StrategyMorningDevSchedule for a schedule with a name."""
    label = physical.trigger_label(trigger)
    return f"{function.name}{label}{naming.title(environment)}Schedule"


def schedule_role_id(function: str, environment: str) -> str:
    """StrategyDevScheduleRole: what the scheduler becomes to call that alias."""
    return f"{function}{naming.title(environment)}ScheduleRole"
