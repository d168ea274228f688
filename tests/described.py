"""Holds what commands write with `--json` to what `sam-deploy schema` says of it."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Sequence
from typing import Any

from jsonschema import Draft202012Validator

from sam_deploy.cli import documents


def command_of(arguments: Sequence[str]) -> str:
    """Return the command of a command line that writes JSON; '' when it writes none."""
    if "--json" not in arguments:
        return ""
    for length in (3, 2, 1):
        words = " ".join(arguments[:length])
        if words in documents.commands():
            return words
    return ""


def mistakes(arguments: Sequence[str], out: str) -> list[str]:
    """Return what is not as described; fields that nobody has described count, too."""
    command = command_of(arguments)
    if not command:
        return []
    return [each for one in every(out) for each in against(command, one)]


def against(command: str, document: Any) -> list[str]:
    """Return where a document is not one that the command is said to write."""
    problems = list(validator(command).iter_errors(document))
    if not problems:
        return []
    # of several documents that it might be, the one that is missed least tells most
    said = [_told(branch) for problem in problems for branch in _branches(problem)]
    return [f"{command}: {least}" for least in min(said, key=len)]


def every(out: str) -> Iterator[Any]:
    """Yield the documents on standard output: one, lines of them, or a result and an error."""
    decoder, place, text = json.JSONDecoder(), 0, out.strip()
    while place < len(text):
        document, end = decoder.raw_decode(text, place)
        yield document
        place = end + len(text[end:]) - len(text[end:].lstrip())


@functools.cache
def validator(command: str) -> Draft202012Validator:
    """Return the judge of a command's documents."""
    return Draft202012Validator(documents.schema(command, closed=True))


def _branches(problem: Any) -> list[list[Any]]:
    found: dict[int, list[Any]] = {}
    for each in problem.context or [problem]:
        found.setdefault(each.relative_schema_path[0] if problem.context else 0, []).append(each)
    return list(found.values())


def _told(problems: list[Any]) -> list[str]:
    return [f"{each.json_path}: {each.message[:300]}" for each in problems]
