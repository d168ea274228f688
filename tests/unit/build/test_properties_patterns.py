"""Patterns mean what .gitignore patterns mean: a naive reading of gitignore(5) is the judge."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sam_deploy.build.application import selection
from sam_deploy.build.walk import collect

FILES = tuple(
    f"{a}{b}{c}"
    for a in ("", "a/", "b/", "a/b/", "b/a/")
    for b in ("", "c/")
    for c in ("x.txt", "y.md")
)
"""A tree in which every folder holds the same two files; `a` and `b` occur on two levels."""


def matches(segments: Sequence[str], parts: Sequence[str]) -> bool:
    """Say whether a path's parts match a pattern's, where `**` is any number of folders."""
    if not segments:
        return not parts
    if segments[0] == "**":
        if len(segments) == 1:
            return bool(parts)
        return any(matches(segments[1:], parts[skip:]) for skip in range(len(parts) + 1))
    return bool(parts) and same(segments[0], parts[0]) and matches(segments[1:], parts[1:])


def same(pattern: str, name: str) -> bool:
    """Say whether one name matches, where `*` is any text and `?` any character."""
    if not pattern:
        return not name
    if pattern[0] == "*":
        return any(same(pattern[1:], name[skip:]) for skip in range(len(name) + 1))
    return bool(name) and pattern[0] in {"?", name[0]} and same(pattern[1:], name[1:])


def hits(pattern: str, path: str, *, is_folder: bool) -> bool:
    """Say whether a pattern without `!` matches exactly this path."""
    if pattern.endswith("/"):
        if not is_folder:
            return False
        pattern = pattern[:-1]
    anchored = "/" in pattern
    segments = pattern.removeprefix("/").split("/")
    parts = path.split("/")
    return matches(segments if anchored else ["**", *segments], parts)


def ignored(patterns: Sequence[str], path: str) -> bool:
    """Say what git does: the last match counts, and nothing returns from an excluded folder."""
    parts = path.split("/")
    for depth in range(1, len(parts) + 1):
        found = "/".join(parts[:depth])
        verdict = False
        for pattern in patterns:
            if hits(pattern.removeprefix("!"), found, is_folder=depth < len(parts)):
                verdict = not pattern.startswith("!")
        if verdict:
            return True
    return False


def shipped(include: Sequence[str], exclude: Sequence[str], defaults: Sequence[str]) -> set[str]:
    with tempfile.TemporaryDirectory() as name:
        for path in FILES:
            file = Path(name, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
        return {f.path for f in collect(Path(name), selection(include, exclude, defaults))}


anything = st.sampled_from(["a", "b", "c", "x.txt", "y.md", "*", "*.md", "x*", "?", "**"])
file_names = st.sampled_from(["x.txt", "y.md", "*.md", "x*", "?.txt"])


@st.composite
def drawn(draw: st.DrawFn) -> str:
    """Draw a pattern. An exception (`!`) names files.

    pathspec lets `!folder` bring back what an earlier pattern leaves out *below* the folder, which
    git does not; the examples below hold what both agree on.
    """
    negated = draw(st.integers(0, 3)) == 0
    segments = draw(st.lists(anything, max_size=2))
    segments.append(draw(file_names if negated else anything.filter("**".__ne__)))
    kept = [s for i, s in enumerate(segments) if s != "**" or segments[i - 1 : i] != ["**"]]
    text = draw(st.sampled_from(["", "", "/"])) + "/".join(kept)
    return f"!{text}" if negated else text + draw(st.sampled_from(["", "", "/"]))


lists = st.lists(drawn(), max_size=4)


@settings(deadline=None, max_examples=120)
@given(lists)
@example(["*.md", "!a/y.md"])
@example(["a/", "!a/x.txt"])
@example(["/a/*", "!/a/b"])
@example(["b"])
@example(["**/c", "a/**/x.txt"])
def test_an_exclude_leaves_out_what_git_ignores(patterns: list[str]) -> None:
    """With exceptions, anchors, folders and stars in any combination."""
    expected = {path for path in FILES if not ignored(patterns, path)}
    assert expected == shipped((), patterns, ())


@pytest.mark.long
@settings(deadline=None, max_examples=80)
@given(lists, lists, lists)
@example(["a/x.txt"], [], ["a/"])
@example(["x.txt"], ["a/"], ["b/"])
@example(["b/y.md"], ["a/", "!a/x.txt"], [])
def test_an_include_beats_the_defaults_and_never_an_exclude(
    include: list[str], exclude: list[str], defaults: list[str]
) -> None:
    """Shipped is what no exclude names, and no default, unless an include names it.

    What an exclude means does not depend on whether there is an include.
    """
    expected = {
        path
        for path in FILES
        if not ignored(exclude, path) and (not ignored(defaults, path) or ignored(include, path))
    }
    assert expected == shipped(include, exclude, defaults)
