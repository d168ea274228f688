"""What holds for the dashboard's page as it lies on disk: no build step, nothing from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "src" / "sam_deploy" / "ui" / "page"
FILES = sorted(path for path in PAGE.rglob("*") if path.is_file())
SCRIPTS = [path for path in FILES if path.suffix == ".js"]
MOST_LINES = 300
PAGE_MOST_BYTES = 250_000
IMPORT = re.compile(r'^(?:import|export) [^;]*?from "([^"]+)"', re.MULTILINE)
OURS_ALONE = "http://www.w3.org/2000/svg"
"""Not an address that is read, but the name of SVG."""


def named(path: Path) -> str:
    return path.relative_to(PAGE).as_posix()


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_no_file_is_long() -> None:
    """Below 300 lines each, as everywhere; all of it is smaller than a photograph."""
    counted = {named(path): len(text(path).splitlines()) for path in FILES}
    assert {} == {name: lines for name, lines in counted.items() if lines >= MOST_LINES}
    assert sum(path.stat().st_size for path in FILES) < PAGE_MOST_BYTES


def test_nothing_comes_from_elsewhere() -> None:
    """No address of another host stands in any file."""
    found = {
        named(path): re.findall(r"(?:https?:)?//[\w.-]+\.\w+[^\s\"')]*", text(path))
        for path in FILES
    }
    assert {} == {
        name: rest
        for name, addresses in found.items()
        if (rest := [each for each in addresses if each != OURS_ALONE])
    }


def test_no_markup_is_made_of_strings() -> None:
    """Names and errors can only become text: nothing parses HTML or code at run time."""
    banned = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
    )
    assert [] == [named(path) for path in SCRIPTS if banned.search(text(path))]


def test_nothing_is_inline() -> None:
    """The policy `default-src 'self'` refuses scripts, styles and handlers in the markup."""
    page = text(PAGE / "index.html")
    assert [] == re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)
    assert [] == [named(path) for path in SCRIPTS if re.search(r"\bstyle: [\"'`]", text(path))]


def test_every_module_and_style_that_is_named_is_there() -> None:
    """What index.html and the modules name exists, and nothing lies there unused."""
    used = {PAGE / "index.html", PAGE / "types.js"}
    used |= {PAGE / each for each in re.findall(r'"/page/([^"]+)"', text(PAGE / "index.html"))}
    for path in SCRIPTS:
        used |= {(path.parent / each).resolve() for each in IMPORT.findall(text(path))}
    assert (sorted(FILES), []) == (
        sorted(path for path in FILES if path in used),
        sorted(named(path) for path in used if not path.is_file()),
    )


@pytest.mark.parametrize("path", SCRIPTS, ids=named)
def test_every_module_says_why_it_exists(path: Path) -> None:
    """A comment is its first line."""
    assert text(path).startswith(("/**", "//"))
