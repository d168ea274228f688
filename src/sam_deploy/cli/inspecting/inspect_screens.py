"""What `sam-deploy inspect` shows, as text. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from sam_deploy.amounts import bytes_text, plural
from sam_deploy.build.inspect.limits import MAX_LAYERS
from sam_deploy.build.inspect.tree import grow, lines
from sam_deploy.cli.terminal.tables import table

if TYPE_CHECKING:
    from sam_deploy.build.inspect import Changed, Contents, Difference, ImportTime, Part, Usage
    from sam_deploy.cli.inspecting.inspect_json import Findings

SMALL_SHARE: Final = 0.01
SLOWEST: Final = 10


def report_text(findings: Findings, depth: int | None, columns: int = 0) -> str:
    """Return tables of parts, trees, and what functions take of Lambda's limits.

    Without a `depth`, one archive is shown in full with a tree of two levels, and several are
    shown by their parts of 1 % and more.
    """
    alone = len(findings.archives) == 1
    shown_depth = depth if depth is not None else (2 if alone else 0)
    blocks = []
    ordered = sorted(findings.archives, key=lambda each: (-each.unpacked_bytes, each.name))
    for contents in ordered:
        parts = _parts_table(contents, columns, everything=alone)
        blocks.append(f"{_heading(contents)}\n\n{parts}")
        if shown_depth:
            blocks.append(_tree_text(contents, shown_depth))
    if findings.usages:
        blocks.append(_usage_table(findings.usages, columns))
    return "\n\n".join(blocks)


def _heading(contents: Contents) -> str:
    sizes = f"{bytes_text(contents.size_bytes)} zipped, {bytes_text(contents.unpacked_bytes)}"
    files = plural(len(contents.files), "file")
    return f"{contents.kind} {contents.name}: {sizes} unpacked, {files}"


def _parts_table(contents: Contents, columns: int, *, everything: bool) -> str:
    total = contents.unpacked_bytes
    smallest = 0 if everything else SMALL_SHARE * total
    shown = [part for part in contents.parts if part.unpacked_bytes >= smallest]
    hidden = contents.parts[len(shown) :]
    if len(hidden) == 1:
        shown, hidden = list(contents.parts), ()
    rows = [_row(part.label, (part,), total, " -> ".join(_why(part))) for part in shown]
    if hidden:
        rows.append(_row(f"{len(hidden)} more", hidden, total, ""))
    overhead = bytes_text(contents.overhead_bytes)
    rows.append(("zip directory", overhead, "", "", "", "", ""))
    header = ("part", "zipped", "unpacked", "share", "files", "bytecode", "why")
    with_bytecode = any(part.bytecode_bytes for part in contents.parts)
    chosen = range(7) if with_bytecode else (0, 1, 2, 3, 4, 6)
    return _aligned([[row[i] for i in chosen] for row in (header, *rows)], columns)


def _row(label: str, parts: Sequence[Part], total: int, why: str) -> tuple[str, ...]:
    unpacked = sum(part.unpacked_bytes for part in parts)
    bytecode = sum(part.bytecode_bytes for part in parts)
    return (
        label,
        bytes_text(sum(part.zipped_bytes for part in parts)),
        bytes_text(unpacked),
        _percent(unpacked, total),
        f"{sum(len(part.files) for part in parts):,}",
        bytes_text(bytecode) if bytecode else "-",
        why,
    )


def _why(part: Part) -> Sequence[str]:
    if part.kind != "package":
        return ()
    return part.chain if len(part.chain) > 1 else ("asked for",)


def _percent(size_bytes: int, total: int) -> str:
    return f"{size_bytes / total:.1%}" if total else "-"


def _aligned(rows: Sequence[Sequence[str]], columns: int, *, words_last: bool = True) -> str:
    """Return a table whose figures stand to the right: all columns but the first and last."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    figures = range(1, len(widths) - 1 if words_last else len(widths))
    padded = [
        [cell.rjust(widths[i]) if i in figures else cell for i, cell in enumerate(row)]
        for row in rows
    ]
    return table(padded[0], padded[1:], columns)


def _tree_text(contents: Contents, depth: int) -> str:
    rows = [
        (bytes_text(each.unpacked_bytes), each.rails + each.name)
        for each in lines(grow(contents.files), depth)
    ]
    width = max((len(size) for size, _ in rows), default=0)
    return "\n".join(f"{size.rjust(width)}  {name}" for size, name in rows)


def _usage_table(usages: Sequence[Usage], columns: int) -> str:
    rows = [["function", "own", "with layers", "of 250 MB", "direct upload", "layers"]]
    rows += [
        [
            each.function,
            bytes_text(each.own_unpacked_bytes),
            bytes_text(each.unpacked_bytes),
            f"{each.share:.1%}",
            "by S3 only" if each.needs_s3 else "yes",
            f"{len(each.layers)} of {MAX_LAYERS}"
            + (f": {', '.join(each.layers)}" if each.layers else ""),
        ]
        for each in sorted(usages, key=lambda used: (-used.unpacked_bytes, used.function))
    ]
    return _aligned(rows, columns)


def difference_text(difference: Difference, columns: int = 0) -> str:
    """Return what changed between two archives, packages first."""
    old, new = difference.old, difference.new
    total = (
        f"{old.name} -> {new.name}: {_signed(difference.size_bytes)} zipped "
        f"({bytes_text(old.size_bytes)} -> {bytes_text(new.size_bytes)}), "
        f"{_signed(difference.unpacked_bytes)} unpacked "
        f"({bytes_text(old.unpacked_bytes)} -> {bytes_text(new.unpacked_bytes)})"
    )
    if difference.is_empty:
        return f"{total}\n\nBoth unpack to the same files"
    blocks = [total]
    for what, changes in (("package", difference.packages), ("own file", difference.files)):
        if changes:
            header = ["change", "zipped", "unpacked", what]
            blocks.append(_aligned([header, *_difference_rows(changes)], columns))
    return "\n\n".join(blocks)


def _difference_rows(changes: Iterable[Changed]) -> Iterator[list[str]]:
    for each in changes:
        versions = " -> ".join(dict.fromkeys(v for v in (each.old.version, each.new.version) if v))
        sizes = [_signed(each.zipped_bytes), _signed(each.unpacked_bytes)]
        yield [each.change, *sizes, f"{each.name} {versions}".rstrip()]


def _signed(size_bytes: int) -> str:
    sign = "+" if size_bytes > 0 else "-" if size_bytes < 0 else ""
    return f"{sign}{bytes_text(abs(size_bytes))}"


def import_text(measured: ImportTime, columns: int = 0) -> str:
    """Return the time an import took, and who took most of it."""
    fastest, slowest = min(measured.seconds), max(measured.seconds)
    heading = (
        f"function {measured.function}: import of {measured.module} takes "
        f"{_ms(measured.median_seconds)} with Python {measured.python} "
        f"(median of {len(measured.seconds)}, {_ms(fastest)} to {_ms(slowest)})"
    )
    by_name = [["top-level name", "own time", "modules"]] + [
        [each.name, _ms(each.own_seconds), str(each.modules)]
        for each in measured.top_level[:SLOWEST]
    ]
    by_module = [["module", "own time", "with imports"]] + [
        [each.name, _ms(each.own_seconds), _ms(each.seconds)]
        for each in measured.imported[:SLOWEST]
    ]
    tables = [_aligned(rows, columns, words_last=False) for rows in (by_name, by_module)]
    note = "own times come from a run with -X importtime, which is slower than the others"
    if measured.runtime:
        added = ", ".join(measured.runtime)
        note = f"{note}; added, since the Lambda runtime has it: {added}"
    return "\n\n".join([heading, *tables, note])


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"
