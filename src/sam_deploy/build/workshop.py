"""What all units of a run share: where things are, and whom to tell."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sam_deploy.build.fetch import Fetcher
from sam_deploy.build.index import FileIndex
from sam_deploy.build.store import Store
from sam_deploy.events import Report


@dataclass(frozen=True, slots=True)
class Workshop:
    """The tools and places that every unit is built with."""

    project: Path
    store: Store
    fetcher: Fetcher
    index: FileIndex
    report: Report
    upgrade: bool = False
    """Choose versions anew, whatever the lock says."""
