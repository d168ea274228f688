"""The query protocol, which Terraform speaks, tells of an alarm all that was set.

Fault: MiniStack 1.5.33 answers DescribeAlarms in XML without period, statistic, dimensions, actions
and description, so that Terraform sets them anew each time. (JSON and CBOR have everything.)
Seam: `cloudwatch._describe_alarms`, whose XML gets what is missing.
Source: CloudWatch API, DescribeAlarms, MetricAlarm.
"""

from __future__ import annotations

import importlib
from typing import Any, Final, TypeAlias
from xml.sax.saxutils import escape

Alarm: TypeAlias = dict[str, Any]
Answer: TypeAlias = tuple[int, dict[str, str], bytes]

_PLAIN: Final = (
    "AlarmDescription",
    "Statistic",
    "ExtendedStatistic",
    "Period",
    "TreatMissingData",
    "Unit",
)
_LISTS: Final = ("AlarmActions", "OKActions", "InsufficientDataActions")


def missing(alarm: Alarm) -> str:
    """The elements of an alarm that the emulator leaves out."""
    said = dict(alarm)
    if said.get("ExtendedStatistic"):  # AWS has one of the two
        said.pop("Statistic", None)
    parts = [f"<{name}>{escape(str(said[name]))}</{name}>" for name in _PLAIN if said.get(name)]
    parts.append(
        f"<ActionsEnabled>{str(bool(said.get('ActionsEnabled'))).lower()}</ActionsEnabled>"
    )
    for name in _LISTS:
        members = "".join(f"<member>{escape(str(each))}</member>" for each in said.get(name) or ())
        parts.append(f"<{name}>{members}</{name}>")
    pairs = "".join(
        f"<member><Name>{escape(each['Name'])}</Name><Value>{escape(each['Value'])}</Value></member>"
        for each in said.get("Dimensions") or ()
    )
    return "".join([*parts, f"<Dimensions>{pairs}</Dimensions>"])


def apply() -> None:
    """Answer so."""
    cloudwatch: Any = importlib.import_module("ministack.services.cloudwatch")
    describe = cloudwatch._describe_alarms  # noqa: SLF001

    def describe_whole(params: object, asked: object, *protocol: bool) -> object:
        answer: Answer = describe(params, asked, *protocol)
        if any(protocol):  # CBOR or JSON
            return answer
        status, headers, body = answer
        text = body.decode()
        for name, alarm in cloudwatch._alarms.items():  # noqa: SLF001
            head = f"<member><AlarmName>{name}</AlarmName>"
            text = text.replace(head, head + missing(alarm))
        return status, headers, text.encode()

    cloudwatch._describe_alarms = describe_whole  # noqa: SLF001
