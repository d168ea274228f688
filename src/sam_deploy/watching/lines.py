"""Lines of logs as values: whose they are, what kind they are, and their order in time. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from sam_deploy.aws import LogEvent

Kind = Literal["text", "platform"]
Level = Literal["", "error", "warning"]

_VERSION: Final = re.compile(r"\[([^\[\]]+)\]")
_PLATFORM: Final = re.compile(
    r"(START|END|REPORT) RequestId: |(INIT_START|INIT_REPORT|RESTORE_START|RESTORE_REPORT"
    r"|EXTENSION|TELEMETRY|LOGS)\b|XRAY TraceId: "
)
_FAILED_REPORT: Final = re.compile(r"\bStatus: (timeout|error)\b")
_ERRORS: Final = re.compile(
    r"\[(ERROR|CRITICAL|FATAL)\]"  # Python, format text
    r"|\S+Z\t\S+\t(ERROR|FATAL)\t"  # Node, format text
    r"|(ERROR|CRITICAL|FATAL)\b[:\s]"
    r"|Traceback \(most recent call last\)"
    r"|(\S+Z )?\S+ Task timed out after "
    r"|RequestId: \S+ (Error: |Process exited before )"
    r"|Unhandled exception"
)
_WARNINGS: Final = re.compile(r"\[WARN(ING)?\]|\S+Z\t\S+\tWARN\t|WARN(ING)?\b[:\s]")
_LEVEL_NAMES: Final = ("level", "levelname", "severity", "log_level", "log.level")
_JSON_LEVELS: Final[Mapping[str, Level]] = {
    "ERROR": "error",
    "CRITICAL": "error",
    "FATAL": "error",
    "WARN": "warning",
    "WARNING": "warning",
}
_FIRST_EVENT_OF_FAILURE: Final = ("platform.runtimeDone", "platform.report")


@dataclass(frozen=True, slots=True)
class Source:
    """The log of one function in one region."""

    region: str
    function: str
    """Its name in `deploy.py`, or its logical id in a template."""
    group: str
    environment: str = ""
    """Whose function it is, where every environment has its own."""
    served: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Version -> the environments that it serves, where they share the function."""
    versions: frozenset[str] | None = None
    """Only these are wanted; nothing for all of them."""
    physical: str = ""
    """What Lambda calls the function."""

    def wants(self, stream: str) -> bool:
        """Whether the events of a stream belong here: its name holds the version."""
        return self.versions is None or version_of(stream) in self.versions

    def environments(self, version: str) -> tuple[str, ...]:
        """Return who may have called a version: one, several, or nobody that is known."""
        return (self.environment,) if self.environment else tuple(self.served.get(version, ()))


@dataclass(frozen=True, slots=True)
class Line:
    """One event of a log. `timestamp_ms` counts from 1970 in UTC."""

    timestamp_ms: int
    region: str
    function: str
    version: str
    environments: tuple[str, ...]
    """Those that the version serves: one when it is known which."""
    stream: str
    message: str

    @property
    def environment(self) -> str:
        """The environment, where only one can be meant."""
        return self.environments[0] if len(self.environments) == 1 else ""

    @property
    def kind(self) -> Kind:
        """Whether Lambda wrote it (START, END, REPORT) or the function."""
        return "platform" if is_platform(self.message) else "text"

    @property
    def level(self) -> Level:
        """How bad it is, as far as the text tells."""
        return level_of(self.message)


def line_of(source: Source, event: LogEvent) -> Line:
    """Return an event of a source as a line."""
    version = version_of(event.stream)
    return Line(
        timestamp_ms=event.timestamp_ms,
        region=source.region,
        function=source.function,
        version=version,
        environments=source.environments(version),
        stream=event.stream,
        message=event.message,
    )


def version_of(stream: str) -> str:
    """Return `12` of 2026/11/28/[12]8f0a...; '' when the name holds no version.

    A function with a log group of its own choice has its name before the bracket. Source: Lambda
    developer guide, "Sending Lambda function logs to CloudWatch Logs".
    """
    found = _VERSION.search(stream)
    return found[1] if found else ""


def merged(batches: Iterable[Iterable[Line]]) -> list[Line]:
    """Return all lines in the order of time; those of one moment stay as their source has them."""
    every = [line for batch in batches for line in batch]
    return sorted(every, key=lambda line: line.timestamp_ms)


def is_platform(message: str) -> bool:
    """Whether Lambda itself wrote it, about a call that went well or began.

    A REPORT that tells of a failure is for everybody. Source: Lambda developer guide, "Log
    format", "Telemetry API event schema".
    """
    if _PLATFORM.match(message):
        return not _FAILED_REPORT.search(message)
    if message.startswith("{") and '"platform.' in message:
        told = _as_object(message)
        kind = str(told.get("type", ""))
        record = told.get("record")
        status = record.get("status", "success") if isinstance(record, dict) else "success"
        failed = kind in _FIRST_EVENT_OF_FAILURE and status != "success"
        return kind.startswith("platform.") and not failed
    return False


def level_of(message: str) -> Level:
    """Return how bad a message says it is; '' for neither an error nor a warning."""
    if message.startswith("{"):
        told = _as_object(message)
        names = (str(told.get(each, "")).upper() for each in _LEVEL_NAMES if each in told)
        found = next(names, "")
        if not found and str(told.get("type", "")).startswith("platform."):
            return "" if is_platform(message) else "error"
        return _JSON_LEVELS.get(found, "")
    if _ERRORS.match(message) or (_PLATFORM.match(message) and _FAILED_REPORT.search(message)):
        return "error"
    return "warning" if _WARNINGS.match(message) else ""


def _as_object(message: str) -> dict[str, object]:
    try:
        told = json.loads(message)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
