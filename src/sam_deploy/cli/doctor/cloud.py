"""The embedded cloud of the project: whether it runs, and whether it died."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sam_deploy import local
from sam_deploy.cli.doctor.finding import Finding, ok, problem, warning
from sam_deploy.errors import UnreachableError
from sam_deploy.local import emulator, ports
from sam_deploy.local.front_door import DEFAULT_PORT
from sam_deploy.local.state import Record, StateFolder


def cloud(project: Path) -> Iterator[Finding]:
    """Find the state of the project's cloud."""
    found = local.find(project)
    if found is None:
        record = StateFolder(project).read()
        left = _left(record) if record else []
        if record is None:
            yield ok("cloud", "the embedded cloud does not run; `sam-deploy deploy` starts it")
        elif left:
            yield problem(
                "cloud",
                f"the embedded cloud died in part: {', '.join(left)} runs, and answers nobody",
                "`sam-deploy cloud stop` ends it, then `sam-deploy deploy`",
                UnreachableError.exit_code,
            )
        else:
            yield warning(
                "cloud",
                "the embedded cloud died, and what it held is gone",
                "`sam-deploy deploy` starts another and deploys everything; "
                "`.sam-deploy/cloud/emulator.log` may say why",
            )
    elif emulator.answers(found.emulator_server):
        yield ok("cloud", f"the embedded cloud answers: {found.gateway}, {found.endpoint}")
    else:
        yield problem(
            "cloud",
            f"the embedded cloud runs and does not answer at {found.endpoint}",
            "`sam-deploy cloud stop`, then `sam-deploy deploy`",
            UnreachableError.exit_code,
        )


def _left(record: Record) -> list[str]:
    """Return the parts of a cloud that still run, although others of it have ended."""
    parts = {"emulator": record.emulator, "gateway": record.gateway, "proxy": record.proxy}
    return [
        f"{name} (process {server.process.pid})"
        for name, server in parts.items()
        if server is not None and server.process.alive()
    ]


def port(wanted: int = DEFAULT_PORT) -> Iterator[Finding]:
    """Find who has the port that the gateway and `serve` take first; the next one is free."""
    try:
        with closing(ports.listen(wanted)):
            yield ok("port", f"{wanted} is free")
    except OSError:
        who = ports.who_listens(wanted) or "another program"
        yield warning(
            "port",
            f"{wanted} is held by {who}: addresses change to the next port that is free",
            f"end that program, or choose a port: `sam-deploy serve --port {wanted + 80}`",
        )
