"""Logs of runs, made up: a promotion, a deployment that failed, one that is under way."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import Any

from sam_deploy.ui.progress import Counted

Json = dict[str, Any]


def digest(text: str) -> str:
    """Return 64 letters that look like any hash."""
    return hashlib.sha256(text.encode()).hexdigest()


def _run(now: float, command: str, hours: float, seconds: float | None, code: int | None) -> Json:
    began = now - hours * 3600
    stem = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(began))
    run = {"run": f"{stem}-{command}-{digest(command)[:4]}", "command": command, "arguments": []}
    ended = {"seconds": seconds, "exit_code": code, "running": seconds is None}
    first = {"type": "RunStarted", "time": began, "command": command, "pid": 1}
    return {**run, "started": began, **ended, "events": [{**first, "run": run["run"]}]}


def progress(run: Json) -> Json:
    """Return how far a run is, as the server counts it."""
    counted = Counted(Path("nowhere"))
    for each in run["events"]:
        counted.add(each)
    return counted.object()


def finished(regions: tuple[str, ...], now: float) -> Json:
    """Return a promotion that went well."""
    run = _run(now, "promote", 2, 3.4, 0)
    run["arguments"] = ["prod", "--note", "invoices in euros"]
    for region in regions:
        moved = {"function": "ApiFunction", "alias": "prod", "version": "47", "previous": "46"}
        run["events"].append({"type": "AliasMoved", "time": now, "region": region, **moved})
    run["events"].append({"type": "RunEnded", "time": now, "seconds": 3.4, "exit_code": 0})
    return run


def failed(regions: tuple[str, ...], now: float) -> Json:
    """Return a deployment that CloudFormation refused in one region."""
    run = _run(now, "deploy", 5, 62.0, 4)
    run["arguments"] = ["core"]
    run["events"] += deployment(now, regions, failing=regions[1])
    error = {
        "what": f"Stack `dzgro-core` in `{regions[1]}` was not updated",
        "why": "`ApiLambdaRole` failed: not authorized to perform iam:PassRole",
        "state": "CloudFormation took the change back; every alias is where it was",
        "hint": "give the deploying role iam:PassRole on `dzgro-*`, then run `sam-deploy resume`",
        "problems": [],
    }
    ended = {"type": "RunEnded", "time": now, "seconds": 62.0, "exit_code": 4}
    run["events"].append({**ended, "error": error})
    return run


def under_way(regions: tuple[str, ...], now: float) -> Json:
    """Return a deployment that is half done."""
    run = _run(now, "deploy", 0.01, None, None)
    run["events"] += deployment(now, regions, failing="")[: -len(regions)]
    return run


def deployment(now: float, regions: tuple[str, ...], failing: str) -> list[Json]:
    """Return the events of a deployment, in the order in which they come."""
    began = now - 20
    events: list[Json] = [
        {"type": "PhaseStarted", "phase": "build", "title": "Building"},
        {"type": "Planned", "builds": 2, "regions": len(regions), "stacks": len(regions)},
        *(
            {
                "type": "BuildFinished",
                "unit": name,
                "kind": "function",
                "archive": f"{name}.zip",
                "size_bytes": 9,
                "seconds": 0.4,
                "reused": index == 0,
                "index": index + 1,
                "total": 2,
            }
            for index, name in enumerate(("Api", "Worker"))
        ),
        {"type": "Note", "message": "Two functions share a role", "level": "warning", "region": ""},
        {"type": "PhaseStarted", "phase": "deploy", "title": "Deploying"},
    ]
    steps = ("bucket", "artifacts", "layers", "certificates", "change set", "execute")
    for index, name in enumerate(steps, 1):
        for region in regions:
            stack = "dzgro-core" if index > 4 else ""
            step = {"region": region, "stack": stack, "step": name, "index": index, "total": 8}
            events.append({"type": "StepStarted", **step})
            if name != "execute":
                events.append({"type": "StepFinished", **step, "detail": "3 there"})
    for region in regions:
        failed = region == failing
        event = {"stack": "dzgro-core", "region": region, "resource_type": "AWS::IAM::Role"}
        status = "CREATE_FAILED" if failed else "CREATE_COMPLETE"
        reason = "User is not authorized to perform iam:PassRole" if failed else ""
        ids = {"logical_id": "ApiLambdaRole", "status": status, "reason": reason}
        events.append({"type": "StackEvent", **event, **ids})
        call = {"level": "DEBUG", "logger": "botocore", "message": f"DescribeStacks {region}"}
        events.append({"type": "LogRecord", **call})
    for region in regions:
        outcome = "failed" if region == failing else "updated"
        done = {"region": region, "stack": "dzgro-core", "outcome": outcome, "seconds": 31.2}
        events.append({"type": "RegionFinished", **done})
    return [{"time": began + index / 10, **each} for index, each in enumerate(events)]
