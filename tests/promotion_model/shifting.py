"""The rest of AWS that a canary needs, in memory: schedules, a role, and no calls to be seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from tests.promotion_model.clients import MemoryAws
from tests.promotion_model.cloud import ACCOUNT, Cloud, refused
from tests.promotion_model.process import Process

Kept: TypeAlias = dict[tuple[str, str], Any]
"""(region, name) -> a schedule as it was made."""
Answers: TypeAlias = Callable[[str, str], Exception | None]
"""(operation of Scheduler, region) -> what it fails with."""


class ShiftingAws(MemoryAws):
    """The credentials of one process; `schedules` are those of all processes."""

    def __init__(
        self,
        cloud: Cloud,
        process: Process,
        schedules: Kept,
        fails: Answers = lambda operation, region: None,  # noqa: ARG005 - nothing fails
    ) -> None:
        super().__init__(cloud, process)
        self._schedules, self._fails = schedules, fails

    def client(self, service: str, region: str, *, retries: bool = True) -> Any:
        """Return the client of a service in a region."""
        if service == "scheduler":
            return _Scheduler(self._schedules, self._fails, region)
        if service == "iam":
            return _Iam()
        if service == "cloudwatch":
            return _CloudWatch()
        found = super().client(service, region, retries=retries)
        if service == "lambda":
            found.get_provisioned_concurrency_config = _no_concurrency
        return found


def _no_concurrency(**_: str) -> Any:
    raise refused(
        "GetProvisionedConcurrencyConfig", "ProvisionedConcurrencyConfigNotFoundException"
    )


class _Scheduler:
    def __init__(self, schedules: Kept, fails: Answers, region: str) -> None:
        self._schedules, self._fails, self._region = schedules, fails, region

    def update_schedule(self, **given: Any) -> Any:
        """Write one that is there."""
        self._answer("UpdateSchedule")
        if (self._region, given["Name"]) not in self._schedules:
            raise refused("UpdateSchedule", "ResourceNotFoundException")
        self._schedules[self._region, given["Name"]] = given

    def create_schedule(self, **given: Any) -> Any:
        """Write one that is not there."""
        self._answer("CreateSchedule")
        self._schedules[self._region, given["Name"]] = given

    def delete_schedule(self, Name: str, GroupName: str) -> Any:  # noqa: N803 - as the API has it
        """Take one away."""
        del GroupName
        self._answer("DeleteSchedule")
        if self._schedules.pop((self._region, Name), None) is None:
            raise refused("DeleteSchedule", "ResourceNotFoundException")

    def _answer(self, operation: str) -> None:
        error = self._fails(operation, self._region)
        if error is not None:
            raise error


class _Iam:
    def get_role(self, **_: str) -> Any:
        """Return the role of all schedules."""
        arn = f"arn:aws:iam::{ACCOUNT}:role/guard"
        return {"Role": {"Arn": arn, "AssumeRolePolicyDocument": {}}}

    def get_role_policy(self, **_: str) -> Any:
        """Return a policy that is another one."""
        return {"PolicyDocument": {}}

    def update_assume_role_policy(self, **_: str) -> Any:
        """Take what is given."""

    def put_role_policy(self, **_: str) -> Any:
        """Take what is given."""


class _CloudWatch:
    def get_metric_data(self, **_: Any) -> Any:
        """Return no calls."""
        return {"MetricDataResults": []}

    def describe_alarms(self, **_: Any) -> Any:
        """Return no alarms."""
        return {"MetricAlarms": []}
