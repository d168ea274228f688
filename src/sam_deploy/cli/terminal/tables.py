"""Tables as text: in columns, and in another shape where a terminal is too narrow. Pure."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from sam_deploy.cli.terminal.wrapping import NARROWEST, wrapped

GAP: Final = "  "
"""Between two columns."""
BELOW: Final = "  "
"""In front of what stands below its row."""


def table(header: Sequence[str], rows: Iterable[Sequence[str]], columns: int = 0) -> str:
    """Return rows as columns of text, two spaces apart.

    At a terminal that is narrower (`columns`, 0 elsewhere) cells have several lines, or the widest
    columns go below their row, whichever takes fewer lines. All end between words: what is copied
    stays whole. Elsewhere a row is one line, for `grep` and `awk`.
    """
    every = [list(header), *[list(row) for row in rows]]
    widths = [max(len(row[column]) for row in every) for column in range(len(header))]
    if columns < NARROWEST or _total(widths) <= columns:
        return "\n".join(_lines(every, widths))
    folded = _folded(every, widths, columns)
    wrapped = _lines(every, narrow) if (narrow := _narrowed(every, widths, columns)) else folded
    return "\n".join(wrapped if len(wrapped) <= len(folded) else folded)


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _narrowed(rows: Sequence[list[str]], widths: Sequence[int], columns: int) -> list[int]:
    """Return widths with which cells are broken between words; [] where words are too long."""
    least = [
        max(len(word) for row in rows for word in row[i].split(" ")) for i in range(len(widths))
    ]
    found = list(widths)
    if _total(least) > columns:
        return []
    while _total(found) > columns:
        widest = max(range(len(found)), key=lambda i: (found[i] > least[i], found[i]))
        found[widest] -= 1
    return found


def _lines(rows: Sequence[list[str]], widths: Sequence[int]) -> list[str]:
    head, *body = ([*_row(row, widths)] for row in rows)
    return [*head, GAP.join("-" * width for width in widths), *itertools.chain(*body)]


def _row(cells: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    parts = [
        _broken(cell, width) if len(cell) > width else [cell]
        for cell, width in zip(cells, widths, strict=True)
    ]
    for line in itertools.zip_longest(*parts, fillvalue=""):
        yield GAP.join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip()


def _broken(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(width, 1), break_long_words=False, break_on_hyphens=False)


def _folded(rows: Sequence[list[str]], widths: Sequence[int], columns: int) -> list[str]:
    """Return rows with the widest columns below them, as few of them as it takes."""
    header, *body = rows
    stay = list(range(len(widths)))
    while len(stay) > 1 and (excess := _total([widths[i] for i in stay]) - columns) > 0:
        # of those that are wide enough the last: what a row begins with says what it is about
        enough = [i for i in stay[1:] if widths[i] + len(GAP) >= excess and header[i].strip()]
        stay.remove(max(enough, default=max(stay[1:], key=lambda i: widths[i])))
    narrow = [widths[i] for i in stay]
    room = columns - _total(narrow) - len(GAP)
    if stay == list(range(len(widths) - 1)) and len(header[-1]) <= room:
        return _hanging(rows, narrow, columns)
    found = _lines([[header[i] for i in stay]], narrow)
    for row in body:
        found += _row([row[i] for i in stay], narrow)
        found += _below([(header[i], row[i]) for i in range(len(row)) if i not in stay], columns)
    return found


def _hanging(rows: Sequence[list[str]], widths: Sequence[int], columns: int) -> list[str]:
    """Return rows of which the last cell stands where it belongs if it fits, else below."""
    room = columns - _total(widths) - len(GAP)
    last = max(len(row[-1]) for row in rows if len(row[-1]) <= room)
    header, *body = rows
    found = _lines([header], [*widths, last])
    for row in body:
        fits = len(row[-1]) <= room
        found += _row([*row[:-1], row[-1] if fits else ""], [*widths, last])
        found += [] if fits else _under(row[-1], columns)
    return found


def _below(cells: Iterable[tuple[str, str]], columns: int) -> list[str]:
    """Return the lines below a row: what is too long for one with its name is below that."""
    lines: list[str] = []
    for name, cell in cells:
        if not (bare := cell.strip()):
            continue
        piece = f"{name}: {bare}" if name else bare
        if lines and len(lines[-1]) + len(GAP) + len(piece) <= columns:
            lines[-1] += GAP + piece
        else:
            lines += _under(piece, columns)
    return lines


def _under(text: str, columns: int) -> list[str]:
    return wrapped(BELOW + text, columns, 2 * len(BELOW)).split("\n")
