"""Carries a page out from its first command to its last, and compares or writes what is printed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from handbook import output, page, session

Change = tuple[page.Block, page.Command, Sequence[str]]
"""A command of a block, and what it has printed."""


def carried_out(told: page.Page, *, update: bool) -> bool:
    """Run a page from its beginning to its end; true when everything was as it says."""
    changes: list[Change] = []
    wrong = ""
    with session.Session(told.place) as shell:
        for block, command, wanted in steps(told):
            if command is None:
                shell.write(block)
                continue
            started = time.monotonic()
            # only the first command of a block is answered
            first = command.line == block.commands[0].line
            printed = shell.run(command, block.answers if first else ())
            at = f"{told.path.name}:{command.line}"
            print(f"{at}: {time.monotonic() - started:.1f} s: {command.text}", flush=True)
            wrong = difference(command, printed, wanted, update=update)
            if wrong:
                print("\n".join([f"{at}: {wrong}", *printed.lines]), flush=True)
                break
            if command.printed:
                changes.append((block, command, printed.lines))
    if update:
        write(told.path, changes)
    return not wrong


def steps(told: page.Page) -> Iterator[tuple[page.Block, page.Command | None, int]]:
    """Yield what a page does: files to write, and commands with their exit codes, in order."""
    for block in told.blocks:
        if block.file or block.patch:
            yield block, None, 0
        elif block.language == "console" and not block.not_run:
            commands = block.commands
            for number, command in enumerate(commands, 1):
                yield block, command, block.exit_code if number == len(commands) else 0


def difference(
    command: page.Command, printed: session.Printed, wanted: int, *, update: bool
) -> str:
    """Return how what a command did differs from the page; nothing when it does not."""
    if printed.exit_code != wanted:
        return f"exit code {printed.exit_code}, not {wanted}"
    shown = output.trimmed(command.printed)
    if update or not shown or output.places(shown, printed.lines) is not None:
        return ""
    return "\n".join(["the page shows", *shown, "but what is printed is"])


def write(path: Path, changes: Sequence[Change]) -> None:
    """Write what commands have printed in the place of what the page showed."""
    lines = path.read_text(encoding="utf-8").split("\n")
    for block, command, printed in reversed(changes):
        shown = output.trimmed(command.printed)
        start = command.printed_at - 1
        new = output.updated(shown, output.trimmed(printed))
        lines[start : start + len(shown)] = [f"{' ' * block.indent}{each}".rstrip() for each in new]
    path.write_text("\n".join(lines), encoding="utf-8")
