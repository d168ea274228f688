"""Which program runs a function of which runtime, and with what the runtime itself holds.

May touch: one folder of links to packages, made once.
"""

from __future__ import annotations

import importlib.util
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from sam_deploy.local.workers.model import Function, Placed

_ON_LINUX: Final = sys.platform.startswith("linux")
HERE: Final = Path(__file__).parent
RUNTIME_PACKAGES: Final = (
    *("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3"),
    "python_dateutil",
)
"""What every Python runtime of Lambda holds: boto3 and what it needs, nothing else."""


class Pythons(Protocol):
    """Interpreters by minor version. A mapping is one."""

    def get(self, minor: str, /) -> Path | None:
        """The CPython of that version, such as 3.12, or None."""


class NoProgramError(Exception):
    """This machine has nothing that runs the runtime."""


@dataclass(frozen=True, slots=True)
class Programs:
    """The interpreters of this machine. `pythons` is by minor version, such as 3.12.

    `python` runs functions of versions that are not there; `packages` is Lambda's /var/runtime.
    """

    python: Path
    packages: Path
    pythons: Pythons = field(default_factory=dict[str, Path])
    node: Path | None = None
    node_options: tuple[str, ...] = ()

    def of(self, runtime: str, placed: Placed) -> Path:
        """The program for a runtime. Raises NoProgramError."""
        if runtime.startswith("python"):
            if placed.for_host:
                return self.python
            return self.pythons.get(runtime.removeprefix("python")) or self.python
        if runtime.startswith("nodejs"):
            if self.node is None:
                raise NoProgramError(f"{runtime} needs `node`, which is not on the PATH")
            return self.node
        raise NoProgramError(f"{runtime} is no runtime that runs here: python or nodejs")

    def command(self, function: Function, placed: Placed) -> list[str]:
        """The command line of a worker. Raises NoProgramError."""
        program = str(self.of(function.runtime, placed))
        if function.runtime.startswith("python"):
            # No site-packages (-S), nobody's own (-s), output at once (-u). PYTHON variables are
            # the function's, as on Lambda.
            bootstrap = HERE / "python" / "bootstrap.py"
            options = ["-S", "-s", "-u", "-X", "utf8"]
            if function.debug_port is not None:
                # A debugger sees no breakpoint in a module that is frozen.
                options += ["-X", "frozen_modules=off"]
            command = [program, *options, str(bootstrap), str(self.packages)]
        else:
            command = [program, *self.node_options, str(HERE / "node" / "bootstrap.mjs")]
        if not _ON_LINUX:
            return command
        opt = HERE / "python" / "opt.py"
        return [str(self.python), "-S", "-s", str(opt), str(placed.opt or ""), *command]

    def is_exact(self, runtime: str) -> bool:
        """Whether a Python runtime has an interpreter of its own version here."""
        version = runtime.removeprefix("python")
        return not runtime.startswith("python") or self.pythons.get(version) is not None


def link_packages(folder: Path) -> Path:
    """The folder holds boto3 and what it needs, from where they are installed for this process."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in RUNTIME_PACKAGES:
        found = importlib.util.find_spec(name)
        if found is None or not found.origin:
            continue
        origin = Path(found.origin)
        source = origin.parent if origin.name == "__init__.py" else origin
        _link(source, folder / source.name)
    site = _site_packages()
    for info in site.glob("*.dist-info") if site else ():
        if info.name.partition("-")[0].lower() in RUNTIME_PACKAGES:
            _link(info, folder / info.name)
    return folder


def find_node(path: str) -> Path | None:
    """`node` on a PATH."""
    found = shutil.which("node", path=path)
    return Path(found).resolve() if found else None


def _site_packages() -> Path | None:
    found = importlib.util.find_spec("boto3")
    return Path(found.origin).parent.parent if found is not None and found.origin else None


def _link(source: Path, target: Path) -> None:
    if target.exists():
        return
    try:
        target.symlink_to(source)
    except OSError:  # a file system without links
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            shutil.copy2(source, target)
