"""Runs a command to its end and says what it took: seconds, CPU, and the largest process.

The figures are the kernel's (`wait4`): CPU seconds of the command and of every process it waited
for, and the peak resident size of the largest one of them. That peak cannot be below the size of
the benchmark itself, because a process starts as a copy of it; so nothing heavy is imported here.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from bench.results import Series

Command = Sequence[str | Path]
KIBIBYTE: Final = 1024
TIMEOUT_SECONDS: Final = 900
TAIL_CHARACTERS: Final = 1500
_DROPPED: Final = frozenset(
    {
        # Tools are measured as people run them, with compiled modules beside them.
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONPYCACHEPREFIX",
        "PYTHONUNBUFFERED",
        "PYTHONPATH",
        "PYENV_VERSION",
        "VIRTUAL_ENV",
        "UV_PROJECT_ENVIRONMENT",
    }
)


class RunFailedError(Exception):
    """A measured command did not do what its case says."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command. `seconds` is wall time; `peak_bytes` is of the largest process.

    CPU and peak are missing where they would not be those of what is compared.
    """

    seconds: float
    cpu_seconds: float | None = None
    peak_bytes: float | None = None
    output: str = ""
    """What it wrote to standard output."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One side of a comparison. `prepare` makes the situation and is not measured."""

    name: str
    run: Callable[[], Run]
    prepare: Callable[[], None] = lambda: None


def interleaved(contenders: Sequence[Contender], runs: int) -> tuple[Series, ...]:
    """Run the contenders in turn (A B A B), so that a busy minute of the machine hits all."""
    made: dict[str, list[Run]] = {each.name: [] for each in contenders}
    for number in range(1, runs + 1):
        for each in contenders:
            each.prepare()
            run = each.run()
            made[each.name].append(run)
            say(f"    {each.name} {number}/{runs}: {run.seconds:.3f} s")
    return tuple(series(name, each) for name, each in made.items())


def series(name: str, runs: Sequence[Run]) -> Series:
    """Return the figures of all runs of a contender."""
    every: dict[str, list[float | None]] = {
        "seconds": [run.seconds for run in runs],
        "cpu_seconds": [run.cpu_seconds for run in runs],
        "peak_bytes": [run.peak_bytes for run in runs],
    }
    known = {metric: tuple(v for v in values if v is not None) for metric, values in every.items()}
    return Series(name, {metric: values for metric, values in known.items() if values})


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """Return the environment that commands are measured in: no AWS account, no telemetry."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in _DROPPED and not name.startswith(("AWS_", "SAM_"))
    }
    return kept | {"AWS_DEFAULT_REGION": "eu-west-1", **more}


def run(command: Command, folder: Path, variables: Mapping[str, str]) -> Run:
    """Run a command and measure it. Raises `RunFailedError` with the end of its output."""
    words = [str(word) for word in command]
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            words,
            cwd=folder,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=errors,
            start_new_session=True,
        )
        limit = threading.Timer(TIMEOUT_SECONDS, os.killpg, (process.pid, signal.SIGKILL))
        limit.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        finally:
            limit.cancel()
        seconds = time.perf_counter() - started
        process.returncode = code = os.waitstatus_to_exitcode(status)
        output = _read(out)
        if code:
            told = f"{output}\n{_read(errors)}".strip()[-TAIL_CHARACTERS:]
            raise RunFailedError(f"`{Path(words[0]).name} ...` ended with {code}\n{told}")
    # Linux counts in KiB, macOS in bytes. Source: getrusage(2) of both.
    unit = 1 if sys.platform == "darwin" else KIBIBYTE
    cpu = usage.ru_utime + usage.ru_stime
    return Run(seconds, cpu, float(usage.ru_maxrss * unit), output)


def timed(action: Callable[[], object]) -> Run:
    """Measure something in this very process; it has no memory of its own."""
    started = time.perf_counter()
    action()
    return Run(time.perf_counter() - started)


def say(text: str) -> None:
    """Tell whoever waits."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _read(file: IO[str]) -> str:
    file.seek(0)
    return file.read()
