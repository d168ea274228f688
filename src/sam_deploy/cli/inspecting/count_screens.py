"""What `sam-deploy template --count` shows, as text and as a JSON document. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sam_deploy.template.counting import Count

HEAD = ("", "shared", "isolated", "saved")


def count_text(counts: Sequence[Count]) -> str:
    """Return the counts of both topologies side by side."""
    rows = [(each.kind, str(each.shared), str(each.isolated), _percent(each)) for each in counts]
    widths = [max(len(row[column]) for row in (HEAD, *rows)) for column in range(len(HEAD))]
    lines = [_line(row, widths) for row in (HEAD, tuple("-" * width for width in widths), *rows)]
    legend = "in all regions together; saved: what shared does without"
    return "\n".join([*lines, "", legend])


def count_json(counts: Sequence[Count]) -> str:
    """Return the counts as a list of objects. Schema: docs/reference/json.md."""
    document = {"schema": 1, "counts": [asdict(each) for each in counts]}
    return json.dumps(document, indent=2)


def _percent(count: Count) -> str:
    return "" if count.saved is None else f"{count.saved:.0%}"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *numbers = row
    aligned = [first.ljust(widths[0]), *map(str.rjust, numbers, widths[1:])]
    return "  ".join(aligned).rstrip()
