"""All pages of the project, and what is wrong with the commands that they name. Runs none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from handbook import output, page, tree

ROOT = Path(__file__).resolve().parents[2]


MISTAKEN = 2
"""How a command ends that was typed wrongly."""
NOT_YET: tuple[str, ...] = ()
"""Pages that do not say yet where their commands run; those are held to the command line only."""


def every() -> list[Path]:
    """Return every page of the project, in order."""
    places = ("*.md", "docs/**/*.md", "examples/*/*.md")
    return sorted(each for place in places for each in ROOT.glob(place))


def problems(path: Path) -> Iterator[str]:
    """Yield what is wrong with the commands of a page, each with its line."""
    name = path.relative_to(ROOT)
    for block in page.read(path).blocks:
        if block.language == "console":
            found = [(each.line, each.text) for each in block.commands]
        else:
            shell = tree.shell_lines(block.language, block.lines)
            found = [(block.line + 1 + at, text) for at, text in shell]
        if block.exit_code == MISTAKEN:
            continue  # it shows what a mistake looks like
        for number, text in found:
            wrong = tree.problem(text)
            if wrong:
                yield f"{name}:{number}: {wrong}"
    for number, text in tree.in_prose(path.read_text(encoding="utf-8")):
        wrong = tree.problem_in_prose(text)
        if wrong:
            yield f"{name}:{number}: {wrong}"
    yield from _unmarked(path)


def _unmarked(path: Path) -> Iterator[str]:
    told = page.read(path)
    if path.relative_to(ROOT).as_posix() in NOT_YET:
        return
    for block in told.blocks:
        if {output.FILL, output.WHOLE} & {*block.lines}:
            yield f"{path.relative_to(ROOT)}:{block.line}: `scripts/docs.py --update` fills it"
        if block.language == "console" and not (told.place or told.reason or block.not_run):
            yield (
                f"{path.relative_to(ROOT)}:{block.line}: say where it runs, or why it does not:"
                " scripts/handbook/page.py"
            )
