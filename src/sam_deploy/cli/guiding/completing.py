"""What the shell completes: names of the project's `deploy.py`, found without running it.

A press of TAB must be quick and must do nothing: the file is parsed, not executed. Names that it
computes (in a loop, say) are therefore not offered. Imports nothing but click until it is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from click.types import StringParamType

if TYPE_CHECKING:
    import ast

    from click.shell_completion import CompletionItem

PARAMETERS: Final = {
    "environment": ("Environment",),
    "left": ("Environment",),
    "right": ("Environment",),
    "feature_set": ("FeatureSet",),
    "feature_sets": ("FeatureSet",),
    "function": ("Function",),
    "functions": ("Function",),
    "only": ("Function",),
    "quiet": ("Function",),
    "timed": ("Function",),
    "names": ("Function", "Layer"),
    "bucket": ("Bucket",),
    "queue": ("Queue",),
}
"""Parameter of a command -> the classes of `deploy.py` whose names it takes."""
REGION_PARAMETERS: Final = ("region", "regions", "without")
RELEASE_PARAMETERS: Final = ("release", "release_id")
FILE_PARAMETERS: Final = ("template", "template_file", "config_file", "existing")
"""Those that take a file and are plain text, because what is wrong with it is said later."""
RUN_PARAMETER: Final = "run"
EXPLAINED_PARAMETER: Final = "word"
LARGEST_BYTES: Final = 1_000_000
"""A larger file is not parsed at a press of TAB."""
_REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")


class DeclaredName(StringParamType):
    """Text; the shell completes it with what the project's `deploy.py` declares."""

    def __init__(self, classes: tuple[str, ...]) -> None:
        self.classes = classes

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the names that begin with what was typed."""
        del param
        return _items(declared(project_of(ctx), self.classes), incomplete)


class RegionName(StringParamType):
    """Text; the shell completes it with the regions of the project, else with those of AWS."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the regions that begin with what was typed."""
        del param
        return _items(regions(project_of(ctx)), incomplete)


class ReleaseName(StringParamType):
    """Text; the shell completes it with the releases that `history` has shown last."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the releases that begin with what was typed."""
        from sam_deploy.cli.guiding.known_releases import remembered  # noqa: PLC0415 - only then

        del param
        return _items(remembered(project_of(ctx)), incomplete)


class FileName(StringParamType):
    """Text; the shell completes it with files."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return that the shell shall look for files itself."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only then

        del ctx, param
        return [CompletionItem(incomplete, type="file")]


class RunName(StringParamType):
    """Text; the shell completes it with the runs of the project, the newest first."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the names of logs that begin with what was typed. Opens none of them."""
        del param
        logs = (project_of(ctx) / ".sam-deploy" / "runs").glob("*.jsonl")
        return _items(sorted((log.stem for log in logs), reverse=True), incomplete)


class ExplainedWord(StringParamType):
    """Text; the shell completes it with what `explain` knows, codes of AWS in any case."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the words that begin with what was typed."""
        del ctx, param
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only at a press of TAB

        from sam_deploy.cli.guiding.explain_command import words  # noqa: PLC0415 - the same

        said = incomplete.lower()
        return [CompletionItem(each) for each in words() if each.lower().startswith(said)]


def taught(command: click.Command) -> click.Command:
    """Return the command, whose parameters and those of its subcommands know what to complete."""
    if isinstance(command, click.Group):
        for each in command.commands.values():
            taught(each)
    for param in command.params:
        if type(param.type) is not StringParamType or param.name is None:
            continue
        if param.name in PARAMETERS:
            param.type = DeclaredName(PARAMETERS[param.name])
        elif param.name in REGION_PARAMETERS:
            param.type = RegionName()
        elif param.name in RELEASE_PARAMETERS:
            param.type = ReleaseName()
        elif param.name in FILE_PARAMETERS:
            param.type = FileName()
        elif param.name == RUN_PARAMETER:
            param.type = RunName()
        elif param.name == EXPLAINED_PARAMETER:
            param.type = ExplainedWord()
    return command


def project_of(context: click.Context) -> Path:
    """Return the project's folder: of `-C`, else the current one. Nothing is run for it."""
    given = context.find_root().params.get("project")
    return given if isinstance(given, Path) else Path()


def declared(project: Path, classes: tuple[str, ...]) -> list[str]:
    """Return the names in `deploy.py`, in its order: the first argument of calls of these classes.

    None when there is no such file or it cannot be parsed; that is said by commands, not here.
    """
    return list(dict.fromkeys(_names(project, classes)))


def regions(project: Path) -> list[str]:
    """Return the regions that `deploy.py` names; all of AWS when there are none."""
    import ast  # noqa: PLC0415 - only at a press of TAB

    from sam_deploy.config.text import REGIONS  # noqa: PLC0415 - the same

    texts = (each.value for each in _nodes(project) if isinstance(each, ast.Constant))
    named = (each for each in texts if isinstance(each, str) and _REGION.fullmatch(each))
    return list(dict.fromkeys(named)) or list(REGIONS)


def _names(project: Path, classes: tuple[str, ...]) -> Iterator[str]:
    import ast  # noqa: PLC0415 - only at a press of TAB

    for node in _nodes(project):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func
        name = called.id if isinstance(called, ast.Name) else called
        if name not in classes:
            continue
        keyword = (each.value for each in node.keywords if each.arg == "name")
        first = next(iter([*node.args[:1], *keyword]), None)
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value


def _nodes(project: Path) -> list[ast.expr]:
    """Return every expression of `deploy.py`, in the order in which they stand there."""
    import ast  # noqa: PLC0415 - only at a press of TAB

    file = project / "deploy.py"
    try:
        if file.stat().st_size > LARGEST_BYTES:
            return []
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    placed = [each for each in ast.walk(tree) if isinstance(each, ast.expr)]
    return sorted(placed, key=lambda each: (each.lineno, each.col_offset))


def _items(names: list[str], incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem  # noqa: PLC0415 - only at a press of TAB

    return [CompletionItem(each) for each in names if each.startswith(incomplete)]
