"""Write docs/requirements.md: which test proves which promise of the five documents.

    uv run scripts/requirements.py            write it
    uv run scripts/requirements.py --check    exit 1 when it is not current

A test proves what its docstring names (`R160`), and what names it in requirements.toml. Promises
without a test, and with no reason there why they have none, are listed as not yet proven.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "docs" / "requirements.toml"
PAGE = ROOT / "docs" / "requirements.md"
NUMBER = re.compile(r"\bR\d{3}\b")


def main() -> int:
    """Write the page, or say whether it is current."""
    promises = tomllib.loads(DATA.read_text(encoding="utf-8"))
    found, where = proofs()
    for number, promise in promises.items():
        for name in promise.get("tests", ()):
            # a KeyError here means that a test was renamed or removed
            found[number] = list(dict.fromkeys([*found[number], where[name]]))
    text = page(promises, found)
    if "--check" in sys.argv:
        current = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text
        print("current" if current else "run `uv run scripts/requirements.py`: not current")
        return 0 if current else 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


def proofs() -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return requirement -> tests whose docstring names it, and where each test is."""
    found: dict[str, list[str]] = defaultdict(list)
    where: dict[str, str] = {}
    folders = [ROOT / "tests", *(ROOT / "examples").glob("*/tests")]
    for file in sorted(path for folder in folders for path in folder.rglob("test_*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith(
                "test_"
            ):
                where[node.name] = f"{file.relative_to(ROOT)}::{node.name}"
                for number in sorted(set(NUMBER.findall(ast.get_docstring(node) or ""))):
                    found[number].append(where[node.name])
    return found, where


def page(promises: dict[str, dict[str, Any]], found: dict[str, list[str]]) -> str:
    """Return the whole page."""
    proven = [number for number in promises if found.get(number)]
    reasoned = [n for n in promises if not found.get(n) and promises[n].get("reason")]
    missing = [n for n in promises if not found.get(n) and n not in reasoned]
    lines = [
        "# What is promised, and what proves it",
        "",
        "The five documents behind sam-deploy make these promises. Made by",
        "`scripts/requirements.py` from `requirements.toml` and the docstrings of the tests.",
        "",
        f"{len(promises)} promises: {len(proven)} proven by a test, {len(missing)} not yet,",
        f"{len(reasoned)} kept in another way or impossible, with the reason.",
        "",
        "`L` can be proven locally, `E` on the embedded cloud, `E~` there in part, `AWS` only",
        "there.",
    ]
    section = ""
    for number, promise in promises.items():
        if promise["section"] != section:
            section = promise["section"]
            lines += ["", f"## {section}", "", "| | promise | can | proof |", "|---|---|---|---|"]
        proof = "<br>".join(f"`{test}`" for test in found.get(number, ())[:3])
        more = len(found.get(number, ())) - 3
        proof += f"<br>and {more} more" if more > 0 else ""
        proof = proof or promise.get("reason", "not yet")
        text = promise["text"].replace("|", "\\|")
        lines.append(f"| {number} | {text} | {promise['can']} | {proof} |")
    lines += ["", "## Not yet proven", "", ", ".join(missing) or "none", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
