"""Compiled files for the target's Python, made once per wheel and kept as a zip to splice.

Lambda's file system cannot be written to, so without them every cold start compiles everything it
imports. Each chunk of a wheel is compiled by a process of its own, in a fixed order, because
marshalled code depends on what the process compiled before. Loading sets the file name in the code
to where the source is, so one result serves layers (`/opt/python`) and functions (`/var/task`).
Source: PEP 552; CPython, `importlib._bootstrap_external._compile_bytecode`.
"""

from __future__ import annotations

import hashlib
import os
import signal
import struct
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from sam_deploy.build import archive, slim
from sam_deploy.build.archive import Packed
from sam_deploy.build.interpreters import Interpreter
from sam_deploy.build.store import Store, content_hash
from sam_deploy.build.wheel_zip import DEFLATED, Wheel
from sam_deploy.errors import BuildError

SCHEMA: Final = "1"
"""Raised whenever the same sources would give other bytes."""
CHUNK_BYTES: Final = 1_500_000
"""Source that one process compiles: about half a second, so that large wheels use all cores."""
TIMEOUT_SECONDS: Final = 300
_INTERRUPTED: Final = (-signal.SIGINT, -signal.SIGTERM)
_PROGRAM: Final = Path(__file__).with_name("on_target") / "compiling.py"
_REQUEST: Final = struct.Struct("<LL")
_ANSWER: Final = struct.Struct("<LLLL")
_Compiled: TypeAlias = list[tuple[str, Packed]]


@dataclass(frozen=True, slots=True)
class Job:
    """Sources that are compiled together: those of a wheel, or of an application."""

    title: str
    content: str
    """A hash of all sources and their paths."""
    files: tuple[tuple[str, int], ...]
    """Path below the import root and bytes of each source, sorted by path."""
    read: Callable[[str], bytes]
    """Returns the content of a path."""


def of_wheel(wheel: Wheel) -> Job:
    """Return the sources of a wheel."""
    entries = {archive.installed_name(entry.name): entry for entry in wheel.entries}
    files = {name: entry for name, entry in entries.items() if name and is_compiled(name)}
    sizes = tuple(sorted((name, entry.unpacked_bytes) for name, entry in files.items()))
    content = content_hash(wheel.path)
    return Job(wheel.path.stem, content, sizes, lambda name: wheel.unpacked(files[name]))


def of_files(title: str, files: Iterable[archive.PlainFile]) -> Job | None:
    """Return the sources among the files of an application, if there are any."""
    content = {file.path: file.read() for file in files if is_compiled(file.path)}
    if not content:
        return None
    digest = hashlib.sha256()
    for path in sorted(content):
        digest.update(f"{path}\0{hashlib.sha256(content[path]).hexdigest()}\n".encode())
    sizes = tuple((path, len(content[path])) for path in sorted(content))
    return Job(title, digest.hexdigest(), sizes, content.__getitem__)


def is_compiled(path: str) -> bool:
    """Say whether it is a module that can be imported, and not one of a package's own tests."""
    if not path.endswith(".py") or slim.test_folder(path):
        return False
    return all(part.isidentifier() for part in path.removesuffix(".py").split("/"))


class Compiler:
    """Compiles each job once, as many processes at a time as there are cores."""

    def __init__(self, store: Store, processes: int | None = None) -> None:
        self._store = store
        self._processes = processes or os.cpu_count() or 1
        self._pool: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()
        self._made: dict[str, Future[Path]] = {}

    def close(self) -> None:
        """Begin nothing more, and wait for what runs."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def paths(self, jobs: Sequence[Job], interpreter: Interpreter) -> tuple[list[Path], int]:
        """Return a zip of compiled files for each job, and how many had to be compiled now.

        Files that do not compile for this Python are not in it. Raises `BuildError` when the
        interpreter does not do its work.
        """
        futures, mine = self._claimed(jobs, interpreter)
        missing = [(key, job) for key, job in mine if not self._found(key, futures[key])]
        chunks = [(key, job, self._started(job, interpreter)) for key, job in missing]
        for key, job, started in chunks:
            try:
                compiled = [entry for chunk in started for entry in chunk.result()]
                futures[key].set_result(self._keep(key, job, compiled, interpreter))
            except BaseException as error:
                futures[key].set_exception(error)
                raise
        return [futures[_key(job, interpreter)].result() for job in jobs], len(missing)

    def _claimed(
        self, jobs: Sequence[Job], interpreter: Interpreter
    ) -> tuple[dict[str, Future[Path]], list[tuple[str, Job]]]:
        """Return the future of each job, and the jobs that nobody else works on."""
        mine = []
        with self._lock:
            for job in jobs:
                key = _key(job, interpreter)
                if key not in self._made:
                    self._made[key] = Future()
                    mine.append((key, job))
            return dict(self._made), mine

    def _found(self, key: str, future: Future[Path]) -> bool:
        if known := self._store.built(key):
            future.set_result(known.path)
        return known is not None

    def _started(self, job: Job, interpreter: Interpreter) -> list[Future[_Compiled]]:
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._processes, thread_name_prefix="compile")
        return [
            self._pool.submit(_compiled, chunk, job.read, interpreter)
            for chunk in _chunks(job.files)
        ]

    def _keep(self, key: str, job: Job, compiled: _Compiled, interpreter: Interpreter) -> Path:
        made = self._store.add_wheel(
            f"{job.title}.{interpreter.cache_tag}.zip",
            lambda file: archive.write_packed(sorted(compiled), file).sha256,
        )
        self._store.remember_built(key, made)
        return made.path


def _key(job: Job, interpreter: Interpreter) -> str:
    return f"bytecode {SCHEMA} {interpreter.cache_tag} {interpreter.version} {job.content}"


def _chunks(files: Sequence[tuple[str, int]]) -> Iterator[list[str]]:
    chunk: list[str] = []
    chunk_bytes = 0
    for name, size_bytes in files:
        if chunk and chunk_bytes + size_bytes > CHUNK_BYTES:
            yield chunk
            chunk, chunk_bytes = [], 0
        chunk.append(name)
        chunk_bytes += size_bytes
    if chunk:
        yield chunk


def _compiled(
    names: Sequence[str], read: Callable[[str], bytes], interpreter: Interpreter
) -> _Compiled:
    """Compile files by one process. A file that ends the process is left as source."""
    answer = _answer(b"".join(_framed(name, read(name)) for name in names), interpreter)
    if answer is not None:
        return list(_entries(answer, interpreter.cache_tag))
    if len(names) == 1:
        return []
    middle = len(names) // 2
    return [
        *_compiled(names[:middle], read, interpreter),
        *_compiled(names[middle:], read, interpreter),
    ]


def _framed(name: str, source: bytes) -> bytes:
    encoded = name.encode()
    return _REQUEST.pack(len(encoded), len(source)) + encoded + source


def _answer(request: bytes, interpreter: Interpreter) -> bytes | None:
    """Return what the process wrote; nothing when it crashed."""
    # Not `-I`: that would drop the hash seed, which decides the order of sets up to Python 3.10.
    command = [str(interpreter.path), "-s", "-S", "-B", "-W", "ignore", str(_PROGRAM)]
    kept = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    try:
        finished = subprocess.run(
            command,
            input=request,
            env=kept | {"PYTHONHASHSEED": "0"},
            cwd=_PROGRAM.parent,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _useless(interpreter, str(error)) from error
    if finished.returncode in _INTERRUPTED:
        raise CancelledError
    if finished.returncode > 0:
        said = finished.stderr.decode("utf-8", "replace").strip().splitlines()
        raise _useless(interpreter, said[-1] if said else f"it ended with {finished.returncode}")
    return finished.stdout if finished.returncode == 0 else None


def _useless(interpreter: Interpreter, why: str) -> BuildError:
    return BuildError(
        f"`{interpreter.path}` did not compile what it was given",
        why=why,
        hint='mend that Python, or set `bytecode="off"` in `deploy.py`',
    )


def _entries(answer: bytes, cache_tag: str) -> Iterator[tuple[str, Packed]]:
    position = 0
    while position < len(answer):
        name_bytes, crc32, unpacked_bytes, data_bytes = _ANSWER.unpack_from(answer, position)
        start = position + _ANSWER.size
        position = start + name_bytes + data_bytes
        if unpacked_bytes:
            name = archive.compiled_name(answer[start : start + name_bytes].decode(), cache_tag)
            data = answer[start + name_bytes : position]
            yield name, Packed(DEFLATED, crc32, unpacked_bytes, data)
