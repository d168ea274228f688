"""What version control ignores of a local package stays out of its wheel, as in its own folder.

hatchling reads the nearest `.gitignore` and the nearest `.hgignore`, from the package up to the
root of its repository, and compares them with paths below the package. A wheel is built from a
copy: it has them in the folder above, where nothing else is read and nothing is packed.
Reads the user's files. Source: hatchling 1.33, `BuilderConfig.load_vcs_exclusion_patterns`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pathspec import GitIgnoreSpec

from sam_deploy.errors import BuildError

FOLDER: Final = ".sam-deploy"
"""The name of the folder that copies are made in; packages have none of that name in them."""
_GIT: Final = ".gitignore"
_HG: Final = ".hgignore"
_REPOSITORIES: Final = {_GIT: ".git", _HG: ".hg"}
_WHEREVER: Final = f"\nsyntax: glob\n!**/{FOLDER}/**\n".encode()
"""hatchling ignores nothing at all where the patterns fit a part of the path to the package, as
`.cache` or `tmp/` do to that of the store. This comes last, and says that they do not."""


def of_package(folder: Path) -> dict[str, bytes]:
    """Return the content of the ignore files that apply to a package, by name, empty for none."""
    package = folder.resolve()
    return {name: _nearest(package, name) for name in _REPOSITORIES}


def _nearest(package: Path, name: str) -> bytes:
    for folder in (package, *package.parents):
        if (folder / name).is_file():
            content = _read(folder / name)
            is_about_others = name == _GIT and _ignores(content, package.relative_to(folder))
            return b"" if is_about_others else content
        if (folder / _REPOSITORIES[name]).exists():
            break
    return b""


def _ignores(content: bytes, package: Path) -> bool:
    """Say whether a whole package is ignored, as generated ones are: then all of it is wanted."""
    try:
        spec = GitIgnoreSpec.from_lines(content.decode("utf-8", "replace").splitlines())
    except ValueError:
        return False  # hatchling will say so
    return spec.match_file((package / "pyproject.toml").as_posix())


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BuildError(
            f"`{file}` cannot be read",
            why=f"{error.strerror or error}; it says what to leave out of local packages",
            hint="make it readable",
        ) from error


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put ignore files above the copy of a package. Files that are empty hide others above."""
    (folder / _GIT).write_bytes(files[_GIT])
    (folder / _HG).write_bytes(files[_HG] + _WHEREVER)
