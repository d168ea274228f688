"""What is left out of dependencies: their own tests and type stubs, but never what is needed.

Astropy imports its tests and scikit-image reads its stubs while it is imported, so the sources of a
wheel are surveyed first, once, and what was found is kept in the store.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from sam_deploy.build.archive import installed_name
from sam_deploy.build.store import Store, content_hash
from sam_deploy.build.wheel_zip import Entry, Wheel

SCHEMA: Final = "1"
"""Raised whenever the same wheel would be surveyed otherwise."""
_MENTIONS: Final = re.compile(
    rb"""^[ \t]*(?:from|import)[ \t][^\n]*\btests?\b"""
    rb"""|^[ \t]*from[ \t][^\n(]*\([^)]*\btests?\b"""
    rb"""|["'][\w.]+\.tests?(?:[.:][\w.:]+)?["']""",
    re.MULTILINE,
)
"""Sources worth being parsed: parsing takes a hundred times longer."""
_NAMED: Final = re.compile(r"\w+(\.\w+)*\.tests?([.:]\w+)*", re.ASCII)
"""A string that may be imported by name: `pkg.tests.runner:main`."""
_TESTS: Final = frozenset({"tests", "test"})
_STUB_READER: Final = b"attach_stub"
"""`lazy_loader.attach_stub` learns from the `.pyi` file what a package exports."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What the sources of one wheel have and need."""

    tests: frozenset[str]
    """Its outermost folders of tests that nothing in it imports: `pandas/tests`."""
    imports: frozenset[str]
    """What it imports that may be a folder of another package's tests."""
    stubbed: frozenset[str]
    """Top-level packages that read their own stubs."""


def test_folder(path: str) -> str:
    """Return the outermost folder of tests that a file is in; empty when it is in none."""
    folders = path.split("/")[:-1]
    for depth, folder in enumerate(folders, 1):
        if folder in _TESTS:
            return "/".join(folders[:depth])
    return ""


def survey(wheel: Wheel, store: Store) -> Survey:
    """Return what a wheel in the store has and needs; read from its sources only once."""
    key = f"{content_hash(wheel.path)}-{SCHEMA}"
    known = store.known("surveys", key)
    try:
        return Survey(**{name: _names(known[name]) for name in Survey.__slots__})
    except KeyError:
        found = _surveyed(wheel)
    store.remember(
        "surveys", key, {name: sorted(getattr(found, name)) for name in Survey.__slots__}
    )
    return found


def _names(value: object) -> frozenset[str]:
    return frozenset(map(str, value)) if isinstance(value, list) else frozenset()


def left_out(
    wheels: Sequence[Wheel],
    slim: Sequence[Literal["tests", "stubs"]],
    application: Iterable[tuple[str, bytes]],
    store: Store,
) -> Mapping[Path, frozenset[str]]:
    """Return the installed names that are not packed, by the path of their wheel.

    `application` are the user's own modules (path and source), which may import a package's tests.
    Compiled files that a wheel brings are never packed: they are for its builder's Python.
    """
    surveys = {wheel.path: survey(wheel, store) for wheel in wheels} if slim else {}
    needed = _test_imports(application) if "tests" in slim else set()
    needed = needed.union(*(each.imports for each in surveys.values()))
    return {
        wheel.path: frozenset(_dropped(wheel, surveys.get(wheel.path), slim, needed))
        for wheel in wheels
    }


def _dropped(
    wheel: Wheel, found: Survey | None, slim: Sequence[str], needed: set[str]
) -> Iterator[str]:
    names = {name for entry in wheel.entries if (name := installed_name(entry.name))}
    # Who needs one folder of tests from outside may need what those import in turn.
    kept = {folder.partition("/")[0] for folder in needed & found.tests} if found else set()
    for name in names:
        if _is_compiled_by_others(name, names) or (found and _is_slimmed(name, found, slim, kept)):
            yield name


def _is_slimmed(name: str, found: Survey, slim: Sequence[str], kept: set[str]) -> bool:
    top = name.partition("/")[0]
    if "tests" in slim and test_folder(name) in found.tests:
        return top not in kept
    return "stubs" in slim and name.endswith(".pyi") and top not in found.stubbed


def _is_compiled_by_others(name: str, names: set[str]) -> bool:
    """Say whether Python could do without: a `.pyc` in the place of a source is the module."""
    return "__pycache__" in name.split("/") or (
        name.endswith((".pyc", ".pyo")) and f"{name[:-1]}" in names
    )


def _surveyed(wheel: Wheel) -> Survey:
    sources = {
        name: entry
        for entry in wheel.entries
        if (name := installed_name(entry.name)) and name.endswith(".py")
    }
    tests = {folder for name in sources if (folder := test_folder(name))}
    imported: set[str] = set()
    stubbed: set[str] = set()
    waiting = {""}
    seen: set[str] = set()
    while scope := waiting - seen:
        seen |= scope
        chosen = _in_scope(wheel, sources, scope)
        found = _test_imports(chosen, tests)
        imported |= found
        waiting |= found & tests
    for name, source in _in_scope(wheel, sources, {""}):
        if _STUB_READER in source:
            stubbed.add(name.partition("/")[0])
    return Survey(frozenset(tests - imported), frozenset(imported - tests), frozenset(stubbed))


def _in_scope(
    wheel: Wheel, sources: Mapping[str, Entry], scope: set[str]
) -> Iterator[tuple[str, bytes]]:
    for name, entry in sources.items():
        # `conftest.py` is imported by pytest only, and would keep every folder of tests.
        if test_folder(name) in scope and not name.endswith("conftest.py"):
            yield name, wheel.unpacked(entry)


def _test_imports(sources: Iterable[tuple[str, bytes]], every: Iterable[str] = ()) -> set[str]:
    """Return the outermost test folders that sources import; `every` when one cannot be read."""
    found: set[str] = set()
    for path, source in sources:
        if not _MENTIONS.search(source):
            continue
        try:
            modules = list(_modules(ast.parse(source), path))
        except (SyntaxError, ValueError, RecursionError):
            found |= set(every)
            continue
        found.update(test_folder(module.replace(".", "/") + "/") for module in modules)
    return found - {""}


def _modules(tree: ast.Module, path: str) -> Iterator[str]:
    """Yield the modules that a source may import, by their full names."""
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom():
                base = _absolute(node, path)
                yield from (f"{base}.{alias.name}" for alias in node.names)
            case ast.Constant(value=str(text)) if _NAMED.fullmatch(text):
                yield text.partition(":")[0]


def _absolute(node: ast.ImportFrom, path: str) -> str:
    """Return the full name of what `from ...` names. Source: PEP 328."""
    if not node.level:
        return node.module or ""
    package = path.split("/")[: -node.level]
    return ".".join([*package, *([node.module] if node.module else [])])
