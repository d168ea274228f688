"""Hold the commands in the docs to what they do, and write what they print.

uv run scripts/docs.py                  every command of every page exists, with its options
uv run scripts/docs.py --run [PAGE]     carry pages out; stop a page at its first difference
uv run scripts/docs.py --update [PAGE]  carry them out, and write what is printed into them
uv run scripts/docs.py --list           write docs/reference/docs-runs.md; with --check compare it

How a page says where it runs: `scripts/handbook/page.py`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from handbook import carrying, page, pages

ROOT = Path(__file__).resolve().parents[1]
LISTED = ROOT / "docs" / "reference" / "docs-runs.md"
HEAD = """# What the docs run

Every command in these pages is held to the command line: it exists, and so do its options. Pages
with a place are carried out as well, by `scripts/docs.py --run`, on the embedded cloud; where they
show output, it was printed by such a run. What is not carried out, and why, is listed below. Made
by `scripts/docs.py --list`.

## Carried out

| page | in |
|---|---|
"""


PLACES = {"fresh": "a new folder", "checkout": "a checkout"}


def main(arguments: Sequence[str]) -> int:
    """Do what the arguments say; 1 when a page is not as it should be."""
    options = {each for each in arguments if each.startswith("--")}
    named = [Path(each).resolve() for each in arguments if not each.startswith("--")]
    if "--list" in options:
        return listed(check="--check" in options)
    if options & {"--run", "--update"}:
        chosen = [page.read(each) for each in named or pages.every()]
        done = [
            carrying.carried_out(each, update="--update" in options)
            for each in chosen
            if each.is_run
        ]
        return 0 if all(done) else 1
    problems = [each for path in named or pages.every() for each in pages.problems(path)]
    print("\n".join(problems) or "every command exists")
    return 1 if problems else 0


def listed(*, check: bool) -> int:
    """Write the page of what runs, or say whether it is current."""
    text = "".join(listing(pages.every()))
    if check:
        current = LISTED.is_file() and LISTED.read_text(encoding="utf-8") == text
        print("current" if current else "run `uv run scripts/docs.py --list`: not current")
        return 0 if current else 1
    LISTED.write_text(text, encoding="utf-8")
    return 0


def listing(paths: Sequence[Path]) -> Iterator[str]:
    """Yield the page: where each page runs, and what of it does not, with the reasons."""
    told = [page.read(each) for each in paths]
    yield HEAD
    for each in told:
        if each.is_run:
            place = PLACES.get(each.place, f"a copy of `{each.place}`")
            yield f"| {linked(each.path)} | {place} |\n"
    yield "\n## Not carried out\n\n| page | what | why |\n|---|---|---|\n"
    for each in told:
        if each.reason:
            yield f"| {linked(each.path)} | all of it | {each.reason} |\n"
        for block in each.blocks:
            if block.not_run:
                first = block.commands[0].text if block.commands else next(iter(block.lines), "")
                first = first.split("\n")[0].split("  #")[0].replace("|", "\\|")
                yield f"| {linked(each.path)} | `{first}` | {block.not_run} |\n"


def linked(path: Path) -> str:
    """Return a link to a page from the page that lists them."""
    return f"[{path.relative_to(ROOT)}]({os.path.relpath(path, LISTED.parent)})"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
