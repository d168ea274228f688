"""Keeps what two scripts write into one page apart. Pure, and light: see `measure.py`."""

from __future__ import annotations

import re
from typing import Final

HEADING: Final = "## Templates"
"""Of what `template.py` writes; the rest of the page is by `build.py`."""
_SECTION: Final = re.compile(rf"^{HEADING}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def put_into(page: str, text: str) -> str:
    """Return BENCHMARKS.md with this section in the place of the old one, before `Every figure`."""
    rest = _SECTION.sub("", page)
    head, mark, tail = rest.partition("## Every figure")
    return f"{head.rstrip()}\n\n{text}\n\n{mark}{tail}" if mark else f"{rest.rstrip()}\n\n{text}\n"


def kept(page: str, before: str) -> str:
    """Return a new page with the section that the page before it had."""
    found = _SECTION.search(before)
    return put_into(page, found[0].rstrip()) if found else page
