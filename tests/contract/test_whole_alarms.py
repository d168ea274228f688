"""The query protocol tells all of an alarm; and the fault without the patch.

The test named `..._without_the_patch` fails on the day the emulator does it right by itself. Then
the patch goes.
"""

from __future__ import annotations

from typing import Any, TypeAlias
from xml.etree import ElementTree as ET

import httpx
import pytest

Stack: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""

pytestmark = pytest.mark.slow

SPACE = "{http://monitoring.amazonaws.com/doc/2010-08-01/}"
TOPIC = "arn:aws:sns:eu-west-1:000000000000:told"
SIGNED = (
    "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/monitoring/aws4_request, "
    "SignedHeaders=host, Signature=0"
)


def told(stack: Stack, statistic: dict[str, str]) -> dict[str, str]:
    """What DescribeAlarms says in XML of an alarm; the texts of its elements by their names."""
    metrics = stack.client("cloudwatch")
    metrics.put_metric_alarm(
        AlarmName="whole",
        AlarmDescription="more than <one>",
        Namespace="Test",
        MetricName="Things",
        Dimensions=[{"Name": "Place", "Value": "here"}],
        Period=300,
        EvaluationPeriods=1,
        Threshold=1.0,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[TOPIC],
        **statistic,
    )
    asked = {
        "Action": "DescribeAlarms",
        "Version": "2010-08-01",
        "AlarmNames.member.1": "whole",
    }
    answer = httpx.post(
        stack.cloud.endpoint, data=asked, headers={"Authorization": SIGNED}, trust_env=False
    )
    metrics.delete_alarms(AlarmNames=["whole"])
    alarm = ET.fromstring(answer.text).find(f".//{SPACE}MetricAlarms/{SPACE}member")  # noqa: S314
    assert alarm is not None, answer.text
    return {each.tag.removeprefix(SPACE): "".join(each.itertext()) for each in alarm}


def test_an_alarm_reads_in_xml_as_it_was_set(stack: Stack) -> None:
    """With `whole_alarms`; Terraform's second plan is empty only then."""
    found = told(stack, {"Statistic": "Sum"})
    assert (
        found.items()
        >= {
            "AlarmDescription": "more than <one>",
            "Statistic": "Sum",
            "Period": "300",
            "TreatMissingData": "notBreaching",
            "ActionsEnabled": "true",
            "AlarmActions": TOPIC,
            "OKActions": "",
            "Dimensions": "Placehere",
        }.items()
    )


def test_an_alarm_has_one_kind_of_statistic(stack: Stack) -> None:
    """AWS tells either of the two; the emulator adds an average to a percentile."""
    found = told(stack, {"ExtendedStatistic": "p99"})
    assert ("p99", None) == (found["ExtendedStatistic"], found.get("Statistic"))


def test_an_alarm_reads_in_parts_without_the_patch(unmended: Stack) -> None:
    """Without `whole_alarms` neither its period nor what it does is told."""
    assert not {"Period", "AlarmActions", "Dimensions"} & set(told(unmended, {"Statistic": "Sum"}))
