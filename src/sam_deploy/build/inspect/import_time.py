"""How long the handler of a function takes to be imported, from the archives as Lambda has them.

The function and its layers are unpacked into a read-only folder, and a fresh process of the
target's Python imports the handler, several times. Runs the user's own module, as Lambda would;
it is given no credentials.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sam_deploy.build.host import host_target
from sam_deploy.build.inspect.import_log import Imported, TopLevel, parse
from sam_deploy.build.inspect.import_process import Answer, Importing
from sam_deploy.build.inspect.model import Contents
from sam_deploy.build.inspect.runtime import is_missing
from sam_deploy.build.inspect.unpacked import unpack, unpacked
from sam_deploy.build.interpreters import Interpreters
from sam_deploy.errors import BuildError, RefusedError
from sam_deploy.plan.model import Target

RUNS: Final = 5
SHIM: Final = "sam_deploy_runtime/shim.py"


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
    runtime: Callable[[], Contents] | None = None
    """Brings what the Lambda runtime has (boto3); asked only when the import needs it."""


@dataclass(frozen=True, slots=True)
class ImportTime:
    """Seconds that importing the handler took, run by run, and what it imported."""

    function: str
    module: str
    """The handler's; what `sam_deploy_runtime` adds is counted with it."""
    python: str
    """The interpreter's full version."""
    seconds: tuple[float, ...]
    imported: tuple[Imported, ...]
    """By module, most time of its own first; measured in a run of its own, which is slower."""
    top_level: tuple[TopLevel, ...]
    """The same, summed by top-level name."""
    runtime: tuple[str, ...] = ()
    """Packages that were added because the Lambda runtime brings them: `boto3 1.40.1`."""

    @property
    def median_seconds(self) -> float:
        """The middle of the runs."""
        return statistics.median(self.seconds)


def measure(question: Question, interpreters: Interpreters, runs: int = RUNS) -> ImportTime:
    """Return how long the import takes, by the median of `runs` fresh processes.

    Raises `RefusedError` where this computer cannot run the archive: no Python of the target's
    version, or compiled dependencies for another machine. Raises `BuildError` when the import
    fails or takes longer than 60 s.
    """
    interpreter = _interpreter(question.target, interpreters)
    refuse_foreign_code(question, interpreter)
    with unpacked(question.function, question.layers) as folders:
        importing = Importing(
            interpreter, _modules(question), question.function.name, folders, question.variables
        )
        # The first run also brings the files into memory, so that the others are alike.
        logged = importing.run("-X", "importtime")
        added: tuple[str, ...] = ()
        if question.runtime is not None and is_missing(logged.reason):
            runtime = question.runtime()
            unpack((runtime,), folders.runtime)
            added = tuple(part.label for part in runtime.packages)
            logged = importing.run("-X", "importtime")
        _succeeded(question, logged)
        answers = [_succeeded(question, importing.run()) for _ in range(runs)]
    imported, top_level = parse(logged.log)
    return ImportTime(
        function=question.function.name,
        module=_module(question),
        python=logged.python,
        seconds=tuple(answer.seconds for answer in answers),
        imported=imported,
        top_level=top_level,
        runtime=added,
    )


def _interpreter(target: Target, interpreters: Interpreters) -> Path:
    minor = ".".join(map(str, target.python_minor))
    found = interpreters.find(target.python_minor)
    if found is None:
        raise RefusedError(
            f"There is no Python {minor} on this computer to import the handler with",
            why="only the Python that Lambda will use tells how long it takes, and none is "
            "downloaded unasked",
            hint=f"install it, for example with `uv python install {minor}`",
        )
    return found.path


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
    return question.handler.rpartition(".")[0].replace("/", ".")


def _modules(question: Question) -> tuple[str, ...]:
    """Return what Lambda imports: the handler's module, and our shim where it is packed.

    The shim imports the handler, but in a way that Python's log does not tell; so the handler
    comes first here.
    """
    packed = any(file.path == SHIM for file in question.function.files)
    shim = (SHIM.removesuffix(".py").replace("/", "."),) if packed else ()
    return (_module(question), *shim)


def _succeeded(question: Question, answer: Answer) -> Answer:
    if answer.code == 0:
        return answer
    raise BuildError(
        f"The handler of `{question.function.name}` could not be imported",
        why=f"`import {_module(question)}`: {answer.reason}",
        hint="correct the handler, or give the function the dependency or variable it needs",
    )
