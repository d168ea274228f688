"""The interpreters of this machine, as they are told to the emulator and looked for by it.

Whoever starts the emulator knows the user's PATH, which the emulator is not to have in its
environment, and writes what is needed of it to one file. An interpreter is looked for when the
first function wants its version: asking uv takes a part of a second.
May touch: that file; uv, and the interpreters it names.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sam_deploy.local.workers.programs import Programs, find_node, link_packages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FILE: Final = "programs.json"
STAND_IN: Final = "aws-sdk.cjs"
"""A file that Node functions have loaded first, if it exists."""
_FIND_SECONDS: Final = 60.0
_FOR_UV: Final = ("PATH", "HOME", "XDG_DATA_HOME", "UV_PYTHON_INSTALL_DIR", "UV_PYTHON_DOWNLOADS")


@dataclass(slots=True)
class FoundPythons:
    """Interpreters by minor version, each looked for once. It reads like a mapping."""

    uv: str
    environment: Mapping[str, str]
    folder: Path
    known: dict[str, Path | None] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, minor: str) -> Path | None:
        """The CPython of that version, such as 3.12, or None."""
        with self._lock:
            if minor not in self.known:
                self.known[minor] = self._find(minor)
            return self.known[minor]

    def _find(self, minor: str) -> Path | None:
        command = [self.uv, "python", "find", "--no-project", "--system", f"cpython@{minor}"]
        try:
            done = subprocess.run(
                command,
                env=dict(self.environment),
                cwd=self.folder,
                capture_output=True,
                text=True,
                timeout=_FIND_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        found = Path(done.stdout.strip()) if done.returncode == 0 else None
        return found.resolve() if found is not None and found.is_file() else None


def write(scratch: Path, uv: str, environment: Mapping[str, str]) -> None:
    """Note for the emulator, whose folder `scratch` is, how interpreters are found."""
    kept = {name: environment[name] for name in _FOR_UV if name in environment}
    file = scratch / FILE
    file.touch(mode=0o600)
    file.write_text(json.dumps({"uv": uv, "environment": kept}), encoding="utf-8")


def read(scratch: Path) -> Programs:
    """The programs of this machine, for the process whose folder `scratch` is.

    Where nothing was noted, Python functions run on this process's own interpreter.
    """
    try:
        noted = json.loads((scratch / FILE).read_text(encoding="utf-8"))
        uv, environment = str(noted["uv"]), dict(noted["environment"])
    except (OSError, ValueError, KeyError, TypeError):
        uv, environment = "", {}
    own = Path(sys.executable).resolve()
    minor = "{}.{}".format(*sys.version_info[:2])
    known: dict[str, Path | None] = {minor: own}
    return Programs(
        python=own,
        packages=link_packages(scratch / "runtime"),
        pythons=FoundPythons(uv, environment, scratch, known),
        node=find_node(environment.get("PATH") or os.environ.get("PATH", os.defpath)),
        node_options=tuple(_node_options(scratch)),
    )


def write_stand_in(scratch: Path, script: str) -> None:
    """The emulator's stand-in for the AWS SDK of the Node runtimes is a file of its own.

    Lambda ships the SDK, this machine has none. It also turns calls to amazonaws.com to the
    emulator. A package that a function brings along comes first. `script` is the emulator's Node
    worker. Raises ValueError when it is another than that of MiniStack 1.5.33.
    """
    _, begun, rest = script.partition("(function _installAwsSdkV3Stubs() {")
    body, ended, _ = rest.partition("let handlerFn = null;")
    if not (begun and ended):
        raise ValueError("the emulator's Node worker is another than that of MiniStack 1.5.33")
    names = {"http": "http", "https": "https", "url": "url", "Module": "module", "path": "path"}
    needed = "".join(f'const {name} = require("{module}");\n' for name, module in names.items())
    text = f"{needed}{begun}{body}patchAwsSdk();\n"
    (scratch / STAND_IN).write_text(text, encoding="utf-8")


def _node_options(scratch: Path) -> Iterator[str]:
    stand_in = scratch / STAND_IN
    if stand_in.exists():
        yield from ("--require", str(stand_in))
