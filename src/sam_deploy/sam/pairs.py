"""Reads `Name=Value` pairs as the SAM CLI writes them, on its command line and in samconfig. Pure.

Source: AWS SAM CLI command reference, "sam deploy", `--parameter-overrides` and `--tags`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from typing import Final

from sam_deploy.errors import ConfigError

_LONG: Final = re.compile(
    r"""ParameterKey=(?P<key>[^\s,]+),ParameterValue=(?P<value>"(?:\\.|[^"\\])*"|(?:\\.|[^\s\\])*)"""
)
_PAIR: Final = re.compile(r"(?P<key>[^\s=]+)=(?P<value>.*)", re.DOTALL)


def pairs(given: object, where: str) -> dict[str, str]:
    """Return the pairs of a text (`A=1 B='x y'`), of a list of such texts, or of a mapping.

    `where` names them in errors. Raises `ConfigError` with everything that is no pair.
    """
    found: dict[str, str] = {}
    problems: list[str] = []
    if isinstance(given, Mapping):
        found = {str(name): _written(value) for name, value in given.items()}
    elif isinstance(given, str):
        _read(given, found, problems)
    elif isinstance(given, Iterable):
        for each in given:
            if isinstance(each, Mapping):
                found |= {str(name): _written(value) for name, value in each.items()}
            else:
                _read(str(each), found, problems)
    elif given is not None:
        problems.append(repr(given))
    if problems:
        raise ConfigError(
            f"{where} cannot be read",
            why="it is a list of `Name=Value`",
            hint='quote a value with spaces: `Name="one two"`',
            problems=tuple(problems),
        )
    return found


def _read(text: str, found: dict[str, str], problems: list[str]) -> None:
    if "ParameterKey=" in text:
        rest = _LONG.sub("", text).strip()
        if rest:
            problems.append(f"`{rest}` in `{text}`")
        found |= {match["key"]: _unquoted(match["value"]) for match in _LONG.finditer(text)}
        return
    try:
        words = shlex.split(text)
    except ValueError as error:
        problems.append(f"`{text}`: {error}")
        return
    if all(_PAIR.fullmatch(word) for word in words):
        matches = [_PAIR.fullmatch(word) for word in words]
        found |= {match["key"]: match["value"] for match in matches if match}
    elif whole := _PAIR.fullmatch(text):
        # the shell has taken the quotes away: `Name="one two"` arrives as one word
        found[whole["key"]] = whole["value"]
    else:
        problems.append(f"`{text}`")


def _unquoted(value: str) -> str:
    if value.startswith('"') and value.endswith('"') and len(value) > 1:
        value = value[1:-1]
    return re.sub(r"\\(.)", r"\1", value)


def _written(value: object) -> str:
    """Return a value as CloudFormation takes it: true, a,b, 12."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(_written(each) for each in value)
    return str(value)
