"""What a campaign came to, and the page that keeps the last outcome of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

Tell: TypeAlias = Callable[[str], None]

HEAD: Final = """\
# Campaigns

What sam-deploy has gone through, as `.ci/campaigns` last ran it and wrote it down here.
`.ci/campaigns NAME --count N` runs one of them again, and changes its row alone.

| campaign | what was done and must hold | date | tried | failed | seconds | figures |
|---|---|---|---:|---:|---:|---|
"""
_ROW: Final = re.compile(r"^\| ([a-z-]+) \| .* \|$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One campaign's figures. `failures` say what did not hold, one sentence each."""

    name: str
    claim: str
    tried: int
    failures: tuple[str, ...]
    seconds: float
    figures: str = ""

    def row(self, date: str) -> str:
        """Return the outcome as a row of the page's table."""
        cells = (self.name, self.claim, date, f"{self.tried:,}", f"{len(self.failures):,}")
        return f"| {' | '.join(cells)} | {self.seconds:,.0f} | {self.figures} |"


def page(before: str, outcomes: Sequence[Outcome], date: str, order: Sequence[str]) -> str:
    """Return the page with these outcomes; rows of other campaigns stay as they were."""
    rows = {match[1]: match[0] for match in _ROW.finditer(before) if match[1] in order}
    rows |= {outcome.name: outcome.row(date) for outcome in outcomes}
    return HEAD + "".join(f"{rows[name]}\n" for name in order if name in rows)


def rewrite(path: Path, outcomes: Sequence[Outcome], date: str, order: Sequence[str]) -> None:
    """Write the outcomes into the page."""
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    path.write_text(page(before, outcomes, date, order), encoding="utf-8")
