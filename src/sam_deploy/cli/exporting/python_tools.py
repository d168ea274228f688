"""Which of ruff and pytest a pipeline can run: those that `uv sync` brings. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

Table: TypeAlias = Mapping[str, Any]
TOOLS: Final = ("ruff", "pytest")


def installed(text: str) -> tuple[str, ...]:
    """Return the tools that a `pyproject.toml` depends on, by itself or by a plugin of theirs.

    What counts is what `uv sync` installs unasked: dependencies and default groups. A tool that is
    only configured would not be there.
    """
    names = {*_names(_table(text))}
    plugins = {tool for tool in TOOLS for name in names if name.startswith(f"{tool}-")}
    return tuple(tool for tool in TOOLS if tool in names | plugins)


def left_out(text: str) -> Iterator[str]:
    """Yield a sentence for each tool that is configured, and that `uv sync` would not install."""
    tools = _table(text).get("tool")
    configured = set(tools) if isinstance(tools, Mapping) else set()
    for tool in TOOLS:
        if tool in configured - set(installed(text)):
            yield (
                f"{tool} is left out: `pyproject.toml` has its settings, but `uv sync` would not "
                f"install it; `uv add --dev {tool}`, and export again"
            )


def _table(text: str) -> Table:
    """Return what the file says; nothing for one that cannot be read, which uv then tells."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}


def _names(table: Table) -> Iterator[str]:
    settings = _sub(_sub(table, "tool"), "uv")
    groups = _sub(table, "dependency-groups")
    chosen = settings.get("default-groups", ["dev"])
    every = list(groups) if chosen == "all" else _list(chosen)
    wanted = [
        *_list(_sub(table, "project").get("dependencies")),
        *_list(settings.get("dev-dependencies")),
        *(each for group in every for each in _of_group(groups, group, ())),
    ]
    for each in wanted:
        try:
            yield canonicalize_name(Requirement(each).name)
        except InvalidRequirement:
            continue


def _of_group(groups: Table, name: str, above: tuple[str, ...]) -> Iterator[str]:
    """Yield the requirements of a group, and of those it includes. Source: PEP 735."""
    found = groups.get(name)
    if name in above or not isinstance(found, list):
        return
    for each in found:
        if isinstance(each, str):
            yield each
        elif isinstance(each, Mapping):
            yield from _of_group(groups, str(each.get("include-group")), (*above, name))


def _sub(table: Table, name: str) -> Table:
    found = table.get(name)
    return found if isinstance(found, Mapping) else {}


def _list(found: object) -> list[str]:
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []
