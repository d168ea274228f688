"""The site of the docs: built without a warning, and whole without anything from elsewhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mkdocs", reason="needs `uv sync --group docs`")
pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
FETCHED = re.compile(
    r"<(?:script|img|iframe|source|audio|video)\b[^>]*\bsrc=\"?(?:https?:)?//"
    r"|<link\b(?![^>]*rel=\"?canonical)[^>]*\bhref=\"?(?:https?:)?//"
    r"|@import\s+[\"']?(?:url\()?[\"']?(?:https?:)?//|url\([\"']?(?:https?:)?//"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, in a folder of its own. `--strict`: a link or anchor to nowhere fails it."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return folder


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    """No page and no style asks another host for a script, a font, a style or a picture.

    The theme's script knows an address for diagrams; it is asked only where a page has one to draw.
    """
    files = [*site.rglob("*.html"), *site.rglob("*.css")]
    assert len(files) > 50
    asking = [each.name for each in files if FETCHED.search(each.read_text(encoding="utf-8"))]
    assert [] == asking
    drawn = [each for each in files if 'class="mermaid"' in each.read_text(encoding="utf-8")]
    assert [] == drawn


def test_every_page_of_the_docs_is_on_it(site: Path) -> None:
    """And so are README, changelog, benchmarks, and source that a page leads to."""
    wanted = [
        each.relative_to(ROOT / "docs").with_suffix(".html")
        for each in (ROOT / "docs").rglob("*.md")
    ]
    wanted += [Path("project", f"{each}.html") for each in ("readme", "changelog", "benchmarks")]
    wanted.append(Path("code/src/sam_deploy/workflow.py.html"))
    assert [] == [str(each) for each in wanted if not (site / each).is_file()]


def test_links_that_leave_the_docs_lead_on(site: Path) -> None:
    """What a code host follows by its path is a page here; no link leads out of the site."""
    phases = (site / "concepts/phases.html").read_text(encoding="utf-8")
    assert 'href="../code/src/sam_deploy/delivery/index.html"' in phases
    home = (site / "index.html").read_text(encoding="utf-8")
    assert 'href="project/benchmarks.html"' in home
    readme = (site / "project/readme.html").read_text(encoding="utf-8")
    assert 'src="../pictures/demo.svg"' in readme
    assert 'href="../concepts/aliases.html"' in readme


def test_it_is_searched_in_the_browser(site: Path) -> None:
    """The index holds what pages say, and no listing of source; our own comments are not shown."""
    index = json.loads((site / "search/search_index.json").read_text(encoding="utf-8"))
    places = {each["location"].split("#")[0] for each in index["docs"]}
    assert "concepts/promotion.html" in places
    assert [] == [each for each in places if each.endswith(".py.html")]
    shown = [each.name for each in site.rglob("*.html") if "<!-- runs:" in each.read_text("utf-8")]
    assert [] == shown


def test_it_knows_light_and_dark(site: Path) -> None:
    """As the system has it, or as the reader chooses; with fonts of the reader's own system."""
    home = (site / "index.html").read_text(encoding="utf-8")
    assert "(prefers-color-scheme: dark)" in home
    assert 'data-md-color-scheme="slate"' in home
    assert "fonts.g" not in home
