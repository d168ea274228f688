"""Wheels that have to be built: local packages, and releases that come as source only.

Each is built once, by `uv build`, into the store. Only wheels for any machine (`none-any`) are
taken: this computer is not the one the code will run on. The build tools have fixed versions and
the wheel is packed anew in a fixed form, so the same source gives the same bytes everywhere.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path
from typing import BinaryIO, Final

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from sam_deploy.build import (
    application,
    ignore_files,
    ignored_by_git,
    unchanged,
    uv,
    walk,
    wheel_zip,
)
from sam_deploy.build.index import FileIndex
from sam_deploy.build.model import ApplicationFile
from sam_deploy.build.store import Store, StoredWheel
from sam_deploy.build.unchanged import ChangedError
from sam_deploy.build.wheels import is_pure
from sam_deploy.errors import BuildError

BUILD_TOOLS: Final = (
    "flit-core==4.2.0",
    "hatchling==1.33.0",
    "pdm-backend==2.5.0",
    "poetry-core==2.5.0",
    "setuptools==84.2.1",
    "wheel==0.48.0",
)
"""They write their version and their habits into the wheel. Raised with intent only."""
EPOCH: Final = 315_532_800
"""1980-01-01, the first day that a zip file knows, as `SOURCE_DATE_EPOCH`."""
_ENVIRONMENT: Final = {
    "SOURCE_DATE_EPOCH": str(EPOCH),
    # What it would compile is refused below, so it may as well fail at once.
    **dict.fromkeys(("CC", "CXX", "LD", "RUSTC"), "false"),
}
_UNRESOLVED_TOOLS: Final = "Failed to resolve requirements from"
_TOOLS_KEY: Final = hashlib.sha256("\n".join(BUILD_TOOLS).encode()).hexdigest()[:16]
_LOCKS: Final[dict[tuple[Path, str], threading.Lock]] = {}
_LOCKS_LOCK: Final = threading.Lock()
_LOCAL: Final = "local2"
"""What was built as `local` may be of files that were saved after they were hashed."""
_NOT_IN_A_PACKAGE: Final = ("/dist/", "/build/", "/uv.lock", "/.python-version", "/.hgignore")


@dataclass(frozen=True, slots=True)
class Built:
    """A local package as a wheel, and what it needs in turn."""

    name: str
    wheel: StoredWheel
    python: SpecifierSet
    requires: tuple[Requirement, ...]


def build_local(folder: Path, store: Store, index: FileIndex) -> Built:
    """Return the wheel of a package in a folder, building it when its files have changed.

    It is built from a copy, because build tools leave folders behind in the source. Raises
    `BuildError` for what cannot be built, and for a file that is changed again and again meanwhile.
    """
    try:
        wheel = _local(folder, store, index)
    except ChangedError as changed:
        index.forget(changed.file.source)
        try:
            wheel = _local(folder, store, index)
        except ChangedError as error:
            raise BuildError(
                f"`{folder}` could not be built",
                why=f"`{error}` was changed twice while it was being copied",
                hint="stop the program that writes it, then build again",
            ) from error
    return described(wheel)


def _local(folder: Path, store: Store, index: FileIndex) -> StoredWheel:
    chosen = application.selection((), (), (*application.CACHES, *_NOT_IN_A_PACKAGE))
    left_out = ignored_by_git.of_package(folder)
    found = [each for each in walk.collect(folder, chosen) if each.path not in left_out]
    files = application.hashed(found, index.sha256)
    ignored = ignore_files.of_package(folder)
    key = f"{_LOCAL}:{folder.name}:{_tree_hash(files, ignored)}"
    return _once(key, store, lambda: _build_copy(folder, files, ignored, store))


def described(wheel: StoredWheel) -> Built:
    """Return a wheel with what its METADATA says. Source: PEP 566."""
    name, python, requires = _metadata(wheel.path)
    return Built(name, wheel, python, requires)


def _build_copy(
    folder: Path, files: Sequence[ApplicationFile], ignored: Mapping[str, bytes], store: Store
) -> StoredWheel:
    with _workspace(store) as workspace:
        above = Path(workspace, ignore_files.FOLDER)
        above.mkdir()
        ignore_files.write(above, ignored)
        source = above / folder.name
        for file in files:
            target = source / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            # What was saved since it was hashed belongs under another key.
            target.write_bytes(unchanged.read(file))
            target.chmod(0o755 if file.executable else 0o644)
        return _build(source, Path(workspace, "out"), store, f"`{folder}`")


def build_sdist(sdist: Path, sha256: str, named: str, store: Store) -> StoredWheel:
    """Return the wheel built from a verified source release. `named` is for error messages."""

    def build() -> StoredWheel:
        with _workspace(store) as workspace:
            return _build(sdist, Path(workspace, "out"), store, named)

    return _once(f"sdist:{sha256}", store, build)


def _once(key: str, store: Store, build: Callable[[], StoredWheel]) -> StoredWheel:
    """Return what was built under this key, building it when nobody has."""
    key = f"{key}:{_TOOLS_KEY}"
    with _LOCKS_LOCK:
        lock = _LOCKS.setdefault((store.root, key), threading.Lock())
    with lock:
        wheel = store.built(key)
        if wheel is None:
            wheel = build()
            store.remember_built(key, wheel)
        return wheel


def _build(source: Path, out: Path, store: Store, named: str) -> StoredWheel:
    out.mkdir()
    pins = out.parent / "build-tools.txt"
    pins.write_text("\n".join(BUILD_TOOLS), encoding="utf-8")
    finished = _uv_build(source, out, "--build-constraints", str(pins))
    if finished.code != 0 and _UNRESOLVED_TOOLS in finished.stderr:
        finished = _uv_build(source, out)  # it asks for other versions itself
    wheels = sorted(out.glob("*.whl"))
    if finished.code != 0 or len(wheels) != 1:
        raise BuildError(
            f"{named} could not be built",
            why=f"{uv.short_reason(finished.stderr)}. Native code is not compiled here: it would "
            "be for this computer",
            hint="choose a version that has wheels, build with `--use-container`, or run "
            "`uv build --wheel` there to see more",
        )
    if not is_pure(wheels[0].name):
        raise BuildError(
            f"{named} cannot be built here",
            why=f"it compiles code for this computer (`{wheels[0].name}`), not for Lambda",
            hint="choose a version that has a wheel for the target, another runtime or "
            "architecture, or build with `--use-container`",
        )
    return into_store(_in_fixed_form(wheels[0], out.parent), store)


def _uv_build(source: Path, out: Path, *options: str) -> uv.Finished:
    # A wheel that says `py3-none-any` is the same whatever interpreter made it.
    arguments = ["build", "--wheel", str(source), "--out-dir", str(out), "--no-sources"]
    python = ["--python", sys.executable]
    return uv.run([*arguments, *python, *options], out.parent, extra=_ENVIRONMENT)


def _in_fixed_form(wheel: Path, folder: Path) -> Path:
    """Return the wheel packed anew: sorted, with one time and two modes, whatever the umask."""
    fixed = folder / wheel.name
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(fixed, "w") as new:
        for entry in sorted(old.infolist(), key=lambda e: (_is_record(e), e.filename)):
            if entry.is_dir():
                continue
            info = zipfile.ZipInfo(entry.filename)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            executable = bool(entry.external_attr >> 16 & 0o111)
            info.external_attr = (0o100755 if executable else 0o100644) << 16
            new.writestr(info, old.read(entry))
    return fixed


def _is_record(entry: zipfile.ZipInfo) -> bool:
    """RECORD and its neighbours stand last in a wheel. Source: PEP 427."""
    return ".dist-info/" in entry.filename


def into_store(path: Path, store: Store) -> StoredWheel:
    """Put a wheel of this computer into the store."""
    content = path.read_bytes()

    def write(file: BinaryIO) -> str:
        file.write(content)
        return hashlib.sha256(content).hexdigest()

    return store.add_wheel(path.name, write)


def _workspace(store: Store) -> tempfile.TemporaryDirectory[str]:
    store.temporary.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryDirectory(prefix="build-", dir=store.temporary)


def _metadata(wheel: Path) -> tuple[str, SpecifierSet, tuple[Requirement, ...]]:
    """Return a wheel's name, the Python and the packages it requires. Source: PEP 566."""
    opened = wheel_zip.open_wheel(wheel)
    for entry in opened.entries:
        if entry.name.endswith(".dist-info/METADATA"):
            text = opened.unpacked(entry).decode("utf-8", "replace")
            fields = HeaderParser().parsestr(text)
            lines = fields.get_all("Requires-Dist") or ()
            python = SpecifierSet(fields.get("Requires-Python") or "")
            return canonicalize_name(fields["Name"]), python, tuple(map(Requirement, lines))
    raise BuildError(
        f"`{wheel.name}` is not a wheel",
        why="it has no METADATA",
        hint="check the build backend in the package's pyproject.toml",
    )


def _tree_hash(files: Sequence[ApplicationFile], ignored: Mapping[str, bytes]) -> str:
    tree = hashlib.sha256()
    for name, content in sorted(ignored.items()):
        tree.update(f"{name}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    for file in files:
        tree.update(f"{file.path}\0{file.executable:d}\0{file.sha256}\n".encode())
    return tree.hexdigest()
