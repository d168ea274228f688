"""Four pictures of a command as one text: without what differs from run to run, or is told twice.

What may be wider than a terminal is what a person copies whole: a command, a path, an address.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.screens.whole.pictures import Picture

REPOSITORY = Path(__file__).parents[3]
WIDTHS = (80, 120)
WIDTHS_OF_TABLES = (80, 300)
"""A table breaks its cells at 80 columns, elsewhere each day; at 300 it has no need to."""
LEAD_COLUMNS = 14
"""What may stand in front of a thing that is copied whole: `hint: `, a bullet, a name."""
COLOUR = re.compile(rb"\x1b\[(?:[0-9;]*;)?(?:[349][0-9]|10[0-7])(?:;[0-9;]*)?m")
FILTERS = (
    (re.compile(r"\b[0-9a-f]{64}\b"), "[SHA256]"),
    (re.compile(r"127\.0\.0\.1:[0-9]{4,5}"), "127.0.0.1:[PORT]"),
    (re.compile(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]{5,15}(?:Z|[+-][0-9:]{5})?"), "[TIME]"),
    (re.compile(r"\b[0-9]{8}T[0-9]{6}Z?(?:-[a-z-]+-[0-9a-f]{4}\b)?"), "[TIME]"),
    (re.compile(r"\b[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?\b"), "[TIME]"),
    (re.compile(r"\b(?:[0-9]+ (?:min|h) )?[0-9]+(?:\.[0-9]+)? (?:s|ms|min|h)\b"), "[TIME]"),
    (re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"), "[ID]"),
)
GAP = re.compile(r"(?<=\S) {2,}(?=\S)")
HIDDEN, SHOWN = b"\x1b[?25l", b"\x1b[?25h"
"""What hides the cursor while a picture moves, and shows it again."""
DIFFERS = re.compile(r"\[(?:TIME|AGO|SIZE|N|HASH|ID|PORT)\]")
PIECE = re.compile(r"`[^`]*`\S*|\S+")


VERSIONS = (
    (re.compile(r"\b[0-9]+ (?:→|->) [0-9]+\b"), "[N] → [N]"),
    (re.compile(r"\b(dev|prod)-[0-9]+\b"), r"\1-[N]"),
    (re.compile(r"^(Hello +)[0-9]+ [0-9]+$"), r"\1[N] [N]"),
    (re.compile(r"^[0-9]+(?= +\[TIME\] )"), "[N]"),
    (re.compile(r"\bcode=[0-9a-f]{16}\b"), "code=[HASH]"),
    (re.compile(r"(who: \S+ on) \S+"), r"\1 [HOST]"),
    (re.compile(r"(eu-west-1 +[0-9]+ +- +)[A-Za-z0-9+/]{8}(?= )"), r"\1[HASH]"),
    (re.compile(r"\bsam-deploy [0-9]+\.[0-9]+\.[0-9]+"), "sam-deploy [VERSION]"),
    (re.compile(r"\b([vV])ersion [0-9]+"), r"\1ersion [N]"),
    (re.compile(r"\bplan(:?) [0-9a-f]{8}\b"), r"plan\1 [HASH]"),
    (re.compile(r"\b(record|digest)=[0-9a-f]{12}\b"), r"\1=[HASH]"),
    (re.compile(r"\b[0-9a-f]{8} -> [0-9a-f]{8}\b"), "[HASH] -> [HASH]"),
    (re.compile(r"\b[0-9a-f]{8}(?=\.execute-api|/dev|/prod|$)"), "[ID]"),
    (re.compile(r"localhost:[0-9]+"), "localhost:[PORT]"),
    (re.compile(r"\?token=\S+"), "?token=[TOKEN]"),
    (re.compile(r"\b[0-9]{6}\b(?=\s*$)"), "[CODE]"),
    (re.compile(r"\b[0-9]+ (?:events|releases)\b"), "[N] events"),
    (re.compile(r"\b(?:[0-9]+ (?:seconds?|minutes?|hours?) ago|just now)"), "[AGO]"),
    (re.compile(r"\b[0-9.]+ (?:B|kB|MB|GB)\b"), "[SIZE]"),
)
"""What differs from one deployment of a run to the next, or from one Python to another."""


def normal(text: str, folder: Path) -> str:
    """Return a line without the moment, the place and the machine of the run."""
    found = text.replace(str(folder), "[PATH]").replace(str(folder.parent), "[ABOVE]")
    found = found.replace(str(REPOSITORY), "[SOURCE]")
    for pattern, name in FILTERS + VERSIONS:
        found = pattern.sub(name, found)
    return GAP.sub("  ", found) if found != text and "[PATH]" not in found else found


def golden(
    arguments: Sequence[str],
    seen: Mapping[tuple[int, bool], Picture],
    folder: Path,
    *,
    table: bool = False,
) -> str:
    """Return exit code, text and colours; what 120 columns do not change is not told again.

    Of a `table` the widest picture alone.
    """
    narrow, wide = (seen[width, True] for width in _widths(seen))
    narrow = wide if table else narrow
    parts = [f"$ sam-deploy {' '.join(arguments)}".rstrip(), f"exit {narrow.exit_code}"]
    first, second = (_text(each, folder) for each in (narrow, wide))
    parts += [f"--- {_widths(seen)[1 if table else 0]} columns", *first]
    if first != second:
        parts += ["--- 120 columns", *second]
    colours, others = (_colours(each, folder) for each in (narrow, wide))
    if colours:
        parts += ["--- colours", *colours]
    if colours != others and first == second:
        parts += ["--- colours at 120 columns", *others]
    return "\n".join(parts) + "\n"


def _widths(seen: Mapping[tuple[int, bool], Picture]) -> list[int]:
    return sorted({width for width, _ in seen})


def _text(picture: Picture, folder: Path) -> list[str]:
    return settled([normal(line, folder) for line in picture.lines])


def settled(lines: list[str]) -> list[str]:
    """Return lines in which no column is as wide as what differs from run to run makes it."""
    found = list(lines)
    for number, line in enumerate(lines):
        if number and set(line) == {"-", " "}:
            blank = (each for each in range(number, len(lines)) if not lines[each])
            end = next(blank, len(lines))
            if any(DIFFERS.search(each) for each in lines[number:end]):
                for row in range(number - 1, end):
                    found[row] = GAP.sub("  ", lines[row])
                found[number] = "  ".join("---" for _ in line.split())
    return found


def _colours(picture: Picture, folder: Path) -> list[str]:
    return [f"{row}: {look}: {normal(text, folder)}" for row, text, look in picture.spans]


def texts_differ(
    seen: Mapping[tuple[int, bool], Picture], folder: Path, widths: Sequence[int]
) -> list[str]:
    """Return the lines that are there only with colour, or only without."""
    return [
        f"{width}: {mine!r} is {other!r} without colour"
        for width in widths
        for mine, other in _pairs(
            _text(seen[width, True], folder), _text(seen[width, False], folder)
        )
        if mine != other
    ]


def _pairs(some: Sequence[str], others: Sequence[str]) -> list[tuple[str, str]]:
    longest = max(len(some), len(others))
    filled = ([*each, *[""] * (longest - len(each))] for each in (some, others))
    return list(zip(*filled, strict=True))


def too_wide(picture: Picture, columns: int) -> list[str]:
    """Return the lines that the terminal breaks, though they could have been shorter."""
    return [line for line in picture.lines if len(line) > columns and not copied_whole(line)]


def copied_whole(line: str) -> bool:
    """Whether a line is one thing that is of use only when it is copied as a whole.

    That is a command, a path or an address, with a word or two in front of it.
    """
    bare = line.strip()
    for lead in ("next: ", "hint: ", "more: ", "log: ", "$ "):
        bare = bare.removeprefix(lead)
    if bare.startswith(("sam-deploy ", "uv run ", "curl ")):
        return True
    lengths = [len(piece) for piece in PIECE.findall(line)]
    return len(line.rstrip()) - max(lengths) <= LEAD_COLUMNS


def coloured(picture: Picture) -> bool:
    """Whether a colour was sent to the terminal; NO_COLOR says nothing about bold."""
    return bool(COLOUR.search(picture.sent))


def check(
    file: Path,
    arguments: Sequence[str],
    seen: Mapping[tuple[int, bool], Picture],
    folder: Path,
    *,
    document: bool = False,
    table: bool = False,
) -> None:
    """Fail unless four pictures are as the file says, and as every screen has to be.

    A `document`, such as YAML, is as wide as it is: it goes into files.
    """
    text = golden(arguments, seen, folder, table=table)
    widths = _widths(seen)
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text
    assert 1 == len({each.exit_code for each in seen.values()})
    differing = texts_differ(seen, folder, widths[1:] if table else widths)
    assert not differing, "\n".join(differing)
    shown = [columns for columns in widths if coloured(seen[columns, False])]
    assert not shown, f"NO_COLOR is coloured at {shown}"
    wide = [] if document else [line for n in widths for line in too_wide(seen[n, True], n)]
    assert not wide, "\n".join(["wider than the terminal:", *wide])
    left = [n for (n, _), each in seen.items() if each.sent.count(HIDDEN) != each.sent.count(SHOWN)]
    assert not left, f"the moving picture was not taken away at {left} columns"
    assert not any("Traceback" in line for line in seen[widths[0], True].lines)
