from __future__ import annotations

import base64
import hashlib
import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sam_deploy.build import Store, run
from sam_deploy.build.credentials import Credentials
from sam_deploy.build.fetch import Fetcher
from sam_deploy.build.index import FileIndex
from sam_deploy.build.unit import build
from sam_deploy.build.workshop import Workshop
from sam_deploy.errors import BuildError
from sam_deploy.events import BuildFinished, BuildStarted, Event, ignore
from sam_deploy.plan.model import BuildUnit, ExtraFile, Target

MakeUnit = Callable[..., BuildUnit]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    path = tmp_path / "project"
    path.mkdir()
    return path


@pytest.fixture
def make_unit(project: Path, target: Target) -> MakeUnit:
    def make(name: str, content: str = "def handler(event, context): ...\n") -> BuildUnit:
        source = project / "functions" / name
        source.mkdir(parents=True, exist_ok=True)
        (source / "app.py").write_text(content)
        return BuildUnit(
            key=f"function/{name}",
            name=name,
            kind="function",
            archive=f"{name}.zip",
            target=target,
            source=source,
            handler="app.handler",
            extra_files=(ExtraFile("_sam_deploy/shim.py", b"x = 1\n"),),
        )

    return make


def test_an_archive_is_in_the_store_and_in_the_project(
    project: Path, store: Store, make_unit: MakeUnit
) -> None:
    """One file under its hash, the same file under its name."""
    artifacts = run([make_unit("Api")], project, store, ignore)
    artifact = artifacts["function/Api"]
    content = (project / ".sam-deploy" / "build" / "Api.zip").read_bytes()
    digest = hashlib.sha256(content)
    assert (digest.hexdigest(), len(content)) == (artifact.sha256, artifact.size_bytes)
    assert base64.b64encode(digest.digest()).decode() == artifact.code_sha256
    assert content == artifact.path.read_bytes()
    assert (1, 0, 2) == (artifacts.built, artifacts.reused, artifact.files)
    with zipfile.ZipFile(artifact.path) as opened:
        assert ["_sam_deploy/shim.py", "app.py"] == opened.namelist()


def test_a_second_run_reuses_everything(project: Path, store: Store, make_unit: MakeUnit) -> None:
    """The same archive, and the file in the project is left as it is."""
    unit = make_unit("Api")
    first = run([unit], project, store, ignore)
    shown = project / ".sam-deploy" / "build" / "Api.zip"
    before = shown.stat()
    second = run([unit], project, store, ignore)
    assert (0, 1) == (second.built, second.reused)
    assert first["function/Api"].sha256 == second["function/Api"].sha256
    assert before == shown.stat()


@pytest.mark.fault(42)
def test_other_folders_times_and_umasks_give_the_same_bytes(
    tmp_path: Path, make_unit: MakeUnit, project: Path
) -> None:
    """A build is a function of its inputs, whoever runs it wherever."""
    unit = make_unit("Api")
    copy = tmp_path / "elsewhere"
    copy.mkdir()
    (copy / "app.py").write_bytes((project / "functions/Api/app.py").read_bytes())
    (copy / "app.py").chmod(0o600)
    os.utime(copy / "app.py", (1, 1))
    one = run([unit], project, Store(tmp_path / "s1"), ignore)
    two = run([replace(unit, source=copy)], copy, Store(tmp_path / "s2"), ignore)
    assert one["function/Api"].sha256 == two["function/Api"].sha256


def test_a_changed_file_makes_a_new_archive(
    project: Path, store: Store, make_unit: MakeUnit
) -> None:
    """And the name in the project points at it; going back finds the old one again."""
    first = run([make_unit("Api")], project, store, ignore)
    second = run([make_unit("Api", "def handler(e, c): return 2\n")], project, store, ignore)
    shown = project / ".sam-deploy" / "build" / "Api.zip"
    assert second["function/Api"].path.read_bytes() == shown.read_bytes()
    assert first["function/Api"].sha256 != second["function/Api"].sha256
    third = run([make_unit("Api")], project, store, ignore)
    assert (1, first["function/Api"].sha256) == (third.reused, third["function/Api"].sha256)


def test_a_damaged_archive_in_the_project_is_replaced(
    project: Path, store: Store, make_unit: MakeUnit
) -> None:
    """It is the same file as in the store, so the store must notice, too."""
    unit = make_unit("Api")
    sha256 = run([unit], project, store, ignore)["function/Api"].sha256
    shown = project / ".sam-deploy" / "build" / "Api.zip"
    shown.write_bytes(b"damaged")
    again = run([unit], project, store, ignore)
    assert (1, sha256) == (again.built, again["function/Api"].sha256)
    assert sha256 == hashlib.sha256(shown.read_bytes()).hexdigest()


def test_a_removed_archive_comes_back(project: Path, store: Store, make_unit: MakeUnit) -> None:
    """From the store, without building."""
    unit = make_unit("Api")
    run([unit], project, store, ignore)
    shown = project / ".sam-deploy" / "build" / "Api.zip"
    shown.unlink()
    assert 1 == run([unit], project, store, ignore).reused
    assert shown.is_file()


def test_all_failures_are_told_at_once(project: Path, store: Store, make_unit: MakeUnit) -> None:
    """And the units without fault are built."""
    units = [make_unit("A", "x = 1\n"), make_unit("B", "y = 1\n"), make_unit("C")]
    with pytest.raises(BuildError) as caught:
        run(units, project, store, ignore)
    assert "2 of 3 archives could not be built" == caught.value.what
    assert [True, True, False] == [f"Function `{name}`" in caught.value.why for name in "ABC"]
    assert (project / ".sam-deploy" / "build" / "C.zip").is_file()


def test_one_failure_is_told_as_it_is(project: Path, store: Store, make_unit: MakeUnit) -> None:
    """No heading over a list of one."""
    with pytest.raises(BuildError) as caught:
        run([make_unit("A", "x = 1\n"), make_unit("B")], project, store, ignore)
    assert "Function `A` has no handler `app.handler`" == caught.value.what


def test_progress_counts_to_the_total(project: Path, store: Store, make_unit: MakeUnit) -> None:
    """Whichever unit is ready first."""
    events: list[Event] = []
    run([make_unit("A"), make_unit("B"), make_unit("C")], project, store, events.append)
    finished = [event for event in events if isinstance(event, BuildFinished)]
    assert BuildStarted(3) == events[0]
    assert [(1, 3), (2, 3), (3, 3)] == [(event.index, event.total) for event in finished]


def test_two_units_of_one_archive_are_refused(
    project: Path, store: Store, make_unit: MakeUnit
) -> None:
    """One would overwrite the other in the project."""
    units = [make_unit("A"), replace(make_unit("B"), archive="A.zip")]
    with pytest.raises(BuildError, match=r"archive `A\.zip`"):
        run(units, project, store, ignore)


def test_no_units_are_no_artifacts(project: Path, store: Store) -> None:
    """An app may consist of queues and buckets."""
    assert {} == dict(run([], project, store, ignore))


def test_a_layer_of_plain_files_lies_under_python(
    project: Path, store: Store, make_unit: MakeUnit
) -> None:
    """Lambda puts `python/` of a layer on the path."""
    unit = replace(make_unit("Lib"), key="layer/Lib", kind="layer", handler="", extra_files=())
    artifact = run([unit], project, store, ignore)["layer/Lib"]
    with zipfile.ZipFile(artifact.path) as opened:
        assert ["python/app.py"] == opened.namelist()


def test_credentials_in_the_source_stop_the_build(
    project: Path, store: Store, make_unit: MakeUnit
) -> None:
    """Whatever the file is called."""
    unit = make_unit("Api")
    assert unit.source is not None
    (unit.source / "notes.txt").write_text("-----BEGIN " + "PRIVATE KEY-----\nMIIE")
    with pytest.raises(BuildError, match=r"notes\.txt"):
        run([unit], project, store, ignore)


class _Moving(FileIndex):
    """An index of a file that somebody writes to all the time."""

    def sha256(self, path: Path) -> str:
        del path
        return "0" * 64


@pytest.mark.fault(46)
def test_a_file_that_keeps_changing_stops_the_build(
    project: Path, store: Store, make_unit: MakeUnit
) -> None:
    """What was hashed must be what is packed; after one more try it is an error."""
    with Fetcher(store, lambda: Credentials({}, None)) as fetcher:
        workshop = Workshop(project, store, fetcher, _Moving(project / "index.json"), ignore)
        with pytest.raises(BuildError, match="could not be built") as caught:
            build(make_unit("Api"), workshop)
    assert "`app.py` was changed twice while it was being packed" == caught.value.why


@pytest.mark.fault(46)
def test_an_index_that_is_wrong_is_found_out(
    project: Path, store: Store, make_unit: MakeUnit
) -> None:
    """The second try reads the file, and the archive is right."""
    unit = make_unit("Api")
    right = run([unit], project, Store(project / "other"), ignore)["function/Api"].sha256
    assert unit.source is not None
    file = (unit.source / "app.py").resolve()
    status = file.stat()
    stamp = [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
    index = {"schema": 1, "files": {str(file): [*stamp, "0" * 64]}}
    (project / ".sam-deploy" / "index.json").write_text(json.dumps(index))
    assert right == run([unit], project, store, ignore)["function/Api"].sha256


@pytest.mark.fault(39)
def test_an_unwritable_store_is_an_error_and_no_traceback(
    project: Path, tmp_path: Path, make_unit: MakeUnit
) -> None:
    """A full or read-only disk is the user's to mend."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BuildError, match="could not be built") as caught:
        run([make_unit("Api")], project, Store(tmp_path / "file"), ignore)
    assert "free some disk space" in caught.value.hint
