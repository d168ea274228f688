"""What else is in a Node function's archive, and what must not be: secrets, machine code, too much.

Reads the files of the source that are packed or bundled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from pathspec import GitIgnoreSpec

from sam_deploy.build import application, check, walk
from sam_deploy.build.archive import PlainFile
from sam_deploy.build.model import ApplicationFile
from sam_deploy.errors import BuildError
from sam_deploy.plan.model import NodeUnit

_MODULES: Final = "node_modules"
_FOLDER_OF_MODULES: Final = f"{_MODULES}/"
_SECRETS: Final = GitIgnoreSpec.from_lines(application.SECRETS)
_NOT_WALKED: Final = GitIgnoreSpec.from_lines((*application.SECRETS, _FOLDER_OF_MODULES))


def included(unit: NodeUnit, hash_of: Callable[[Path], str]) -> tuple[ApplicationFile, ...]:
    """Return the files that `include` asks for, with their hashes; without it there are none.

    `node_modules` is looked into only for a pattern that names it: what the code uses is bundled.
    """
    if not unit.include:
        return ()
    files = walk.collect(unit.source, _chosen(unit))
    for file in files:
        if file.path.endswith(".node"):
            raise BuildError(
                f"`{file.source}` is not shipped",
                why="it is machine code of the computer it was installed on",
                hint="put the package into a layer that is built for the function's architecture, "
                "and exclude the file",
            )
    return application.hashed(files, hash_of)


def _chosen(unit: NodeUnit) -> application.Selection:
    """Return the patterns: all is left out by default, so that only `include` brings files in."""
    if any(_MODULES in pattern for pattern in unit.include):
        return application.selection(unit.include, unit.exclude, ("*",))
    exclude = (*unit.exclude, _FOLDER_OF_MODULES)
    chosen = application.selection(unit.include, exclude, ("*",))
    # Folders that are merely excluded are walked for included files; these are full of links.
    return replace(chosen, secrets=_NOT_WALKED)


def plain_files(files: Iterable[ApplicationFile]) -> Iterator[PlainFile]:
    """Return the files as entries of an archive, checked when they are read."""
    for file in files:
        yield PlainFile(file.path, partial(_read, file), file.executable)


def _read(file: ApplicationFile) -> bytes:
    content = file.source.read_bytes()
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise BuildError(
            f"`{file.source}` was changed while it was being packed",
            why="its content is not what it was a moment before",
            hint="stop the program that writes it, then build again",
        )
    check.check_content(str(file.source), content)
    return content


def check_inputs(unit: NodeUnit, bundled: Iterable[str]) -> None:
    """Raise `BuildError` when a file of the user's own with secrets went into the bundle."""
    for path in bundled:
        if _FOLDER_OF_MODULES in path:
            continue
        file = unit.source / path
        if _SECRETS.match_file(path.replace("../", "")):
            raise BuildError(
                f"`{file}` is not shipped",
                why="files of that name hold secrets, and the code imports it",
                hint="keep secrets in Secrets Manager or Parameter Store",
            )
        check.check_content(str(file), file.read_bytes())


def limit_bytes(unit: NodeUnit) -> int:
    """Return how many bytes the function may have unpacked."""
    return min(unit.budget_bytes or check.MAX_UNPACKED_BYTES, check.MAX_UNPACKED_BYTES)


def check_size(unit: NodeUnit, by_package: Mapping[str, int], unpacked_bytes: int) -> None:
    """Raise `BuildError` above the user's budget, and above what Lambda takes."""
    limit = limit_bytes(unit)
    if unpacked_bytes <= limit:
        return
    largest = sorted(by_package.items(), key=lambda item: (-item[1], item[0]))[:5]
    table = ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in largest)
    whose = "its budget is" if limit == unit.budget_bytes else "Lambda takes"
    raise BuildError(
        f"`{unit.name}` is {unpacked_bytes / 1e6:.1f} MB unpacked",
        why=f"{whose} {limit / 1e6:.0f} MB; the largest: {table}",
        hint="import less of the largest packages, or raise `budget_mb`"
        if limit == unit.budget_bytes
        else "import less of the largest packages; a container image may have 10 GB",
    )
