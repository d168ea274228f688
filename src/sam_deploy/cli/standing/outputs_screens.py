"""Outputs of stacks as a table, as JSON, and as variables for shells and `.env` files. Pure."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sam_deploy.cli.terminal.tables import table
from sam_deploy.errors import ConfigError

if TYPE_CHECKING:
    from sam_deploy.watching.outputs import Outputs


def outputs_table(stacks: Sequence[Outputs], columns: int = 0) -> str:
    """Return a row for each output; a stack without any has a row that says so."""
    rows = [
        [each.stack, each.region, name, value]
        for each in stacks
        for name, value in each.values.items() or [("", said(each))]
    ]
    return table(["stack", "region", "output", "value"], rows, columns)


def said(stack: Outputs) -> str:
    """Return why a stack has no outputs to show."""
    return f"({stack.status}, no outputs)" if stack.deployed else "(not deployed)"


def outputs_json(stacks: Sequence[Outputs]) -> str:
    """Return one object for each stack and region. Schema: docs/reference/json.md."""
    found = [
        {
            "stack": each.stack,
            "region": each.region,
            "status": each.status or None,
            "outputs": dict(each.values),
        }
        for each in stacks
    ]
    return json.dumps(found, indent=2, ensure_ascii=False)


def bare_values(stacks: Sequence[Outputs]) -> str:
    """Return values alone, a line each, for scripts."""
    return "\n".join(value for each in stacks for value in each.values.values())


def variables(stacks: Sequence[Outputs]) -> dict[str, str]:
    """Return variables: the output's name, with the region behind it where regions differ.

    Raises `ConfigError` when two stacks of a region have different values of one name.
    """
    values: dict[str, dict[str, str]] = {}
    for each in stacks:
        for name, value in each.values.items():
            known = values.setdefault(name, {})
            if known.setdefault(each.region, value) != value:
                raise ConfigError(
                    f"Two stacks in `{each.region}` have an output `{name}`",
                    why="a variable has one value",
                    hint="name a feature set, an `--environment`, or use `--format json`",
                )
    found: dict[str, str] = {}
    for name, by_region in values.items():
        if len(set(by_region.values())) == 1:
            found[name] = next(iter(by_region.values()))
        else:
            found |= {f"{name}_{_suffix(region)}": value for region, value in by_region.items()}
    return found


def _suffix(region: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "_", region).upper()


def shell_text(stacks: Sequence[Outputs]) -> str:
    """Return lines for `eval`, quoted as a POSIX shell reads them."""
    return "\n".join(f"export {n}={shlex.quote(v)}" for n, v in variables(stacks).items())


def dotenv_text(stacks: Sequence[Outputs]) -> str:
    """Return lines of a `.env` file, quoted as python-dotenv reads them."""
    return "\n".join(f"{n}={_quoted(v)}" for n, v in variables(stacks).items())


def _quoted(value: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9_./:@%+,-]*", value):
        return value
    # between single quotes nothing is expanded; backslash and quote themselves are escaped
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
