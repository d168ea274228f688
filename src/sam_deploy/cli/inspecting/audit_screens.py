"""What `sam-deploy template --audit` shows, as text and as a JSON document. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING, Final

from sam_deploy.amounts import plural

if TYPE_CHECKING:
    from sam_deploy.template import Finding
    from sam_deploy.template.checks.audit import Rule

SCHEMA: Final = 1
"""Rises when a field changes its meaning or goes; new fields do not count."""

Audited = Sequence[tuple[str, Sequence["Finding"]]]
"""Name of a stack -> what was found in its template."""


def blocking(audited: Audited) -> int:
    """Return how many findings keep the stacks from being deployed."""
    return sum(each.blocks for _, findings in audited for each in findings)


def report_text(audited: Audited, rules: Sequence[Rule]) -> str:
    """Return the findings of every stack: errors, warnings, notes, then what is waived."""
    known = {rule.id: rule for rule in rules}
    return "\n\n".join("\n".join(_stack(name, found, known)) for name, found in audited)


def _stack(name: str, findings: Sequence[Finding], known: dict[str, Rule]) -> Iterator[str]:
    waived = [each for each in findings if each.waived_reason]
    open_ones = [each for each in findings if not each.waived_reason]
    yield f"{name}: {_tally(open_ones, waived)}"
    for severity in ("error", "warning", "note"):
        chosen = [each for each in open_ones if each.severity == severity]
        if chosen:
            yield f"\n{severity}s"
            yield from _by_rule(chosen, known)
    if waived:
        yield "\nwaived"
        for rule, reason, group in _by_reason(waived):
            yield f"  {rule}: {reason}"
            yield from (f"    {each.place}: {each.message}" for each in group)


def _by_rule(findings: Sequence[Finding], known: dict[str, Rule]) -> Iterator[str]:
    ordered = sorted(findings, key=lambda each: each.rule)
    for rule, group in groupby(ordered, key=lambda each: each.rule):
        told = known.get(rule)
        yield f"  {rule}: {told.why}" if told else f"  {rule}"
        yield from (f"    {each.place}: {each.message}" for each in group)
        if told:
            yield f"    to do: {told.fix}"


def _by_reason(waived: Sequence[Finding]) -> Iterator[tuple[str, str, list[Finding]]]:
    ordered = sorted(waived, key=lambda each: (each.rule, each.waived_reason))
    for (rule, reason), group in groupby(ordered, key=lambda e: (e.rule, e.waived_reason)):
        yield rule, reason, list(group)


def _tally(open_ones: Sequence[Finding], waived: Sequence[Finding]) -> str:
    counted = [
        plural(number, severity)
        for severity in ("error", "warning", "note")
        if (number := sum(each.severity == severity for each in open_ones))
    ]
    return ", ".join(
        [*(counted or ["nothing found"]), *([f"{len(waived)} waived"] if waived else [])]
    )


def report_json(audited: Audited) -> str:
    """Return the findings as a document, waived ones with their reason."""
    everything = [each for _, findings in audited for each in findings]
    open_ones = [each for each in everything if not each.waived_reason]
    document = {
        "schema": SCHEMA,
        "errors": sum(each.severity == "error" for each in open_ones),
        "warnings": sum(each.severity == "warning" for each in open_ones),
        "waived": len(everything) - len(open_ones),
        "stacks": [
            {"stack": name, "findings": [_finding(each) for each in findings]}
            for name, findings in audited
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _finding(finding: Finding) -> dict[str, object]:
    fields = asdict(finding)
    return {"property" if name == "where" else name: each for name, each in fields.items()}
