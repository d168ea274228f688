"""Where dependencies come from: small projects of every kind, with real uv and the real index."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import uv

from sam_deploy.build import Artifact, Store, package, run
from sam_deploy.errors import BuildError
from sam_deploy.events import BuildProgress, Event, Note, ignore
from sam_deploy.plan.model import BuildUnit, Target
from sam_deploy.plan.targets import aws_target

TARGET = aws_target("python3.12", "x86_64")
HANDLER = "def handler(event, context): ...\n"
BACKEND = "[build-system]\nrequires = ['hatchling']\nbuild-backend = 'hatchling.build'\n"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("store"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    path = tmp_path / "repository" / "project"
    path.mkdir(parents=True)
    return path


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files below a folder and return it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
    return folder


def function(project: Path, name: str = "Api", target: Target = TARGET) -> BuildUnit:
    source = write(project / "functions" / name, {"handler.py": HANDLER})
    return BuildUnit(
        key=f"function/{name}",
        name=name,
        kind="function",
        archive=f"{name}.zip",
        target=target,
        source=source,
        handler="handler.handler",
    )


def pyproject(name: str, *dependencies: str, more: str = "") -> str:
    head = f"[project]\nname = '{name}'\nversion = '1'\nrequires-python = '>=3.9'\n"
    return f"{head}dependencies = {list(dependencies)}\n{more}"


def lock(folder: Path, *options: str) -> None:
    """Run `uv lock` as the user does."""
    subprocess.run(
        [uv.find_uv_bin(), "lock", "--python", sys.executable, *options],
        cwd=folder,
        check=True,
        capture_output=True,
        env={**os.environ, "UV_PYTHON_DOWNLOADS": "never"},
    )


def versions(artifact: Artifact) -> dict[str, str]:
    """Return the packages of an archive with their versions."""
    with zipfile.ZipFile(artifact.path) as opened:
        folders = {name.split("/")[0] for name in opened.namelist() if ".dist-info/" in name}
        prefixed = {name.split("/")[1] for name in opened.namelist() if "/" in name}
    found = [name for name in folders | prefixed if name.endswith(".dist-info")]
    return dict(name.removesuffix(".dist-info").split("-", 1) for name in found)


def names(artifact: Artifact) -> set[str]:
    with zipfile.ZipFile(artifact.path) as opened:
        return set(opened.namelist())


def steps(events: list[Event]) -> list[str]:
    return [event.step for event in events if isinstance(event, BuildProgress)]


def build(
    unit: BuildUnit, project: Path, store: Store, report: Callable[[Event], None] = ignore
) -> Artifact:
    return run([unit], project, store, report)[unit.key]


def test_a_function_takes_its_dependencies_from_pyproject(project: Path, store: Store) -> None:
    """Groups and extras are left out, its modules are the code, and the file is not packed."""
    unit = function(project)
    text = pyproject("api", "six", "tomli; python_version < '3.11'")
    more = (
        "[project.optional-dependencies]\nx = ['idna']\n[dependency-groups]\ndev = ['iniconfig']\n"
    )
    write(project / "functions" / "Api", {"pyproject.toml": text + more})
    events: list[Event] = []
    made = build(unit, project, store, events.append)
    assert {"six"} == versions(made).keys()
    assert ["resolve", "fetch", "assemble"] == steps(events)
    assert {"handler.py", "six.py"} == {name for name in names(made) if "/" not in name}
    assert (project / "locks" / "Api.python3.12-x86_64.toml").is_file()


@pytest.mark.long
def test_changed_code_does_not_resolve_again(project: Path, store: Store) -> None:
    """Nor does a change in pyproject.toml that is not about dependencies (R250, R251)."""
    unit = function(project)
    folder = write(project / "functions" / "Api", {"pyproject.toml": pyproject("api", "six")})
    build(unit, project, store)
    write(folder, {"handler.py": HANDLER + "# changed\n"})
    write(folder, {"pyproject.toml": pyproject("api", "six", more="[tool.ruff]\n")})
    events: list[Event] = []
    build(unit, project, store, events.append)
    assert ["fetch", "assemble"] == steps(events)
    write(folder, {"pyproject.toml": pyproject("api", "six", "idna")})
    events.clear()
    assert {"six", "idna"} == versions(build(unit, project, store, events.append)).keys()
    assert "resolve" in steps(events)


@pytest.mark.long
def test_requirements_txt_is_taken_before_pyproject_and_says_so(
    project: Path, store: Store
) -> None:
    """Two lists beside each other: the one that is only a list."""
    unit = function(project)
    files = {"pyproject.toml": pyproject("api", "idna"), "requirements.txt": "six\n"}
    write(project / "functions" / "Api", files)
    events: list[Event] = []
    assert {"six"} == versions(build(unit, project, store, events.append)).keys()
    notes = [event.message for event in events if isinstance(event, Note)]
    assert ["Api: requirements.txt is used, not the pyproject.toml beside it"] == notes


def test_the_versions_of_a_uv_lock_are_taken(project: Path, store: Store) -> None:
    """Not the newest ones; and nothing is written into the user's folder."""
    unit = function(project)
    folder = write(project / "functions" / "Api", {"pyproject.toml": pyproject("api", "six")})
    lock(folder, "--upgrade-package", "six==1.16.0")
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    made = build(unit, project, store)
    assert {"six": "1.16.0"} == versions(made)
    assert before == {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert not (project / "locks").exists()
    events: list[Event] = []
    build(unit, project, store, events.append)
    assert [] == steps(events)


@pytest.mark.long
def test_a_changed_uv_lock_changes_the_archive(project: Path, store: Store) -> None:
    """It is an input like any other."""
    unit = function(project)
    folder = write(project / "functions" / "Api", {"pyproject.toml": pyproject("api", "six")})
    lock(folder, "--upgrade-package", "six==1.16.0")
    build(unit, project, store)
    lock(folder, "--upgrade-package", "six==1.15.0")
    assert {"six": "1.15.0"} == versions(build(unit, project, store))


@pytest.mark.long
def test_a_uv_lock_that_is_out_of_date_is_told(project: Path, store: Store) -> None:
    """With what has changed, and the command to run."""
    unit = function(project)
    folder = write(project / "functions" / "Api", {"pyproject.toml": pyproject("api", "six")})
    lock(folder)
    write(folder, {"pyproject.toml": pyproject("api", "six>=1", "idna")})
    with pytest.raises(BuildError, match="does not fit the pyproject") as caught:
        build(unit, project, store)
    assert "asks for idna, six>=1 and no longer asks for six" in caught.value.why
    assert "run `uv lock`, then build again" == caught.value.hint


@pytest.mark.long
def test_a_locked_version_without_a_wheel_names_one_that_has_it(
    project: Path, store: Store
) -> None:
    """Package, version, what is on offer, and the ways out."""
    unit = function(project)
    text = pyproject("api", "markupsafe")
    folder = write(project / "functions" / "Api", {"pyproject.toml": text})
    lock(folder, "--upgrade-package", "markupsafe==2.0.1")
    with pytest.raises(BuildError) as caught:
        build(unit, project, store)
    expected = "`markupsafe` 2.0.1 has no wheel for python3.12-x86_64, wanted by `Api`"
    assert expected == caught.value.what
    assert "on offer: cp" in caught.value.why
    for way in ("allow `markupsafe` 3.", "another runtime", "--use-container"):
        assert way in caught.value.hint


WORKSPACE = {
    "pyproject.toml": "[tool.uv.workspace]\nmembers = ['libs/*', 'functions/*']\n",
    "libs/core/pyproject.toml": BACKEND
    + pyproject("core", "util", "idna", more="[tool.uv.sources]\nutil = { workspace = true }\n"),
    "libs/core/src/core/__init__.py": "NAME = 'core'\n",
    "libs/util/pyproject.toml": BACKEND + pyproject("util"),
    "libs/util/src/util/__init__.py": "",
    "libs/other/pyproject.toml": BACKEND + pyproject("other", "iniconfig"),
    "libs/other/src/other/__init__.py": "",
    "functions/Api/pyproject.toml": pyproject(
        "api", "core", "six", more="[tool.uv.sources]\ncore = { workspace = true }\n"
    ),
}


@pytest.mark.long
@pytest.mark.parametrize("with_lock", [True, False])
def test_members_of_a_workspace_are_built_and_spliced(
    project: Path, store: Store, *, with_lock: bool
) -> None:
    """Those that the function depends on, each once; a change in any of them is noticed."""
    unit = function(write(project, WORKSPACE))
    if with_lock:
        lock(project, "--upgrade-package", "six==1.16.0")
    first = build(unit, project, store)
    assert {"core", "util", "idna", "six"} == versions(first).keys()
    assert ("1.16.0" == versions(first)["six"]) is with_lock
    assert {"core/__init__.py", "util/__init__.py"} <= names(first)
    assert 1 == run([unit], project, store, ignore).reused
    write(project, {"libs/util/src/util/__init__.py": "NEW = True\n"})
    events: list[Event] = []
    second = build(unit, project, store, events.append)
    assert first.sha256 != second.sha256
    assert "resolve" not in steps(events)


@pytest.mark.long
def test_a_member_that_asks_for_more_than_the_lock_has_is_told(project: Path, store: Store) -> None:
    """Its wheel says what it requires, and the lock is not made anew behind anyone's back."""
    unit = function(write(project, WORKSPACE))
    lock(project)
    changed = WORKSPACE["libs/core/pyproject.toml"].replace("'idna'", "'idna', 'tomli>=2'")
    write(project, {"libs/core/pyproject.toml": changed})
    with pytest.raises(BuildError, match="The lock does not fit") as caught:
        build(unit, project, store)
    assert "requires `tomli>=2`, the lock has no version" in caught.value.why


@pytest.mark.long
def test_a_layer_that_is_a_member_takes_the_versions_of_the_workspace(
    project: Path, store: Store
) -> None:
    """The layer's own package is in it, too."""
    write(project, WORKSPACE)
    lock(project, "--upgrade-package", "idna==3.9")
    unit = BuildUnit(
        key="layer/core",
        name="core",
        kind="layer",
        archive="core.zip",
        target=TARGET,
        source=project / "libs" / "core",
    )
    made = build(unit, project, store)
    assert {"core": "1", "util": "1", "idna": "3.9"} == versions(made)


def test_a_layer_of_plain_modules_brings_the_packages_of_its_pyproject(
    project: Path, store: Store
) -> None:
    """Both are side by side in it: this takes the place of `requirements` beside `source`."""
    text = pyproject("links", "six==1.17.0")
    write(project / "links", {"links.py": "import six\n", "pyproject.toml": text})
    unit = BuildUnit(
        key="layer/links",
        name="links",
        kind="layer",
        archive="links.zip",
        target=TARGET,
        source=project / "links",
    )
    made = build(unit, project, store)
    assert {"six": "1.17.0"} == versions(made)
    assert {"python/links.py", "python/six.py"} <= names(made)


POETRY = """\
[tool.poetry]
name = "api"
package-mode = false
[tool.poetry.dependencies]
python = "^3.9"
six = "^1.16"
shared = { path = "../../libs/shared", develop = true }
[tool.poetry.group.dev.dependencies]
iniconfig = "*"
"""
POETRY_LOCK = """\
[[package]]
name = "iniconfig"
version = "2.0.0"
optional = false
python-versions = ">=3.7"
groups = ["dev"]
files = []

[[package]]
name = "shared"
version = "1"
optional = false
python-versions = "^3.9"
groups = ["main"]
files = []
develop = true

[package.dependencies]
six = "*"

[package.source]
type = "directory"
url = "../../libs/shared"

[[package]]
name = "six"
version = "1.16.0"
optional = false
python-versions = ">=2.7, !=3.0.*, !=3.1.*, !=3.2.*"
groups = ["main"]
files = [
    {file = "six-1.16.0-py2.py3-none-any.whl", hash = "sha256:HASH"},
]

[metadata]
lock-version = "2.1"
python-versions = "^3.9"
content-hash = "0"
"""
SIX_1_16 = "8abb2f1d86890a2dfb989f9a77cfcfd3e47c2a354b01111771326f8aa26e0254"
POETRY_LIBRARY = """\
[tool.poetry]
name = "shared"
version = "1"
description = ""
authors = ["a <a@example.com>"]
[tool.poetry.dependencies]
python = "^3.9"
six = "*"
[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
"""


@pytest.fixture
def poetry(project: Path) -> BuildUnit:
    """A function of a Poetry project that uses a package of the repository."""
    unit = function(project)
    files = {"pyproject.toml": POETRY_LIBRARY, "shared/__init__.py": "import six\n"}
    write(project / "libs" / "shared", files)
    write(project / "functions" / "Api", {"pyproject.toml": POETRY})
    return unit


def test_the_versions_of_a_poetry_lock_are_taken(
    project: Path, store: Store, poetry: BuildUnit
) -> None:
    """The main group alone, by version and hash; path dependencies are built."""
    text = POETRY_LOCK.replace("HASH", SIX_1_16)
    write(project / "functions" / "Api", {"poetry.lock": text})
    made = build(poetry, project, store)
    assert {"six": "1.16.0", "shared": "1"} == versions(made)
    assert {"handler.py", "six.py"} == {name for name in names(made) if "/" not in name}
    assert 1 == run([poetry], project, store, ignore).reused


@pytest.mark.long
@pytest.mark.fault(44)
def test_a_hash_that_the_poetry_lock_does_not_have_is_refused(
    project: Path, store: Store, poetry: BuildUnit
) -> None:
    """An index cannot exchange a release."""
    write(project / "functions" / "Api", {"poetry.lock": POETRY_LOCK.replace("HASH", "0" * 64)})
    with pytest.raises(BuildError, match=r"`six` 1\.16\.0 is not what"):
        build(poetry, project, store)


@pytest.mark.long
def test_a_poetry_project_without_a_lock_is_resolved(
    project: Path, store: Store, poetry: BuildUnit
) -> None:
    """Its ranges are given to uv."""
    made = build(poetry, project, store)
    assert {"six", "shared"} == versions(made).keys()
    assert "1.16.0" != versions(made)["six"]
    assert (project / "locks").is_dir()


@pytest.mark.long
def test_requirements_may_name_folders_and_wheels_of_the_project(
    project: Path, store: Store
) -> None:
    """Relative to the file that names them, with what they require."""
    unit = function(project)
    files = {"pyproject.toml": BACKEND + pyproject("core", "idna"), "core/__init__.py": ""}
    write(project / "libs" / "core", files)
    wheel = project / "wheels" / "ready-2-py3-none-any.whl"
    wheel.parent.mkdir()
    with zipfile.ZipFile(wheel, "w") as opened:
        opened.writestr("ready.py", "")
        metadata = "Metadata-Version: 2.1\nName: ready\nVersion: 2\nRequires-Dist: six"
        opened.writestr("ready-2.dist-info/METADATA", metadata)
        opened.writestr("ready-2.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        opened.writestr("ready-2.dist-info/RECORD", "")
    lines = "../../libs/core\n../../wheels/ready-2-py3-none-any.whl\n"
    write(project / "functions" / "Api", {"requirements.txt": lines})
    first = build(unit, project, store)
    assert {"core", "idna", "ready", "six"} == versions(first).keys()
    write(project / "libs" / "core", {"core/__init__.py": "NEW = 1\n"})
    assert first.sha256 != build(unit, project, store).sha256


@pytest.mark.long
@pytest.mark.fault(43)
def test_a_wheel_for_another_machine_is_refused(project: Path, store: Store) -> None:
    """Before it is packed."""
    unit = function(project)
    (project / "native-1-cp312-cp312-win_amd64.whl").write_bytes(b"")
    line = "../../native-1-cp312-cp312-win_amd64.whl\n"
    write(project / "functions" / "Api", {"requirements.txt": line})
    with pytest.raises(BuildError, match=r"does not run on python3\.12-x86_64"):
        build(unit, project, store)


@pytest.mark.long
def test_settings_of_a_surrounding_repository_do_not_leak_in(project: Path, store: Store) -> None:
    """The project merely lies there, but uv looks upwards for them."""
    outer = "[tool.uv]\nconstraint-dependencies = ['six<1.16']\n"
    write(project.parent, {"pyproject.toml": outer})
    unit = function(project)
    write(project / "functions" / "Api", {"pyproject.toml": pyproject("api", "six")})
    assert "1.15.0" < versions(build(unit, project, store))["six"]
    write(project.parent, {"pyproject.toml": outer.replace("1.16", "1.15")})
    events: list[Event] = []
    build(unit, project, store, events.append)
    assert [] == steps(events)
    write(project, {"pyproject.toml": outer})
    assert {"six": "1.15.0"} == versions(build(unit, project, store))


@pytest.mark.long
def test_a_package_that_is_pinned_to_an_index_comes_from_there(project: Path, store: Store) -> None:
    """And only that: an explicit index is not asked for anything else."""
    folder = project / "index" / "six"
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / "six-99-py3-none-any.whl", "w") as opened:
        opened.writestr("six.py", "")
        opened.writestr(
            "six-99.dist-info/METADATA", "Metadata-Version: 2.1\nName: six\nVersion: 99"
        )
        opened.writestr("six-99.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        opened.writestr("six-99.dist-info/RECORD", "")
    page = '<a href="six-99-py3-none-any.whl">six-99-py3-none-any.whl</a>'
    write(folder, {"index.html": page})
    uv_tables = (
        "[tool.uv.sources]\nsix = { index = 'corp' }\n"
        f"[[tool.uv.index]]\nname = 'corp'\nurl = '{folder.parent.as_uri()}'\nexplicit = true\n"
    )
    unit = function(project)
    text = pyproject("api", "six", "idna==3.9", more=uv_tables)
    write(project / "functions" / "Api", {"pyproject.toml": text})
    assert {"six": "99", "idna": "3.9"} == versions(build(unit, project, store))


@pytest.mark.long
def test_equal_requirements_are_resolved_once_a_run(project: Path, store: Store) -> None:
    """The second unit waits for the first; another target is another question."""
    units = [function(project, name) for name in ("A", "B", "C")]
    for unit in units:
        write(project / "functions" / unit.name, {"requirements.txt": "six\nidna\n"})
    units[2] = function(project, "C", aws_target("python3.13", "arm64"))
    events: list[Event] = []
    made = run(units, project, store, events.append)
    assert [2, 3] == [steps(events).count(step) for step in ("resolve", "fetch")]
    assert versions(made["function/A"]) == versions(made["function/B"])
    locks = [(project / "locks" / f"{n}.python3.12-x86_64.toml").read_text() for n in "AB"]
    assert locks[0].splitlines()[1:] == locks[1].splitlines()[1:]


@pytest.mark.long
def test_a_source_release_gives_the_same_wheel_everywhere(project: Path, tmp_path: Path) -> None:
    """Whatever the umask, the time and the folder: the build tools are pinned."""
    unit = BuildUnit(
        key="layer/docopt",
        name="docopt",
        kind="layer",
        archive="docopt.zip",
        target=TARGET,
        requirements=("docopt==0.6.2",),
    )
    found = []
    for name, umask in (("one", 0o022), ("two", 0o077)):
        before = os.umask(umask)
        try:
            made = build(unit, project, Store(tmp_path / name))
        finally:
            os.umask(before)
        (wheel,) = (tmp_path / name / "wheels").glob("*/*/docopt-*.whl")
        found.append((made.sha256, wheel.parent.name))
    assert found[0] == found[1]
    with zipfile.ZipFile(wheel) as opened:
        text = opened.read("docopt-0.6.2.dist-info/WHEEL").decode()
    setuptools = next(pin for pin in package.BUILD_TOOLS if pin.startswith("setuptools"))
    assert f"Generator: {setuptools.replace('==', ' (')})" in text


@pytest.mark.long
def test_a_package_that_pins_its_own_build_tools_is_built_with_those(
    project: Path, store: Store
) -> None:
    """Ours are only for those who leave it open."""
    backend = BACKEND.replace("'hatchling'", "'hatchling==1.27.0'")
    files = {"pyproject.toml": backend + pyproject("core"), "core/__init__.py": ""}
    write(project / "libs" / "core", files)
    unit = function(project)
    write(project / "functions" / "Api", {"requirements.txt": "../../libs/core\n"})
    made = build(unit, project, store)
    with zipfile.ZipFile(made.path) as opened:
        assert b"Generator: hatchling 1.27.0" in opened.read("core-1.dist-info/WHEEL")


@pytest.mark.long
def test_files_about_dependencies_are_packed_only_on_request(project: Path, store: Store) -> None:
    """They say nothing at run time; who reads them there includes them."""
    unit = function(project)
    folder = write(project / "functions" / "Api", {"pyproject.toml": pyproject("api", "six")})
    lock(folder)
    assert {"handler.py", "six.py"} == {
        n for n in names(build(unit, project, store)) if "/" not in n
    }
    shutil.rmtree(project / ".sam-deploy")
    wanted = replace(unit, include=("pyproject.toml",))
    assert "pyproject.toml" in names(build(wanted, project, store))


@pytest.mark.long
def test_the_configuration_may_name_a_pyproject_with_its_lock(project: Path, store: Store) -> None:
    """One list and one lock at the root of the project, for functions that have none."""
    write(project, {"pyproject.toml": pyproject("app", "six")})
    lock(project, "--upgrade-package", "six==1.16.0")
    unit = replace(function(project), requirements_file=project / "pyproject.toml")
    assert {"six": "1.16.0"} == versions(build(unit, project, store))


@pytest.mark.long
def test_requirements_of_the_configuration_are_taken_before_files_of_the_source(
    project: Path, store: Store
) -> None:
    """What is written in the configuration is the user's last word."""
    unit = replace(function(project), requirements=("idna==3.9",))
    files = {"pyproject.toml": pyproject("api", "six"), "requirements.txt": "six\n"}
    write(project / "functions" / "Api", files)
    assert {"idna": "3.9"} == versions(build(unit, project, store))


@pytest.mark.long
def test_dynamic_dependencies_are_read_from_the_files_that_setuptools_reads(
    project: Path, store: Store
) -> None:
    """Other dynamic ones only a build backend knows, so they are refused."""
    unit = function(project)
    head = "[project]\nname = 'api'\nversion = '1'\ndynamic = ['dependencies']\n"
    table = "[tool.setuptools.dynamic]\ndependencies = { file = 'needed.txt' }\n"
    files = {"pyproject.toml": head + table, "needed.txt": "six\n"}
    folder = write(project / "functions" / "Api", files)
    assert {"six"} == versions(build(unit, project, store)).keys()
    write(folder, {"pyproject.toml": head})
    with pytest.raises(BuildError, match="are not known"):
        build(unit, project, store)


@pytest.mark.long
def test_a_poetry_lock_that_is_out_of_date_is_told(
    project: Path, store: Store, poetry: BuildUnit
) -> None:
    """Also when only a local package has come to ask for more."""
    files = {"poetry.lock": POETRY_LOCK.replace("HASH", SIX_1_16)}
    write(project / "functions" / "Api", files)
    more = POETRY_LIBRARY.replace('six = "*"', 'six = "*"\nidna = "^3"')
    write(project / "libs" / "shared", {"pyproject.toml": more})
    with pytest.raises(BuildError, match="The lock does not fit") as caught:
        build(poetry, project, store)
    assert "the lock has no version" in caught.value.why
    assert "poetry lock" in caught.value.hint
