"""Runs every rule over a template, and applies waivers and strictness. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from sam_deploy.config.tree import nearest
from sam_deploy.plan import warnings
from sam_deploy.template.checks.audit import (
    apis,
    buckets,
    functions,
    iam,
    pools,
    queues,
    secrets,
    stores,
    trust,
)
from sam_deploy.template.checks.audit.rule import Rule
from sam_deploy.template.checks.audit.shapes import at, mapping
from sam_deploy.template.checks.audit.view import View, view
from sam_deploy.template.checks.finding import Finding, found
from sam_deploy.template.checks.parsed import document_of
from sam_deploy.template.render import Origin, Template

Waivers: TypeAlias = Mapping[str, Mapping[str, str]]
"""Path in the configuration, '' for the app itself -> name of a rule -> the reason."""

RULES: Final[tuple[Rule, ...]] = (
    *iam.RULES,
    *trust.RULES,
    *secrets.RULES,
    *buckets.RULES,
    *queues.RULES,
    *stores.RULES,
    *functions.RULES,
    *apis.RULES,
    *pools.RULES,
)
"""Every rule, by theme."""
RULE_IDS: Final = frozenset(each.id for each in RULES)
UNWAIVABLE: Final = frozenset({"visibility-below-timeout"})
"""AWS refuses it: a reason does not help."""
METADATA: Final = "sam-deploy"
_ORDER: Final = {"error": 0, "warning": 1, "note": 2}


def audit(
    template: Template | Mapping[str, object],
    origins: Mapping[str, Origin] | None = None,
    waivers: Waivers | None = None,
    strict: Iterable[str] = (),
) -> tuple[Finding, ...]:
    """Return what the rules find: errors first, what is waived last.

    `strict` names environments whose warnings are errors; what all environments share is held to
    the strictest. A waiver covers what it is declared on and everything inside of it; a template
    of others can waive in `Metadata: {sam-deploy: {waive: {rule: reason}}}` of a resource.
    """
    seen = view(document_of(template))
    if origins is None:
        origins = template.origins if isinstance(template, Template) else {}
    hits = (
        found(rule.id, each.severity or rule.severity, each[:2], each.message, origins)
        for rule in RULES
        for each in rule.check(seen)
    )
    judged = _Waiving(waivers or {}, seen)
    result = [judged.waived(_held_to(finding, frozenset(strict))) for finding in hits]
    result += judged.complaints(origins)
    return tuple(sorted(result, key=_order))


def _held_to(finding: Finding, strict: frozenset[str]) -> Finding:
    strictly = strict and (not finding.environment or finding.environment in strict)
    if strictly and finding.severity == "warning":
        return replace(finding, severity="error")
    return finding


def _order(finding: Finding) -> tuple[bool, int, str]:
    """Errors, warnings, notes, then what is waived; in each, one rule after the other."""
    return bool(finding.waived_reason), _ORDER[finding.severity], finding.rule


class _Waiving:
    """Applies waivers, and remembers which of them were of use."""

    def __init__(self, waivers: Waivers, seen: View) -> None:
        self._waivers = waivers
        self._resources = {
            entry.logical_id: reasons
            for entry in seen.entries.values()
            if (reasons := _in_metadata(entry.raw))
        }
        self._used: set[tuple[str, str]] = set()

    def waived(self, finding: Finding) -> Finding:
        """Return a finding with the reason why it does not apply, if there is one."""
        if finding.rule in UNWAIVABLE:
            return finding
        for path, reasons in self._waivers.items():
            reason = reasons.get(finding.rule, "").strip()
            if reason and _covers(path, finding.path):
                self._used.add((path, finding.rule))
                return replace(finding, waived_reason=reason)
        reason = self._resources.get(finding.logical_id, {}).get(finding.rule, "").strip()
        if reason:
            self._used.add((finding.logical_id, finding.rule))
        return replace(finding, waived_reason=reason) if reason else finding

    def complaints(self, origins: Mapping[str, Origin]) -> Iterator[Finding]:
        """Yield waivers of rules that do not exist, without a reason, or of no use here."""
        here = {origin.path: origin for origin in origins.values()}
        for path, reasons in self._waivers.items():
            origin = next((here[each] for each in here if _covers(path, each)), None)
            if origin is None:
                continue
            line = here[path].line if path in here else 0
            blank = Finding("", "warning", "", "waive", "", path, line, origin.environment)
            for rule, reason in reasons.items():
                yield from self._complaint(blank, path, rule, reason)
        for logical_id, reasons in self._resources.items():
            where = f"Metadata.{METADATA}.waive"
            blank = found("", "warning", (logical_id, where), "", origins)
            for rule, reason in reasons.items():
                yield from self._complaint(blank, logical_id, rule, reason)

    def _complaint(self, blank: Finding, key: str, rule: str, reason: str) -> Iterator[Finding]:
        if rule in warnings.RULES - RULE_IDS:
            return  # one of the plan's, which is no business of a template
        if rule not in RULE_IDS:
            near = nearest(rule, sorted(RULE_IDS | warnings.RULES))
            hint = f"; did you mean `{near}`?" if near else ""
            yield replace(blank, rule="unknown-rule", message=f"there is no rule `{rule}`{hint}")
        elif rule in UNWAIVABLE:
            yield replace(blank, rule="idle-waiver", message=f"`{rule}` cannot be waived")
        elif not reason.strip():
            yield replace(blank, rule="idle-waiver", message=f"`{rule}` is waived without a reason")
        elif (key, rule) not in self._used:
            message = f"`{rule}` is waived, but nothing was found"
            yield replace(blank, rule="idle-waiver", severity="note", message=message)


def _in_metadata(raw: Mapping[str, object]) -> dict[str, str]:
    given = mapping(at(raw.get("Metadata"), METADATA, "waive"))
    return {str(rule): str(reason or "") for rule, reason in given.items()}


def _covers(waiver: str, path: str) -> bool:
    """Whether a waiver's path is a path or stands above it; '' is the app, above everything."""
    return not waiver or path == waiver or path.startswith((f"{waiver}.", f"{waiver}["))
