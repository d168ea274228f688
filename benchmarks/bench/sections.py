"""Keeps what several scripts write into one page apart. Pure, and light: see `measure.py`."""

from __future__ import annotations

import re
from typing import Final

DEPLOY: Final = "## Deploy"
"""Of what `deploy.py` writes."""
PROMOTE: Final = "## Promote"
"""Of what `promote.py` writes."""
LOCAL: Final = "## On the laptop"
"""Of what `local.py` writes."""
TEMPLATES: Final = "## Templates"
"""Of what `template.py` writes; the rest of the page is by `build.py`."""
SYSTEMS: Final = "## Example systems"
"""Of what `systems.py` writes."""
START: Final = "## Start"
"""Of what `start.py` writes."""
HEADINGS: Final = (DEPLOY, PROMOTE, LOCAL, START, SYSTEMS, TEMPLATES)
"""In the order in which they stand, all of them before what follows."""
REST: Final = "## Every figure"


def put_into(page: str, text: str) -> str:
    """Return BENCHMARKS.md with this section in the place of the old one, or where it belongs."""
    heading = text.partition("\n")[0]
    rest = _section(heading).sub("", page)
    later = [*HEADINGS[HEADINGS.index(heading) + 1 :], REST]
    place = re.search(rf"^({'|'.join(later)})$", rest, re.MULTILINE)
    if place is None:
        return f"{rest.rstrip()}\n\n{text}\n"
    return f"{rest[: place.start()].rstrip()}\n\n{text}\n\n{rest[place.start() :]}"


def kept(page: str, before: str) -> str:
    """Return a new page with the sections that the page before it had."""
    for heading in HEADINGS:
        if found := _section(heading).search(before):
            page = put_into(page, found[0].rstrip())
    return page


def _section(heading: str) -> re.Pattern[str]:
    return re.compile(rf"^{heading}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
