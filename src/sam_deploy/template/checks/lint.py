"""Holds a rendered template to AWS's own rules, in this process, without a network.

The embedded cloud accepts nearly anything (a reference to nothing, a missing property), so a
template is judged here before it goes anywhere. cfn-lint takes seconds to import: only here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from sam_deploy.template.checks.finding import Finding, Severity, dotted, found
from sam_deploy.template.document import Json
from sam_deploy.template.render import Template

Document: TypeAlias = dict[str, dict[str, dict[str, Json]]]

IGNORED: Final = ("W2001",)
"""Unused parameters: every stack takes the bucket and the suffix, whether it has a use or not."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What cfn-lint has to say, one line each. Errors block a deployment."""

    errors: tuple[str, ...]
    warnings: tuple[str, ...]


SAM_PROPERTIES: Final = frozenset({"CodeUri", "Tags", "Tracing"})
"""What SAM writes otherwise than Lambda's own resource."""


def lint(template: Template, regions: Sequence[str]) -> tuple[str, ...]:
    """Return the errors of a template in these regions; none is good.

    Each starts with what in `deploy.py` caused it: `deploy.py:12: functions["Api"]
    (ApiFunction.Timeout): ... (E3012)`.
    """
    return find(template, regions).errors


def find(template: Template, regions: Sequence[str]) -> Findings:
    """Return errors and warnings of a template in these regions."""
    told = [(each.severity, str(each)) for each in judge(template, regions)]
    return Findings(
        errors=tuple(dict.fromkeys(words for severity, words in told if severity == "error")),
        warnings=tuple(dict.fromkeys(words for severity, words in told if severity != "error")),
    )


def judge(template: Template, regions: Sequence[str]) -> tuple[Finding, ...]:
    """Return what cfn-lint finds in a template that goes to these regions.

    A type or property that one of them lacks is an error that names the region (E3006).
    """
    # Seconds of start-up that only a deployment has to pay.
    from cfnlint import ConfigMixIn  # noqa: PLC0415
    from cfnlint.decode.decode import decode_str  # noqa: PLC0415
    from cfnlint.runner import Runner  # noqa: PLC0415

    decoded, unreadable = decode_str(template.body)
    config = ConfigMixIn(regions=list(regions), ignore_checks=list(IGNORED))
    matches = list(unreadable) or list(Runner(config).validate_template(_transformed(decoded)))
    return tuple(_findings(matches, template))


def _transformed(document: Document) -> Document:
    """Return what the SAM transform makes of our functions.

    Of `AWS::Serverless::Function` cfn-lint checks little: a runtime that does not exist passes.
    """
    resources = {name: _as_lambda(each) for name, each in document["Resources"].items()}
    return document | {"Resources": resources}


def _as_lambda(resource: dict[str, Json]) -> dict[str, Json]:
    properties = resource.get("Properties")
    if resource.get("Type") != "AWS::Serverless::Function" or not isinstance(properties, Mapping):
        return resource
    kept = {name: each for name, each in properties.items() if name not in SAM_PROPERTIES}
    archive, tags = properties.get("CodeUri"), properties.get("Tags")
    if isinstance(archive, Mapping):
        kept["Code"] = {f"S3{name}": each for name, each in archive.items()}
    if "Tracing" in properties:
        kept["TracingConfig"] = {"Mode": properties["Tracing"]}
    if isinstance(tags, Mapping):
        kept["Tags"] = [{"Key": key, "Value": each} for key, each in tags.items()]
    return resource | {"Type": "AWS::Lambda::Function", "Properties": kept}


def _findings(matches: list[object], template: Template) -> Iterator[Finding]:
    for match in matches:
        section, *rest = getattr(match, "path", None) or ("",)
        inside = [part if isinstance(part, int) else str(part) for part in rest]
        logical_id = str(inside.pop(0)) if section == "Resources" and inside else ""
        outer = [] if logical_id or not section else [str(section)]
        where = dotted([*outer, *(part for part in inside if part != "Properties")])
        rule = getattr(match, "rule", None)
        severity: Severity = "error" if str(getattr(rule, "severity", "")) == "error" else "warning"
        words, name = str(getattr(match, "message", "")), str(getattr(rule, "id", ""))
        yield found(name, severity, (logical_id, where), words, template.origins)
