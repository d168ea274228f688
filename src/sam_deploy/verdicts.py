"""Remembers which templates every check has passed, since asking them takes seconds.

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
OWN_RULES: Final = Path(__file__).parent / "template" / "checks"


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Clean verdicts, one empty file for each. `asked` is what else decides, such as waivers."""

    folder: Path
    asked: str = ""

    def passed(self, body: str, regions: Sequence[str]) -> bool:
        """Whether this template is known to be clean in these regions."""
        return (self.folder / self._key(body, regions)).is_file()

    def remember(self, body: str, regions: Sequence[str]) -> None:
        """The template is known to be clean in these regions from now on."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / self._key(body, regions)).touch()

    def _key(self, body: str, regions: Sequence[str]) -> str:
        text = ARCHIVE_HASH.sub("archive.zip", body)
        parts = (*_rules(), self.asked, str(sorted(regions)), text)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _rules() -> tuple[str, str]:
    """Return what names the rules: cfn-lint's version, and when ours were last written."""
    newest = max(file.stat().st_mtime_ns for file in OWN_RULES.rglob("*.py"))
    return metadata.version("cfn-lint"), str(newest)
