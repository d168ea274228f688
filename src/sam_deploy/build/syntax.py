"""Finds application code that Python cannot read: each import of it would fail in Lambda.

Asks the target's own Python where it is on this computer, else this one when it is as new. May run
a process of it.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from sam_deploy.build import bytecode
from sam_deploy.build.model import ApplicationFile
from sam_deploy.build.workshop import Workshop
from sam_deploy.errors import BuildError
from sam_deploy.plan.model import BuildUnit

_PROGRAM: Final = Path(__file__).with_name("on_target") / "parsing.py"
TIMEOUT_SECONDS: Final = 120
HINT: Final = "correct the code; a file that is none of it can be left out by `exclude`"
SHOWN: Final = 10
"""Files of one function that are named."""


def check(
    unit: BuildUnit,
    files: Sequence[ApplicationFile],
    read: Callable[[ApplicationFile], bytes],
    workshop: Workshop,
) -> None:
    """Raise `BuildError` for modules among the files that cannot be compiled.

    Says nothing where no Python is here that knows the target's syntax.
    """
    chosen = [file for file in files if bytecode.is_compiled(file.path)]
    modules = {_shown(file.source, workshop.project): read(file) for file in chosen}
    python = _python(unit, workshop) if modules else None
    if python is None:
        return
    found = _problems(python, modules)
    if not found:
        return
    of = f"of {unit.kind} `{unit.name}` cannot be compiled"
    if len(found) == 1:
        ((path, line, text),) = found
        raise BuildError(f"`{path}` {of}", why=f"line {line}: {text}" if line else text, hint=HINT)
    lines = [f"{path}:{line}: {text}" for path, line, text in found[:SHOWN]]
    if len(found) > SHOWN:
        lines.append(f"and {len(found) - SHOWN} more")
    raise BuildError(f"{len(found)} files {of}", why="\n".join(lines), hint=HINT)


def _shown(source: Path, project: Path) -> str:
    """Return a path as people type it: from the project's folder where it is below that."""
    return source.relative_to(project).as_posix() if project in source.parents else str(source)


def _python(unit: BuildUnit, workshop: Workshop) -> Path | None:
    minor = unit.target.python_minor
    if minor == sys.version_info[:2]:
        return Path(sys.executable)
    found = workshop.interpreter(minor)
    if found is not None:
        return found.path
    return Path(sys.executable) if minor < sys.version_info[:2] else None


def _problems(python: Path, modules: Mapping[str, bytes]) -> list[tuple[str, int, str]]:
    given = [[path, base64.b64encode(each).decode()] for path, each in sorted(modules.items())]
    try:
        answer = subprocess.run(
            [python, "-I", "-S", _PROGRAM],
            input=json.dumps(given),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=True,
        ).stdout
        return [(str(path), int(line), str(text)) for path, line, text in json.loads(answer)]
    except (OSError, subprocess.SubprocessError, ValueError):
        return []  # an interpreter that does not run judges nothing
