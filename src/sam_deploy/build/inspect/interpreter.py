"""Finds a Python of a target's version on this computer: on the PATH, pyenv's, asdf's or uv's own.

None is downloaded behind the user's back.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from sam_deploy.build import uv
from sam_deploy.errors import RefusedError
from sam_deploy.plan.model import Target


def find_interpreter(target: Target, folder: Path) -> Path:
    """Return a CPython of the target's minor version. Raises `RefusedError` when there is none."""
    minor = ".".join(map(str, target.python_minor))
    arguments = ["python", "find", "--system", "--no-project", f"cpython@{minor}"]
    found = uv.run(arguments, folder, extra={"PATH": search_path(os.environ)})
    if found.code != 0:
        raise RefusedError(
            f"There is no Python {minor} on this computer to import the handler with",
            why=uv.short_reason(found.stderr),
            hint=f"install it, for example with `uv python install {minor}`",
        )
    return Path(found.stdout.strip())


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
