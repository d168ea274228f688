"""Pages of the docs are carried out, from the first command to the last, and print what they show.

CI carries out one page in eight, others with every commit; `scripts/docs.py --run` all of them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from handbook import carrying, page, pages

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

# the README is carried out by .ci/run itself
RUN = [
    told
    for told in (page.read(each) for each in pages.every())
    if told.is_run and told.path.name != "README.md"
]


@pytest.mark.parametrize("told", RUN, ids=lambda told: str(told.path.relative_to(pages.ROOT)))
def test_a_page_prints_what_it_shows(told: page.Page, capfd: pytest.CaptureFixture[str]) -> None:
    """Every command ends as the page says, and prints the lines that it shows (R316)."""
    assert carrying.carried_out(told, update=False), capfd.readouterr().out


def test_pages_are_found() -> None:
    """The guides are among them: a page that lost its declaration would go unnoticed."""
    assert {"first-hour.md", "worst-day.md", "day-two.md"} <= {Path(t.path).name for t in RUN}
