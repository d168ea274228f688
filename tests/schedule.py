"""Which worker runs what: files that share a deployed project go to one, and the longest begin.

A session's project is deployed once per process: two workers would each deploy the example.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest
from xdist.scheduler import LoadFileScheduling

ROOT = Path(__file__).parents[1]
SHARED = ("dzgro", "tiny")
"""The projects that `tests/e2e/conftest.py` deploys once a session; a file goes by the first."""
BEGIN = ("e2e", "contract", "faults", "screens", "docs", "architecture")
"""The folders in the order in which they are begun; many short files at the end fill both."""


class Schedule(LoadFileScheduling):
    """A file each, but files with a shared project as if they were one."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return shared_project(file) or file


@functools.cache
def shared_project(file: str) -> str:
    """Return the shared project that tests of an end-to-end file ask for, or ''."""
    if not file.startswith("tests/e2e/"):
        return ""
    text = (ROOT / file).read_text(encoding="utf-8")
    return next((name for name in SHARED if re.search(rf"\b{name}: Project\b", text)), "")


def longest_first(items: list[pytest.Item]) -> None:
    """Put the tests into the order in which workers take their files."""

    def place(item: pytest.Item) -> int:
        folder = item.nodeid.split("/")[1:2]
        return BEGIN.index(folder[0]) if folder and folder[0] in BEGIN else len(BEGIN)

    items.sort(key=place)
