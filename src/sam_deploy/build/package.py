"""Wheels that have to be built: local packages, and releases that come as source only.

Each is built once, by `uv build`, into the store. Only wheels for any machine (`none-any`) are
taken: this computer is not the one the code will run on.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
import threading
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import unquote

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from sam_deploy.build import application, uv, wheel_zip
from sam_deploy.build.model import ApplicationFile
from sam_deploy.build.requirements import LocalPackage, Requested
from sam_deploy.build.store import Store, StoredWheel
from sam_deploy.build.wheels import environment, is_pure
from sam_deploy.errors import BuildError
from sam_deploy.plan.model import Target

_NO_COMPILER: Final = {"CC": "false", "CXX": "false", "LD": "false", "RUSTC": "false"}
"""What it would compile is refused below, so it may as well fail at once."""
_LOCKS: Final[dict[tuple[Path, str], threading.Lock]] = {}
_LOCKS_LOCK: Final = threading.Lock()
_NOT_IN_A_PACKAGE: Final = ("/dist/", "/build/", "/uv.lock", "/.python-version")


@dataclass(frozen=True, slots=True)
class Built:
    """A local package as a wheel, and what it needs in turn."""

    name: str
    wheel: StoredWheel
    python: SpecifierSet
    requires: tuple[Requirement, ...]


def build_local(folder: Path, store: Store, hash_of: Callable[[Path], str]) -> Built:
    """Return the wheel of a package in a folder, building it when its files have changed.

    It is built from a copy, because build tools leave folders behind in the source.
    """
    chosen = application.selection((), (), (*application.CACHES, *_NOT_IN_A_PACKAGE))
    files = application.hashed(application.collect(folder, chosen), hash_of)
    key = f"local:{folder.name}:{_tree_hash(files)}"
    wheel = _once(key, store, lambda: _build_copy(folder, files, store))
    name, python, requires = _metadata(wheel.path)
    return Built(name, wheel, python, requires)


def _build_copy(folder: Path, files: Sequence[ApplicationFile], store: Store) -> StoredWheel:
    with _workspace(store) as workspace:
        source = Path(workspace, folder.name)
        for file in files:
            target = source / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file.source, target)
        return _build(source, Path(workspace, "out"), store, f"`{folder}`")


def build_sdist(sdist: Path, sha256: str, named: str, store: Store) -> StoredWheel:
    """Return the wheel built from a verified source release. `named` is for error messages."""

    def build() -> StoredWheel:
        with _workspace(store) as workspace:
            return _build(sdist, Path(workspace, "out"), store, named)

    return _once(f"sdist:{sha256}", store, build)


def _once(key: str, store: Store, build: Callable[[], StoredWheel]) -> StoredWheel:
    """Return what was built under this key, building it when nobody has."""
    with _LOCKS_LOCK:
        lock = _LOCKS.setdefault((store.root, key), threading.Lock())
    with lock:
        wheel = store.built(key)
        if wheel is None:
            wheel = build()
            store.remember_built(key, wheel)
        return wheel


def _build(source: Path, out: Path, store: Store, named: str) -> StoredWheel:
    # A wheel that says `py3-none-any` is the same whatever interpreter made it.
    arguments = ["build", "--wheel", str(source), "--out-dir", str(out)]
    finished = uv.run(
        [*arguments, "--no-sources", "--python", sys.executable], out.parent, extra=_NO_COMPILER
    )
    wheels = sorted(out.glob("*.whl"))
    if finished.code != 0 or len(wheels) != 1:
        raise BuildError(
            f"{named} could not be built",
            why=f"{uv.short_reason(finished.stderr)}. Native code is not compiled here: it would "
            "be for this computer",
            hint="choose a version that has wheels, or run `uv build --wheel` there to see more",
        )
    if not is_pure(wheels[0].name):
        raise BuildError(
            f"{named} cannot be built here",
            why=f"it compiles code for this computer (`{wheels[0].name}`), not for Lambda",
            hint="choose a version that has a wheel for the target, or another runtime or "
            "architecture",
        )
    return _into_store(wheels[0], store)


def _into_store(path: Path, store: Store) -> StoredWheel:
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


def _tree_hash(files: Sequence[ApplicationFile]) -> str:
    tree = hashlib.sha256()
    for file in files:
        tree.update(f"{file.path}\0{file.executable:d}\0{file.sha256}\n".encode())
    return tree.hexdigest()


def expand(
    requested: Requested, target: Target, store: Store, hash_of: Callable[[Path], str]
) -> tuple[StoredWheel, ...]:
    """Build the local packages that are asked for, and add what they require to `requested`.

    Follows local packages to further local packages, by `name @ file:` and by path entries of
    `[tool.uv.sources]`. Returns their wheels, sorted by file name.
    """
    wheels: dict[str, StoredWheel] = {}
    seen: set[LocalPackage] = set()
    queue = list(requested.local)
    while queue:
        package = queue.pop()
        if package in seen:
            continue
        seen.add(package)
        built = build_local(package.folder, store, hash_of)
        if not built.python.contains(target.python, prereleases=True):
            raise BuildError(
                f"`{package.folder}` does not run on {target.label}",
                why=f"it requires Python {built.python}, the target has {target.python}",
                hint="choose another runtime, or change `requires-python`",
            )
        wheels[built.name] = built.wheel
        sources = _uv_sources(package.folder)
        for requirement in _required(built, package.extras, target):
            local = _local(requirement, sources, package.folder)
            if local:
                queue.append(local)
            else:
                requested.requirements.append(str(requirement))
    return tuple(sorted(wheels.values(), key=lambda wheel: wheel.path.name))


def _required(built: Built, extras: frozenset[str], target: Target) -> list[Requirement]:
    """Return what applies on the target with these extras, without markers."""
    values = environment(target)
    found = []
    for requirement in built.requires:
        marker = requirement.marker
        if marker and not any(marker.evaluate(values | {"extra": e}) for e in ("", *extras)):
            continue
        requirement.marker = None
        found.append(requirement)
    return found


def _uv_sources(folder: Path) -> dict[str, Any]:
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BuildError(
            f"`{folder / 'pyproject.toml'}` could not be read",
            why=str(error),
            hint="correct the file",
        ) from error
    sources = project.get("tool", {}).get("uv", {}).get("sources", {})
    return {canonicalize_name(name): source for name, source in sources.items()}


def _local(requirement: Requirement, sources: dict[str, Any], folder: Path) -> LocalPackage | None:
    """Return the folder a requirement means, or nothing when it means a released package."""
    source = sources.get(canonicalize_name(requirement.name))
    if source is None and requirement.url is None:
        return None
    path = source.get("path") if isinstance(source, dict) else None
    if path is None and (requirement.url or "").startswith("file:"):
        path = unquote((requirement.url or "").removeprefix("file:").removeprefix("//"))
    target = (folder / path).resolve() if path else None
    if target is None or not (target / "pyproject.toml").is_file():
        # The index may hold a stranger's package of that name, so it is never asked.
        raise BuildError(
            f"`{requirement.name}`, which `{folder}` requires, cannot be built",
            why=f"its source is {source or requirement.url}, and only folders are supported",
            hint="name a released version, or a folder with a pyproject.toml as `path`",
        )
    return LocalPackage(target, frozenset(requirement.extras))
