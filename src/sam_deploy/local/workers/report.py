"""Lambda's own words: the lines around a call's log, and the errors that the platform finds.

Source: Lambda developer guide, "Working with Lambda function logs" and "Troubleshoot invocation
issues"; the errors as Lambda sends them.
"""

from __future__ import annotations

import json
import math
import signal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sam_deploy.local.workers.model import Function, Outcome

_SIGNALS: Final = {
    "SIGKILL": "killed",
    "SIGSEGV": "segmentation fault",
    "SIGABRT": "aborted",
    "SIGTERM": "terminated",
    "SIGBUS": "bus error",
    "SIGILL": "illegal instruction",
    "SIGFPE": "floating point exception",
}
"""By name, because not every system has all of them."""


def start_line(function: Function, request_id: str) -> str:
    """The line before a call's log."""
    return f"START RequestId: {request_id} Version: {function.version}"


def end_lines(function: Function, request_id: str, outcome: Outcome) -> list[str]:
    """The lines after a call's log. Since August 2025 the start is billed, too."""
    billed = math.ceil(outcome.duration_ms + (outcome.init_ms or 0.0))
    parts = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {outcome.duration_ms:.2f} ms",
        f"Billed Duration: {billed} ms",
        f"Memory Size: {function.memory_mb} MB",
        f"Max Memory Used: {outcome.max_memory_mb} MB",
    ]
    if outcome.init_ms is not None:
        parts.append(f"Init Duration: {outcome.init_ms:.2f} ms")
    if outcome.status == "error":
        parts.append("Status: error\tError Type: Runtime.ExitError")
    elif outcome.status:
        parts.append(f"Status: {outcome.status}")
    return [f"END RequestId: {request_id}", "\t".join(parts) + "\t"]


def timed_out(function: Function, request_id: str) -> bytes:
    """The answer of a call that was cut off."""
    why = f"Task timed out after {function.timeout_seconds:.2f} seconds"
    return error("Sandbox.Timedout", f"RequestId: {request_id} Error: {why}")


def timed_out_line(function: Function, request_id: str, stamp: str) -> str:
    """The line in the log of a call that was cut off. `stamp` is an ISO time."""
    return f"{stamp} {request_id} Task timed out after {function.timeout_seconds:.2f} seconds"


def exited(request_id: str, code: int) -> bytes:
    """The answer of a call whose process ended. `code` is negative for a signal."""
    return error("Runtime.ExitError", f"RequestId: {request_id} Error: {exit_words(code)}")


def exit_words(code: int) -> str:
    """How a process ended, as Lambda says it."""
    if code == 0:
        return "Runtime exited without providing a reason"
    if code > 0:
        return f"Runtime exited with error: exit status {code}"
    try:
        name = _SIGNALS.get(signal.Signals(-code).name) or f"signal {-code}"
    except ValueError:
        name = f"signal {-code}"
    return f"Runtime exited with error: signal: {name}"


def too_large(limit: int) -> bytes:
    """The answer of a call whose response had more than `limit` bytes."""
    why = f"Response payload size exceeded maximum allowed payload size ({limit} bytes)."
    return error("Function.ResponseSizeTooLarge", why)


def error(kind: str, message: str) -> bytes:
    """An error object of the platform: it has no stack trace."""
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()
