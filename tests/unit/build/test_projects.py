from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from sam_deploy.build.projects import (
    Project,
    dependencies,
    dynamic_files,
    load,
    members,
    place,
    require_python,
    root_of,
)
from sam_deploy.build.requirements import Index, LocalPackage
from sam_deploy.errors import BuildError
from sam_deploy.plan.model import Target

Write = Callable[..., Project]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a pyproject.toml and load it."""

    def write(place: str, text: str) -> Project:
        folder = tmp_path / place
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "pyproject.toml").write_text(text)
        project = load(folder)
        assert project is not None
        return project

    return write


def named(name: str, more: str = "") -> str:
    return f"[project]\nname = '{name}'\nversion = '1'\n{more}"


def test_only_what_the_application_needs_is_required(write: Write, target: Target) -> None:
    """Markers are decided; groups and extras are for developers."""
    project = write(
        ".",
        named("api", "dependencies = ['six', 'idna>=3 ; python_version < \"3.12\"', 'x[a]==1']\n")
        + "optional-dependencies = { dev = ['pytest'] }\n[dependency-groups]\ndev = ['ruff']\n",
    )
    assert ["six", "x[a]==1"] == [str(each) for each in dependencies(project, target)]


def test_a_dependency_that_is_none_is_named(write: Write, target: Target) -> None:
    """With its file."""
    project = write(".", named("api", "dependencies = ['two words']\n"))
    with pytest.raises(BuildError, match=r"`two words` in `.*pyproject\.toml`"):
        list(dependencies(project, target))


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    """A missing one is none."""
    assert None is load(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[project\n")
    with pytest.raises(BuildError, match=r"pyproject\.toml` could not be read"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("text", "is_package"),
    [
        (named("api"), False),
        (named("api", "[build-system]\nrequires = ['hatchling']\n"), True),
        (named("api", "[build-system]\nrequires = []\n[tool.uv]\npackage = false\n"), False),
        (named("api", "[tool.uv]\npackage = true\n"), True),
        ("[tool.poetry]\nname = 'api'\n", True),
        ("[tool.poetry]\npackage-mode = false\n", False),
    ],
)
def test_a_package_is_what_uv_would_build(write: Write, text: str, *, is_package: bool) -> None:
    """It names a build backend, or says so itself."""
    assert is_package is write(".", text).is_package


def test_a_source_folder_can_only_be_meant_to_be_built(write: Write, tmp_path: Path) -> None:
    """Nobody imports `src.api`."""
    (tmp_path / "src").mkdir()
    assert write(".", named("api")).is_package


def test_a_member_finds_its_workspace_and_its_siblings(write: Write) -> None:
    """By the patterns of the root; what is excluded is no member."""
    root = write(
        ".",
        "[tool.uv.workspace]\nmembers = ['libs/*', 'functions/*']\nexclude = ['libs/old']\n",
    )
    core, old = write("libs/core", named("My_Core")), write("libs/old", named("old"))
    api = write("functions/api", named("api"))
    assert (root.folder, root.folder, old.folder) == (
        root_of(api).folder,
        root_of(core).folder,
        root_of(old).folder,
    )
    assert {"api": api.folder, "my-core": core.folder} == {
        name: member.folder for name, member in members(root).items()
    }


def test_a_workspace_above_that_does_not_have_it_is_no_root(write: Write) -> None:
    """As uv decides: the folder stands alone then."""
    write(".", "[tool.uv.workspace]\nmembers = ['libs/*']\n")
    api = write("functions/api", named("api"))
    assert api == root_of(api)


SOURCES = """
[tool.uv.sources]
core = { workspace = true }
by-path = { path = 'vendored' }
by-index = { index = 'corp' }
by-name = { index = 'elsewhere' }
by-marker = [
    { path = 'nowhere', marker = "sys_platform == 'win32'" },
    { path = 'vendored', marker = "sys_platform == 'linux'" },
]
by-git = { git = 'https://host.example/x.git' }
[[tool.uv.index]]
name = 'corp'
url = 'https://pypi.corp.example/simple'
explicit = true
"""


def test_sources_say_where_a_dependency_comes_from(write: Write, target: Target) -> None:
    """A folder, a member, one index, or any; the root's sources apply to members too."""
    write(".", "[tool.uv.workspace]\nmembers = ['core', 'api']\n" + SOURCES)
    core, vendored = write("core", named("core")), write("vendored", named("x"))
    api = write("api", named("api", "[tool.uv.sources]\nby-git = { path = '../vendored' }\n"))
    found = {
        name: place(Requirement(name), api, target)
        for name in ("core[x]", "By_Path", "by-index", "by-name", "by-marker", "by-git", "six")
    }
    local = LocalPackage(vendored.folder)
    assert {
        "core[x]": LocalPackage(core.folder, frozenset({"x"})),
        "By_Path": local,
        "by-index": Index("corp", "https://pypi.corp.example/simple", explicit=True),
        "by-name": "elsewhere",
        "by-marker": local,
        "by-git": local,
        "six": None,
    } == found


@pytest.mark.parametrize(
    ("requirement", "why"),
    [
        ("by-git", "no version that can be locked"),
        ("x @ https://host.example/x-1-py3-none-any.whl", "no version that can be locked"),
        ("core", "has no package of that name"),
    ],
)
def test_what_has_no_version_is_refused(
    write: Write, target: Target, requirement: str, why: str
) -> None:
    """And never looked up on the index, where a stranger may have the name."""
    project = write(".", named("api", SOURCES))
    with pytest.raises(BuildError, match="cannot be built") as caught:
        place(Requirement(requirement), project, target)
    assert why in caught.value.why


def test_another_python_is_refused(write: Write, target: Target) -> None:
    """Before anything is resolved for it."""
    require_python(write("a", named("a", "requires-python = '>=3.12,<4'\n")), target)
    with pytest.raises(BuildError, match=r"does not run on python3\.12"):
        require_python(write("b", named("b", "requires-python = '<3.12'\n")), target)


def test_dynamic_dependencies_of_setuptools_are_files(write: Write) -> None:
    """One name or several."""
    table = "[tool.setuptools.dynamic]\ndependencies = { file = ['a.in', 'b.in'] }\n"
    project = write(".", named("api", "dynamic = ['dependencies']\n" + table))
    assert [project.folder / "a.in", project.folder / "b.in"] == dynamic_files(project)
    assert [] == dynamic_files(write("b", named("b")))
