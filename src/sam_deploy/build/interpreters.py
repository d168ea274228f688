"""The Pythons on this computer: which one compiles for a target, and its exact version.

Asks uv, which knows the PATH, pyenv, asdf and its own installations, and downloads none. What was
found is remembered in the store and trusted while the file is unchanged, so that a build without
changes starts no process. May run uv and the interpreter it names.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sam_deploy.build import uv
from sam_deploy.build.disk import read_json, written_whole
from sam_deploy.build.store import Store

TIMEOUT_SECONDS: Final = 30
ABSENT_SECONDS: Final = 3600.0
"""How long it is believed that a version is not installed, on the same PATH."""
_QUESTION: Final = """
import json, sys, sysconfig
print(json.dumps([".".join(map(str, sys.version_info[:3])), sys.implementation.cache_tag,
    sys.implementation.name == "cpython" and sys.version_info.releaselevel == "final"
    and not sysconfig.get_config_var("Py_GIL_DISABLED") and not hasattr(sys, "gettotalrefcount")]))
"""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A CPython release on this computer."""

    path: Path
    version: str
    """Exact: 3.12.11. Bytecode of another patch level may differ."""
    cache_tag: str
    """`cpython-312`, which is in the name of every compiled file. Source: PEP 3147."""


def by_uv(version: str, path: str, folder: Path) -> Path | None:
    """Return the CPython of that minor version that uv finds on `path` or among its own.

    `folder` is where uv is run.
    """
    arguments = ["python", "find", "--system", "--no-project", f"cpython@{version}"]
    answer = uv.run(arguments, folder, extra={"PATH": path})
    found = Path(answer.stdout.strip())
    return found if answer.code == 0 and found.is_file() else None


@dataclass(frozen=True, slots=True)
class Interpreters:
    """Finds interpreters and remembers them in the store."""

    store: Store
    folder: Path
    """Where uv is run; its settings apply."""
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    now: Callable[[], float] = time.time
    locate: Callable[[str, str, Path], Path | None] = by_uv

    def find(self, minor: tuple[int, int]) -> Interpreter | None:
        """Return a CPython release of that minor version, or nothing when there is none here."""
        version = ".".join(map(str, minor))
        entry = self.store.root / "interpreters" / f"{version}.json"
        path = search_path(self.environment)
        known = read_json(entry)
        if found := _still_there(known):
            return found
        if known.get("absent_on") == path and self._is_fresh(known):
            return None
        found = self._ask(version, path)
        value = _remembered(found) if found else {"absent_on": path, "since": self.now()}
        with written_whole(entry, self.store.temporary, durable=False) as file:
            file.write(json.dumps(value).encode())
        return found

    def _is_fresh(self, known: Mapping[str, object]) -> bool:
        since = known.get("since")
        return isinstance(since, float) and 0 <= self.now() - since < ABSENT_SECONDS

    def _ask(self, version: str, path: str) -> Interpreter | None:
        found = self.locate(version, path, self.folder)
        if found is None:
            return None
        exact, cache_tag, usable = _questioned(found)
        fits = usable and exact.startswith(f"{version}.")
        return Interpreter(found, exact, cache_tag) if fits else None


def search_path(variables: Mapping[str, str]) -> str:
    """Return the PATH with the interpreters that version managers keep, instead of their shims.

    A shim fails for a version that is installed but not selected, and uv stops at the first that
    does.
    """
    entries = [entry for entry in variables.get("PATH", "").split(os.pathsep) if entry]
    home = Path(variables.get("HOME") or Path.home())
    pyenv = Path(variables.get("PYENV_ROOT") or home / ".pyenv")
    asdf = Path(variables.get("ASDF_DATA_DIR") or home / ".asdf")
    kept = [*pyenv.glob("versions/*/bin"), *asdf.glob("installs/python/*/bin")]
    plain = [entry for entry in entries if Path(entry).name != "shims"]
    return os.pathsep.join([*plain, *map(str, sorted(kept, reverse=True))])


def _questioned(path: Path) -> tuple[str, str, bool]:
    """Return an interpreter's version and cache tag, and whether it is a release of CPython."""
    try:
        answer = subprocess.run(
            [str(path), "-I", "-S", "-c", _QUESTION],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=True,
        ).stdout
        version, cache_tag, usable = json.loads(answer)
    except (OSError, subprocess.SubprocessError, ValueError):
        return "", "", False
    return str(version), str(cache_tag), bool(usable)


def _remembered(found: Interpreter) -> dict[str, object]:
    return {
        "path": str(found.path),
        "version": found.version,
        "cache_tag": found.cache_tag,
        "stamp": _stamp(found.path),
    }


def _still_there(known: Mapping[str, object]) -> Interpreter | None:
    path, version, cache_tag = (known.get(name) for name in ("path", "version", "cache_tag"))
    if not (isinstance(path, str) and isinstance(version, str) and isinstance(cache_tag, str)):
        return None
    try:
        same = known.get("stamp") == _stamp(Path(path))
    except OSError:
        return None
    return Interpreter(Path(path), version, cache_tag) if same else None


def _stamp(path: Path) -> list[int]:
    status = path.stat()  # of the file that links lead to
    return [status.st_size, status.st_mtime_ns, status.st_ino]
