"""What this computer is, as a build target: the embedded cloud runs functions on it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Final

from sam_deploy.errors import BuildError
from sam_deploy.plan.model import Architecture, Target

TIMEOUT_SECONDS: Final = 30
_MACHINES: Final[dict[str, Architecture]] = {
    "x86_64": "x86_64",
    "amd64": "x86_64",
    "aarch64": "arm64",
    "arm64": "arm64",
}
_QUESTION: Final = """
import json, os, platform
try:
    libc = os.confstr("CS_GNU_LIBC_VERSION")
except (AttributeError, ValueError, OSError):
    libc = None
print(json.dumps([platform.python_version(), platform.python_implementation(),
                  platform.machine(), libc or ""]))
"""


def host_target(interpreter: Path, runtime: str) -> Target:
    """Return the target that `interpreter` is, whatever `runtime` the functions name.

    Asks the interpreter itself: its full version, its machine, and its glibc. Raises `BuildError`
    when it cannot be run, and where there is no glibc (wheels for that are not chosen yet).
    """
    version, implementation, machine, libc = _ask(interpreter)
    architecture = _MACHINES.get(machine.lower())
    name, _, libc_version = libc.partition(" ")
    if implementation != "CPython" or architecture is None or name != "glibc":
        raise BuildError(
            f"Nothing can be built for `{interpreter}`",
            why=f"it is {implementation} {version} on {machine} with {libc or 'no glibc'}",
            hint="use CPython on Linux with glibc (on Windows: inside WSL), x86_64 or arm64",
        )
    major, minor, *_ = libc_version.split(".")
    plain = version.rstrip("+")
    glibc = (int(major), int(minor))
    return Target(runtime, python=plain, architecture=architecture, glibc=glibc, host=True)


def _ask(interpreter: Path) -> tuple[str, str, str, str]:
    try:
        answer = subprocess.run(
            [str(interpreter), "-I", "-S", "-c", _QUESTION],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=True,
        ).stdout
        version, implementation, machine, libc = json.loads(answer)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise BuildError(
            f"`{interpreter}` could not be asked for its version",
            why=str(error),
            hint="name a Python interpreter that works",
        ) from error
    return str(version), str(implementation), str(machine), str(libc)
