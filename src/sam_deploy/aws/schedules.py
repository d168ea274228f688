"""EventBridge Scheduler in one region: calls that AWS makes once, at a time, without us."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sam_deploy.aws.errors import AwsCallError, calling
from sam_deploy.aws.session import Aws

NOT_FOUND: Final = "ResourceNotFoundException"
CONFLICT: Final = "ConflictException"
UPDATE_ALIAS: Final = "arn:aws:scheduler:::aws-sdk:lambda:updateAlias"
"""Written so in every partition. Source: Scheduler user guide, "Using universal targets"."""
GROUP: Final = "default"
NAME_MAX: Final = 64
RETRIES: Final = 10
OLDEST_SECONDS: Final = 300
"""A call that fails is repeated for so long: not for a day, in which people have gone on."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """One call of an API, made once. `at` is Unix seconds, `role` the ARN of who makes it."""

    name: str
    at: float
    target: str
    given: Mapping[str, object]
    """The call's parameters, under the names of its API."""
    role: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a schedule (`schedule`, its ARN) calls: `arn`, with `given`, or the usual event."""

    schedule: str
    arn: str
    given: str | None
    enabled: bool


class Schedules:
    """One-time schedules of the group `default` in one region. Source: EventBridge Scheduler."""

    def __init__(self, aws: Aws, region: str) -> None:
        self.region = region
        self._client = aws.client("scheduler", region)

    def put(self, schedule: Schedule) -> bool:
        """The schedule stands as given; say whether it did exist (UpdateSchedule, CreateSchedule).

        Raises `AwsCallError` with code ValidationException while Scheduler may not assume the role:
        a role that was just made is not known everywhere at once.
        """
        try:
            self._update(schedule)
        except AwsCallError as error:
            if error.code != NOT_FOUND:
                raise
        else:
            return True
        try:
            with calling("scheduler:CreateSchedule", self.region):
                self._client.create_schedule(**_written(schedule))
        except AwsCallError as error:
            if error.code != CONFLICT:
                raise
            self._update(schedule)  # the answer to an earlier try was lost
        return False

    def _update(self, schedule: Schedule) -> None:
        with calling("scheduler:UpdateSchedule", self.region):
            self._client.update_schedule(**_written(schedule))

    def at(self, name: str) -> float | None:
        """Return when a schedule runs, as Unix seconds; nothing when there is none (GetSchedule).

        Nothing also for one that was not made here, and recurs.
        """
        try:
            with calling("scheduler:GetSchedule", self.region):
                answer = self._client.get_schedule(Name=name, GroupName=GROUP)
        except AwsCallError as error:
            if error.code == NOT_FOUND:
                return None
            raise
        text = str(answer["ScheduleExpression"])
        if not text.startswith("at("):
            return None
        return datetime.fromisoformat(text[3:-1]).replace(tzinfo=UTC).timestamp()

    def target(self, name: str) -> Target | None:
        """Return whom a schedule calls, and with what; nothing when there is none (GetSchedule)."""
        try:
            with calling("scheduler:GetSchedule", self.region):
                answer = self._client.get_schedule(Name=name, GroupName=GROUP)
        except AwsCallError as error:
            if error.code == NOT_FOUND:
                return None
            raise
        target = answer["Target"]
        return Target(
            str(answer["Arn"]),
            str(target["Arn"]),
            target.get("Input"),
            enabled=answer.get("State", "ENABLED") == "ENABLED",
        )

    def delete(self, name: str) -> bool:
        """There is no such schedule any more; say whether there was one (DeleteSchedule)."""
        try:
            with calling("scheduler:DeleteSchedule", self.region):
                self._client.delete_schedule(Name=name, GroupName=GROUP)
        except AwsCallError as error:
            if error.code == NOT_FOUND:
                return False
            raise
        return True


def _written(schedule: Schedule) -> dict[str, Any]:
    at = datetime.fromtimestamp(math.ceil(schedule.at), UTC)  # whole seconds, and never early
    return {
        "Name": schedule.name,
        "GroupName": GROUP,
        "Description": schedule.description,
        "ScheduleExpression": f"at({at:%Y-%m-%dT%H:%M:%S})",
        "ScheduleExpressionTimezone": "UTC",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "DELETE",
        "State": "ENABLED",
        "Target": {
            "Arn": schedule.target,
            "RoleArn": schedule.role,
            "Input": json.dumps(schedule.given),
            "RetryPolicy": {
                "MaximumRetryAttempts": RETRIES,
                "MaximumEventAgeInSeconds": OLDEST_SECONDS,
            },
        },
    }
