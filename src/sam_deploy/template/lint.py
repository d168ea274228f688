"""Holds a rendered template to AWS's own rules, in this process, without a network.

The embedded cloud accepts nearly anything (a reference to nothing, a missing property), so a
template is judged here before it goes anywhere. cfn-lint takes seconds to import: only here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

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


def lint(template: Template, regions: Sequence[str]) -> tuple[str, ...]:
    """Return the errors of a template in these regions, each with its logical id; none is good."""
    return find(template, regions).errors


def find(template: Template, regions: Sequence[str]) -> Findings:
    """Return errors and warnings of a template in these regions."""
    # Seconds of start-up that only a deployment has to pay.
    from cfnlint import ConfigMixIn  # noqa: PLC0415
    from cfnlint.decode.decode import decode_str  # noqa: PLC0415
    from cfnlint.runner import Runner  # noqa: PLC0415

    decoded, unreadable = decode_str(template.body)
    config = ConfigMixIn(regions=list(regions), ignore_checks=list(IGNORED))
    matches = list(unreadable) or list(Runner(config).validate_template(_transformed(decoded)))
    found = [(str(match.rule.severity), _words(match)) for match in matches]
    return Findings(
        errors=tuple(dict.fromkeys(words for severity, words in found if severity == "error")),
        warnings=tuple(dict.fromkeys(words for severity, words in found if severity != "error")),
    )


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
    kept = {name: each for name, each in properties.items() if name not in {"CodeUri", "Tags"}}
    archive, tags = properties.get("CodeUri"), properties.get("Tags")
    if isinstance(archive, Mapping):
        kept["Code"] = {f"S3{name}": each for name, each in archive.items()}
    if isinstance(tags, Mapping):
        kept["Tags"] = [{"Key": key, "Value": each} for key, each in tags.items()]
    return resource | {"Type": "AWS::Lambda::Function", "Properties": kept}


def _words(match: object) -> str:
    """Return `ApiFunction.Timeout: ... (E3012)`."""
    path = [str(part) for part in getattr(match, "path", None) or ()]
    where = ".".join(part for part in path[1:] if part != "Properties") or "template"
    rule = getattr(getattr(match, "rule", None), "id", "")
    return f"{where}: {getattr(match, 'message', '')} ({rule})"
