"""Real uv and the real package index, for every kind of target."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import uv

from sam_deploy.build import Artifact, Store, lock, run
from sam_deploy.build.host import host_target
from sam_deploy.errors import BuildError
from sam_deploy.events import BuildProgress, Event, ignore
from sam_deploy.plan.model import Architecture, BuildUnit, Target
from sam_deploy.plan.targets import aws_target

NOT_IN_A_LAYER = (".lock", "bin/", "include/")
"""What `uv pip install --target` adds and an archive leaves out."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("store"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    path = tmp_path / "project"
    path.mkdir()
    return path


def layer(target: Target, *requirements: str, name: str = "deps", **fields: object) -> BuildUnit:
    return BuildUnit(
        key=f"layer/{name}",
        name=name,
        kind="layer",
        archive=f"{name}-deps.zip",
        target=target,
        requirements=requirements,
        **fields,  # type: ignore[arg-type]
    )


def contents(artifact: Artifact) -> dict[str, str]:
    """Return the hash of every file by its path below `python/`."""
    with zipfile.ZipFile(artifact.path) as opened:
        assert opened.testzip() is None
        return {
            name.removeprefix("python/"): hashlib.sha256(opened.read(name)).hexdigest()
            for name in opened.namelist()
        }


@pytest.mark.long
@pytest.mark.parametrize("runtime", ["python3.11", "python3.12"])
@pytest.mark.parametrize("architecture", ["x86_64", "arm64"])
def test_a_native_package_is_the_one_for_the_target(
    project: Path, store: Store, runtime: str, architecture: Architecture
) -> None:
    """Its compiled module is for that Python and that machine, whatever this computer is."""
    target = aws_target(runtime, architecture)
    made = run([layer(target, "pydantic==2.12.5")], project, store, ignore)["layer/deps"]
    minor = target.python_minor[1]
    linux = {"x86_64": "x86_64", "arm64": "aarch64"}[architecture]
    expected = f"pydantic_core/_pydantic_core.cpython-3{minor}-{linux}-linux-gnu.so"
    assert [expected] == [path for path in contents(made) if path.endswith(".so")]
    assert (project / "locks" / f"deps-deps.{target.label}.toml").is_file()


def test_an_archive_holds_what_uv_would_install(
    project: Path, store: Store, tmp_path: Path
) -> None:
    """File by file the same as `uv pip install --target`, but for scripts, headers and notes."""
    requirements = ("pydantic[email]==2.12.5", "requests==2.32.5", "greenlet==3.2.4")
    target = aws_target("python3.12", "x86_64")
    unit = layer(target, *requirements)
    mine = contents(run([unit], project, store, ignore)["layer/deps"])
    text = (project / "locks" / f"deps-deps.{target.label}.toml").read_text()
    pins = tmp_path / "pins.txt"
    pins.write_text("".join(f"{p.name}=={p.version}\n" for p in lock.packages(text, "deps")))
    versions = tmp_path / "versions"
    command = [
        uv.find_uv_bin(),
        "pip",
        "install",
        "--no-cache",
        "--target",
        str(versions),
        "-r",
        str(pins),
    ]
    platform = ["--python-platform", "x86_64-manylinux_2_34", "--python-version", target.python]
    only = ["--only-binary", ":all:", "--no-deps", "--python", sys.executable]
    subprocess.run([*command, *platform, *only], check=True, capture_output=True, cwd=tmp_path)
    theirs = {
        str(path.relative_to(versions)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in versions.rglob("*")
        if path.is_file()
    }
    notes = {path for path in theirs if path.endswith(("/INSTALLER", "/REQUESTED"))}
    left_out = {path for path in theirs if path.startswith(NOT_IN_A_LAYER)}
    assert theirs.keys() - notes - left_out == mine.keys()
    assert all(
        theirs[path] == mine[path] for path in mine if not path.endswith(".dist-info/RECORD")
    )


@pytest.mark.long
@pytest.mark.parametrize("runtime", ["python3.11", "python3.12"])
def test_a_package_without_wheels_is_built_once(project: Path, store: Store, runtime: str) -> None:
    """num2words needs docopt, which is a source release only; the lock says so."""
    target = aws_target(runtime, "x86_64")
    events: list[Event] = []
    made = run([layer(target, "num2words==0.5.14")], project, store, events.append)
    assert {"docopt.py", "num2words/__init__.py"} <= contents(made["layer/deps"]).keys()
    text = (project / "locks" / f"deps-deps.{target.label}.toml").read_text()
    assert ("docopt-0.6.2.tar.gz" in text, "file://" in text) == (True, False)
    steps = [event.step for event in events if isinstance(event, BuildProgress)]
    assert ["resolve", "build from source", "resolve", "fetch", "assemble"] == steps


@pytest.mark.long
def test_a_committed_lock_is_all_that_another_computer_needs(
    project: Path, store: Store, tmp_path: Path
) -> None:
    """An empty store and the lock give the same archive, without choosing versions again."""
    unit = layer(aws_target("python3.12", "arm64"), "num2words==0.5.14")
    first = run([unit], project, store, ignore)["layer/deps"]
    events: list[Event] = []
    second = run([unit], project, Store(tmp_path / "empty"), events.append)["layer/deps"]
    steps = [event.step for event in events if isinstance(event, BuildProgress)]
    assert ["fetch", "assemble"] == steps
    assert contents(first) == contents(second)
    assert first.sha256 == second.sha256


def test_the_second_run_asks_nobody(
    project: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is resolved, fetched or assembled, and it works without a network."""
    source = project / "functions" / "Api"
    source.mkdir(parents=True)
    (source / "handler.py").write_text("import six\n\ndef handler(event, context): ...\n")
    (source / "requirements.txt").write_text("six==1.17.0\n")
    unit = BuildUnit(
        key="function/Api",
        name="Api",
        kind="function",
        archive="Api.zip",
        target=aws_target("python3.12", "x86_64"),
        source=source,
        handler="handler.handler",
    )
    first = run([unit], project, store, ignore)
    files = contents(first["function/Api"]).keys()
    assert {"handler.py", "six.py"} <= files
    assert "requirements.txt" not in files
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    events: list[Event] = []
    second = run([unit], project, store, events.append)
    assert (0, 1) == (second.built, second.reused)
    assert [] == [event for event in events if isinstance(event, BuildProgress)]
    assert first["function/Api"].sha256 == second["function/Api"].sha256


@pytest.mark.long
def test_an_archive_for_this_computer_is_imported_by_its_interpreter(
    project: Path, store: Store, tmp_path: Path
) -> None:
    """The embedded cloud runs functions on this Python, so compiled modules must load in it."""
    target = host_target(Path(sys.executable), "python3.12")
    assert (True, ".".join(map(str, sys.version_info[:3]))) == (target.host, target.python)
    made = run([layer(target, "pydantic==2.12.5")], project, store, ignore)["layer/deps"]
    assert (project / ".sam-deploy" / "locks").is_dir()
    assert not (project / "locks").exists()
    with zipfile.ZipFile(made.path) as opened:
        opened.extractall(tmp_path / "layer")
    code = "import pydantic; print(pydantic.VERSION, pydantic.__file__)"
    environment = {"PYTHONPATH": str(tmp_path / "layer" / "python"), "PATH": os.environ["PATH"]}
    printed = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert f"2.12.5 {tmp_path}" == printed[: len(f"2.12.5 {tmp_path}")]


Package = Callable[..., Path]


@pytest.fixture
def package(project: Path) -> Package:
    """Write a local package with one module, and what it depends on."""

    def write(name: str, *dependencies: str, sources: str = "", python: str = ">=3.9") -> Path:
        folder = project / "libs" / name
        (folder / "src" / name).mkdir(parents=True)
        (folder / "src" / name / "__init__.py").write_text(f"NAME = '{name}'\n")
        (folder / "tests").mkdir()
        (folder / "pyproject.toml").write_text(
            "[build-system]\nrequires = ['hatchling']\nbuild-backend = 'hatchling.build'\n"
            f"[project]\nname = '{name}'\nversion = '1'\nrequires-python = '{python}'\n"
            f"dependencies = {list(dependencies)}\n{sources}"
        )
        return folder

    return write


@pytest.mark.long
def test_a_layer_may_be_a_package_of_the_project(
    project: Path, store: Store, package: Package
) -> None:
    """Built with its dependencies and its siblings; a change in any file is noticed."""
    package("core", "six==1.17.0")
    sources = "[tool.uv.sources]\ncore = { path = '../core' }\n"
    api = package("api", "core", "idna>=3; python_version > '3'", sources=sources)
    unit = layer(aws_target("python3.12", "x86_64"), name="api", source=api)
    first = run([unit], project, store, ignore)["layer/api"]
    expected = {"api/__init__.py", "core/__init__.py", "six.py", "idna/__init__.py"}
    assert expected <= contents(first).keys()
    assert 1 == run([unit], project, store, ignore).reused
    (project / "libs" / "core" / "src" / "core" / "__init__.py").write_text("NAME = 'new'\n")
    second = run([unit], project, store, ignore)["layer/api"]
    changed = {p for p, sha256 in contents(second).items() if contents(first).get(p) != sha256}
    assert {"core/__init__.py"} == {path for path in changed if ".dist-info" not in path}
    assert {"pyproject.toml", "src", "tests"} == {path.name for path in api.iterdir()}


@pytest.mark.long
def test_a_function_may_require_a_package_of_the_project(
    project: Path, store: Store, package: Package
) -> None:
    """By `name @ file:`, relative to the project, with extras as usual."""
    package("core")
    source = project / "functions" / "Api"
    source.mkdir(parents=True)
    (source / "handler.py").write_text("from core import NAME\n\ndef handler(e, c): ...\n")
    unit = BuildUnit(
        key="function/Api",
        name="Api",
        kind="function",
        archive="Api.zip",
        target=aws_target("python3.11", "arm64"),
        source=source,
        handler="handler.handler",
        requirements=("core @ file:libs/core",),
    )
    made = run([unit], project, store, ignore)["function/Api"]
    assert {"core/__init__.py", "handler.py"} <= contents(made).keys()
    assert not (project / "locks").exists()


@pytest.mark.long
def test_a_package_for_another_python_is_refused(
    project: Path, store: Store, package: Package
) -> None:
    """Its `requires-python` is compared with the target's."""
    folder = package("late", python=">=3.11,<3.12")
    unit = layer(aws_target("python3.12", "x86_64"), source=folder)
    with pytest.raises(BuildError, match=r"does not run on python3\.12"):
        run([unit], project, store, ignore)


@pytest.mark.long
def test_a_workspace_sibling_is_never_looked_up_on_the_index(
    project: Path, store: Store, package: Package
) -> None:
    """A stranger could have taken the name there."""
    sources = "[tool.uv.sources]\nsix = { workspace = true }\n"
    folder = package("api", "six", sources=sources)
    unit = layer(aws_target("python3.12", "x86_64"), source=folder)
    with pytest.raises(BuildError, match="`six`, which"):
        run([unit], project, store, ignore)


@pytest.mark.long
@pytest.mark.fault(44)
def test_a_hash_that_is_not_allowed_stops_the_build(project: Path, store: Store) -> None:
    """`--hash` in a requirements file is the user's word on what may come from the index."""
    (project / "requirements.txt").write_text(f"six==1.17.0 --hash=sha256:{'0' * 64}\n")
    unit = layer(aws_target("python3.12", "x86_64"), requirements_file=project / "requirements.txt")
    with pytest.raises(BuildError, match="does not have a hash"):
        run([unit], project, store, ignore)


@pytest.mark.long
def test_a_native_release_without_a_wheel_is_refused_for_old_glibc(
    project: Path, store: Store
) -> None:
    """Version 2.4 needs glibc 2.27: right for python3.12, impossible for python3.11."""
    units = [layer(aws_target("python3.11", "x86_64"), "numpy==2.4.6")]
    with pytest.raises(BuildError, match=r"`numpy` 2\.4\.6 has no wheel") as caught:
        run(units, project, store, ignore)
    assert "manylinux_2_27_x86_64" in caught.value.why
