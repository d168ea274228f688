"""What a page shows of a command against what the command prints.

A line `...` stands for any lines, and `...` within a line for any text. Figures, ids and the width
of columns differ in every run, so they are not compared; `updated` writes those of the last run.
Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

ANY = "..."
FILL = "<output>"
"""As the only line shown: `updated` puts what is printed there, shortened."""
WHOLE = "<whole output>"
"""The same, however long it is."""
HEAD, TAIL = 3, 9
"""Lines of the beginning and the end that are shown of a long output."""
VOLATILE = (
    (re.compile(r"\x1b\[[0-9;?]*[A-Za-z]"), ""),
    # ids of Cognito's user pools and of their clients
    (re.compile(r"\b([a-z]{2}-[a-z]+-\d)_[0-9A-Za-z]{9}\b"), r"\1_ID"),
    (re.compile(r"\b[0-9A-Za-z]{26}\b"), "ID"),
    (re.compile(r"\b\d{8}T\d{6}Z-([a-z-]+)-[0-9a-f]{4}\b"), r"RUN-\1"),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "ID"),
    (re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{7,64}\b"), "ID"),
    (re.compile(r"\bjust now\b|\b\d+ (?:second|minute|hour)s? ago\b"), "AGO"),
    (re.compile(r"\b\d+ min \d+ s\b|\b\d+ ms\b"), "0 s"),
    (re.compile(r"\d+"), "0"),
    (re.compile(r"0(?:[.,]0)+"), "0"),
    (re.compile(r"-{2,}"), "--"),
    (re.compile(r"\s+"), " "),
)


def normal(line: str) -> str:
    """Return a line without what differs from run to run."""
    for pattern, instead in VOLATILE:
        line = pattern.sub(instead, line)
    return line.strip()


def fits(shown: str, printed: str) -> bool:
    """Return whether a line is what the page shows."""
    parts = (re.escape(normal(part)) for part in shown.split(ANY))
    return re.fullmatch(r"\s*.*\s*".join(parts), normal(printed)) is not None


def places(shown: Sequence[str], printed: Sequence[str]) -> list[int] | None:
    """Return for each shown line the index of what is printed for it, -1 for `...`.

    None when something else is printed. Empty lines count in neither.
    """
    runs: list[list[int]] = [[]]
    for index, line in enumerate(shown):
        if line.strip() == ANY:
            runs.append([])
        elif line.strip():
            runs[-1].append(index)
    found = [-1] * len(shown)
    lines = [index for index, line in enumerate(printed) if line.strip()]
    start = 0
    for number, run in enumerate(runs):
        first, last = number == 0, number == len(runs) - 1
        starts = range(start, len(lines) - len(run) + 1)
        if last and not first:
            starts = range(max(start, len(lines) - len(run)), len(lines) - len(run) + 1)
        elif first:
            whole = not last or len(run) == len(lines)
            starts = range(1 if whole and len(run) <= len(lines) else 0)
        for at in starts:
            if all(fits(shown[i], printed[lines[at + k]]) for k, i in enumerate(run)):
                for k, i in enumerate(run):
                    found[i] = lines[at + k]
                start = at + len(run)
                break
        else:
            return None
    return found


def updated(shown: Sequence[str], printed: Sequence[str]) -> list[str]:
    """Return what the page should show: its own lines with today's figures where they still fit.

    Otherwise what is printed; of more than a dozen lines beginning and end.
    """
    if list(shown) == [WHOLE]:
        return trimmed(printed)
    found = None if list(shown) == [FILL] else places(shown, printed)
    if found is None:
        whole = trimmed(printed)
        return whole if len(whole) <= HEAD + TAIL else [*whole[:HEAD], ANY, *whole[-TAIL:]]
    return [
        line if at < 0 or ANY in line else printed[at]
        for line, at in zip(shown, found, strict=True)
    ]


def trimmed(lines: Sequence[str]) -> list[str]:
    """Return the lines without empty ones at both ends."""
    text = [line.rstrip() for line in lines]
    while text and not text[0]:
        text.pop(0)
    while text and not text[-1]:
        text.pop()
    return text
