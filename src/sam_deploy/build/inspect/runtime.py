"""What the Lambda runtime of Python brings besides the standard library: boto3.

Handlers import it without shipping it, so a measurement on this computer has to add it. It is
built as a layer would be, into the project's `.sam-deploy` folder.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from sam_deploy.build.engine import run
from sam_deploy.build.inspect.contents import Subject, take_apart
from sam_deploy.build.inspect.model import Contents
from sam_deploy.build.store import Store
from sam_deploy.events import Report
from sam_deploy.plan.model import BuildUnit, Target

FOLDER: Final = Path(".sam-deploy", "inspect")
_MISSING: Final = re.compile(
    r"No module named '(boto3|botocore|s3transfer|jmespath|urllib3|dateutil|six)\b"
)
"""boto3 and what it requires. Source: Lambda developer guide, "Runtime-included SDK versions"."""


def is_missing(stderr: str) -> bool:
    """Say whether a Python failed for want of a package that the Lambda runtime brings."""
    return _MISSING.search(stderr) is not None


def runtime_packages(target: Target, project: Path, store: Store, report: Report) -> Contents:
    """Return boto3 and what it requires, built for the target. Raises `BuildError`.

    The version is the newest when it is first asked for; the runtime's own may be older.
    """
    unit = BuildUnit(
        key="layer/lambda-runtime",
        name="lambda-runtime",
        kind="layer",
        archive="lambda-runtime.zip",
        target=target,
        requirements=("boto3",),
        managed="keep",
    )
    made = run([unit], project / FOLDER, store, report)[unit.key]
    return take_apart(Subject(made.path, unit.name, unit.kind, target, unit.requirements))
