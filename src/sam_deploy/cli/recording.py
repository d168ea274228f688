"""Which commands are written down, and the log of the one that runs now.

A command that works has a log from its beginning; one that only reads gets one when it turns out
to have a bug. `--help`, `--version` and command lines that cannot be read have none.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sam_deploy import __version__
from sam_deploy.cli.kinds import LOOKING, SHOWING, WORKING
from sam_deploy.cli.options import Globals

if TYPE_CHECKING:
    from sam_deploy.errors import SamDeployError
    from sam_deploy.runs import Past, RunLog
    from sam_deploy.runs.ending import Failure

PROJECT_FILES: Final = (
    *("deploy.py", ".sam-deploy", "samconfig.toml"),
    *("template.yaml", "template.yml", "template.json"),
)
"""What makes a folder a project; nothing is written into others."""
COMMAND_WORDS: Final = 2
"""A command has so many words at most: settings set."""
MAKES_PROJECTS: Final = "cloud start"
"""Makes `.sam-deploy` wherever it is called."""
SHOWN: Final = frozenset(
    {
        *("allow_replace", "canary", "delete_data", "environment", "every", "feature_set"),
        *("feature_sets", "function", "functions", "hold", "left", "linear", "name", "names"),
        *("only", "quiet", "region", "regions", "release", "right", "stack_name", "without"),
    }
)
"""Parameters whose text is no secret; that of all others is left out of logs."""


@dataclass(slots=True)
class Recording:
    """The command that runs now, and its log, if it has one."""

    name: str
    project: Path
    arguments: tuple[str, ...]
    target: str | None = None
    log: RunLog | None = None
    until_end: ExitStack = field(default_factory=ExitStack)

    def open(self, folder: Path) -> RunLog:
        """Have everything written to a log in this folder from now on."""
        from sam_deploy import runs  # noqa: PLC0415 - only where there is a log
        from sam_deploy.runs import libraries  # noqa: PLC0415 - the same

        start = runs.Start(self.name, self.arguments, self.target, __version__)
        self.log = runs.RunLog(folder, start)
        self.until_end.enter_context(libraries.heard(self.log))
        return self.log


_now: ContextVar[Recording | None] = ContextVar("recording", default=None)
_called: list[str] = []
"""The commands of this process, the newest last."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A command's function, which is written down while it runs."""

    name: str
    function: Callable[..., Any]

    def __call__(self, *given: object, **named: object) -> object:
        """Begin the recording, and call the function; `main` ends the recording."""
        _begin(self.name)
        return self.function(*given, **named)


def attach(command: click.Command, name: str) -> click.Command:
    """Return the command, which is recorded when it runs, and so are those below it."""
    if isinstance(command, click.Group):
        for each, below in command.commands.items():
            attach(below, f"{name} {each}")
    elif command.callback is not None and not isinstance(command.callback, Recorded):
        command.callback = Recorded(name, command.callback)
    return command


def log() -> RunLog | None:
    """Return the log of the command that runs now, if it has one."""
    recording = _now.get()
    return recording.log if recording else None


def only_looks() -> bool:
    """Whether the command that runs now changes nothing."""
    recording = _now.get()
    return recording is not None and recording.name in LOOKING


def goes_on() -> bool:
    """Whether this process's command has to come to its end, whoever still reads of it.

    Asked by any thread that writes: what is recorded is known to the command's own alone.
    """
    return bool(_called) and _called[-1] not in LOOKING | SHOWING


def past() -> Past:
    """Return what earlier runs of this command took here; nothing where there is no log."""
    from sam_deploy import runs  # noqa: PLC0415 - only where something is shown

    recording = _now.get()
    if recording is None or recording.log is None:
        return runs.Past()
    try:
        return runs.past(recording.log.path.parent, recording.name, recording.target)
    except OSError:
        return runs.Past()


def forget() -> None:
    """Have nothing recorded, whatever ran in this process before."""
    _now.set(None)
    _called.clear()


def _begin(name: str) -> None:
    context = click.get_current_context()
    chosen = context.find_object(Globals)
    project = chosen.project if chosen else Path.cwd()
    recording = Recording(name, project, _arguments(context))
    _now.set(recording)
    _called.append(name)
    if name not in WORKING:
        return
    from sam_deploy import runs  # noqa: PLC0415 - commands that read do not pay for it

    if name == "demo":
        from sam_deploy.cli.deploying.demo_command import example_project  # noqa: PLC0415 - it runs

        recording.project = project = example_project(project)
    if name == MAKES_PROJECTS or context.params.get("template") or _is_project(project):
        recording.target = _target(chosen, context)
        recording.open(runs.folder_of(project))


def _is_project(folder: Path) -> bool:
    return any((folder / each).exists() for each in PROJECT_FILES)


def _target(chosen: Globals | None, context: click.Context) -> str | None:
    """Return where the command goes, as far as it is said; not every command goes anywhere."""
    from sam_deploy.config import settings  # noqa: PLC0415 - reads `.env`
    from sam_deploy.errors import ConfigError  # noqa: PLC0415 - only here

    if "target" not in context.params:
        return "embedded" if context.info_name in {"demo", "serve", "start"} else None
    try:
        found = settings.read(chosen.project) if chosen else settings.Settings()
    except ConfigError:  # the command will tell
        return None
    named: str | None = context.params["target"] or (chosen.target if chosen else None)
    asked = found.ci or not sys.stderr.isatty()
    return named or found.target or (None if asked else "embedded")


def _arguments(context: click.Context) -> tuple[str, ...]:
    """Return what was typed after the command's name, without text that could be a secret."""
    found: list[str] = []
    for param in context.command.params:
        name = param.name or ""
        if context.get_parameter_source(name) is not click.core.ParameterSource.COMMANDLINE:
            continue
        value = context.params.get(name)
        several = value if isinstance(value, tuple | list) else (value,)
        if isinstance(param, click.Option) and param.is_flag:
            found.append((param.opts if value else param.secondary_opts or param.opts)[0])
            continue
        for each in several:
            option = [max(param.opts, key=len)] if isinstance(param, click.Option) else []
            found += [*option, _shown(param, each)]
    return tuple(found)


def _shown(param: click.Parameter, value: object) -> str:
    from sam_deploy.secrecy import HIDDEN  # noqa: PLC0415 - only here

    harmless = isinstance(param.type, click.Choice | click.Path) or isinstance(value, int | float)
    return str(value) if harmless or param.name in SHOWN else HIDDEN


def ended(exit_code: int, error: Failure | None = None) -> str:
    """End the log, if there is one; return its name for an error screen, '' when there is none."""
    recording = _now.get()
    if recording is None or recording.log is None:
        return ""
    recording.until_end.close()
    recording.log.end(exit_code, error)
    if lack := recording.log.lack():
        click.echo(lack, err=True)
    return shown_path(recording.log.path) if recording.log.written else ""


def failed(error: SamDeployError) -> str:
    """End the log with an error; return its name, '' when there is none."""
    if log() is None:
        return ""
    from sam_deploy import runs  # noqa: PLC0415 - only for an error

    return ended(error.exit_code, runs.failure(error))


def parts(error: SamDeployError) -> Failure | None:
    """Return an error as a log has it; None where there is no log."""
    if log() is None:
        return None
    from sam_deploy import runs  # noqa: PLC0415 - only for an error

    return runs.failure(error)


def why(error: BaseException) -> str:
    """Return what an error says of itself, without secrets."""
    from sam_deploy.runs.hiding import hidden  # noqa: PLC0415 - only for a bug

    return str(hidden(repr(error)))


def bug(error: BaseException, exit_code: int, typed: Sequence[str]) -> str:
    """Write a bug with its traceback to the run's log, or to a new one; return its name.

    Where the project's folder takes nothing it is in a temporary one; '' when that is full, too.
    """
    from sam_deploy import runs  # noqa: PLC0415 - only for a bug

    recording = _now.get()
    if recording is None:
        words = [_unvalued(each, place) for place, each in enumerate(typed)]
        recording = Recording(next(iter(words), "menu"), Path.cwd(), tuple(words[1:]))
        _now.set(recording)
    for made in (_bug_folder, _temporary):
        if recording.log is not None and not recording.log.trouble:
            break
        try:
            recording.open(made(recording.project))
        except OSError:
            continue
    return ended(exit_code, runs.bug(error))


def _unvalued(word: str, place: int) -> str:
    """Return a word of a command line without its value, which may be a secret."""
    if word.startswith("-"):
        return re.sub("(?s)=.*", "=***", word)
    is_command = place < COMMAND_WORDS and re.fullmatch("[a-z]+(-[a-z]+)*", word)
    return word if is_command else "***"


def _bug_folder(project: Path) -> Path:
    from sam_deploy import runs  # noqa: PLC0415 - only for a bug

    return runs.folder_of(project)


def _temporary(_: Path) -> Path:
    import tempfile  # noqa: PLC0415 - only for a bug, where nothing else can be written

    return Path(tempfile.mkdtemp(prefix="sam-deploy-"))


def shown_path(path: Path) -> str:
    """Return a path as it is shown: relative to the current folder when that is shorter."""
    try:
        near = os.path.relpath(path)
    except (OSError, ValueError):  # the folder is gone, or another drive
        return str(path)
    return min(str(path), near, key=len)
