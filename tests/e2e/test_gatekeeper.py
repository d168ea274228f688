"""A version that does not work: the first region finds out, goes back, and says why."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeAlias

import httpx
import pytest

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
Make: TypeAlias = Callable[..., Project]

HOME, OTHER = "eu-west-1", "us-east-1"
FUNCTION: Final = "Hello"
TINY: Final = Path(__file__).with_name("tiny")
EDITS: Final = {
    'regions=["eu-west-1"]': f'regions=["{HOME}", "{OTHER}"]',
    "HttpApi()": 'HttpApi(health_path="/hello")',
}
RAISING: Final = "raise LookupError('no colour is set')\n"
BROKEN: Final = f"\n\ndef handler(event, context):\n    {RAISING}"
NOT_STARTING: Final = {
    f"\n\n{RAISING}": "LookupError: no colour is set",
    "\n\nfrom handler_of_nothing import colour\n": "Runtime.ImportModuleError: No module named "
    "'handler_of_nothing'",
}


@pytest.fixture
def guarded(tmp_path: Path, deployed: Make) -> Project:
    """Two regions, the first of which has to answer at /hello; and it does."""
    folder = tmp_path / "tiny"
    shutil.copytree(TINY, folder, ignore=shutil.ignore_patterns(".sam-deploy", "__pycache__"))
    file = folder / "deploy.py"
    text = file.read_text(encoding="utf-8")
    for old, new in EDITS.items():
        assert 1 == text.count(old)
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    return deployed(folder)


@pytest.mark.slow
def test_a_version_that_does_not_answer_goes_back_and_the_error_names_the_cause(
    guarded: Project,
) -> None:
    """Exit 7; the other region is never begun; the corrected version goes everywhere."""
    handler = guarded.folder / "functions" / FUNCTION / "handler.py"
    good = handler.read_text(encoding="utf-8")
    handler.write_text(good + BROKEN, encoding="utf-8")
    ran = guarded.deploy()
    assert 7 == ran.code, ran.err
    error = ran.json["error"]
    assert f"`tiny-sam` in `{HOME}` does not work as deployed" == error["what"]
    status, cause = error["why"].split("\n")
    assert "/dev/hello answered 500: " in status
    assert "Hello: [ERROR] LookupError: no colour is set" == cause
    assert "no other region was begun" in error["state"]
    _serves_the_first(guarded)
    _tells_the_way_on(guarded)

    handler.write_text(good + "# corrected\n", encoding="utf-8")
    again = guarded.deploy()
    assert 0 == again.code, again.err
    assert {"3", "2"} == {guarded.served(FUNCTION, region, "dev") for region in (HOME, OTHER)}


@pytest.mark.slow
def test_a_version_that_does_not_start_serves_nobody(guarded: Project) -> None:
    """Whether its function is behind the health path or not: its alias is not moved to it."""
    handler = guarded.folder / "functions" / FUNCTION / "handler.py"
    good = handler.read_text(encoding="utf-8")
    for number, (added, why) in enumerate(NOT_STARTING.items(), start=2):
        handler.write_text(good + added, encoding="utf-8")
        ran = guarded.deploy()
        assert 7 == ran.code, ran.err
        error = ran.json["error"]
        assert f"`{FUNCTION}` of `tiny-sam` in `{HOME}` does not start" == error["what"]
        assert f"`{FUNCTION}`, version {number}: {why}" == error["why"]
        assert "dev there serves what it served before; no other region" in error["state"]
        _serves_the_first(guarded)
        _tells_the_way_on(guarded)

    handler.write_text(good + "# corrected\n", encoding="utf-8")
    again = guarded.deploy()
    assert 0 == again.code, again.err
    assert {"4", "2"} == {guarded.served(FUNCTION, region, "dev") for region in (HOME, OTHER)}


def _serves_the_first(project: Project) -> None:
    """In both regions, and the other one has nothing else."""
    for region in (HOME, OTHER):
        assert "1" == project.served(FUNCTION, region, "dev")
        assert 200 == httpx.get(f"{project.url(region, 'dev')}/hello", timeout=30).status_code
    assert ["1"] == _versions(project, OTHER)


def _tells_the_way_on(project: Project) -> None:
    """`resume` would bring the same code again: only a deployment goes on with it."""
    status = project.run("status", "--target", "embedded")
    assert 0 == status.code, status.err
    assert f"was not finished: tiny-sam in {HOME}, tiny-sam in {OTHER}" in status.err
    assert "next: sam-deploy deploy" in status.err


def _versions(project: Project, region: str) -> list[str]:
    """Return the published versions of the function, as Lambda says."""
    answer = project.client("lambda", region).list_versions_by_function(
        FunctionName=f"{FUNCTION}Function"
    )
    return [each["Version"] for each in answer["Versions"] if each["Version"] != "$LATEST"]
