from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sam_deploy.cli import saved_files

PROJECT = Path("/projects/shop")


@pytest.mark.parametrize(
    "path",
    [
        "deploy.py",
        ".env",
        "functions/Api/handler.py",
        "functions/Api/requirements.txt",
        "functions/Api/uv.lock",
        "functions/Api/locks/keys.py",
        "layers/shared/data.json",
        "/projects/common/text.py",
    ],
)
def test_what_may_decide_about_a_deployment_counts(path: str) -> None:
    """Sources, their requirements, the configuration and its `.env`; also outside the project."""
    assert saved_files.counts(PROJECT / path, PROJECT)


@pytest.mark.parametrize(
    "path",
    [
        ".sam-deploy/build/Api.zip",
        "locks/function-Api.txt",
        ".git/index",
        "functions/Api/__pycache__/handler.cpython-312.pyc",
        "functions/Api/handler.py~",
        "functions/Api/.handler.py.swp",
        "functions/Api/.#handler.py",
        "functions/Api/4913",
        "functions/Api/handler.py___jb_tmp___",
        "functions/Web/node_modules/left-pad/index.js",
        ".venv/lib/python3.12/site-packages/x.py",
        ".",
    ],
)
def test_what_editors_and_caches_write_does_not_count(path: str) -> None:
    """A save would otherwise be answered several times, and building would wake itself."""
    assert not saved_files.counts(PROJECT / path, PROJECT)


def test_neighbours_of_the_configuration_are_read_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Packages stay, also those of an environment inside the project."""
    (tmp_path / "regions.py").write_text("ALL = ['eu-west-1']\n", encoding="utf-8")
    installed = tmp_path / ".venv" / "lib" / "python3.12" / "site-packages"
    installed.mkdir(parents=True)
    (installed / "a_package_of_the_user.py").touch()
    monkeypatch.setattr(sys, "path", [str(tmp_path), str(installed), *sys.path])
    __import__("regions")
    __import__("a_package_of_the_user")
    saved_files.forget(tmp_path)
    assert "regions" not in sys.modules
    assert "a_package_of_the_user" in sys.modules
    del sys.modules["a_package_of_the_user"]


def test_sources_outside_of_the_project_are_watched_too(tmp_path: Path) -> None:
    """Each folder once; what lies in the project is watched with it."""
    project, common = tmp_path / "shop", tmp_path / "common"
    for each in (project / "functions", common):
        each.mkdir(parents=True)
    sources = ["functions", "../common", "../common", "../gone"]
    assert (common.resolve(),) == saved_files.outside(project.resolve(), sources)
