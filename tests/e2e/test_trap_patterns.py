"""Patterns of app, function and layer on trees built by the command line; git is a judge."""

from __future__ import annotations

import re
import shutil
import subprocess
import textwrap
from pathlib import Path

import pytest
from tests.campaigns.traps import HANDLER, Traps, make, put

pytestmark = pytest.mark.long

R245 = ("__pycache__", "*.pyc", "*.pyo", "*.egg-info", ".pytest_cache", ".mypy_cache")
R245 += (".ruff_cache", ".vscode", ".editorconfig", "*.md", ".env*", ".aws")
KEPT = {
    "handler.py",
    "strategies/1-KMLM.clj",
    "strategies/deep/er/2-Nuclear.clj",
    "config/strategy.dev.json",
    "config/strategy.prod.json",
}
LEFT_OUT = """
    pkg/__pycache__/a.cpython-312.pyc a.pyc b.pyo p.egg-info/PKG-INFO .pytest_cache/v/x
    pkg/.mypy_cache/x .ruff_cache/x .vscode/settings.json .editorconfig README.md docs/guide.md
    .env .env.local .aws/credentials
"""
ALCHEMISER = dict.fromkeys([*KEPT, *re.findall(r"\S+", LEFT_OUT)], HANDLER)
PATTERNS = textwrap.dedent(
    """\
    *.log
    !keep.log
    /only-root.txt
    build/
    !build/kept.txt
    docs/**/*.rst
    **/cache
    a/**/z.txt
    data/*
    !data/public/
    [ab]x.csv
    q?.csv
    \\!literal
    nested/deep.txt
    """
)
PATHS = """
    handler.py x.log keep.log sub/keep.log sub/x.log only-root.txt sub/only-root.txt build/a
    build/kept.txt sub/build/b docs/a.rst docs/x/b.rst docs/x/y/c.rst docs/c.txt cache/x
    sub/cache/y sub/deep/cache a/z.txt a/b/z.txt a/b/c/z.txt z.txt data/x data/public/y
    data/private/z ax.csv bx.csv cx.csv q1.csv q12.csv !literal nested/deep.txt
    sub/nested/deep.txt nested/other.txt
"""


@pytest.fixture
def traps(tmp_path: Path) -> Traps:
    return make(tmp_path)


def test_the_alchemiser_ships_its_strategies_and_nothing_of_its_twelve_patterns(
    traps: Traps,
) -> None:
    """R244: `**/*.clj` and `config/*.json` are packaged. R245: twelve patterns are left out."""
    put(traps.source, ALCHEMISER)
    traps.options(
        function=f'include=["**/*.clj", "config/*.json"], exclude={list(R245)!r}',
    )
    assert KEPT == traps.shipped()


def test_one_exclude_list_of_the_app_holds_for_every_archive(traps: Traps) -> None:
    """R246: the twelve patterns stand once, and apply to functions and layers alike."""
    put(traps.source, ALCHEMISER)
    put(traps.layer, ALCHEMISER)
    traps.options(app=f"exclude={list(R245)!r},")
    assert KEPT == traps.shipped()
    assert KEPT | {"shared.py"} == traps.shipped("shared.zip", "python/")


def test_patterns_of_function_and_layer_stay_their_own(traps: Traps) -> None:
    """And those of the app come on top; an include brings back what only a default leaves out."""
    files = {"a.log": "x", "b.tmp": "x", "c.txt": "x", "seed.db": "x", "tests/case.json": "x"}
    put(traps.source, files)
    put(traps.layer, files)
    traps.options(
        app='exclude=["*.log"],',
        layer='exclude=["*.txt"], include=["seed.db"]',
        function='exclude=["*.tmp"], include=["tests/*.json"]',
    )
    assert {"handler.py", "c.txt", "tests/case.json"} == traps.shipped()
    assert {"shared.py", "b.tmp", "seed.db"} == traps.shipped("shared.zip", "python/")


def test_patterns_mean_what_git_says_they_mean(traps: Traps) -> None:
    """Git itself is the judge of a page of patterns on a tree."""
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not installed")
    patterns = [*PATTERNS.splitlines(), "trailing\\ "]
    tree = dict.fromkeys([*re.findall(r"\S+", PATHS), "trailing "], HANDLER)
    put(traps.source, tree)
    work = traps.site.folder / "judge"
    put(work, tree | {".gitignore": "\n".join(patterns) + "\n"})
    subprocess.run([git, "init", "-q", str(work)], check=True)
    ask = [git, "-C", str(work), "ls-files", "-z", "--others", "--exclude-standard"]
    said = subprocess.run(ask, check=True, capture_output=True, text=True).stdout.split("\0")
    traps.options(function=f"exclude={patterns!r}")
    assert {path for path in said if path} - {".gitignore"} == traps.shipped()
