"""Writes what a benchmark came to: its section of BENCHMARKS.md, its figures, its picture."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bench import sections
from bench.measure import say

PAGE: Final = "BENCHMARKS.md"


def write(root: Path, section: str, files: Mapping[str, str | None]) -> None:
    """The section is in the page below `root`, and each file beside it; one without text is not."""
    page = root / PAGE
    before = page.read_text(encoding="utf-8") if page.is_file() else "# Benchmarks\n"
    for name, text in {PAGE: sections.put_into(before, section), **files}.items():
        if text:
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    say(f"written to {os.path.relpath(page)}")
