"""Walks a source folder and takes the files that are shipped.

Follows no link out of the folder, nor to a file that holds secrets, opens nothing but regular
files, and says when what it found is more than Lambda takes before any of it is read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sam_deploy.build.application import Selection
from sam_deploy.build.model import ApplicationFile
from sam_deploy.errors import BuildError

MAX_UNPACKED_BYTES: Final = 250 * 1024 * 1024
"""Of a function with all its layers. Source: Lambda developer guide, "Lambda quotas"."""
_KEY_MARK: Final = b"PRIVATE KEY-----"
_KEY_HEAD_BYTES: Final = 65_536


def collect(source: Path, chosen: Selection) -> tuple[ApplicationFile, ...]:
    """Return the files of `source` that are shipped, sorted by path.

    Raises `BuildError` when the folder is missing, when a link leads out of it or to a secret,
    when an include pattern asks for a file that holds secrets, and above 250 MB.
    """
    if not source.is_dir():
        raise BuildError(
            f"Source folder `{source}` does not exist",
            why="it holds the code to ship",
            hint="correct `source` in the configuration",
        )
    found = list(_Walk(source.resolve(), chosen).files())
    _check_size(source, found)
    return tuple(sorted((file for file, _ in found), key=lambda file: file.path))


def _check_size(source: Path, found: list[tuple[ApplicationFile, int]]) -> None:
    total = sum(size for _, size in found)
    if total <= MAX_UNPACKED_BYTES:
        return
    largest = sorted(found, key=lambda item: -item[1])[:5]
    table = ", ".join(f"{file.path} {size / 1e6:.0f} MB" for file, size in largest)
    raise BuildError(
        f"The files of `{source}` are {total / 1e6:.0f} MB",
        why=f"Lambda takes 250 MB, a function with all its layers; the largest: {table}",
        hint="exclude what is not needed; a container image may have 10 GB",
    )


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What the patterns say of a path, or of a folder on the way to it."""

    left_out: bool = False
    """By the default excludes."""
    wanted: bool = False
    """By an include pattern, which beats the default excludes."""


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder still to be looked into; `inside` holds the real folders on the way to it."""

    real: Path
    prefix: str
    inside: tuple[Path, ...]
    verdict: _Verdict


@dataclass(frozen=True, slots=True)
class _Walk:
    root: Path
    chosen: Selection

    def files(self) -> Iterator[tuple[ApplicationFile, int]]:
        """Yield every file that is shipped, and its size in bytes."""
        # a list of our own, because a folder can lie deeper than Python recurses
        waiting = [_Folder(self.root, "", (), _Verdict())]
        while waiting:
            folder = waiting.pop()
            try:
                with os.scandir(folder.real) as entries:
                    for entry in entries:
                        yield from self._entry(entry, folder, waiting)
            except OSError as error:
                raise BuildError(
                    f"`{folder.real}` cannot be read",
                    why=error.strerror or str(error),
                    hint="correct it, or exclude it",
                ) from error

    def _entry(
        self, entry: os.DirEntry[str], folder: _Folder, waiting: list[_Folder]
    ) -> Iterator[tuple[ApplicationFile, int]]:
        path, real = folder.prefix + entry.name, Path(entry.path)
        is_folder = _is_folder(entry)
        verdict = self._judged(path + "/" if is_folder else path, real, folder.verdict)
        if verdict is None:
            return
        if entry.is_symlink():
            real = self._inside(real, is_folder=is_folder)
        if not is_folder:
            yield _file(path, real)
        elif real not in folder.inside:
            inside = (*folder.inside, folder.real)
            waiting.append(_Folder(real, path + "/", inside, verdict))

    def _judged(self, path: str, real: Path, above: _Verdict) -> _Verdict | None:
        """Return what holds for a path, or nothing when it is left out for good.

        Folders are given with a slash at the end. `exclude` is the user's word and final.
        """
        is_folder = path.endswith("/")
        if not (is_folder or above.left_out or self.chosen.any.search(path)):
            return above
        if self.chosen.secrets.match_file(path) or self._is_private_key(path, real):
            self._refuse_wanted_secret(path)
            return None
        if self.chosen.exclude.match_file(path):
            return None
        verdict = _Verdict(
            above.left_out or bool(self.chosen.defaults.match_file(path)),
            above.wanted or bool(self.chosen.include.match_file(path)),
        )
        # A folder that is left out by default may hold files that are asked for by name.
        asked = verdict.wanted or (is_folder and len(self.chosen.include) > 0)
        return verdict if asked or not verdict.left_out else None

    def _is_private_key(self, path: str, real: Path) -> bool:
        if path.endswith("/") or not self.chosen.keys.match_file(path):
            return False
        try:
            if not stat.S_ISREG(real.stat().st_mode):
                return False  # to open a pipe would wait for its writer
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

    def _inside(self, link: Path, *, is_folder: bool) -> Path:
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
        name = real.relative_to(self.root).as_posix() + ("/" if is_folder else "")
        if self.chosen.secrets.match_file(name) or self._is_private_key(name, real):
            raise BuildError(
                f"`{link}` is a link to a file that holds secrets",
                why=f"it points to `{name}`, which is never shipped",
                hint="keep secrets in Secrets Manager or Parameter Store, and exclude the link",
            )
        return real


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _file(path: str, real: Path) -> tuple[ApplicationFile, int]:
    try:
        path.encode()
    except UnicodeEncodeError as error:
        raise BuildError(
            f"`{path!a}` cannot be shipped",
            why="its name is not UTF-8",
            hint="rename it, or exclude it",
        ) from error
    status = real.stat()
    mode = status.st_mode
    if not stat.S_ISREG(mode):
        raise BuildError(
            f"`{real}` is not a file", why="it is a socket, pipe or device", hint="exclude it"
        )
    file = ApplicationFile(path=path, source=real, executable=bool(mode & 0o111))
    return file, status.st_size
