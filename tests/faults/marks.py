"""The marker `fault(NUMBER)` and `--faults-out FILE`: which rows of the table a run has proven.

The file is JSON: number -> {test: outcome}, where a test that failed in any phase has failed.
`scripts/faults.py` makes `docs/faults.md` of it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path

import pytest

MARKER = "fault"
OPTION = "--faults-out"


def add_option(parser: pytest.Parser) -> None:
    """Accept `--faults-out FILE`."""
    parser.addoption(OPTION, metavar="FILE", help="write which faults were proven, as JSON")


def register(config: pytest.Config) -> None:
    """Every test's report carries its rows; the main process collects them when asked."""
    config.pluginmanager.register(_Carrier(), "fault-carrier")
    target = config.getoption(OPTION)
    if target and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Collector(Path(str(target))), "fault-collector")


class _Carrier:
    """Writes a test's rows into its report, which travels from the workers."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        rows = sorted({row for mark in item.iter_markers(MARKER) for row in mark.args})
        report.user_properties.extend((MARKER, row) for row in rows)
        return report


class _Collector:
    """Keeps the outcome of every test that is marked, and writes them at the end."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._found: defaultdict[str, dict[str, str]] = defaultdict(dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember the worst phase of each test."""
        if report.when != "call" and report.outcome == "passed":
            return
        for name, row in report.user_properties:
            if name == MARKER:
                known = self._found[str(row)].get(report.nodeid)
                self._found[str(row)][report.nodeid] = (
                    report.outcome if known != "failed" else known
                )

    def pytest_sessionfinish(self) -> None:
        """Write the file."""
        rows = {row: self._found[row] for row in sorted(self._found, key=int)}
        self._target.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
