"""What esbuild says, as file, line and sentence, and what to do about it.

Reads the project's `package.json` files to tell a package that is not installed from one that is
not asked for. Source: esbuild's log format, which has been the same since version 0.8.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from sam_deploy.build.disk import read_json
from sam_deploy.errors import BuildError
from sam_deploy.plan.model import NodeUnit

_HEAD: Final = re.compile(r"^\S+ \[(ERROR|WARNING)\] (.*?)(?: \[([a-z-]+)\])?$")
_PLACE: Final = re.compile(r"^    (\S.*?):(\d+):\d+:$")
_UNRESOLVED: Final = re.compile(r'^Could not resolve "([^"]+)"')
_NATIVE: Final = re.compile(r'^No loader is configured for "\.node" files: (.+)$')
_INSTEAD_OF_NATIVE: Final = (
    "choose a package without native code, or put it into a layer and name it in "
    "`Bundle(external=[...])`"
)
_LOCK_FILES: Final = {
    "package-lock.json": "npm ci",
    "npm-shrinkwrap.json": "npm ci",
    "pnpm-lock.yaml": "pnpm install",
    "yarn.lock": "yarn install",
    "bun.lock": "bun install",
    "bun.lockb": "bun install",
}
_DEPENDENCIES: Final = (
    "dependencies",
    "devDependencies",
    "optionalDependencies",
    "peerDependencies",
)


@dataclass(frozen=True, slots=True)
class Message:
    """One error or warning. `file` is as esbuild names it: relative to the source folder."""

    level: Literal["error", "warning"]
    text: str
    kind: str = ""
    """esbuild's id of a warning, such as `empty-import-meta`."""
    file: str = ""
    line: int = 0


def parsed(stderr: str) -> tuple[Message, ...]:
    """Return the messages in what esbuild wrote, in its order."""
    return tuple(_messages(stderr.splitlines()))


def _messages(lines: Sequence[str]) -> Iterator[Message]:
    heads = [(i, match) for i, line in enumerate(lines) if (match := _HEAD.match(line))]
    for number, (start, head) in enumerate(heads):
        end = heads[number + 1][0] if number + 1 < len(heads) else len(lines)
        # Notes have places too; that of the message itself comes first.
        place = _PLACE.match(lines[start + 2]) if start + 2 < end else None
        yield Message(
            level="error" if head[1] == "ERROR" else "warning",
            text=head[2],
            kind=head[3] or "",
            file=place[1] if place else "",
            line=int(place[2]) if place else 0,
        )


def shown(message: Message, source: Path, project: Path) -> str:
    """Return `file:line: text`, the file as seen from the project."""
    if not message.file:
        return message.text
    file = Path(os.path.relpath(source / message.file, project)).as_posix()
    return f"{file}:{message.line}: {message.text}"


def failure(unit: NodeUnit, project: Path, messages: Sequence[Message], stderr: str) -> BuildError:
    """Return one error with everything that esbuild found wrong."""
    errors = [message for message in messages if message.level == "error"]
    if not errors:
        return BuildError(
            f"Function `{unit.name}` could not be bundled",
            why=" ".join(stderr.split())[:400] or "esbuild gave no reason",
            hint="check the esbuild that the project installs",
        )
    lines: list[str] = []
    hints: list[str] = []
    for error in errors:
        reason, hint = _explained(error, unit.source)
        place = shown(error, unit.source, project)
        lines.append(f"{place}; {reason}" if reason else place)
        hints.append(hint)
    return BuildError(
        f"Function `{unit.name}` could not be bundled",
        why="\n".join(lines),
        hint="; ".join(dict.fromkeys(hint for hint in hints if hint)) or "correct the files",
    )


def _explained(error: Message, source: Path) -> tuple[str, str]:
    """Return what an error means and what to do, where we know more than esbuild says."""
    if native := _NATIVE.match(error.text):
        what = f"`{Path(native[1]).name}` is machine code of this computer"
        return f"{what}, which one file cannot hold", _INSTEAD_OF_NATIVE
    unresolved = _UNRESOLVED.match(error.text)
    if unresolved and re.match(r"[@\w~]", unresolved[1]):
        return _missing(package_name(unresolved[1]), (source / error.file).parent, source)
    return "", ""


def _missing(package: str, importer: Path, source: Path) -> tuple[str, str]:
    folders = (importer, *importer.parents)
    for folder in folders:
        installed = folder / "node_modules" / package
        if installed.is_dir():
            if "node_modules" in installed.resolve().parts:
                return "the package is installed, but does not export that path", ""
            built = f"build the workspace package `{package}` first"
            return "the file that its package.json names does not exist", built
    if any(_declares(folder, package) for folder in folders):
        return f"`{package}` is not installed", f"run `{install_command(source)}`"
    return "no package.json asks for it", f"add `{package}` to package.json and install it"


def package_name(specifier: str) -> str:
    """Return the package of an import: `@acme/x` of `@acme/x/lib/y`, `x` of `x/y`."""
    parts = specifier.split("/")
    return "/".join(parts[:2] if specifier.startswith("@") else parts[:1])


def _declares(folder: Path, package: str) -> bool:
    manifest = read_json(folder / "package.json")
    tables = (manifest.get(name) for name in _DEPENDENCIES)
    return any(package in table for table in tables if isinstance(table, dict))


def install_command(source: Path) -> str:
    """Return how this project's dependencies are installed, by its nearest lock file."""
    for folder in (source, *source.parents):
        for name, command in _LOCK_FILES.items():
            if (folder / name).is_file():
                return command
    return "npm install"
