"""Rules on topics, tables, keys and log groups: what keeps things, and for how long. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sam_deploy.template.checks.audit.buckets import without_tls
from sam_deploy.template.checks.audit.rule import Hits, Rule, hit, rule
from sam_deploy.template.checks.audit.shapes import at, many, names, no, text, yes
from sam_deploy.template.checks.audit.view import Entry, View

TOPIC: Final = "AWS::SNS::Topic"
GLOBAL_TABLE: Final = "AWS::DynamoDB::GlobalTable"
TABLES: Final = ("AWS::DynamoDB::Table", GLOBAL_TABLE, "AWS::Serverless::SimpleTable")
_QUOTED: Final = re.compile(r"""ALARM\(\s*["']?([^"')]+)""")
KEPT: Final = (
    "AWS::Cognito::UserPool",
    "AWS::DocDB::DBCluster",
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::EFS::FileSystem",
    "AWS::Neptune::DBCluster",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Serverless::SimpleTable",
)
"""What is lost when a stack is deleted or a change replaces it. A bucket that is not empty stays
by itself."""


@rule(
    "topic-encryption",
    "warning",
    why="what is published holds what customers sent",
    fix="set KmsMasterKeyId, such as alias/aws/sns",
)
def topic_encryption(view: View) -> Hits:
    """Yield topics that are not encrypted.

    Where an AWS service publishes, AWS's own key would shut it out: an alarm would be silent.
    Source: SNS developer guide, "Enable compatibility between event sources and encrypted topics".
    """
    policies = [str(dict(each.properties)) for each in view.of("AWS::SNS::TopicPolicy")]
    for topic in view.of(TOPIC):
        name = f"'{topic.logical_id}'"
        fed = any(name in each and ".amazonaws.com" in each for each in policies)
        if topic.get("KmsMasterKeyId") is None and not fed:
            yield hit(topic, "KmsMasterKeyId", "is not set")


@rule(
    "topic-tls",
    "warning",
    why="SNS answers plain HTTP, too, unless a policy denies it",
    fix="add a TopicPolicy that denies sns:Publish when aws:SecureTransport is false",
)
def topic_tls(view: View) -> Hits:
    """Yield topics without a policy that denies plain HTTP."""
    yield from without_tls(view, (TOPIC,), "AWS::SNS::TopicPolicy", "Topics")


@rule(
    "table-recovery",
    "warning",
    why="a bug that writes rubbish can then be undone, up to 35 days back",
    fix="set PointInTimeRecoveryEnabled: true",
)
def table_recovery(view: View) -> Hits:
    """Yield tables, and replicas of global tables, without point-in-time recovery."""
    key = "PointInTimeRecoverySpecification"
    for table in view.of(*TABLES):
        for path, each in _replicas(table):
            given = at(each, key, "PointInTimeRecoveryEnabled")
            if given is None or no(given):
                yield hit(table, f"{path}{key}", "is not enabled")


def _replicas(table: Entry) -> Iterator[tuple[str, object]]:
    if table.kind != GLOBAL_TABLE:
        yield "", table.properties
        return
    for path, each in many(table.get("Replicas"), "Replicas"):
        yield f"{path}.", each


@rule(
    "keep-data",
    "warning",
    why="deleting the stack, or a change that replaces the resource, takes its data along",
    fix="set DeletionPolicy: Retain (or Snapshot, RetainExceptOnCreate), or deletion protection",
)
def keep_data(view: View) -> Hits:
    """Yield tables, pools and databases that go with their stack."""
    for entry in view.of(*KEPT):
        kept = text(entry.raw.get("DeletionPolicy")).startswith(("Retain", "Snapshot", "${"))
        if not kept and not _protected(entry):
            yield hit(entry, "DeletionPolicy", "does not keep it")


def _protected(entry: Entry) -> bool:
    if entry.kind == GLOBAL_TABLE:
        replicas = [each for _, each in many(entry.get("Replicas"))]
        return bool(replicas) and all(yes(at(r, "DeletionProtectionEnabled")) for r in replicas)
    given = (entry.get("DeletionProtection"), entry.get("DeletionProtectionEnabled"))
    return any(yes(each) or each == "ACTIVE" for each in given)


@rule(
    "log-group-retention",
    "warning",
    why="logs without an end cost more every month, and personal data stays in them for ever",
    fix="set RetentionInDays",
)
def log_group_retention(view: View) -> Hits:
    """Yield log groups that keep everything for ever."""
    for group in view.of("AWS::Logs::LogGroup"):
        if group.get("RetentionInDays") is None:
            yield hit(group, "RetentionInDays", "is not set")


@rule(
    "key-rotation",
    "warning",
    why="a key that is never changed protects everything that it ever encrypted",
    fix="set EnableKeyRotation: true",
)
def key_rotation(view: View) -> Hits:
    """Yield symmetric keys that are not rotated."""
    for key in view.of("AWS::KMS::Key"):
        symmetric = text(key.get("KeySpec")) in {"", "SYMMETRIC_DEFAULT"}
        given = key.get("EnableKeyRotation")
        own = text(key.get("Origin")) in {"", "AWS_KMS"}
        if symmetric and own and (given is None or no(given)):
            yield hit(key, "EnableKeyRotation", "is not set to true")


@rule(
    "alarm-action",
    "warning",
    why="an alarm that tells nobody is not an alarm",
    fix="add AlarmActions, such as an SNS topic",
)
def alarm_action(view: View) -> Hits:
    """Yield alarms that nobody hears, unless a composite alarm or a release watches them."""
    heard = _heard(view)
    for alarm in view.of("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"):
        actions = [each for _, each in many(alarm.get("AlarmActions"))]
        known = {alarm.logical_id, text(alarm.get("AlarmName"))}
        if (not actions or no(alarm.get("ActionsEnabled"))) and not known & heard:
            yield hit(alarm, "AlarmActions", "is empty")


def _heard(view: View) -> set[str]:
    """Return the alarms that a composite alarm or SAM's deployment preference watches."""
    found: set[str] = set()
    for composite in view.of("AWS::CloudWatch::CompositeAlarm"):
        rule_text = composite.get("AlarmRule")
        found.update(names(rule_text), _QUOTED.findall(text(rule_text)))
    for function in view.of("AWS::Serverless::Function"):
        for _, each in many(function.get("DeploymentPreference", "Alarms")):
            found.update(names(each), [text(each)])
    return found


RULES: Final[tuple[Rule, ...]] = (
    topic_encryption,
    topic_tls,
    table_recovery,
    keep_data,
    log_group_retention,
    key_rotation,
    alarm_action,
)
