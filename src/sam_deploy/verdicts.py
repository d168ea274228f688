"""Remembers which templates cfn-lint has passed, since asking it takes seconds.

The archives' hashes are left out of what is remembered: changed code makes no template wrong.
Only clean verdicts are kept. May touch: one folder below the store.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

ARCHIVE_HASH: Final = re.compile(r"[0-9a-f]{64}\.zip")


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Clean verdicts, one empty file for each."""

    folder: Path

    def passed(self, body: str, regions: Sequence[str]) -> bool:
        """Whether this template is known to be clean in these regions."""
        return (self.folder / _key(body, regions)).is_file()

    def remember(self, body: str, regions: Sequence[str]) -> None:
        """The template is known to be clean in these regions from now on."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / _key(body, regions)).touch()


def _key(body: str, regions: Sequence[str]) -> str:
    rules = metadata.version("cfn-lint")
    text = ARCHIVE_HASH.sub("archive.zip", body)
    return hashlib.sha256(f"{rules}\n{sorted(regions)}\n{text}".encode()).hexdigest()
