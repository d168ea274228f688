"""The menu from its opening to its end: it shows, runs what was chosen, and comes back."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import click

from sam_deploy.amounts import duration_text
from sam_deploy.cli import options
from sam_deploy.cli.guiding.explanations import EXIT_CODES
from sam_deploy.cli.menu import asking, beginning, choices, picker, surroundings
from sam_deploy.cli.menu.choices import Choice
from sam_deploy.cli.menu.frame import Frame
from sam_deploy.cli.menu.keys import forget_typed
from sam_deploy.cli.menu.records import Live, Looking
from sam_deploy.cli.options import Globals
from sam_deploy.cli.terminal.errors import show_error

if TYPE_CHECKING:
    from sam_deploy.cli.menu.surroundings import Surroundings

QUESTION: Final = "Select deployment type:"
BEGINNING: Final = "Select what to begin with:"
MISTAKES: Final = "Select what to do about it:"
MOMENT_SECONDS: Final = 1.0
"""So long the first menu waits for what is live; after that it is filled in."""
LONGEST_SECONDS: Final = 10.0
"""So long a numbered prompt does, which is written once."""
RESUME: Final = "go on with what is not finished"
ABORT: Final = "take it back"
ABORTING: Final = ("resume", "--abort")
QUIT: Final = Choice("Quit", (), "Leaves the menu; whatever runs on AWS or on this laptop stays")


@dataclass(frozen=True, slots=True)
class Listed:
    """The lines of a menu; those about open work come and go above the others."""

    question: str
    lines: tuple[Choice, ...]


def open_menu(chosen: Globals) -> int:
    """Let a person choose, run it, and ask again; return the exit code of what ran last."""
    code = 0
    while True:
        here = surroundings.find(chosen)
        if here.mistakes:
            show_error(here.mistakes)
        looking = Looking(chosen, here)
        looking.wait(MOMENT_SECONDS)
        picked = _choose(chosen, here, looking)
        if picked is None or picked is QUIT:
            return code
        if isinstance(picked, Globals):
            chosen = picked
            continue
        if picked.asks == "reload":
            continue
        complete = asking.complete(here, picked, looking.wait(0))
        if complete is None:
            continue
        code = run(chosen, complete.arguments)
        if code == 0 and complete.moves_to:
            chosen = replace(chosen, project=complete.moves_to)


def listed(here: Surroundings, live: Live) -> Listed:
    """Return the lines for what was found; the last one leaves."""
    if here.mistakes:
        return Listed(MISTAKES, (*choices.of_mistakes(), QUIT))
    if here.app is None:
        return Listed(BEGINNING, (*beginning.of_folder(here), QUIT))
    open_work = choices.of_open_work(live)
    return Listed(QUESTION, (*open_work, *choices.of_app(here.app, here.environment), QUIT))


def _choose(chosen: Globals, here: Surroundings, looking: Looking) -> Choice | Globals | None:
    """Return what was chosen; other `Globals` when the target was changed; nothing to leave.

    A line that came above the others while a finger is over a digit would change what the digit
    means: what is found open later is told, and has letters.
    """
    letters = _letters(here, looking)
    menu = listed(here, looking.live)
    known = looking.ended

    def changed() -> bool:
        nonlocal known
        before, known = known, looking.ended
        return known != before

    def now(index: int) -> Frame:
        return frame(chosen, here, looking.live, menu, index)

    while True:
        picked = picker.pick(now, count=len(menu.lines), letters=letters, changed=changed)
        if picked is None:
            return None
        if picked.key == "t":
            return replace(chosen, target=_other(here))
        if not picked.key:
            line = menu.lines[picked.index]
            click.echo(f"? {menu.question} {line.title}")
            return line
        found = _by_letter(picked.key, looking.live)
        if found:
            return found


def _letters(here: Surroundings, looking: Looking) -> dict[str, str]:
    """Return the letters that choose something. A numbered prompt names them and is not redrawn."""
    if here.app is None:
        return {}
    target = {"t": f"go to {_other(here)} instead"}
    open_work = {"r": RESUME, "a": ABORT}
    if not picker.is_dumb() or looking.wait(LONGEST_SECONDS).unfinished:
        return {**target, **open_work}
    return target


def _by_letter(key: str, live: Live) -> Choice | None:
    """Return the way on with open work that a letter stands for; nothing where there is none."""
    open_work = choices.of_open_work(live)
    fitting = (each for each in open_work if (each.arguments == ABORTING) == (key == "a"))
    return next(fitting, None)


def frame(chosen: Globals, here: Surroundings, live: Live, menu: Listed, index: int) -> Frame:
    """Return the picture of the menu with one of its lines chosen."""
    name = here.app.name if here.app else here.project.name
    head = [f"sam-deploy · {name} · {here.line}"]
    for each in live.unfinished:
        keys = f"r: {RESUME}, a: {ABORT}" if each.abortable else f"r: {RESUME}"
        head.append(f"Not finished: {each.said} ({keys})")
    return Frame(
        head=tuple(head),
        question=menu.question,
        hint=f"{picker.HINT[:-1]}; t: {_other(here)})" if here.app else picker.HINT,
        titles=tuple(each.title for each in menu.lines),
        chosen=index,
        detail=detail(chosen, here, live, menu.lines[index]),
        pointer=picker.pointer(),
    )


def _other(here: Surroundings) -> str:
    return "embedded" if here.target == "aws" else "aws"


def detail(chosen: Globals, here: Surroundings, live: Live, line: Choice) -> tuple[str, ...]:
    """Return what a line will do, where, what is live there now, and its command."""
    found = [line.does] if line.does else []
    if line.regions:
        usual = "account of the credentials" if here.target == "aws" else "000000000000"
        account = usual if here.target == "embedded" else here.account or usual
        found.append(f"where: {here.target} · {account} · {', '.join(line.regions)}")
    found += [f"{e} now: {live.serves[e]}" for e in line.environments if e in live.serves]
    if line.environments and not live.serves and live.note:
        found.append(f"now: {live.note}")
    if line.arguments:
        more = " ..." if line.asks else ""
        found.append(f"$ {shown(chosen, line.arguments)}{more}")
    return tuple(found)


def shown(chosen: Globals, arguments: tuple[str, ...]) -> str:
    """Return a command as it is typed here."""
    target = f" --target {chosen.target}" if chosen.target else ""
    return f"{options.program(chosen.project)}{target} {shlex.join(arguments)}"


def run(chosen: Globals, arguments: tuple[str, ...]) -> int:
    """Run a command as a process of its own at this terminal, and say how it ended.

    Its own process: what it loads of the project is loaded anew each time, and Ctrl-C ends it and
    not the menu.
    """
    click.echo(f"$ {shown(chosen, arguments)}")
    target = ["--target", chosen.target] if chosen.target else []
    # -P: the folder that the menu was opened in must not hide a package of ours
    command = [sys.executable, "-P", "-m", "sam_deploy", "-C", str(chosen.project), *target]
    started = time.monotonic()
    before = signal.signal(signal.SIGINT, _let_the_command_have_it)
    try:
        code = subprocess.run([*command, *arguments], check=False).returncode
    finally:
        signal.signal(signal.SIGINT, before)
    code = 128 - code if code < 0 else code
    # before the outcome is said: what is typed after that answers the menu
    forget_typed()
    click.echo(f"\n{outcome(arguments, code, time.monotonic() - started)}\n")
    return code


def outcome(arguments: tuple[str, ...], code: int, seconds: float) -> str:
    """Return how a command ended, in a line."""
    command = shlex.join(arguments)
    if code == 0:
        return f"done: {command} ({duration_text(seconds)})"
    known = next((each.meaning for each in EXIT_CODES if each.code == code), "ended by a signal")
    return f"exit code {code}: {command}: {known} ({duration_text(seconds)})"


def _let_the_command_have_it(_number: int, _frame: object) -> None:
    """Ctrl-C goes to the command as well, which says what it means; the menu stays."""
