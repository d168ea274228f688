"""What a Python function logs, in the two formats that Lambda has for it.

Source: Lambda developer guide, "Log and monitor Python Lambda functions"; awslambdaric 4.2.2.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
import traceback
from typing import Any

_LINE_END = "\r"
"""Ends a line within a log event, as awslambdaric has it: the event ends at the newline."""
_INDENT = "\u00a0"


class Current:
    """The invocation that runs now; a process runs one at a time."""

    request_id = ""


class _LogHandler(logging.Handler):
    """Everything logged by `logging` is an event of its own, whatever lines it has."""

    def emit(self, record: logging.LogRecord) -> None:
        record.aws_request_id = Current.request_id
        lines = self.format(record).rstrip("\n").split("\n")
        sys.stdout.write(_LINE_END.join(lines) + "\n")


class _JsonFormatter(logging.Formatter):
    """Lambda's JSON log format. Source: "Lambda JSON log format", awslambdaric."""

    def format(self, record: logging.LogRecord) -> str:
        kind, value, trace = record.exc_info or (None, None, None)
        given = record.msg if isinstance(record.msg, dict) and not record.args else None
        location = f"{record.pathname}:{record.funcName}:{record.lineno}" if kind else None
        known = {
            "timestamp": self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ"),
            "level": record.levelname,
            "message": record.getMessage() if given is None else given,
            "logger": record.name,
            "stackTrace": traceback.format_tb(trace) if kind else None,
            "errorType": kind.__name__ if kind else None,
            "errorMessage": str(value) if kind else None,
            "requestId": Current.request_id or None,
            "location": location,
        }
        usual = {*vars(logging.makeLogRecord({})), "message", "aws_request_id"}
        extra = {name: value for name, value in vars(record).items() if name not in usual}
        shown = {name: value for name, value in {**extra, **known}.items() if value is not None}
        return json.dumps(shown, ensure_ascii=False, default=str)


def set_up_logging() -> None:
    """The root logger writes as Lambda has it do, so that `basicConfig` changes nothing."""
    logging.Formatter.converter = time.gmtime
    handler = _LogHandler()
    if os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON":
        handler.setFormatter(_JsonFormatter())
    else:
        line = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
        handler.setFormatter(logging.Formatter(line, "%Y-%m-%dT%H:%M:%S"))
    root = logging.getLogger()
    root.addHandler(handler)
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper().replace("TRACE", "DEBUG")
    if level and isinstance(logging.getLevelName(level), int):
        root.setLevel(level)


def log_error(error: dict[str, Any]) -> None:
    """An error that nobody caught is one event of the log."""
    if os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON":
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        sys.stdout.write(json.dumps({"timestamp": stamp, "level": "ERROR", **error}) + "\n")
        return
    title = ": ".join(filter(None, (error["errorType"], error["errorMessage"])))
    lines = [f"[ERROR] {title}", "Traceback (most recent call last):"]
    for entry in error["stackTrace"]:
        for line in entry.splitlines():
            stripped = line.lstrip(" ")
            lines.append(_INDENT * (len(line) - len(stripped)) + stripped)
    sys.stdout.write(_LINE_END.join(lines).replace("\n", _LINE_END) + "\n")
