"""What a check found, as a value; all of them as text and as JSON. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sam_deploy.amounts import plural
from sam_deploy.cli.terminal.wrapping import wrapped
from sam_deploy.errors import RefusedError, SamDeployError

State = Literal["ok", "warning", "problem"]
SEVERITY: Final = ("problem", "warning", "ok")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, how it is, and what to do where it is not well."""

    name: str
    state: State
    said: str
    advice: str = ""
    exit_code: int = RefusedError.exit_code
    """What the command ends with when this is the first problem."""


def ok(name: str, said: str) -> Finding:
    """Return that something is as it should be."""
    return Finding(name, "ok", said)


def warning(name: str, said: str, advice: str) -> Finding:
    """Return that something works, and could work better or stop to."""
    return Finding(name, "warning", said, advice)


def problem(name: str, said: str, advice: str, exit_code: int = RefusedError.exit_code) -> Finding:
    """Return that something will fail."""
    return Finding(name, "problem", said, advice, exit_code)


def of_error(name: str, error: SamDeployError) -> Finding:
    """Return an error as a problem, with everything that it lists."""
    listed = getattr(error, "problems", ())
    said = "\n".join([str(error), *(f"- {each}" for each in listed)])
    return Finding(name, "problem", said, error.hint, error.exit_code)


def guarded(name: str, check: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """Return what a check finds; what keeps it from looking is a problem, too."""
    try:
        return list(check())
    except SamDeployError as error:
        return [of_error(name, error)]
    except OSError as error:
        return [problem(name, str(error), "look at the file or folder that it names")]


def exit_code(findings: Sequence[Finding]) -> int:
    """Return that of the first problem; 0 when there is none."""
    return next((each.exit_code for each in findings if each.state == "problem"), 0)


def by_severity(findings: Sequence[Finding]) -> list[Finding]:
    """Return problems first, then warnings, then what is well; each as it was found."""
    return sorted(findings, key=lambda each: SEVERITY.index(each.state))


def findings_text(
    findings: Sequence[Finding], typed: Callable[[str], str] = str, columns: int = 0
) -> str:
    """Return a line for each finding, with the advice below it, and a line that sums up.

    `typed` makes commands ones that can be typed here, see `cli.spelling`. At a terminal of so
    many `columns` lines end between words; 0 leaves them whole.
    """
    width = max((len(each.name) for each in findings), default=0)
    lines: list[str] = []
    for each in by_severity(findings):
        first, *more = each.said.splitlines() or [""]
        indent = " " * (len("problem") + width + 4)
        said = [f"{each.state:7}  {each.name.ljust(width)}  {first}".rstrip()]
        said += [indent + text for text in more]
        lines += [wrapped(text, columns, len(indent)) for text in said]
        advice = f"{indent}-> {typed(each.advice)}"
        lines += [wrapped(advice, columns, len(indent) + len("-> "))] if each.advice else []
    return "\n".join([*lines, "", summary(findings)])


def summary(findings: Sequence[Finding]) -> str:
    """Return how many problems and warnings there are."""
    problems = sum(each.state == "problem" for each in findings)
    warnings = sum(each.state == "warning" for each in findings)
    if not problems and not warnings:
        return "all is well"
    return f"{plural(problems, 'problem')}, {plural(warnings, 'warning')}"


def findings_json(findings: Sequence[Finding], typed: Callable[[str], str] = str) -> str:
    """Return a list of objects. Schema: docs/reference/json.md."""
    rows = [
        {
            "name": each.name,
            "state": each.state,
            "message": each.said,
            "advice": typed(each.advice) or None,
        }
        for each in by_severity(findings)
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False)
