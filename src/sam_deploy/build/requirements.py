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

from packaging.markers import InvalidMarker, Marker
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


_BY_PATH: Final = re.compile(
    r"^(?P<path>(?:file:|(?!\S*://)[^\s@;\[]*[/\\]|[^\s@;\[]*\.whl(?=$|[\s;\[]))[^\s;\[]*)"
    r"\s*(?:\[(?P<extras>[^]]*)\])?\s*(?:;\s*(?P<marker>.+))?$"
)
"""A package by its path alone, as pip takes it: `libs/x[extra] ; marker`."""
_EDITABLE_PATH: Final = re.compile(r"^(?:-e|--editable)[\s=]\s*(?P<path>\S.*)$")


@dataclass(frozen=True, slots=True)
class LocalPackage:
    """A package in a folder of the project, or a wheel in a file, wanted by path."""

    folder: Path
    """The folder with a pyproject.toml, or the wheel."""
    extras: frozenset[str] = frozenset()
    marker: str = ""
    """Where it is wanted; empty means everywhere. Source: PEP 508."""
    follow: bool = True
    """Whether what it requires has to be added; a lock has that already."""


@dataclass(frozen=True, slots=True)
class Index:
    """A package index of a project. Source: uv documentation, "Package indexes"."""

    name: str
    url: str
    default: bool = False
    explicit: bool = False
    """Asked only for the packages that are pinned to it."""


@dataclass(frozen=True, slots=True)
class ForeignLock:
    """A uv.lock or poetry.lock of the user's, and the project in it that is to be built."""

    path: Path
    folder: Path
    """Where the project's pyproject.toml is."""
    package: str
    """The project's canonical name."""


@dataclass(slots=True)
class Requested:
    """Everything a unit asks for, without comments, includes and line breaks."""

    requirements: list[str] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    hashes: dict[str, set[str]] = field(default_factory=dict)
    """Allowed SHA-256 hashes by canonical package name; none given means any."""
    local: list[LocalPackage] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)
    pins: dict[str, str] = field(default_factory=dict)
    """The only index (by name) that a package may come from, by canonical package name."""
    settings: Path | None = None
    """The folder whose uv settings apply; the project's when there is none."""
    complete: bool = False
    """The requirements are a whole lock: exact versions, and nothing is to be added to them."""
    foreign: ForeignLock | None = None
    """The versions are in this lock; the requirements are only what they were chosen for."""
    notes: list[str] = field(default_factory=list)
    """What the user should know about where these come from."""


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
    if path.exists() and not path.is_file():
        raise BuildError(
            f"`{path}` is not a file",
            why="requirements are read from it",
            hint="put a file in its place, or remove it",
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
        raise _editable(line, path)
    if _INDEX_OPTION.match(line):
        if (option := _absolute_links(line, path.parent)) not in into.options:
            into.options.append(option)
    elif _HARMLESS_OPTION.match(line):
        return
    elif line.startswith("-"):
        raise _refused(line, str(path), "this option is not supported")
    elif as_constraints:
        into.constraints.append(_without_hashes(line))
    else:
        _add_requirement(line, f"`{path}`", path.parent, into)


def _editable(line: str, path: Path) -> BuildError:
    why = "an editable package is a link to this computer; an archive holds the files themselves"
    match = _EDITABLE_PATH.match(line)
    if match and "://" not in match["path"]:
        bare = match["path"]
        bare = bare if bare.startswith((".", "/")) else f"./{bare}"
        return _refused(line, f"`{path}`", why, f"write `{bare}`: it is built as it is now")
    return _refused(line, f"`{path}`", why)


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
    if match := _BY_PATH.match(specifier):
        into.local.append(_by_path(specifier, match, where, folder))
        return
    try:
        requirement = Requirement(specifier)
    except InvalidRequirement as error:
        if re.match(r"^(git|hg|svn|bzr)\+|^[\w.+-]+://", specifier):
            reason = "it has no name, and no version that can be locked"
            raise _refused(specifier, where, reason) from error
        reason = str(error).splitlines()[0]
        raise _refused(specifier, where, reason) from error
    if requirement.url is None:
        into.requirements.append(str(requirement))
        digests = {m["digest"].lower() for m in _HASH.finditer(line) if m["algorithm"] == "sha256"}
        if digests:
            into.hashes.setdefault(canonicalize_name(requirement.name), set()).update(digests)
    else:
        into.local.append(_by_url(requirement, where, folder))


def _by_path(line: str, match: re.Match[str], where: str, folder: Path) -> LocalPackage:
    extras = frozenset(part.strip() for part in (match["extras"] or "").split(",")) - {""}
    marker = match["marker"] or ""
    try:
        marker = str(Marker(marker)) if marker else ""
    except InvalidMarker as error:
        raise _refused(line, where, str(error).splitlines()[0]) from error
    return LocalPackage(local_path(match["path"], folder, line, where), extras, marker)


def _by_url(requirement: Requirement, where: str, folder: Path) -> LocalPackage:
    url = requirement.url or ""
    scheme = urlsplit(url).scheme
    if scheme != "file":
        kind = "a version control address" if "+" in scheme else "an address"
        raise _refused(str(requirement), where, f"{kind} has no version that can be locked")
    path = local_path(url, folder, str(requirement), where)
    marker = str(requirement.marker or "")
    return LocalPackage(path, frozenset(requirement.extras), marker)


def local_path(path: str, relative_to: Path, wanted: str, where: str) -> Path:
    """Return the folder or wheel that a path or a `file:` address means.

    Raises `BuildError` when there is neither a wheel nor a package.
    """
    if path.startswith("file:"):
        path = unquote(path.removeprefix("file:").removeprefix("//"))
    found = (relative_to / path).resolve()
    if found.suffix == ".whl" and found.is_file():
        return found
    if found.is_file():
        raise _refused(wanted, where, f"`{found}` is neither a wheel nor a folder")
    if not any((found / name).is_file() for name in ("pyproject.toml", "setup.py")):
        raise _refused(wanted, where, f"`{found}` has no pyproject.toml")
    return found


def _refused(line: str, where: str, why: str, hint: str = "") -> BuildError:
    return BuildError(
        f"Requirement `{line}` in {where} cannot be used",
        why=why,
        hint=hint or "name a released package, or a folder of the project by its path: `./libs/x`",
    )
