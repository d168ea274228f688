"""What a page of the docs says of its commands: blocks, what they print, and where they run.

A page declares where its commands run, anywhere in it:

    <!-- runs: in=fresh -->              a new, empty folder
    <!-- runs: in=examples/dzgro -->     a copy of that folder
    <!-- runs: in=checkout -->           a copy of src/ and examples/ of the checkout
    <!-- runs: no, REASON -->            not at all

and, directly before a block, what differs for that one:

    <!-- not run: REASON -->             its commands are only held to the command line's own tree
    <!-- exit: 7 -->                     the exit code of its last command; of others it is 0
    <!-- answers: yes, !COMMAND, CODE -->
                                         its first command at a terminal, each at a prompt; CODE is
                                         what the newest mail says, and !COMMAND is run before the
                                         next answer
    <!-- file: PATH -->                  the block is written to this file
    <!-- patch: PATH -->                 the block, a diff, is applied to this file

`<!-- run: COMMAND -->` runs a command that the page does not show. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

DIRECTIVE = re.compile(
    r"<!-- (?P<name>runs|not run|exit|answers|file|patch|run): (?P<value>.*?) -->", re.DOTALL
)
FENCE = re.compile(r"^(?P<indent> *)(?P<marks>`{3,})(?P<language>[\w-]*)[^\n]*$")
FIRST = re.compile(r"^\$ ")


@dataclass(frozen=True, slots=True)
class Command:
    """A line to type, and the lines that it prints, as the page has them."""

    line: int
    text: str
    printed: tuple[str, ...] = ()
    printed_at: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block, or a hidden command. `line` is that of the fence, from 1."""

    line: int
    language: str
    lines: tuple[str, ...]
    indent: int = 0
    not_run: str = ""
    exit_code: int = 0
    answers: tuple[str, ...] = ()
    file: str = ""
    patch: str = ""
    hidden: bool = False

    @property
    def commands(self) -> tuple[Command, ...]:
        """Return what is typed at `$ ` in it; a line that ends in a backslash goes on."""
        found: list[Command] = []
        typing = False
        for number, line in enumerate(self.lines, self.line + 1):
            if typing:
                found[-1] = replace(found[-1], text=f"{found[-1].text}\n{line}")
            elif FIRST.match(line):
                found.append(Command(number, line[2:]))
            elif found:
                last = found[-1]
                found[-1] = replace(
                    last,
                    printed=(*last.printed, line),
                    printed_at=last.printed_at or number,
                )
            typing = bool(found) and not found[-1].printed and line.endswith("\\")
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Page:
    """A page, and where it runs: a place, or nowhere for a reason; neither when it says nothing."""

    path: Path
    blocks: tuple[Block, ...]
    place: str = ""
    reason: str = ""

    @property
    def is_run(self) -> bool:
        """Return whether any of its commands runs."""
        return bool(self.place) and any(each.commands and not each.not_run for each in self.blocks)


def read(path: Path) -> Page:
    """Return what a page says. Raises ValueError, with the line, for what has no meaning."""
    lines = path.read_text(encoding="utf-8").split("\n")
    place = reason = ""
    blocks: list[Block] = []
    waiting: dict[str, str] = {}
    number = 0
    while number < len(lines):
        fence = FENCE.match(lines[number])
        if fence:
            block = _block(lines, number, fence)
            blocks.append(_told(block, waiting, path))
            waiting = {}
            number += len(block.lines) + 2
            continue
        name, value = directive(lines[number])
        match name:
            case "runs":
                place, reason = _place(value, path, number)
            case "run":
                told = (f"$ {value}",)
                blocks.append(_told(Block(number + 1, "console", told, hidden=True), waiting, path))
                waiting = {}
            case "":
                if waiting and lines[number].strip():
                    raise ValueError(f"{path}:{number + 1}: {next(iter(waiting))} of no block")
            case _:
                waiting[name] = value
        number += 1
    return Page(path, tuple(blocks), place, reason)


def directive(line: str) -> tuple[str, str]:
    """Return name and value of a comment that is ours, or two empty texts."""
    found = DIRECTIVE.fullmatch(line.strip())
    return (found["name"], found["value"].strip()) if found else ("", "")


def _block(lines: list[str], start: int, fence: re.Match[str]) -> Block:
    end = start + 1
    closing = re.compile(rf"^ *{fence['marks']}`*[ \t]*$")
    while end < len(lines) and not closing.match(lines[end]):
        end += 1
    indent = len(fence["indent"])
    inside = tuple(each[indent:] for each in lines[start + 1 : end])
    return Block(start + 1, fence["language"], inside, indent)


def _told(block: Block, told: dict[str, str], path: Path) -> Block:
    if "exit" in told and not told["exit"].isdigit():
        raise ValueError(f"{path}:{block.line}: exit: {told['exit']} is no number")
    answers = told.get("answers", "")
    return replace(
        block,
        not_run=told.get("not run", ""),
        exit_code=int(told.get("exit", "0")),
        answers=tuple(each.strip() for each in answers.split(",")) if answers else (),
        file=told.get("file", ""),
        patch=told.get("patch", ""),
    )


def _place(value: str, path: Path, number: int) -> tuple[str, str]:
    if value.startswith("in="):
        return value.removeprefix("in=").strip(), ""
    if value.startswith("no, "):
        return "", value.removeprefix("no, ")
    raise ValueError(f"{path}:{number + 1}: runs: in=PLACE, or: no, REASON; not {value!r}")
