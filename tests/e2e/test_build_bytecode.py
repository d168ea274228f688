"""Compiled files, slimmed packages and left-out SDKs, with real wheels and real Pythons."""

from __future__ import annotations

import os
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from sam_deploy.build import Artifact, Store, run
from sam_deploy.build.interpreters import Interpreter, Interpreters
from sam_deploy.errors import BuildError
from sam_deploy.events import Event, Note, ignore
from sam_deploy.plan.model import BuildUnit, Target
from sam_deploy.plan.targets import aws_target

pytestmark = pytest.mark.long

TARGET = aws_target("python3.12", "x86_64")
RUNTIME = {"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("store"))


@pytest.fixture
def python(store: Store, tmp_path: Path) -> Interpreter:
    found = Interpreters(store, tmp_path).find((3, 12))
    if found is None:
        pytest.skip("there is no Python 3.12 on this computer")
    return found


def layer(*requirements: str, **fields: object) -> BuildUnit:
    return BuildUnit(
        key="layer/deps",
        name="deps",
        kind="layer",
        archive="deps-deps.zip",
        target=TARGET,
        requirements=requirements,
        **fields,  # type: ignore[arg-type]
    )


def built(unit: BuildUnit, project: Path, store: Store) -> Artifact:
    return run([unit], project, store, ignore)[unit.key]


def unpacked(artifact: Artifact, folder: Path) -> Path:
    """Unpack a layer as Lambda does: where it cannot be written to."""
    with zipfile.ZipFile(artifact.path) as opened:
        opened.extractall(folder)
    for path in folder.rglob("*"):
        path.chmod(0o555)
    return folder / "python"


def said_by(python: Interpreter, root: Path, code: str, *options: str) -> str:
    done = subprocess.run(
        [str(python.path), *options, "-c", code],
        env={**RUNTIME, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_imports_read_compiled_files_and_compile_nothing(
    tmp_path: Path, store: Store, python: Interpreter
) -> None:
    """Every module of the packages comes from its `.pyc`, as `-v` shows."""
    artifact = built(layer("requests==2.32.5", bytecode="on"), tmp_path, store)
    root = unpacked(artifact, tmp_path / "opt")
    log = said_by(python, root, "import requests", "-v")
    loaded = [line for line in log.splitlines() if line.startswith("# code object from")]
    ours = [line for line in loaded if str(root) in line]
    assert [] == [line for line in ours if ".cpython-312.pyc" not in line]
    assert len(ours) > 30


def test_a_traceback_shows_lines_of_the_unpacked_source(
    tmp_path: Path, store: Store, python: Interpreter
) -> None:
    """The path is that of the runtime, not of this computer or of a temporary folder."""
    artifact = built(layer("requests==2.32.5", bytecode="on"), tmp_path, store)
    root = unpacked(artifact, tmp_path / "opt")
    code = (
        "import traceback, requests\n"
        "try:\n    requests.get('nothing')\nexcept requests.RequestException:\n"
        "    print(traceback.format_exc())"
    )
    log = said_by(python, root, code)
    assert f'File "{root}/requests/sessions.py", line' in log
    assert "raise MissingSchema(" in log


def test_application_code_is_compiled_too(
    tmp_path: Path, store: Store, python: Interpreter
) -> None:
    """And a changed line makes another compiled file."""
    source = tmp_path / "functions" / "Api"
    source.mkdir(parents=True)
    (source / "app.py").write_text("def handler(event, context):\n    return 1\n")
    unit = BuildUnit(
        key="function/Api",
        name="Api",
        kind="function",
        archive="Api.zip",
        target=TARGET,
        source=source,
        handler="app.handler",
        bytecode="on",
    )
    first = built(unit, tmp_path, store)
    with zipfile.ZipFile(first.path) as opened:
        assert ["__pycache__/app.cpython-312.pyc", "app.py"] == opened.namelist()
        opened.extractall(tmp_path / "task")
    answer = said_by(python, tmp_path / "task", "import app; print(app.handler({}, None))")
    assert "1\n" == answer
    (source / "app.py").write_text("def handler(event, context):\n    return 22\n")
    assert first.sha256 != built(unit, tmp_path, store).sha256


def test_two_stores_give_the_same_bytes(
    tmp_path: Path, store: Store, python: Interpreter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another folder, hash seed and umask; what was compiled is compiled again."""
    unit = layer("requests==2.32.5", "attrs==25.4.0", bytecode="on")
    first = built(unit, tmp_path, store)
    monkeypatch.setenv("PYTHONHASHSEED", "77")
    before = os.umask(0o077)
    try:
        other = tmp_path / "other folder"
        other.mkdir()
        second = built(unit, other, Store(tmp_path / "another store"))
    finally:
        os.umask(before)
    assert second.effort.compiled > 0
    assert (first.sha256, python.version) == (second.sha256, python.version)


def test_auto_compiles_for_lambda_and_not_for_this_computer(
    tmp_path: Path, store: Store, python: Interpreter
) -> None:
    """Here Python keeps what it compiles, and the first demo must be fast."""
    unit = layer("idna==3.10", bytecode="auto")
    here = Target("python3.12", python.version, "x86_64", (2, 34), host=True)
    assert has_compiled(built(unit, tmp_path, store))
    assert not has_compiled(built(replace(unit, target=here), tmp_path, store))


def test_auto_leaves_compiled_files_out_where_they_do_not_fit(
    tmp_path: Path, store: Store, python: Interpreter
) -> None:
    """The budget decides, and the user is told."""
    del python
    plain = built(layer("idna==3.10", bytecode="off"), tmp_path, store)
    told: list[Event] = []
    unit = layer("idna==3.10", bytecode="auto", budget_bytes=plain.unpacked_bytes + 1000)
    made = run([unit], tmp_path, store, told.append)["layer/deps"]
    assert plain.sha256 == made.sha256
    notes = [event.message for event in told if isinstance(event, Note)]
    assert ["deps: compiled files are left out"] == [note.partition(",")[0] for note in notes]


def has_compiled(artifact: Artifact) -> bool:
    with zipfile.ZipFile(artifact.path) as opened:
        return any(name.endswith(".pyc") for name in opened.namelist())


def test_without_such_a_python_auto_goes_on_and_on_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One note for all units; an error with the way out."""
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "no-pyenv"))
    monkeypatch.setenv("ASDF_DATA_DIR", str(tmp_path / "no-asdf"))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "no-uv"))
    source = tmp_path / "lib"
    source.mkdir()
    (source / "lib.py").write_text("x = 1\n")
    target = aws_target("python3.13", "x86_64")
    units = [
        replace(layer(bytecode="auto"), key=f"layer/{n}", archive=n, target=target, source=source)
        for n in ("a", "b")
    ]
    told: list[Event] = []
    made = run(units, tmp_path, Store(tmp_path / "store"), told.append)
    assert [False, False] == [has_compiled(artifact) for artifact in made.values()]
    assert 1 == sum("no Python 3.13 here" in e.message for e in told if isinstance(e, Note))
    with pytest.raises(BuildError, match=r"no Python 3\.13 on this computer") as caught:
        run([replace(units[0], bytecode="on")], tmp_path, Store(tmp_path / "store"), ignore)
    assert "uv python install 3.13" in caught.value.hint


@pytest.mark.slow
def test_slimmed_packages_still_import(tmp_path: Path, store: Store, python: Interpreter) -> None:
    """pandas, numpy and pydantic without their tests and stubs, compiled or not."""
    requirements = ("pandas==2.3.3", "pydantic==2.12.5")
    whole = built(layer(*requirements, bytecode="off"), tmp_path, store)
    unit = layer(*requirements, slim=("tests", "stubs"), bytecode="on")
    slim = built(unit, tmp_path, store)
    root = unpacked(slim, tmp_path / "opt")
    code = (
        "import numpy, numpy.testing, pandas, pandas.testing, pydantic\n"
        "frame = pandas.DataFrame({'a': numpy.arange(3)})\n"
        "print(frame.a.sum(), pydantic.TypeAdapter(int).validate_python('5'))"
    )
    assert "3 5\n" == said_by(python, root, code)
    plain = replace(unit, bytecode="off")
    assert 0.80 > built(plain, tmp_path, store).unpacked_bytes / whole.unpacked_bytes
    names = zipfile.ZipFile(slim.path).namelist()
    assert [] == [n for n in names if n.endswith(".pyi") or n.startswith("python/pandas/tests/")]
    assert "python/pandas/_testing/__init__.py" in names
    assert any(n.startswith("python/pandas-") and n.endswith("/RECORD") for n in names)


def test_the_sdk_is_left_out_for_lambda_unless_it_is_pinned(tmp_path: Path, store: Store) -> None:
    """The runtime's will do for `boto3`, and not for `boto3==...`; the user is told which."""
    told: list[Event] = []
    unit = layer("boto3", "idna==3.10")
    free = run([unit], tmp_path, store, told.append)["layer/deps"]
    assert ("boto3", "botocore", "jmespath", "s3transfer") == free.left_out
    assert {"dateutil", "idna", "six.py", "urllib3"} <= tops(free)
    assert set() == {"boto3", "botocore", "jmespath", "s3transfer"} & tops(free)
    assert any(
        "left out: python3.12 brings boto3" in e.message for e in told if isinstance(e, Note)
    )
    again = built(unit, tmp_path, store)
    assert (True, free.left_out) == (again.reused, again.left_out)
    with zipfile.ZipFile(built(replace(unit, managed="keep"), tmp_path, store).path) as opened:
        assert "python/boto3/__init__.py" in opened.namelist()
    pinned = layer("boto3==1.40.0", "idna==3.10")
    assert "boto3" in tops(built(pinned, tmp_path, store))


def tops(artifact: Artifact) -> set[str]:
    with zipfile.ZipFile(artifact.path) as opened:
        return {name.split("/")[1] for name in opened.namelist()}
