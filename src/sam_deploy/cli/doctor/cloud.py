"""The embedded cloud of the project: whether it runs, and whether it died."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sam_deploy import local
from sam_deploy.cli.doctor.finding import Finding, ok, problem, warning
from sam_deploy.errors import UnreachableError
from sam_deploy.local import emulator
from sam_deploy.local.state import StateFolder


def cloud(project: Path) -> Iterator[Finding]:
    """Find the state of the project's cloud."""
    found = local.find(project)
    if found is None:
        if StateFolder(project).read() is None:
            yield ok("cloud", "the embedded cloud does not run; `sam-deploy deploy` starts it")
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
