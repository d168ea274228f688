"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Globals:
    """What stands before the command: the project and, maybe, the target."""

    project: Path
    target: str | None


def target_option(function: F) -> F:
    """Accept `--target` after the command as well as before it."""
    return click.option(
        "--target",
        type=click.Choice(["embedded", "aws"]),
        help="Where it goes: the cloud on this laptop (default at a terminal), or AWS.",
    )(function)


def json_option(function: F) -> F:
    """Accept `--json`: one JSON document on standard output."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Write the result as JSON to standard output."
    )(function)


def progress_options(function: F) -> F:
    """Accept `--progress` and `-v`."""
    function = click.option(
        "--progress",
        type=click.Choice(["auto", "live", "plain", "json", "quiet"]),
        default="auto",
        show_default=True,
        help="How to show what happens, on standard error.",
    )(function)
    return click.option("-v", "--verbose", is_flag=True, help="Show every stack event.")(function)


def region_option(function: F) -> F:
    """Accept `--region`, several times."""
    return click.option(
        "--region", "regions", multiple=True, metavar="REGION", help="Only here; repeatable."
    )(function)


def plural(count: int, noun: str) -> str:
    """Return '1 function', '7 functions'."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
