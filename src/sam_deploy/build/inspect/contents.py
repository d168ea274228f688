"""Takes an archive apart: reads the zip's directory and the texts that explain it, nothing else."""

from __future__ import annotations

import csv
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, get_args

from sam_deploy.build.inspect.attribution import attribute
from sam_deploy.build.inspect.chains import Environment, explain
from sam_deploy.build.inspect.model import Contents, StoredFile
from sam_deploy.build.inspect.packages import find_packages
from sam_deploy.build.wheels import environment
from sam_deploy.errors import BuildError
from sam_deploy.plan.model import Architecture, Target
from sam_deploy.plan.targets import RUNTIMES, aws_target

_PYTHON_IN_PATH: Final = re.compile(r"\.cpython-3(\d+)\b|(?:^|/)lib/python3\.(\d+)/")
_ARM_IN_PATH: Final = re.compile(r"-(aarch64|x86_64)-linux-")
# RuntimeError: encrypted, or compressed in a way that Python does not know. ValueError: a name that
# is not what its encoding says.
_UNREADABLE: Final = (
    OSError,
    EOFError,
    RuntimeError,
    ValueError,
    csv.Error,
    zipfile.BadZipFile,
    zlib.error,
)
_MACHINES: Final[dict[str, Architecture]] = {"aarch64": "arm64", "x86_64": "x86_64"}


@dataclass(frozen=True, slots=True)
class Subject:
    """An archive to be taken apart, and what is known of how it came to be."""

    path: Path
    name: str
    kind: str = "archive"
    target: Target | None = None
    """Decides markers; guessed from file names where it is not known."""
    asked: tuple[str, ...] = ()
    """Requirement specifiers that were asked for, where that is known."""


def take_apart(subject: Subject) -> Contents:
    """Return what is in the archive and why.

    Raises `BuildError` for a file that is not a zip, or a damaged one.
    """
    with opened(subject.path) as archive:
        files = _files(archive)
        paths = [file.path for file in files]
        packages = find_packages(paths, lambda path: archive.read(path).decode("utf-8", "replace"))
    targets = [subject.target] if subject.target else possible_targets(paths)
    chains = explain(packages, subject.asked, _environments(targets))
    contents = Contents(
        name=subject.name,
        kind=subject.kind,
        path=subject.path,
        size_bytes=subject.path.stat().st_size,
        parts=attribute(files, packages, chains),
    )
    if contents.overhead_bytes < 0:
        raise _unreadable(subject.path, "its entries lie over each other")
    return contents


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip to read; whatever is wrong with it ends in a `BuildError`."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except FileNotFoundError as error:
        raise BuildError(
            f"There is no archive `{path}`", why="the file does not exist", hint="correct the path"
        ) from error
    except _UNREADABLE as error:
        raise _unreadable(path, str(error)) from error


def _unreadable(path: Path, why: str) -> BuildError:
    return BuildError(
        f"`{path}` cannot be read as a zip file",
        why=why,
        hint="name the zip of a function or layer, as `sam-deploy build` or Lambda has it",
    )


def _files(archive: zipfile.ZipFile) -> list[StoredFile]:
    """Return the files as they are unpacked: of two with one name, the later one wins."""
    found = {
        info.filename: StoredFile(info.filename, info.compress_size, info.file_size, info.CRC)
        for info in archive.infolist()
        if not info.is_dir()
    }
    return list(found.values())


def possible_targets(paths: Iterable[str]) -> list[Target]:
    """Return the Lambda targets that an archive may be for, judged by the names of its files."""
    pythons: set[str] = set()
    machines: set[Architecture] = set()
    for path in paths:
        for found in _PYTHON_IN_PATH.finditer(path):
            pythons.add(f"python3.{found.group(1) or found.group(2)}")
        machines.update(_MACHINES[name] for name in _ARM_IN_PATH.findall(path))
    runtimes = [name for name in RUNTIMES if name in pythons] or list(RUNTIMES)
    architectures = sorted(machines) or list(get_args(Architecture))
    return [aws_target(runtime, each) for runtime in runtimes for each in architectures]


def _environments(targets: Sequence[Target]) -> list[Environment]:
    return [environment(target) for target in targets]
