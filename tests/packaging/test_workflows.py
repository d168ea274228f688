"""The workflows of this repository: valid, pinned by commit, with no more rights than needed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from sam_deploy.export.pipelines.github import ACTIONS

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
USED = re.compile(
    r"uses: (?P<action>[\w./-]+)@(?P<commit>[0-9a-f]{40}) # (?P<tag>v[\d.]+)$", re.MULTILINE
)
by_name = pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)


def test_there_is_one_for_changes_and_one_for_releases() -> None:
    """And no other that nobody looks at."""
    assert ["ci", "release"] == [each.stem for each in WORKFLOWS]


@pytest.mark.slow
@by_name
def test_a_workflow_is_one_by_the_schema(file: Path) -> None:
    """The schema of GitHub's workflows, as it is published."""
    program = Path(sys.executable).with_name("check-jsonschema")
    done = subprocess.run(
        [program, "--builtin-schema", "vendor.github-workflows", file],
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stdout


@by_name
def test_every_action_is_pinned_by_the_commit_of_a_release(file: Path) -> None:
    """Those that `export github-actions` uses, too, at the same commit."""
    text = file.read_text(encoding="utf-8")
    used = list(USED.finditer(text))
    assert text.count("uses:") == len(used)
    known = {(name, *pinned) for name, pinned in ACTIONS.items()}
    pins = {(each["action"], each["commit"], each["tag"]) for each in used}
    shared = {each for each in pins if each[0] in ACTIONS}
    assert shared
    assert set() == shared - known


@by_name
def test_nothing_may_write_but_the_job_that_publishes(file: Path) -> None:
    """Reading is the default; an identity is given to one job, which runs nothing of this tree."""
    workflow: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert {"contents": "read"} == workflow["permissions"]
    for name, job in workflow["jobs"].items():
        rights = job.get("permissions")
        assert ({"id-token": "write"} if name == "publish" else None) == rights
        if name == "publish":
            assert [] == [each for each in job["steps"] if "run" in each]
            assert "release" == job["environment"]


def test_the_scripts_that_workflows_run_are_there() -> None:
    """A renamed script is noticed before the tag."""
    for file in WORKFLOWS:
        for script in re.findall(r"(scripts/\w+\.py|\.ci/\w+)", file.read_text(encoding="utf-8")):
            assert (ROOT / script).is_file(), script
