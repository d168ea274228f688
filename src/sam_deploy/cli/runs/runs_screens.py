"""Runs as people read them, and as documents. Pure."""

from __future__ import annotations

import io
import shlex
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sam_deploy.amounts import ago_text
from sam_deploy.cli.screens import document
from sam_deploy.cli.terminal.console import sentence
from sam_deploy.cli.terminal.errors import show_error
from sam_deploy.cli.terminal.tables import table
from sam_deploy.errors import SamDeployError
from sam_deploy.runs import event_of

if TYPE_CHECKING:
    from sam_deploy.runs import Run

LEAD = " " * 11
"""As wide as the time in front of a line."""


def list_text(runs: Sequence[Run], now: float, columns: int = 0) -> str:
    """Return a row for each run: when, command, outcome, duration, name."""
    rows = [
        [ago_text(now - run.started), _typed(run), _outcome(run), _took(run), run.run]
        for run in runs
    ]
    return table(["began", "command", "outcome", "took", "run"], rows, columns)


def _typed(run: Run) -> str:
    return shlex.join([*run.command.split(), *run.arguments]).replace("'***'", "***")


def _outcome(run: Run) -> str:
    return f"failed, exit {run.exit_code}" if run.outcome == "failed" else run.outcome


def _took(run: Run) -> str:
    return "" if run.seconds is None else f"{run.seconds:.1f} s"


def list_json(runs: Iterable[Run]) -> str:
    """Return the runs as a document. Schema: docs/reference/json.md."""
    return document({"runs": [_run_json(run) for run in runs]})


def run_json(run: Run, lines: Sequence[dict[str, Any]]) -> str:
    """Return a run and every line of its log as a document. Schema: docs/reference/json.md."""
    return document({**_run_json(run), "events": list(lines)})


def _run_json(run: Run) -> dict[str, Any]:
    return {
        "run": run.run,
        "command": run.command,
        "arguments": list(run.arguments),
        "target": run.target,
        "started": run.started,
        "seconds": run.seconds,
        "exit_code": run.exit_code,
        "running": run.running,
        "outcome": run.outcome,
        "error": run.error,
        "path": str(run.path),
    }


def run_text(run: Run, lines: Sequence[dict[str, Any]], *, all: bool = False) -> str:  # noqa: A002 - all lines
    """Return how a run began, a line for what happened, with the seconds since, and its end."""
    start = lines[0] if lines else {}
    began = datetime.fromtimestamp(run.started, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    head = [
        f"$ sam-deploy {_typed(run)}",
        f"{run.run}, began {began}",
        f"sam-deploy {start.get('version')}, Python {start.get('python')}, {start.get('platform')}",
        "",
    ]
    told = [text for line in lines if (text := _line(line, run.started, all=all))]
    took = f" after {_took(run)}" if run.seconds is not None else ""
    end = ["", f"{_outcome(run)}{took}"]
    return "\n".join([*head, *told, *end, *_error(run)])


def _line(line: dict[str, Any], started: float, *, all: bool) -> str:  # noqa: A002 - all lines
    if line.get("type") == "LogRecord":
        loud = line.get("level") in {"warning", "error", "critical"}
        text = f"{line.get('logger')} {line.get('level')}: {line.get('message')}"
        text = text if all or loud else ""
    else:
        event = event_of(line)
        text = sentence(event, verbose=True) if event else ""
    if not text:
        return ""
    lead = f"{max(0.0, float(line.get('time', started)) - started):7.1f} s  "
    return lead + text.replace("\n", f"\n{LEAD}")


def _error(run: Run) -> list[str]:
    error = run.error
    if not error:
        return []
    text = io.StringIO()
    parts = {name: str(error.get(name, "")) for name in ("why", "state", "hint")}
    problems = tuple(map(str, error.get("problems") or ()))
    show_error(SamDeployError(str(error.get("what", "")), **parts, problems=problems), text)
    trace = error.get("traceback")
    return ["", text.getvalue().rstrip("\n"), *(["", str(trace).rstrip("\n")] if trace else [])]
