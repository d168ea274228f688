"""Which of the user's files go into an archive: patterns that really apply.

Reads the source folder, follows no link out of it, and never takes files that hold secrets.
Patterns are gitwildmatch patterns, as in `.gitignore`, relative to the source folder.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pathspec import GitIgnoreSpec

from sam_deploy.build.model import ApplicationFile
from sam_deploy.errors import BuildError

CACHES: Final = (
    "__pycache__/",
    "*.py[cod]",
    ".venv/",
    "venv/",
    "node_modules/",
    ".mypy_cache/",
    ".pytest_cache/",
    ".ruff_cache/",
    ".hypothesis/",
    ".tox/",
    ".nox/",
    ".coverage",
    ".idea/",
    ".vscode/",
    ".editorconfig",
    ".gitignore",
    ".gitattributes",
    ".DS_Store",
    "Thumbs.db",
    "*.egg-info/",
    ".sam-deploy/",
    ".aws-sam/",
)
"""What tools leave behind: never part of an application."""
DEFAULT_EXCLUDES: Final = (*CACHES, "/tests/", "/requirements*.txt", "*.sqlite3", "*.db")
SECRETS: Final = (
    ".env*",
    ".aws/",
    ".netrc",
    "_netrc",
    ".pypirc",
    ".ssh/",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    ".git/",
    ".hg/",
    ".svn/",
)
"""Left out always: `include` cannot bring these back, and says so."""
KEY_FILES: Final = ("*.pem", "*.key", "*.p8")
"""Left out when they hold a private key; a certificate may be shipped."""
_KEY_MARK: Final = b"PRIVATE KEY-----"
_KEY_HEAD_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class Selection:
    """Compiled patterns: which paths of a source folder are shipped."""

    include: GitIgnoreSpec
    exclude: GitIgnoreSpec
    defaults: GitIgnoreSpec
    secrets: GitIgnoreSpec
    keys: GitIgnoreSpec

    def decide(self, path: str) -> bool:
        """Say whether a path is shipped. Folders are given with a slash at the end.

        `exclude` is the user's word; `include` beats the default excludes.
        """
        if self.exclude.match_file(path):
            return False
        return not self.defaults.match_file(path) or self.include.match_file(path)


def selection(
    include: Sequence[str], exclude: Sequence[str], defaults: Sequence[str] = DEFAULT_EXCLUDES
) -> Selection:
    """Compile a unit's patterns. Raises `BuildError` for one that means nothing."""
    return Selection(
        include=_compiled(include),
        exclude=_compiled(exclude),
        defaults=_compiled(defaults),
        secrets=_compiled(SECRETS),
        keys=_compiled(KEY_FILES),
    )


def _compiled(patterns: Iterable[str]) -> GitIgnoreSpec:
    try:
        return GitIgnoreSpec.from_lines(patterns)
    except ValueError as error:
        raise BuildError(
            "A pattern of files cannot be understood",
            why=str(error),
            hint="write it as in a .gitignore file",
        ) from error


def collect(source: Path, chosen: Selection) -> tuple[ApplicationFile, ...]:
    """Return the files of `source` that are shipped, sorted by path.

    Raises `BuildError` when the folder is missing, when a link leads out of it, and when an
    include pattern asks for a file that holds secrets.
    """
    if not source.is_dir():
        raise BuildError(
            f"Source folder `{source}` does not exist",
            why="it holds the code to ship",
            hint="correct `source` in the configuration",
        )
    walk = _Walk(source.resolve(), chosen)
    return tuple(sorted(walk.files(source.resolve(), "", ()), key=lambda file: file.path))


@dataclass(frozen=True, slots=True)
class _Walk:
    root: Path
    chosen: Selection

    def files(
        self, folder: Path, prefix: str, inside: tuple[Path, ...]
    ) -> Iterator[ApplicationFile]:
        """Yield the files below `folder`; `inside` holds the real folders on the way to it."""
        with os.scandir(folder) as entries:
            for entry in entries:
                path = prefix + entry.name
                is_folder = _is_folder(entry)
                if self._skipped(path + "/" if is_folder else path, Path(entry.path)):
                    continue
                real = self._inside(Path(entry.path)) if entry.is_symlink() else Path(entry.path)
                if is_folder:
                    if real not in inside:
                        yield from self.files(real, path + "/", (*inside, folder))
                else:
                    yield _file(path, real)

    def _skipped(self, path: str, real: Path) -> bool:
        if self.chosen.secrets.match_file(path) or self._is_private_key(path, real):
            self._refuse_wanted_secret(path)
            return True
        if self.chosen.decide(path):
            return False
        # A folder that is left out may hold files that are asked for by name.
        return not path.endswith("/") or not len(self.chosen.include)

    def _is_private_key(self, path: str, real: Path) -> bool:
        if path.endswith("/") or not self.chosen.keys.match_file(path):
            return False
        try:
            with real.open("rb") as file:
                return _KEY_MARK in file.read(_KEY_HEAD_BYTES)
        except OSError:
            return False

    def _refuse_wanted_secret(self, path: str) -> None:
        if self.chosen.include.match_file(path) and not self.chosen.exclude.match_file(path):
            raise BuildError(
                f"`{self.root / path}` is not shipped",
                why="it holds secrets, and an include pattern asks for it",
                hint="keep secrets in Secrets Manager or Parameter Store, and exclude the file",
            )

    def _inside(self, link: Path) -> Path:
        try:
            real = link.resolve(strict=True)
        except (OSError, RuntimeError) as error:
            raise BuildError(
                f"`{link}` is a link that leads nowhere",
                why=str(error),
                hint="remove it, or exclude it",
            ) from error
        if not real.is_relative_to(self.root):
            raise BuildError(
                f"`{link}` is a link that leads out of `{self.root}`",
                why=f"it points to `{real}`, which nobody asked to ship",
                hint="copy the file into the source folder, or exclude the link",
            )
        return real


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _file(path: str, real: Path) -> ApplicationFile:
    try:
        path.encode()
    except UnicodeEncodeError as error:
        raise BuildError(
            f"`{path!a}` cannot be shipped",
            why="its name is not UTF-8",
            hint="rename it, or exclude it",
        ) from error
    mode = real.stat().st_mode
    if not stat.S_ISREG(mode):
        raise BuildError(
            f"`{real}` is not a file", why="it is a socket, pipe or device", hint="exclude it"
        )
    return ApplicationFile(path=path, source=real, executable=bool(mode & 0o111))


def hashed(
    files: Iterable[ApplicationFile], hash_of: Callable[[Path], str]
) -> tuple[ApplicationFile, ...]:
    """Return the files with the hash of their content."""
    return tuple(
        ApplicationFile(file.path, file.source, file.executable, hash_of(file.source))
        for file in files
    )
