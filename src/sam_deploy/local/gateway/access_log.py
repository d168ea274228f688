"""A stage's access log: a line per request in the stage's own format, in its log group.

Sources: "Configure logging for HTTP APIs in API Gateway", "Set up CloudWatch logging for REST APIs
in API Gateway". Lines are sent a few times a second, so that no request waits for its log.
May touch: CloudWatch Logs of the emulator, through `action`.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from typing import TYPE_CHECKING, Final, Protocol

from sam_deploy.local.gateway.upstream import UpstreamError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sam_deploy.local.gateway.model import AccessLog

_VARIABLE: Final = re.compile(r"\$\{?context\.([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w:-]*)*)\}?")
_GROUP: Final = re.compile(r"arn:[\w-]+:logs:([a-z0-9-]+):\d*:log-group:([^:]+)(?::\*)?")
_EVERY_SECONDS: Final = 0.25
_MOST_WAITING: Final = 10_000
_BATCH: Final = 1_000
STREAM: Final = "sam-deploy-gateway"


class Actions(Protocol):
    """CloudWatch Logs. `Upstream` is the real one."""

    async def action(
        self, service: str, region: str, target: str, body: Mapping[str, object]
    ) -> None:
        """Call an action. Raises UpstreamError, also for what exists already."""


def render(form: str, known: Mapping[str, str]) -> str:
    """The line of a format; a variable without a value is `-`, as on AWS."""
    return _VARIABLE.sub(lambda found: known.get(found[1]) or "-", form)


def group_of(destination_arn: str) -> tuple[str, str] | None:
    """Region and name of the log group, or None for another destination (Firehose)."""
    found = _GROUP.fullmatch(destination_arn)
    return (found[1], found[2]) if found else None


class AccessLogs:
    """Collects lines and brings them to their groups. `complain` takes a sentence."""

    def __init__(self, actions: Actions, complain: Callable[[str], None]) -> None:
        self._actions = actions
        self._complain = complain
        self._waiting: dict[tuple[str, str], list[dict[str, object]]] = {}
        self._made: set[tuple[str, str]] = set()

    def write(self, log: AccessLog, known: Mapping[str, str]) -> str:
        """The line is on its way. Returns it."""
        line = render(log.format, known)
        group = group_of(log.destination_arn)
        if group is not None:
            lines = self._waiting.setdefault(group, [])
            if len(lines) < _MOST_WAITING:
                lines.append({"timestamp": int(time.time() * 1000), "message": line})
        return line

    async def run(self) -> None:
        """Send what waits, until it is cancelled."""
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            await self.flush()

    async def flush(self) -> None:
        """Everything that was written has been sent, or was complained about."""
        waiting, self._waiting = self._waiting, {}
        for (region, group), lines in waiting.items():
            for start in range(0, len(lines), _BATCH):
                await self._send(region, group, lines[start : start + _BATCH])

    async def _send(self, region: str, group: str, lines: list[dict[str, object]]) -> None:
        place: dict[str, object] = {"logGroupName": group, "logStreamName": STREAM}
        if (region, group) not in self._made:
            with contextlib.suppress(UpstreamError):
                await self._call(region, "CreateLogStream", place)
            self._made.add((region, group))
        try:
            await self._call(region, "PutLogEvents", {**place, "logEvents": lines})
        except UpstreamError as error:
            self._made.discard((region, group))
            self._complain(f"{len(lines)} lines of {group} in {region} are lost: {error}")

    async def _call(self, region: str, action: str, body: Mapping[str, object]) -> None:
        await self._actions.action("logs", region, f"Logs_20140328.{action}", body)
