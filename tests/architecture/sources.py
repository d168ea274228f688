"""The text and syntax tree of each file, read once for all tests that look at them."""

from __future__ import annotations

import ast
import functools
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
SOURCE: Final = ROOT / "src"


@functools.cache
def text(path: Path) -> str:
    """Return what a file says."""
    return path.read_text(encoding="utf-8")


@functools.cache
def tree(path: Path) -> ast.Module:
    """Return a Python file's syntax tree."""
    return ast.parse(text(path))


@functools.cache
def trees() -> dict[Path, ast.Module]:
    """Return the trees of all files of the source, in their order."""
    return {path: tree(path) for path in sorted(SOURCE.rglob("*.py"))}
