from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

import pytest

from sam_deploy.cli.deploying import saved_files
from sam_deploy.lanes import Stop

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
        "serve.log",
        "functions/Api/cache.sqlite3-journal",
        ".coverage",
        ".",
    ],
)
def test_what_editors_and_caches_write_does_not_count(path: str) -> None:
    """A save would otherwise be answered several times, and building would wake itself."""
    assert not saved_files.counts(PROJECT / path, PROJECT)


def workspace(folder: Path) -> Path:
    """A project as npm leaves it: a package of the project is a link in `node_modules`."""
    package = folder / "packages" / "logger"
    package.mkdir(parents=True)
    (package / "index.ts").write_text("export {};\n", encoding="utf-8")
    links = folder / "node_modules" / "@acme"
    links.mkdir(parents=True)
    (links / "logger").symlink_to("../../packages/logger")
    (links / "circle").symlink_to("circle")
    (folder / "node_modules" / "installed.js").touch()
    return folder


def test_a_package_of_the_project_counts_behind_its_link(tmp_path: Path) -> None:
    """It is told where it lies; what was installed, and links into a circle, do not count."""
    project = workspace(tmp_path / "shop")
    modules = project / "node_modules"
    there = project / "packages" / "logger" / "index.ts"
    assert there == saved_files.saved(modules / "@acme" / "logger" / "index.ts", project)
    assert there == saved_files.saved(there, project)
    assert None is saved_files.saved(modules / "installed.js", project)
    assert None is saved_files.saved(modules / "@acme" / "circle" / "index.ts", project)


def test_a_saved_file_of_a_linked_package_is_told_of(tmp_path: Path) -> None:
    """The system watches a folder once: under its name, or under that of the link."""
    project = workspace(tmp_path / "shop")
    stop = Stop()
    told = saved_files.saves(project, (project,), stop)
    next(told)
    there = project / "packages" / "logger" / "index.ts"
    there.write_text("export const x = 1;\n", encoding="utf-8")
    try:
        assert (there,) == next(files for files in itertools.islice(told, 50) if files)
    finally:
        stop.set()
        told.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["serve.txt", "output"])
def test_what_the_command_prints_into_a_file_wakes_nobody(tmp_path: Path, name: str) -> None:
    """`sam-deploy serve > serve.txt` in the project: each line would be the next save."""
    program = (
        "import sys, itertools\nfrom pathlib import Path\n"
        "from sam_deploy.cli.deploying import saved_files\nfrom sam_deploy.lanes import Stop\n"
        "folder = Path.cwd()\ntold = saved_files.saves(folder, (folder,), Stop())\nnext(told)\n"
        "print('a line', flush=True)\n(folder / 'deploy.py').touch()\n"
        "print(*(each.name for files in itertools.islice(told, 8) for each in files))\n"
    )
    with (tmp_path / name).open("w") as output:
        subprocess.run(
            [sys.executable, "-c", program], cwd=tmp_path, stdout=output, check=True, timeout=60
        )
    assert ["a line", "deploy.py"] == (tmp_path / name).read_text().splitlines()


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


@pytest.mark.parametrize(
    ("hint", "said"),
    [
        (
            "correct `deploy.py` and run the command again; nothing was changed",
            "correct `deploy.py`: what is saved is read at once; nothing was changed",
        ),
        (
            "put them right, then run the same command again",
            "put them right: what is saved is read at once",
        ),
        ("run `sam-deploy deploy`", "run `sam-deploy deploy`"),
    ],
)
def test_where_saved_files_are_read_at_once_no_command_is_to_be_run(hint: str, said: str) -> None:
    """`serve` and `deploy --watch` go on by themselves when a mistake is corrected."""
    assert said == saved_files.once_saved(hint)
