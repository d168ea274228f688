"""Reads `deploy.py` and judges the whole declaration at once.

The user's file is run (it is Python), the `App` it made is walked from the leaves up, each value
is held to its annotation by pydantic, and cross references are checked by `references.py`. All
mistakes are reported together, each with its place, what is allowed and the nearest known name.
"""

from __future__ import annotations

import contextlib
import difflib
import importlib.util
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sam_deploy.config.model import App
from sam_deploy.config.references import find_problems
from sam_deploy.config.tree import CONFIG_FILE, Problem
from sam_deploy.config.validate import validate
from sam_deploy.errors import ConfigError, SamDeployError

if TYPE_CHECKING:
    from types import ModuleType


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
            "`sam-deploy demo` makes one to look at",
        )
    declared = _the_app(_run(file), file)
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
        raise ConfigError(f"`{file}` cannot be read as Python")
    module = importlib.util.module_from_spec(spec)
    with _importing_from(file.parent):
        try:
            spec.loader.exec_module(module)
        except SyntaxError as error:
            raise _syntax_error(file, error) from error
        except SamDeployError:
            raise
        except (Exception, SystemExit) as error:
            raise _failed(file, error) from error
    return module


@contextlib.contextmanager
def _importing_from(folder: Path) -> Iterator[None]:
    """Let the user's file import its neighbours, and leave no caches beside it."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        sys.dont_write_bytecode = before


def _syntax_error(file: Path, error: SyntaxError) -> ConfigError:
    line = (error.text or "").rstrip("\n")
    column = max((error.offset or 1) - 1, 0)
    pointer = " " * column + "^"
    shown = f"\n\n    {line.expandtabs(1)}\n    {pointer}" if line else ""
    name = Path(error.filename or file).name
    where = f" line {error.lineno}" if error.lineno else ""
    return ConfigError(
        f"`{name}`{where} is not valid Python",
        why=f"{error.msg}{shown}",
        hint=f"correct{where or ' it'} and run the command again",
    )


def _failed(file: Path, error: BaseException) -> ConfigError:
    """Name the user's line that raised, instead of showing our frames."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if _is_users(Path(frame.filename), file.parent)
    ]
    where, shown = f"`{file.name}`", ""
    if frames:
        where = f"`{Path(frames[-1].filename).name}` line {frames[-1].lineno}"
        shown = f"\n\n    {frames[-1].line}"
    hint = "correct it and run the command again"
    if isinstance(error, ImportError) and error.name == "sam_deploy":
        hint = _nearest_import(str(error)) or hint
    return ConfigError(f"{where} raised {type(error).__name__}", why=f"{error}{shown}", hint=hint)


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
    apps = {id(value): value for value in vars(module).values() if isinstance(value, App)}
    if len(apps) == 1:
        return next(iter(apps.values()))
    found = "defines no `App`" if not apps else f"defines {len(apps)} apps"
    raise ConfigError(
        f"`{file.name}` {found}",
        why="sam-deploy looks for exactly one variable that holds an `App`",
        hint="write `app = App(name=..., ...)` once at the top level",
    )
