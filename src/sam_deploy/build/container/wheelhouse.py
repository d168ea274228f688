"""Builds the wheels that a unit lacks, in one container, and puts them into the store.

Each is built once per source release, runtime and architecture. What comes out must fit the target
like a wheel of the index: by its tag, its name and version, and the machine of its native code.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from packaging.utils import (
    InvalidWheelFilename,
    NormalizedName,
    canonicalize_name,
    parse_wheel_filename,
)
from packaging.version import Version

from sam_deploy.build import check, wheel_zip, wheels
from sam_deploy.build.container import command
from sam_deploy.build.container.check import Ask, prepare
from sam_deploy.build.container.engine import TIMED_OUT, Engine, Finished
from sam_deploy.build.lock import Download
from sam_deploy.build.store import Store, StoredWheel
from sam_deploy.errors import BuildError
from sam_deploy.plan.model import Target

BUILD_SECONDS: Final = 1800.0
_ELF_HEAD_BYTES: Final = 20
_ERROR_LINE: Final = re.compile(r"(?im)^.*\b(?:fatal )?error: .+$")
_SCHEMA: Final = 1


@dataclass(frozen=True, slots=True)
class Source:
    """A source release in the store, whose hash has been checked."""

    name: NormalizedName
    version: str
    path: Path
    sha256: str

    def key(self, target: Target) -> str:
        """Name what is built of it; the images of one runtime are taken to be equal."""
        return f"container:{_SCHEMA}:{target.runtime}:{target.architecture}:{self.sha256}"


class Containers:
    """Builds wheels for the units of one run. Safe to use from several threads.

    The engine is asked for only when there is something to build, and once.
    """

    def __init__(self, store: Store, ask: Ask, *, find: Callable[[Ask], Engine] = prepare) -> None:
        self._store = store
        self._ask = ask
        self._find = find
        self._engine: Engine | None = None
        self._lock = threading.Lock()
        self._building: dict[str, threading.Lock] = {}

    def wheels(
        self,
        sources: Sequence[Source],
        target: Target,
        unit: str,
        progress: Callable[[str, str], None],
    ) -> dict[NormalizedName, StoredWheel]:
        """Return a wheel of every source release, by name. Raises `BuildError`."""
        with ExitStack() as stack:
            # In one order, so that no two units wait for each other.
            for key in sorted({source.key(target) for source in sources}):
                stack.enter_context(self._one_at_a_time(key))
            known = {s.name: self._store.built(s.key(target)) for s in sources}
            missing = [source for source in sources if known[source.name] is None]
            found = {name: wheel for name, wheel in known.items() if wheel}
            if missing:
                engine = self._running()
                progress("container", f"{command.image(target)}: {_listed(missing)}")
                found |= build_wheels(missing, target, unit, self._store, engine)
            return found

    def _one_at_a_time(self, key: str) -> threading.Lock:
        with self._lock:
            return self._building.setdefault(key, threading.Lock())

    def _running(self) -> Engine:
        with self._lock:
            if self._engine is None:
                self._engine = self._find(self._ask)
            return self._engine


def build_wheels(
    sources: Sequence[Source], target: Target, unit: str, store: Store, engine: Engine
) -> dict[NormalizedName, StoredWheel]:
    """Build a wheel of every source release in one container; return them by name.

    Raises `BuildError` with the compiler's words, and for a wheel that does not fit the target.
    """
    if target.host:
        raise BuildError(
            f"`{unit}` is not built in a container",
            why="it is for this computer, and the build images are for Lambda",
            hint="install a compiler, or choose a version that has wheels",
        )
    store.temporary.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="build-", dir=store.temporary) as folder:
        given, made = Path(folder, "given"), Path(folder, "made")
        given.mkdir()
        made.mkdir()
        for source in sources:
            shutil.copyfile(source.path, given / source.path.name)
        finished = _run(sources, target, engine, (given, made))
        if finished.code != 0:
            raise _failed(finished, sources, target, unit)
        built = _by_name(sorted(made.glob("*.whl")))
        found: dict[NormalizedName, StoredWheel] = {}
        for source in sources:
            path = _fitting(built, source, target, unit)
            found[source.name] = store.add_wheel(path.name, _writer(path.read_bytes()))
            store.remember_built(source.key(target), found[source.name])
        return found


def _run(
    sources: Sequence[Source], target: Target, engine: Engine, folders: tuple[Path, Path]
) -> Finished:
    name = f"sam-deploy-{secrets.token_hex(6)}"
    passed = command.forwarded(os.environ)
    given, made = (engine.path(str(folder)) for folder in folders)
    files = [source.path.name for source in sources]
    arguments = command.arguments(target, name, (given, made), files, sorted(passed), _user(engine))
    finished = Finished(TIMED_OUT, "", "")
    try:
        finished = engine.run(arguments, passed, BUILD_SECONDS)
    finally:
        if finished.code == TIMED_OUT:
            # Ending the client, by Ctrl-C or for lack of time, leaves the container running.
            engine.run(["rm", "--force", name], {}, 30.0)
    return finished


def _user(engine: Engine) -> str:
    """Return who owns what the container writes: the user, where there are such numbers."""
    user = ""
    nameless = engine.rootless or engine.wsl or engine.machine.system != "linux"
    if sys.platform != "win32" and not nameless:
        user = f"{os.getuid()}:{os.getgid()}"
    return user


def _failed(finished: Finished, sources: Sequence[Source], target: Target, unit: str) -> BuildError:
    what = f"{_listed(sources)}, wanted by `{unit}`, could not be built in a container"
    if "exec format error" in finished.stderr:
        return BuildError(
            what,
            why=f"this computer cannot run {target.architecture} images",
            hint="let Docker emulate it with `docker run --privileged --rm tonistiigi/binfmt "
            "--install all`, or build on such a machine",
        )
    if finished.code == TIMED_OUT:
        return BuildError(
            what,
            why=f"it was given {BUILD_SECONDS / 60:.0f} minutes",
            hint="choose a version that has wheels",
        )
    if finished.code in {125, 126, 127}:  # Docker's own, not those of pip
        return BuildError(
            what,
            why=finished.words or f"docker ended with exit code {finished.code}",
            hint=f"correct it until `docker run --rm {command.image(target)} true` succeeds",
        )
    errors = [line.strip() for line in _ERROR_LINE.findall(finished.stderr + finished.stdout)]
    return BuildError(
        what,
        why="\n".join(dict.fromkeys(errors[:5])) or finished.words[-400:] or "pip gave no reason",
        hint="the image has compilers and few libraries: choose a version that has wheels, or a "
        "package that brings its libraries (`psycopg2-binary` for `psycopg2`)",
    )


def _by_name(paths: Sequence[Path]) -> Mapping[tuple[NormalizedName, Version], Path]:
    found: dict[tuple[NormalizedName, Version], Path] = {}
    for path in paths:
        try:
            name, version, _, _ = parse_wheel_filename(path.name)
        except InvalidWheelFilename:
            continue
        found[name, version] = path
    return found


def _fitting(
    built: Mapping[tuple[NormalizedName, Version], Path], source: Source, target: Target, unit: str
) -> Path:
    """Return the wheel of a source release, which must run on the target."""
    what = f"`{source.name}` {source.version}, wanted by `{unit}`, could not be built"
    path = built.get((canonicalize_name(source.name), Version(source.version)))
    if path is None:
        there = ", ".join(path.name for path in built.values()) or "nothing"
        raise BuildError(
            what,
            why=f"the container made {there}",
            hint="check that the Docker engine runs on this computer: a distant one does not see "
            "its folders",
        )
    if wheels.choose([Download(path.name, "", "")], target) is None:
        raise BuildError(
            what,
            why=f"`{path.name}` does not run on {target.label}",
            hint="choose a version that has a wheel for the target",
        )
    wheel = wheel_zip.open_wheel(path)
    for entry in wheel.entries:
        if ".so" in Path(entry.name).suffixes:
            head = wheel.head(entry, _ELF_HEAD_BYTES)
            check.check_native(f"{path.name}: {entry.name}", head, target)
    return path


def _writer(content: bytes) -> Callable[[BinaryIO], str]:
    def write(file: BinaryIO) -> str:
        file.write(content)
        return hashlib.sha256(content).hexdigest()

    return write


def _listed(sources: Sequence[Source]) -> str:
    return ", ".join(f"`{source.name}` {source.version}" for source in sources)
