"""How long the handler of a function takes to be imported, from the archives as Lambda has them.

The function and its layers are unpacked into a read-only folder, and a fresh process of the
target's Python imports the handler, several times. Runs the user's own module, as Lambda would;
it is given no credentials. What `boto3` of the Lambda runtime adds is not measured.
"""

from __future__ import annotations

import os
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sam_deploy.build import uv
from sam_deploy.build.host import host_target
from sam_deploy.build.inspect.import_log import Imported, TopLevel, parse
from sam_deploy.build.inspect.model import Contents
from sam_deploy.build.inspect.unpacked import Folders, unpacked
from sam_deploy.errors import BuildError, RefusedError
from sam_deploy.plan.model import Target

RUNS: Final = 5
TIMEOUT_SECONDS: Final = 60
SHIM: Final = "sam_deploy_runtime/shim.py"
_MARK: Final = "sam-deploy imports "
_PROGRAM: Final = f"""
import sys, time
name, *sys.path[:1] = sys.argv[1:]
sys.argv[1:] = []
sys.stderr.write("\\n{_MARK}" + name + "\\n")
sys.stderr.flush()
began = time.perf_counter()
__import__(name)
taken = time.perf_counter() - began
sys.stdout.write("\\n{_MARK}" + repr(taken) + "\\n")
"""
_REASON_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class Question:
    """Whose import is to be measured. `layers` are in the order of the function."""

    handler: str
    """As in the configuration: `module.function`, folders by `/` or `.`."""
    target: Target
    function: Contents
    layers: Sequence[Contents] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    """Environment variables of the function."""


@dataclass(frozen=True, slots=True)
class ImportTime:
    """Seconds that importing the handler took, run by run, and what it imported."""

    function: str
    module: str
    python: str
    """The interpreter's full version."""
    seconds: tuple[float, ...]
    imported: tuple[Imported, ...]
    """By module, most time of its own first; measured in a run of its own, which is slower."""
    top_level: tuple[TopLevel, ...]
    """The same, summed by top-level name."""

    @property
    def median_seconds(self) -> float:
        """The middle of the runs."""
        return statistics.median(self.seconds)


def measure(question: Question, project: Path, runs: int = RUNS) -> ImportTime:
    """Return how long the import takes, by the median of `runs` fresh processes.

    Raises `RefusedError` where this computer cannot run the archive: no Python of the target's
    version, or compiled dependencies for another machine. Raises `BuildError` when the import
    fails or takes longer than 60 s.
    """
    interpreter = find_interpreter(question.target, project)
    refuse_foreign_code(question, interpreter)
    with unpacked(question.function, question.layers) as folders:
        module = _module(question)
        # The first run also brings the files into memory, as for a function that is warm.
        logged = _run(interpreter, module, folders, question, ("-X", "importtime"))
        seconds = [
            float(_after_mark(_run(interpreter, module, folders, question).stdout))
            for _ in range(runs)
        ]
    imported, top_level = parse(logged.stderr.partition(f"{_MARK}{module}\n")[2])
    return ImportTime(
        function=question.function.name,
        module=module,
        python=_version(interpreter, project),
        seconds=tuple(seconds),
        imported=imported,
        top_level=top_level,
    )


def find_interpreter(target: Target, project: Path) -> Path:
    """Return a Python of the target's minor version on this computer; none is downloaded."""
    major, minor = target.python_minor
    wanted = f"cpython@{major}.{minor}"
    found = uv.run(["python", "find", "--system", "--no-project", wanted], project)
    if found.code != 0:
        raise RefusedError(
            f"There is no Python {major}.{minor} on this computer to import the handler with",
            why=uv.short_reason(found.stderr),
            hint=f"install it, for example with `uv python install {major}.{minor}`",
        )
    return Path(found.stdout.strip())


def refuse_foreign_code(question: Question, interpreter: Path) -> None:
    """Raise `RefusedError` when a compiled module in the archives is for another machine."""
    native = [
        (contents, part, file)
        for contents in (question.function, *question.layers)
        for part in contents.parts
        for file in part.files
        if file.path.endswith(".so") or ".so." in file.path
    ]
    if not native:
        return
    contents, part, file = native[0]
    target = question.target
    try:
        host = host_target(interpreter, target.runtime)
    except BuildError as error:
        here = error.why
    else:
        if host.architecture == target.architecture:
            return
        here = f"this computer is {host.architecture}"
    raise RefusedError(
        f"The import time of `{question.function.name}` cannot be measured here",
        why=f"{contents.kind} `{contents.name}` has compiled code for {target.architecture} Linux "
        f"(`{file.path}` of {part.label}), and {here}",
        hint=f"run this on {target.architecture} Linux",
    )


def _module(question: Question) -> str:
    """Return what Lambda imports: our shim, which imports the handler, where it is packed."""
    if any(file.path == SHIM for file in question.function.files):
        return SHIM.removesuffix(".py").replace("/", ".")
    return question.handler.rpartition(".")[0].replace("/", ".")


def _run(
    interpreter: Path,
    module: str,
    folders: Folders,
    question: Question,
    options: Sequence[str] = (),
) -> subprocess.CompletedProcess[str]:
    # -S: a package of this computer must not stand in for one that the archive lacks.
    command = [str(interpreter), "-S", "-s", *options, "-c", _PROGRAM, module, *folders.search_path]
    try:
        done = subprocess.run(
            command,
            cwd=folders.task,
            env=_environment(folders, question),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BuildError(
            f"The handler of `{question.function.name}` was not imported",
            why=f"it was given {TIMEOUT_SECONDS} s; Lambda gives 10 s",
            hint="look for network calls and endless loops at the top level of its modules",
        ) from error
    if done.returncode != 0 or _MARK not in done.stdout:
        raise _failed(question, module, done)
    return done


def _environment(folders: Folders, question: Question) -> dict[str, str]:
    return {
        "PATH": os.defpath,
        "HOME": str(folders.scratch),
        "TMPDIR": str(folders.scratch),
        "LANG": "C.UTF-8",
        "TZ": ":UTC",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_LAMBDA_FUNCTION_NAME": question.function.name,
        "LAMBDA_TASK_ROOT": str(folders.task),
        **question.variables,
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _after_mark(stdout: str) -> str:
    return stdout.rpartition(_MARK)[2].strip()


def _failed(question: Question, module: str, done: subprocess.CompletedProcess[str]) -> BuildError:
    lines = [
        line.strip()
        for line in done.stderr.splitlines()
        if line.strip() and not line.startswith(("import time:", _MARK))
    ]
    reason = " / ".join(lines[-_REASON_LINES:]) or f"Python ended with {done.returncode}"
    runtime_brings = "No module named 'boto" in reason
    return BuildError(
        f"The handler of `{question.function.name}` could not be imported",
        why=f"`import {module}`: {reason}",
        hint="the Lambda runtime brings boto3 and this computer does not: add it to the "
        "requirements to measure with it"
        if runtime_brings
        else "correct the handler, or give the function the dependency or variable it needs",
    )


def _version(interpreter: Path, project: Path) -> str:
    shown = uv.run(["python", "find", "--system", "--show-version", str(interpreter)], project)
    return shown.stdout.strip()
