from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from sam_deploy.build import Artifact, Store, run
from sam_deploy.errors import BuildError
from sam_deploy.events import ignore
from sam_deploy.plan import PlainUnit


@pytest.fixture
def project(tmp_path: Path) -> Path:
    path = tmp_path / "project"
    (path / "layer" / "python").mkdir(parents=True)
    (path / "layer" / "python" / "shared.py").write_text("X = 1\n")
    return path


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def packed(project: Path, store: Store, source: str = "layer", **more: object) -> Artifact:
    kind = more.pop("kind", "layer")
    archive = str(more.pop("archive", "orders/Shared.zip"))
    unit = PlainUnit("layer/Shared", "Shared", kind, archive, project / source, **more)  # type: ignore[arg-type]
    return run([unit], project, store, ignore)["layer/Shared"]


def test_a_folder_is_zipped_as_it_lies(project: Path, store: Store) -> None:
    """Everything goes in, `tests` and `node_modules` too; only caches and secrets stay out."""
    for path in ("nodejs/node_modules/x/index.js", "tests/a.py", "bin/tool", "data.db"):
        (project / "layer" / path).parent.mkdir(parents=True, exist_ok=True)
        (project / "layer" / path).write_text("x")
    (project / "layer" / "bin" / "tool").chmod(0o755)
    (project / "layer" / "__pycache__").mkdir()
    (project / "layer" / "__pycache__" / "a.pyc").write_bytes(b"x")
    (project / "layer" / ".env").write_text("PASSWORD=x")
    with zipfile.ZipFile(packed(project, store).path) as opened:
        names = {each.filename: each.external_attr >> 16 & 0o777 for each in opened.infolist()}
    assert {
        "bin/tool": 0o755,
        "data.db": 0o644,
        "nodejs/node_modules/x/index.js": 0o644,
        "python/shared.py": 0o644,
        "tests/a.py": 0o644,
    } == names


def test_the_archive_lies_in_the_folder_of_its_stack(project: Path, store: Store) -> None:
    """Two stacks of one project keep their archives apart (R151)."""
    packed(project, store)
    packed(project, store, archive="customers/Shared.zip")
    found = sorted((project / ".sam-deploy" / "build").rglob("*.zip"))
    assert ["customers/Shared.zip", "orders/Shared.zip"] == [
        each.relative_to(project / ".sam-deploy" / "build").as_posix() for each in found
    ]


def test_what_did_not_change_is_not_packed_again(project: Path, store: Store) -> None:
    """Times do not matter, contents do."""
    first = packed(project, store)
    os.utime(project / "layer" / "python" / "shared.py", (1, 1))
    second = packed(project, store)
    (project / "layer" / "python" / "shared.py").write_text("X = 2\n")
    third = packed(project, store)
    assert [False, True, False] == [first.reused, second.reused, third.reused]
    assert [True, False] == [first.sha256 == second.sha256, first.sha256 == third.sha256]


def test_a_finished_zip_keeps_every_byte(project: Path, store: Store) -> None:
    """What somebody else has packed is uploaded as it is."""
    with zipfile.ZipFile(project / "done.zip", "w") as made:
        made.writestr("bootstrap", "x" * 100)
    artifact = packed(project, store, "done.zip")
    assert (project / "done.zip").read_bytes() == artifact.path.read_bytes()
    assert (100, 1) == (artifact.unpacked_bytes, artifact.files)


def test_a_file_keeps_every_byte(project: Path, store: Store) -> None:
    """A definition goes up as it is, under its own ending."""
    (project / "api.yaml").write_text("openapi: 3.0.1\n")
    artifact = packed(project, store, "api.yaml", kind="file", archive="orders/Api.yaml")
    assert "openapi: 3.0.1\n" == artifact.path.read_text()
    assert (project / ".sam-deploy" / "build" / "orders" / "Api.yaml").is_file()


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        (b"no zip", "layer", "is not a zip file"),
        (b"aws_secret_access_key = " + b"a" * 40, "file", "is not shipped"),
    ],
)
def test_what_lambda_could_not_open_or_nobody_should_ship_is_refused(
    project: Path, store: Store, content: bytes, kind: str, expected: str
) -> None:
    """A broken zip and a file with credentials stop the build."""
    (project / "x.zip").write_bytes(content)
    with pytest.raises(BuildError, match=expected):
        packed(project, store, "x.zip", kind=kind)


def test_more_than_lambda_takes_is_refused(project: Path, store: Store) -> None:
    """A zip bomb is noticed by what its directory says."""
    with zipfile.ZipFile(project / "big.zip", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("zeros", b"\0" * 2_000_000)
    with pytest.raises(BuildError, match="is 2 MB unpacked"):
        packed(project, store, "big.zip", budget_bytes=1_000_000)


@pytest.mark.parametrize("source", ["layer", "done.zip"])
def test_a_budget_holds_for_what_was_packed_before(
    project: Path, store: Store, source: str
) -> None:
    """Lowering it fails the next build, though nothing has to be packed."""
    (project / "layer" / "zeros").write_bytes(b"\0" * 2_000_000)
    with zipfile.ZipFile(project / "done.zip", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("zeros", b"\0" * 2_000_000)
    assert not packed(project, store, source, budget_bytes=3_000_000).reused
    with pytest.raises(BuildError, match="is 2 MB unpacked"):
        packed(project, store, source, budget_bytes=1_000_000)
    assert packed(project, store, source, budget_bytes=3_000_000).reused
