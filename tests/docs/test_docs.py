"""The docs say what is true: their examples run, their links lead somewhere, pages are current."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from handbook import pages, tree
from sam_deploy import config, plan
from sam_deploy.config.settings import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*/*.md")])
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")


def test_the_config_of_the_readme_loads_and_plans(tmp_path: Path) -> None:
    """The whole config in the README is complete: it loads, and gives a plan for two regions."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", readme, flags=re.DOTALL)
    (tmp_path / "deploy.py").write_text(block, encoding="utf-8")
    planned = plan.make(config.load(tmp_path), tmp_path, plan.Request())
    assert ("eu-west-1", "us-east-1") == planned.regions
    assert () == planned.warnings


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    """A relative link of a page names a file of the project."""
    links = LINK.findall(tree.FENCES.sub("", page.read_text(encoding="utf-8")))
    assert [] == [link for link in links if not (page.parent / link).exists()]


@pytest.mark.parametrize(
    "script",
    [
        "reference.py",
        "commands.py",
        "documents.py",
        pytest.param("manual.py", marks=pytest.mark.slow),
        "exits.py",
        pytest.param("requirements.py", marks=pytest.mark.slow),
        "rules.py",
        pytest.param("faults.py", marks=pytest.mark.slow),
        pytest.param("diagrams.py", marks=pytest.mark.slow),
        pytest.param("iam.py", marks=pytest.mark.slow),
        "docs.py --list",
    ],
)
def test_a_made_page_is_current(script: str) -> None:
    """What a script makes is committed as it makes it now."""
    done = subprocess.run(
        [sys.executable, *f"scripts/{script} --check".split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_of_a_page_exists(page: Path) -> None:
    """In blocks and sentences alike: command, options and choices; blocks say their place (R316).

    What is printed is compared by test_pages.py, which carries the pages out.
    """
    assert [] == [*pages.problems(page)]


def test_every_variable_is_in_the_example_file() -> None:
    """`.env.example` names every variable that sam-deploy reads (R007)."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert [] == [name for name in VARIABLES if name not in text]
