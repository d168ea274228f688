"""What a worker runs, one call of it, and what came of the call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

RESPONSE_LIMIT: Final = 6_291_556
"""Bytes of a response. Source: Lambda quotas (6 MB) and the error that names this figure."""
REQUEST_LIMIT: Final = 6 * 1024 * 1024
"""Bytes of a request with RequestResponse. Source: Lambda quotas."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a function's code lies, and its merged layers, if it has some.

    `for_host` says that its compiled modules are for this process's own Python: it was built for
    the embedded cloud, and runs on that Python whatever its runtime is.
    """

    task_root: Path
    opt: Path | None = None
    for_host: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """One version of a function, as its workers need to know it.

    `key` is equal for versions whose workers are interchangeable. `place` puts code and layers on
    the disk; it is called whenever a worker starts. `variables` are the function's own;
    `credentials` are the AWS_ variables of its role; `endpoint` is where its AWS is.
    """

    key: tuple[str, ...]
    name: str
    version: str
    runtime: str
    handler: str
    region: str
    place: Callable[[], Placed] = field(compare=False)
    timeout_seconds: float = 3.0
    memory_mb: int = 128
    log_group: str = ""
    log_format: str = "Text"
    log_level: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    credentials: Mapping[str, str] = field(default_factory=dict)
    endpoint: str = ""
    debug_port: int | None = None
    """A debugger may attach here, and no call is cut off meanwhile."""


@dataclass(frozen=True, slots=True)
class Call:
    """One invocation. `event` is JSON; the JSON texts may be ''."""

    event: bytes
    request_id: str
    invoked_arn: str
    trace_id: str = ""
    client_context: str = ""
    identity: str = ""


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One event of the log. `timestamp` is in milliseconds since the epoch."""

    timestamp: int
    message: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call. `failed` means that `payload` is an error object.

    `duration_ms` is without the start; `init_ms` is None where no start belonged to the call.
    """

    payload: bytes
    failed: bool
    log: tuple[LogEvent, ...]
    log_stream: str
    duration_ms: float
    init_ms: float | None = None
    max_memory_mb: int = 0
    start_log: tuple[LogEvent, ...] = ()
    """What was written by the start that belonged to the call, before it."""
    status: str = ""
    """`timeout` or `error` where the platform ended the call; its REPORT line has it."""
