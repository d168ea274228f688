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
BROKEN: Final = "\n\nraise LookupError('no colour is set')\n"
UNLOADABLE: Final = "\n\nfrom handler_of_nothing import colour\n"


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
def test_a_version_that_fails_at_import_goes_back_and_the_error_names_the_cause(
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
    for region in (HOME, OTHER):
        assert "1" == guarded.served(FUNCTION, region, "dev")
        assert 200 == httpx.get(f"{guarded.url(region, 'dev')}/hello", timeout=30).status_code
    assert ["1"] == _versions(guarded, OTHER)

    _tells_the_way_on(guarded)

    handler.write_text(good + UNLOADABLE, encoding="utf-8")
    ran = guarded.deploy()
    assert 7 == ran.code, ran.err
    cause = ran.json["error"]["why"].split("\n")[1]
    assert "Runtime.ImportModuleError" in cause
    assert "No module named 'handler_of_nothing'" in cause

    handler.write_text(good + "# corrected\n", encoding="utf-8")
    again = guarded.deploy()
    assert 0 == again.code, again.err
    assert {"4", "2"} == {guarded.served(FUNCTION, region, "dev") for region in (HOME, OTHER)}


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
