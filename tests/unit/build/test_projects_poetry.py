from __future__ import annotations

from pathlib import Path

import pytest

from sam_deploy.build.lock import Download, Package
from sam_deploy.build.projects import Project, foreign_lock, load
from sam_deploy.build.projects_poetry import (
    described,
    exact,
    read_ranges,
    with_allowed_files,
)
from sam_deploy.build.requirements import ForeignLock, Index, LocalPackage, Requested
from sam_deploy.errors import BuildError
from sam_deploy.plan.model import Target

APPLICATION = """
[tool.poetry]
name = "My.App"
package-mode = false

[tool.poetry.dependencies]
python = "^3.9"
six = "~1.16"
tomli = { version = "^2.0", python = "<3.11" }
requests = { version = "^2.31", extras = ["socks"] }
colorama = { version = "^0.4", platform = "win32" }
python-dotenv = { version = ">=1", optional = true }
lib = { path = "lib", develop = true }
private = { version = "*", source = "corp" }

[tool.poetry.group.dev.dependencies]
iniconfig = "*"

[[tool.poetry.source]]
name = "corp"
url = "https://pypi.corp.example/simple"
priority = "explicit"
"""


def locked(name: str, version: str, more: str = "", python: str = ">=3.8") -> str:
    digest = name.encode().hex().ljust(64, "0")[:64]
    return (
        f'[[package]]\nname = "{name}"\nversion = "{version}"\noptional = false\n'
        f'python-versions = "{python}"\n'
        f'files = [{{file = "{name}-{version}.whl", hash = "sha256:{digest}"}}]\n{more}\n'
    )


LOCK = (
    locked("Certifi", "2026.1")
    + locked("colorama", "0.4.6", 'markers = "sys_platform == \\"win32\\""')
    + locked("idna", "3.11")
    + locked("iniconfig", "2.0.0", 'groups = ["dev"]')
    + locked(
        "lib",
        "1.0",
        '[package.dependencies]\nidna = "^3.0"\n[package.source]\ntype = "directory"\nurl = "lib"',
    )
    + locked(
        "private",
        "7",
        '[package.source]\ntype = "legacy"\n'
        'url = "https://pypi.corp.example/simple"\nreference = "corp"',
    )
    + locked("pysocks", "1.7.1")
    + locked("python-dotenv", "1.2.1", "")
    + locked(
        "requests",
        "2.32.5",
        '[package.dependencies]\ncertifi = ">=2017.4.17"\nidna = ">=2.5,<4"\n'
        'PySocks = {version = ">=1.5.6,!=1.5.7", optional = true, '
        'markers = "extra == \\"socks\\""}\n'
        'chardet = {version = ">=3", optional = true, markers = "extra == \\"chardet\\""}\n'
        'tomli = {version = ">=1", markers = "python_version < \\"3.11\\""}\n'
        '[package.extras]\nsocks = ["PySocks (>=1.5.6,!=1.5.7)"]\nchardet = ["chardet (>=3)"]',
    )
    + locked("six", "1.16.0", python=">=2.7, !=3.0.*, !=3.1.*")
    + locked("tomli", "2.3.0", 'markers = "python_version < \\"3.11\\""')
    + '[metadata]\nlock-version = "2.1"\npython-versions = "^3.9"\n'
)


@pytest.fixture
def application(tmp_path: Path) -> Project:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "pyproject.toml").write_text('[tool.poetry]\nname = "lib"\n')
    return write(tmp_path, APPLICATION)


def write(folder: Path, text: str) -> Project:
    (folder / "pyproject.toml").write_text(text)
    project = load(folder)
    assert project is not None
    return project


def test_the_lock_gives_exact_versions_of_what_is_needed(
    application: Project, target: Target
) -> None:
    """The main group, the extras asked for, the markers of the target; nothing else."""
    (application.folder / "poetry.lock").write_text(LOCK)
    found = exact(application, target)
    names = ["certifi==2026.1", "idna==3.11", "private==7", "pysocks==1.7.1", "requests==2.32.5"]
    assert [*names, "six==1.16.0"] == sorted(found.requirements)
    assert [LocalPackage(application.folder / "lib", follow=False)] == found.local
    assert (True, {"private": "corp"}) == (found.complete, found.pins)
    assert {"certifi", "idna", "private", "pysocks", "requests", "six"} == found.hashes.keys()
    assert [Index("corp", "https://pypi.corp.example/simple", explicit=True)] == found.indexes


def test_an_older_python_needs_more(application: Project) -> None:
    """The same lock, another target."""
    (application.folder / "poetry.lock").write_text(LOCK)
    found = exact(application, Target("python3.10", "3.10.18", "x86_64", (2, 26)))
    assert "tomli==2.3.0" in found.requirements


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (
            'six = "~1.16"',
            'six = "^1.17"',
            "`six` ^1.17 is required for python3.12-x86_64, and the lock has 1.16.0",
        ),
        ('six = "~1.16"', 'sixty = "*"', "the lock has no version"),
    ],
)
def test_a_lock_that_is_out_of_date_is_told(
    application: Project, target: Target, old: str, new: str, why: str
) -> None:
    """With the command that makes it anew."""
    (application.folder / "poetry.lock").write_text(LOCK)
    project = write(application.folder, APPLICATION.replace(old, new))
    with pytest.raises(BuildError, match="does not fit the pyproject") as caught:
        exact(project, target)
    assert why in caught.value.why
    assert "run `poetry lock`, then build again" == caught.value.hint


def test_a_damaged_lock_is_named(application: Project, target: Target) -> None:
    """A merge conflict is the likely cause."""
    (application.folder / "poetry.lock").write_text("<<<<<<< HEAD\n")
    with pytest.raises(BuildError, match=r"poetry\.lock` could not be read"):
        exact(application, target)


def test_a_repository_is_refused(application: Project, target: Target) -> None:
    """It has no hash."""
    git = '[package.source]\ntype = "git"\nurl = "https://host.example/six.git"\n'
    text = locked("six", "1.16.0", git) + LOCK.replace(locked("six", "1.16.0"), "")
    (application.folder / "poetry.lock").write_text(text)
    with pytest.raises(BuildError, match="`six` in"):
        exact(application, target)


def test_without_a_lock_its_ranges_are_given_to_uv(application: Project, target: Target) -> None:
    """As PEP 440 has them; local packages and pins to an index as in the lock."""
    assert None is foreign_lock(application)
    requested = Requested()
    read_ranges(application, target, requested)
    expected = ["private", "requests[socks]<3,>=2.31", "six<1.17,>=1.16"]
    assert expected == sorted(requested.requirements)
    assert [LocalPackage(application.folder / "lib")] == requested.local
    assert {"private": "corp"} == requested.pins
    assert expected == sorted(described(application, target))


def test_a_project_of_poetry_2_lists_them_as_everybody(tmp_path: Path, target: Target) -> None:
    """`[tool.poetry.dependencies]` only adds where they come from."""
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "pyproject.toml").write_text("")
    project = write(
        tmp_path,
        "[project]\nname = 'app'\nrequires-python = '>=3.9'\ndependencies = ['lib', 'six>=1']\n"
        "[tool.poetry.dependencies]\nlib = { path = 'lib' }\n",
    )
    requested = Requested()
    read_ranges(project, target, requested)
    assert (["six>=1"], [LocalPackage(tmp_path / "lib")]) == (
        requested.requirements,
        requested.local,
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('six = "^1 || ^3"', "alternatives"),
        ('six = "^x"', "Invalid version"),
        ('six = { git = "https://host.example/six.git" }', "no version that can be locked"),
        ('python = "<3.10"', "it requires Python <3.10"),
    ],
)
def test_what_uv_cannot_be_given_is_refused(
    tmp_path: Path, target: Target, line: str, message: str
) -> None:
    """With the reason."""
    project = write(tmp_path, f"[tool.poetry.dependencies]\n{line}\n")
    with pytest.raises(BuildError) as caught:
        read_ranges(project, target, Requested())
    assert message in caught.value.why


def test_only_files_that_the_lock_names_are_taken(tmp_path: Path) -> None:
    """An index cannot add to a release."""
    good, bad = (Download(f"six-1-{n}.whl", "https://h/x", n * 64) for n in "ab")
    six = Package("six", "1", "", (good, bad), None)  # type: ignore[arg-type]
    wanted = Requested(hashes={"six": {"a" * 64}})
    path = tmp_path / "poetry.lock"
    assert [(good,)] == [p.wheels for p in with_allowed_files([six], wanted, path)]
    with pytest.raises(BuildError, match="is not what"):
        with_allowed_files([six], Requested(hashes={"six": {"c" * 64}}), path)


def test_the_lock_is_found_beside_the_project(application: Project) -> None:
    """With the project's canonical name."""
    path = application.folder / "poetry.lock"
    path.write_text(LOCK)
    assert ForeignLock(path, application.folder, "my-app") == foreign_lock(application)
