"""All tests that CI only samples: faults over the wire, the real SAM CLI, taking an app down."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Final

from tests.campaigns.outcome import Outcome, Tell
from tests.campaigns.project import REPOSITORY

NAME: Final = "long-tests"
PYTEST: Final = (sys.executable, "-m", "pytest", "-q", "--run-slow", "-m", "long")
CLAIM: Final = "every test marked `long`, of which CI runs a sample with each commit: all pass"


def run(count: int, tell: Tell) -> Outcome:
    """Run them `count` times over, two at once."""
    started = time.monotonic()
    tried, failures = 0, list[str]()
    with tempfile.TemporaryDirectory(prefix="campaign-") as folder:
        for number in range(count):
            report = Path(folder) / f"{number}.xml"
            subprocess.run(
                [*PYTEST, f"--junitxml={report}"],
                cwd=REPOSITORY,
                stdout=subprocess.DEVNULL,
                check=False,
            )
            for case in ET.parse(report).getroot().iter("testcase"):  # noqa: S314 - pytest's own
                tried += 1
                if case.find("failure") is not None or case.find("error") is not None:
                    failures.append(f"{case.get('classname')}.{case.get('name')}")
            tell(f"round {number + 1} of {count}: {tried} tried, {len(failures)} failed")
    return Outcome(NAME, CLAIM, tried, tuple(failures), time.monotonic() - started, "")
