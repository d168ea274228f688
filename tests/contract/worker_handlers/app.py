"""What the tests of the workers ask functions to do. `do` names it."""

import logging
import os
import shutil
import subprocess
import sys
import time
from decimal import Decimal
from typing import Any

print("imported")  # noqa: T201 - as functions do


class OrderError(Exception):
    """One of the function's own."""


def raises(event: dict[str, Any]) -> None:
    raise OrderError(event.get("message", "no such order"))


def logs(_: dict[str, Any]) -> None:
    print("printed")  # noqa: T201
    sys.stderr.write("to stderr\n")
    logging.getLogger("shop").warning("two\nlines")
    logging.getLogger("shop").info("not shown")
    print("no end", end="")  # noqa: T201


def seen(_: dict[str, Any], context: Any) -> dict[str, Any]:
    return {
        "aws_request_id": context.aws_request_id,
        "function_name": context.function_name,
        "function_version": context.function_version,
        "invoked_function_arn": context.invoked_function_arn,
        "memory_limit_in_mb": context.memory_limit_in_mb,
        "log_group_name": context.log_group_name,
        "log_stream_name": context.log_stream_name,
        "remaining": context.get_remaining_time_in_millis(),
        "identity": context.identity.cognito_identity_id,
        "pool": context.identity.cognito_identity_pool_id,
        "custom": context.client_context and context.client_context.custom,
        "app_title": context.client_context
        and context.client_context.client
        and context.client_context.client.app_title,
        "trace": os.environ.get("_X_AMZN_TRACE_ID"),
    }


def value(event: dict[str, Any]) -> Any:
    named = {
        "decimal": {"price": Decimal("0.10"), "much": Decimal("1E+3"), "none": Decimal("NaN")},
        "letters": {"name": "Žluťoučký 🐎"},
        "nothing": None,
        "bytes": b"\x00\x01raw",
        "set": {1, 2},
        "nan": float("nan"),
        "tuple": (1, 2),
        "text": "plain",
        "key": {1: "one", None: "none", False: "no"},
        "large": "x" * (6 * 1024 * 1024 + 200),
    }
    return named[event["value"]]


def starts_a_child(event: dict[str, Any]) -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    with open(event["file"], "w") as file:  # noqa: PTH123
        file.write(str(child.pid))
    time.sleep(60)


def floods(event: dict[str, Any]) -> None:
    for number in range(event["lines"]):
        print(f"{number:08} {'x' * 100}")  # noqa: T201


def nests(event: dict[str, Any]) -> None:
    try:
        raises(event)
    except OrderError as error:
        raise ValueError("wrapped") from error


def reads(event: dict[str, Any]) -> str:
    with open(event["file"]) as file:  # noqa: PTH123
        return file.read()


def writes(event: dict[str, Any]) -> str:
    """Also to a copy of a file in the worker's own folder, as functions do that change one."""
    copy = os.path.join(os.environ["TMPDIR"], "copy.py")  # noqa: PTH118
    shutil.copy(__file__, copy)
    for file in (copy, event["file"]):
        try:
            with open(file, "a") as opened:  # noqa: PTH123
                opened.write("\n")
        except OSError as error:
            return f"{file}: {error.strerror}"
    return "written"


ASKED = {
    "raise": raises,
    "nested": nests,
    "log": logs,
    "sleep": lambda event: time.sleep(event["seconds"]),
    "exit": lambda event: os._exit(event["code"]),
    "leave": lambda event: sys.exit(event["code"]),
    "signal": lambda event: os.kill(os.getpid(), event["number"]),
    "environment": lambda _: dict(os.environ),
    "path": lambda _: sys.path,
    "value": value,
    "child": starts_a_child,
    "flood": floods,
    "import": lambda event: str(__import__(event["module"]).__name__),
    "pid": lambda _: os.getpid(),
    "file": reads,
    "write": writes,
}


def handler(event: Any, context: Any) -> Any:
    if not isinstance(event, dict) or "do" not in event:
        return event
    if event["do"] == "context":
        return seen(event, context)
    return ASKED[event["do"]](event)
