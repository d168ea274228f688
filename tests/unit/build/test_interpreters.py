from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sam_deploy.build.interpreters import ABSENT_SECONDS, Interpreter, Interpreters, search_path
from sam_deploy.build.store import Store

MINOR = sys.version_info[:2]
FakePython = Callable[..., Path]


@pytest.fixture
def python(tmp_path: Path) -> FakePython:
    """Write a Python that counts how often it is run, and may lie about itself."""

    def make(answer: str = "") -> Path:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        path = folder / f"python{MINOR[0]}.{MINOR[1]}"
        last = f"echo '{answer}'" if answer else f'exec {sys.executable} "$@"'
        path.write_text(f"#!/bin/sh\necho x >> {tmp_path}/runs\n{last}\n")
        path.chmod(0o755)
        return path

    return make


def locate(version: str, path: str, folder: Path) -> Path | None:
    del folder
    found = Path(path) / f"python{version}"
    return found if found.exists() else None


def find(store: Store, tmp_path: Path, now: float = 0.0) -> Interpreter | None:
    environment = {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)}
    return Interpreters(store, tmp_path, environment, lambda: now, locate).find(MINOR)


def runs(tmp_path: Path) -> int:
    path = tmp_path / "runs"
    return len(path.read_text().splitlines()) if path.exists() else 0


def test_a_python_on_the_path_is_found_once(
    store: Store, tmp_path: Path, python: FakePython
) -> None:
    """Its exact version is remembered, so that the next build starts no process."""
    python()
    first, second = find(store, tmp_path), find(store, tmp_path)
    assert first
    assert first == second
    assert ".".join(map(str, sys.version_info[:3])) == first.version
    assert sys.implementation.cache_tag == first.cache_tag
    assert 1 == runs(tmp_path)


def test_a_python_that_was_replaced_is_asked_again(
    store: Store, tmp_path: Path, python: FakePython
) -> None:
    """An upgrade in place changes the patch level."""
    path = python()
    find(store, tmp_path)
    os.utime(path, (1, 1))
    find(store, tmp_path)
    assert 2 == runs(tmp_path)


def test_a_python_that_is_no_release_is_not_taken(
    store: Store, tmp_path: Path, python: FakePython
) -> None:
    """Betas, free-threaded and debug builds compile to something else."""
    python(f'["{MINOR[0]}.{MINOR[1]}.0", "cpython-{MINOR[0]}{MINOR[1]}", false]')
    assert None is find(store, tmp_path)


def test_absence_is_believed_for_an_hour(store: Store, tmp_path: Path, python: FakePython) -> None:
    """Asking uv takes a tenth of a second; who installs a Python waits, or changes the PATH."""
    (tmp_path / "bin").mkdir()
    entry = store.root / "interpreters" / f"{MINOR[0]}.{MINOR[1]}.json"
    entry.parent.mkdir(parents=True)
    entry.write_text(f'{{"absent_on": "{tmp_path / "bin"}", "since": 100.0}}')
    python()
    assert None is find(store, tmp_path, now=100.0 + ABSENT_SECONDS - 1)
    assert None is not find(store, tmp_path, now=100.0 + ABSENT_SECONDS)


def test_shims_are_replaced_by_what_they_stand_for(tmp_path: Path) -> None:
    """A shim of a version that is installed but not selected fails, and uv stops there."""
    newer = tmp_path / ".pyenv" / "versions" / "3.12.1" / "bin"
    older = tmp_path / ".pyenv" / "versions" / "3.11.7" / "bin"
    for folder in (older, newer):
        folder.mkdir(parents=True)
    variables = {"PATH": f"{tmp_path}/.pyenv/shims:/usr/bin", "HOME": str(tmp_path)}
    assert ["/usr/bin", str(newer), str(older)] == search_path(variables).split(os.pathsep)
