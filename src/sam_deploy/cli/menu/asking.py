"""The second screen: what a choice still needs, and nothing that it does not need."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from sam_deploy.cli.menu import picker
from sam_deploy.cli.menu.choices import Choice
from sam_deploy.cli.menu.frame import Frame
from sam_deploy.cli.menu.places import place_of
from sam_deploy.cli.menu.records import Live
from sam_deploy.cli.menu.surroundings import Surroundings

NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,40}")
USUAL_NAME: Final = "orders"
USUAL_REGION: Final = "eu-west-1"


@dataclass(frozen=True, slots=True)
class Complete:
    """A command with all that it needs, and the project that it makes, where it makes one."""

    arguments: tuple[str, ...]
    moves_to: Path | None = None


def complete(here: Surroundings, choice: Choice, live: Live) -> Complete | None:
    """Return the whole command; nothing when the person went back."""
    match choice.asks:
        case "regions":
            return _regions(choice)
        case "environment":
            return _rollback(choice, live)
        case "function":
            return _function(choice)
        case "folder":
            return _folder(here, choice)
        case "stack":
            return _stack(here, choice)
    return Complete(choice.arguments)


def _regions(choice: Choice) -> Complete | None:
    """All regions are marked at first: Enter alone takes them."""
    titles = [f"{each} - {place}" if (place := place_of(each)) else each for each in choice.regions]
    every = frozenset(range(len(titles)))
    found = _picked("Select regions:", titles, marked=every)
    if found is None:
        return None
    if found.marked == every:
        return Complete(choice.arguments)
    named = [each for n, each in enumerate(choice.regions) if n in found.marked]
    return Complete((*choice.arguments, *(word for each in named for word in ("--region", each))))


def _rollback(choice: Choice, live: Live) -> Complete | None:
    names = choice.names
    titles = [f"{each}: {live.serves[each]}" if each in live.serves else each for each in names]
    found = _picked("Roll back which environment?", titles) if names[1:] else picker.Picked(0)
    if found is None:
        return None
    environment = names[found.index]
    command = (*choice.arguments, environment)
    earlier = live.earlier.get(environment, ())
    if not earlier[1:]:
        return Complete(command)
    titles = [f"{name}: {said}" for name, said in earlier]
    release = _picked(f"To which release of {environment}?", titles)
    if release is None:
        return None
    return Complete((*command, "--to", earlier[release.index][0]))


def _function(choice: Choice) -> Complete | None:
    found = _picked("Of which function?", ["All functions", *choice.names])
    if found is None:
        return None
    return Complete((*choice.arguments, *choice.names[found.index - 1 : found.index]))


def _folder(here: Surroundings, choice: Choice) -> Complete | None:
    """An empty folder with a good name is the project; else a new one is asked for."""
    if NAME.fullmatch(here.project.name) and not _holds_anything(here.project):
        return Complete(choice.arguments)
    name = _typed("Name of the new folder", USUAL_NAME)
    if name is None:
        return None
    return Complete(("init", name, *choice.arguments[1:]), here.project / name)


def _stack(here: Surroundings, choice: Choice) -> Complete | None:
    stack = _typed("Name of the stack", "")
    usual = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or USUAL_REGION
    region = _typed("Its region", usual) if stack else None
    if not stack or not region:
        return None
    arguments = (*choice.arguments, stack, "--region", region)
    if not _holds_anything(here.project):
        return Complete(arguments)
    name = _typed("Name of the new folder", stack.lower())
    if not name:
        return None
    return Complete(("init", name, *arguments[1:]), here.project / name)


def _holds_anything(folder: Path) -> bool:
    return any(each.name not in {".git", ".sam-deploy"} for each in folder.iterdir())


def _typed(question: str, usual: str) -> str | None:
    """Return what was typed; nothing when the person went back."""
    try:
        answer: str = click.prompt(f"? {question}", default=usual, show_default=bool(usual))
    except click.Abort:
        click.echo()
        return None
    return answer.strip()


def _picked(
    question: str, titles: list[str], marked: frozenset[int] | None = None
) -> picker.Picked | None:
    def now(index: int) -> Frame:
        return Frame(
            head=(),
            question=question,
            hint=picker.HINT if marked is None else picker.MARKS_HINT,
            titles=tuple(titles),
            chosen=index,
            pointer=picker.pointer(),
        )

    return picker.pick(now, count=len(titles), marked=marked)
