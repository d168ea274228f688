"""Commands in hints, as they can be typed here: with `-C`, `uv run` and `--target` where needed.

The phases write `sam-deploy resume`, since they do not know how they were called. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sam_deploy.cli.options import program

TARGETED: Final = frozenset(
    {"deploy", "promote", "approve", "rollback", "resume", "recover", "unlock", "status", "history"}
    | {"init", "ui"}
    | {"diff", "logs", "outputs", "doctor", "destroy", "broker status", "release show"}
    | {f"shift {each}" for each in ("status", "advance", "abort")}
    | {f"settings {each}" for each in ("list", "get", "set", "delete", "diff")}
    | {"audit verify", "audit list", "layers list", "layers prune"}
)
"""Commands that go to a target: on AWS, a hint without `--target aws` would lead elsewhere."""
_COMMAND: Final = re.compile(r"`sam-deploy (?P<line>(?:--help|[a-z])[^`]*)`")
_WITH_VALUE: Final = ("-C", "--target")


@dataclass(frozen=True, slots=True)
class Called:
    """What was said before and besides the command; '' for what was not."""

    project: str = ""
    target: str = ""


def called(arguments: Sequence[str]) -> Called:
    """Return where a command line goes: `-C` before the command, `--target` anywhere."""
    project = target = ""
    before = True
    for index, word in enumerate(arguments):
        value = arguments[index + 1] if index + 1 < len(arguments) else ""
        if word == "--target":
            target = value
        elif word.startswith("--target="):
            target = word.partition("=")[2]
        elif before and word == "-C":
            project = value
        elif before and word.startswith("-C"):
            project = word.removeprefix("-C")
        is_value = index > 0 and arguments[index - 1] in _WITH_VALUE
        before = before and (word.startswith("-") or is_value)
    return Called(project, target if target in {"embedded", "aws"} else "")


def typed(arguments: Sequence[str]) -> Callable[[str], str]:
    """Return what makes each `sam-deploy ...` of a text one that can be typed where this ran."""
    said = called(arguments)
    there = said.project and Path(said.project).is_dir()
    name = program(Path(said.project)) if there else program()

    def spelt(match: re.Match[str]) -> str:
        line = match["line"]
        words = line.split()
        named = {words[0], " ".join(words[:2])}
        goes = said.target and named & TARGETED and "--target" not in line
        return f"`{name} {line}{f' --target {said.target}' if goes else ''}`"

    return lambda text: _COMMAND.sub(spelt, text)
