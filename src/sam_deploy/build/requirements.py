"""Requirements as people write them, flattened to one list of lines that uv can be given.

Reads requirements files with everything they include, so that a change in any of them is noticed.
Source: pip documentation, "Requirements File Format"; PEP 508.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from sam_deploy.errors import BuildError

_INCLUDE: Final = re.compile(
    r"^(?:(?P<requirements>-r|--requirement)|(?P<constraints>-c|--constraint))(?:\s*=\s*|\s*)(?P<path>\S.*)$"
)
_EDITABLE: Final = re.compile(r"^(-e|--editable)\b")
_HASH: Final = re.compile(r"\s--hash[=\s]\s*(?P<algorithm>\w+):(?P<digest>[0-9a-fA-F]+)")
_COMMENT: Final = re.compile(r"(^|\s)#.*$")
_INDEX_OPTION: Final = re.compile(
    r"^(-i|--index-url|--extra-index-url|-f|--find-links|--no-index)\b"
)
_HARMLESS_OPTION: Final = re.compile(
    r"^--(require-hashes|prefer-binary|trusted-host|only-binary|progress-bar|use-feature)\b"
)


@dataclass(frozen=True, slots=True)
class LocalPackage:
    """A package in a folder of the project, wanted by path."""

    folder: Path
    extras: frozenset[str] = frozenset()


@dataclass(slots=True)
class Requested:
    """Everything a unit asks for, without comments, includes and line breaks."""

    requirements: list[str] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    hashes: dict[str, set[str]] = field(default_factory=dict)
    """Allowed SHA-256 hashes by canonical package name; none given means any."""
    local: list[LocalPackage] = field(default_factory=list)


def read_inline(specifiers: Sequence[str], folder: Path, into: Requested) -> None:
    """Add requirement specifiers written in the configuration; paths are relative to `folder`."""
    for specifier in specifiers:
        _add_requirement(specifier.strip(), "the configuration", folder, into)


def read_file(path: Path, into: Requested) -> None:
    """Add a requirements file and all that it includes."""
    _read(path, into, as_constraints=False, including=())


def _read(
    path: Path, into: Requested, *, as_constraints: bool, including: tuple[Path, ...]
) -> None:
    path = path.absolute()
    if path in including:
        raise BuildError(
            f"`{path}` includes itself",
            why=" -> ".join(str(file) for file in (*including, path)),
            hint="remove one of the -r or -c lines",
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        where = f"`{including[-1]}` includes it" if including else "it was named as requirements"
        raise BuildError(
            f"`{path}` could not be read", why=f"{where}: {error}", hint="correct the path"
        ) from error
    for line in _logical_lines(text):
        if match := _INCLUDE.match(line):
            included = path.parent / match["path"].strip("\"'")
            constraints = as_constraints or bool(match["constraints"])
            chain = (*including, path)
            _read(included, into, as_constraints=constraints, including=chain)
        else:
            _add_line(line, path, into, as_constraints=as_constraints)


def _logical_lines(text: str) -> Iterator[str]:
    joined = re.sub(r"\\\r?\n", " ", text)
    for line in joined.splitlines():
        if stripped := _COMMENT.sub("", line).strip():
            yield stripped


def _add_line(line: str, path: Path, into: Requested, *, as_constraints: bool) -> None:
    if _EDITABLE.match(line):
        raise _refused(line, str(path), "an editable package is a link to this computer")
    if _INDEX_OPTION.match(line):
        if line not in into.options:
            into.options.append(_absolute_links(line, path.parent))
    elif _HARMLESS_OPTION.match(line):
        return
    elif line.startswith("-"):
        raise _refused(line, str(path), "this option is not supported")
    elif as_constraints:
        into.constraints.append(_without_hashes(line))
    else:
        _add_requirement(line, f"`{path}`", path.parent, into)


def _absolute_links(line: str, folder: Path) -> str:
    option, _, value = line.replace("=", " ", 1).partition(" ")
    value = value.strip()
    if option in {"-f", "--find-links"} and "://" not in value:
        value = str((folder / value).absolute())
    return f"{option} {value}".strip()


def _without_hashes(line: str) -> str:
    return _HASH.sub("", f" {line}").strip()


def _add_requirement(line: str, where: str, folder: Path, into: Requested) -> None:
    specifier = _without_hashes(line)
    try:
        requirement = Requirement(specifier)
    except InvalidRequirement as error:
        if re.match(r"^(git|hg|svn|bzr)\+|^[\w.+-]+://|^[./]", specifier):
            reason = "it has no name; a local package is written `name @ file:PATH`"
            raise _refused(specifier, where, reason) from error
        reason = str(error).splitlines()[0]
        raise _refused(specifier, where, reason) from error
    if requirement.url is None:
        into.requirements.append(str(requirement))
        digests = {m["digest"].lower() for m in _HASH.finditer(line) if m["algorithm"] == "sha256"}
        if digests:
            into.hashes.setdefault(canonicalize_name(requirement.name), set()).update(digests)
    else:
        folder = _local_folder(requirement, where, folder)
        into.local.append(LocalPackage(folder, frozenset(requirement.extras)))


def _local_folder(requirement: Requirement, where: str, relative_to: Path) -> Path:
    url = requirement.url or ""
    scheme = urlsplit(url).scheme
    if scheme != "file":
        kind = "a version control address" if "+" in scheme else "an address"
        raise _refused(str(requirement), where, f"{kind} has no version that can be locked")
    path = unquote(url.removeprefix("file:").removeprefix("//"))
    folder = (relative_to / path).resolve()
    if not (folder / "pyproject.toml").is_file():
        raise _refused(str(requirement), where, f"`{folder}` has no pyproject.toml")
    return folder


def _refused(line: str, where: str, why: str) -> BuildError:
    return BuildError(
        f"Requirement `{line}` in {where} cannot be used",
        why=why,
        hint="name a released package, or a folder of the project as `name @ file:PATH`",
    )
