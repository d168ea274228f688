"""Reads `deploy.py` and judges the whole declaration at once.

The user's file is run (it is Python), the `App` it made is walked from the leaves up, each value
is held to its annotation by pydantic, and cross references are checked by `checks/`. All
mistakes are reported together, each with its place, what is allowed and the nearest known name.
"""

from __future__ import annotations

import contextlib
import difflib
import importlib.util
import re
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sam_deploy.config.checks import find_problems
from sam_deploy.config.model import App
from sam_deploy.config.tame import tamed
from sam_deploy.config.tree import CONFIG_FILE, Problem
from sam_deploy.config.validate import validate
from sam_deploy.errors import ConfigError, SamDeployError
from sam_deploy.excerpts import around

if TYPE_CHECKING:
    from types import ModuleType

SHOWN_CHARACTERS: Final = 500
"""As much of an exception, or of a line, as anybody reads."""


def load(project: Path) -> App:
    """Return the validated `App` of the project's `deploy.py`.

    Raises `ConfigError` with every mistake at once, each with path, reason and nearest name.
    """
    file = project / CONFIG_FILE
    if not file.is_file():
        raise ConfigError(
            f"There is no `{CONFIG_FILE}` in `{project}`",
            why="a project is a folder whose `deploy.py` defines one `App`",
            hint="go to the project's folder, or name it: `sam-deploy -C FOLDER ...`; "
            "`sam-deploy init` writes one, `sam-deploy demo` shows an example",
        )
    declared = tamed(_the_app(_run(file), file))
    validated, problems = validate(declared)
    problems += find_problems(declared)
    if problems or validated is None:
        raise _mistakes(file, problems)
    return validated


def _mistakes(file: Path, problems: list[Problem]) -> ConfigError:
    ordered = sorted(set(problems), key=lambda each: (each.line, each.path, each.message))
    count = "1 mistake" if len(ordered) == 1 else f"{len(ordered)} mistakes"
    return ConfigError(
        f"`{file.name}` has {count}",
        why=f"in `{file}`",
        hint=f"correct `{file.name}` and run the command again; nothing was changed",
        problems=tuple(str(problem) for problem in ordered),
    )


def _run(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("__sam_deploy_config__", file)
    if spec is None or spec.loader is None:
        raise ConfigError(
            f"`{file}` cannot be read as Python",
            why="Python finds no way to load a file of that name",
            hint=f"name it `{CONFIG_FILE}`",
        )
    module = importlib.util.module_from_spec(spec)
    with _importing_from(file.parent):
        try:
            spec.loader.exec_module(module)
        except SyntaxError as error:
            raise _syntax_error(file, error) from error
        except UnicodeDecodeError as error:
            raise _unreadable(file, error) from error
        except SamDeployError:
            raise
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise _failed(file, error) from error
    return module


@contextlib.contextmanager
def _importing_from(folder: Path) -> Iterator[None]:
    """Let the user's file import its neighbours, and leave no caches beside it."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    path, found = sys.path, list(sys.path)
    path.insert(0, str(folder))
    try:
        yield
    finally:
        # the file may have emptied it, or put another list in its place
        sys.path = path
        if str(folder) in path:
            path.remove(str(folder))
        path += [each for each in found if each not in path]
        sys.dont_write_bytecode = before


def _syntax_error(file: Path, error: SyntaxError) -> ConfigError:
    whole, column = (error.text or "").rstrip("\n"), max((error.offset or 1) - 1, 0)
    line, place = around(whole, min(column, len(whole)), SHOWN_CHARACTERS)
    # of a line of more than 1,000 characters Python tells another part than it counts in
    known = line and column <= len(whole)
    shown = f"\n\n    {line.expandtabs(1)}\n    {' ' * place}^" if known else ""
    name = Path(error.filename or file).name
    number = error.lineno or _unreadable_line(file)
    where = f" line {number}" if number else ""
    return ConfigError(
        f"`{name}`{where} is not valid Python",
        why=f"{error.msg}{shown}",
        hint=f"correct{where or ' it'} and run the command again",
    )


def _unreadable(file: Path, error: UnicodeDecodeError) -> ConfigError:
    """Tell a file in another encoding from a user's own decoding, which has a line."""
    if error.__traceback__ and _lines_of(file, error):
        return _failed(file, error)
    return ConfigError(
        f"`{file.name}` line {_unreadable_line(file) or 1} is not valid Python",
        why=str(error),
        hint="save it as UTF-8 and run the command again",
    )


def _unreadable_line(file: Path) -> int:
    """Return the line that is no Python at all, which Python does not say: an encoding, a byte."""
    content = file.read_bytes()
    for number, line in enumerate(content.splitlines()[:2], start=1):
        if re.match(rb"[ \t\f]*(\xef\xbb\xbf)?#.*?coding[:=]", line):
            return number
    at = content.find(b"\0")
    if at < 0:
        try:
            content.decode("utf-8")
        except UnicodeDecodeError as error:
            at = error.start
    return content.count(b"\n", 0, at) + 1 if at >= 0 else 0


def _failed(file: Path, error: BaseException) -> ConfigError:
    """Name the user's line that raised, instead of showing our frames."""
    frames = _lines_of(file, error)
    where, shown = f"`{file.name}`", ""
    if frames:
        where = f"`{Path(frames[-1].filename).name}` line {frames[-1].lineno}"
        shown = f"\n\n    {_shortened(frames[-1].line or '')}"
    hint = "correct it and run the command again"
    if isinstance(error, ImportError) and error.name == "sam_deploy":
        hint = _nearest_import(str(error)) or hint
    why = f"{_shortened(_text_of(error))}{shown}"
    return ConfigError(f"{where} raised {type(error).__name__}", why=why, hint=hint)


def _text_of(error: BaseException) -> str:
    """Return what an exception says; nothing when it cannot say it."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - the user's own exception raises one itself
        return ""


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."


def _lines_of(file: Path, error: BaseException) -> list[traceback.FrameSummary]:
    """Return the user's lines that an exception went through, the last one last."""
    return [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if _is_users(Path(frame.filename), file.parent)
    ]


def _is_users(file: Path, project: Path) -> bool:
    """Whether a file is the user's own: in the project, and not installed there."""
    if not file.is_relative_to(project):
        return False
    parts = file.relative_to(project).parts
    return not any(part == "site-packages" or part.startswith(".") for part in parts)


def _nearest_import(message: str) -> str:
    import sam_deploy  # noqa: PLC0415 - only to list what exists

    wanted = message.split("'")[1] if "'" in message else ""
    near = difflib.get_close_matches(wanted, sam_deploy.__all__, n=1)
    return f"did you mean `{near[0]}`?" if near else ""


def _the_app(module: ModuleType, file: Path) -> App:
    # by the real type: `isinstance` asks the values, and those are the user's
    values = list(vars(module).values())
    apps: dict[int, App] = {id(value): value for value in values if issubclass(type(value), App)}
    if len(apps) == 1:
        return next(iter(apps.values()))
    found = "defines no `App`" if not apps else f"defines {len(apps)} apps"
    raise ConfigError(
        f"`{file.name}` {found}",
        why="sam-deploy looks for exactly one variable that holds an `App`",
        hint="write `app = App(name=..., ...)` once at the top level",
    )
