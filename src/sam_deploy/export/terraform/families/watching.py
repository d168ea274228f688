"""Log groups, alarms and the dashboard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sam_deploy.export.source import Node, below, flat, items
from sam_deploy.export.terraform.families.family import Custom, Family
from sam_deploy.export.terraform.reading import Reading, Rule
from sam_deploy.export.terraform.rules import tags, to
from sam_deploy.export.terraform.values import Argument, Names


def _dimensions(reading: Reading, node: Node, path: str) -> Iterator[Argument]:
    pairs = {
        flat(below(each, "Name")): reading.value(below(each, "Value"), path) for each in items(node)
    }
    yield Argument("dimensions", Names(pairs))


_ALARM: Final[Mapping[str, Rule]] = {
    "AlarmName": to("alarm_name"),
    "AlarmDescription": to("alarm_description"),
    "Namespace": to("namespace"),
    "MetricName": to("metric_name"),
    "Dimensions": _dimensions,
    "Statistic": to("statistic"),
    "ExtendedStatistic": to("extended_statistic"),
    "Period": to("period"),
    "EvaluationPeriods": to("evaluation_periods"),
    "DatapointsToAlarm": to("datapoints_to_alarm"),
    "Threshold": to("threshold"),
    "ComparisonOperator": to("comparison_operator"),
    "TreatMissingData": to("treat_missing_data"),
    "AlarmActions": to("alarm_actions"),
    "OKActions": to("ok_actions"),
    "Tags": tags,
}

FAMILIES: Final[Mapping[str, Family]] = {
    "AWS::Logs::LogGroup": Family(
        "aws_cloudwatch_log_group",
        {
            "LogGroupName": to("name"),
            "RetentionInDays": to("retention_in_days"),
            "KmsKeyId": to("kms_key_id"),
            "Tags": tags,
        },
        {"": "name", "Arn": "arn"},
    ),
    "AWS::CloudWatch::Alarm": Family(
        "aws_cloudwatch_metric_alarm", _ALARM, {"": "alarm_name", "Arn": "arn"}
    ),
    "AWS::CloudWatch::Dashboard": Family(
        "aws_cloudwatch_dashboard",
        {
            "DashboardName": to("dashboard_name"),
            "DashboardBody": to("dashboard_body"),
            # the provider has no tags for dashboards
            "Tags": lambda *_: (),
        },
    ),
}
REFERENCES: Final[Mapping[str, Mapping[str, str]]] = {}
CUSTOM: Final[Mapping[str, Custom]] = {}
