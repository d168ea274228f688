"""Holds a template to AWS's limits, which CloudFormation reports one by one, after minutes. Pure.

Sources: CloudFormation user guide, "Understand CloudFormation quotas"; Lambda developer guide,
"Lambda quotas"; IAM user guide, "IAM and AWS STS quotas"; API Gateway developer guide, "Quotas
for HTTP APIs"; EventBridge user guide, "Quotas"; SNS developer guide, "Filter policy constraints".
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from sam_deploy.amounts import bytes_text
from sam_deploy.template.checks.audit.shapes import many, mapping, text
from sam_deploy.template.checks.audit.view import View, view
from sam_deploy.template.checks.finding import Finding, Severity, found
from sam_deploy.template.checks.parsed import document_of
from sam_deploy.template.checks.policy_sizes import inline_sizes, length, permission_sizes
from sam_deploy.template.render import Origin, Template


class Limit(NamedTuple):
    """One of AWS's limits: its rule, the most that is allowed, and what of."""

    rule: str
    most: int
    what: str
    warn_from: int = 0
    """A warning from here on; 0 for none."""


RESOURCES: Final = Limit("limit-resources", 500, "resources in a stack", 450)
BODY: Final = Limit("limit-template-size", 1_048_576, "bytes in a template", 943_718)
PARAMETERS: Final = Limit("limit-parameters", 200, "parameters in a template")
OUTPUTS: Final = Limit("limit-outputs", 200, "outputs of a template")
MAPPINGS: Final = Limit("limit-mappings", 200, "mappings in a template")
VALUE: Final = Limit("limit-parameter-value", 4_096, "bytes in a parameter's value")
DESCRIPTION: Final = Limit("limit-description", 1_024, "bytes in a template's description")
LOGICAL_ID: Final = Limit("limit-logical-id", 255, "letters and digits in a logical id")
VARIABLES: Final = Limit("limit-environment", 4_096, "bytes of environment variables", 3_686)
LAYERS: Final = Limit("limit-layers", 5, "layers of a function")
FUNCTION_NAME: Final = Limit("limit-function-name", 64, "letters in a function's name")
FUNCTION_TEXT: Final = Limit("limit-function-description", 256, "letters in its description")
INLINE: Final = Limit("limit-role-policies", 10_240, "characters of inline policies", 9_216)
MANAGED: Final = Limit("limit-managed-policy", 6_144, "characters in a managed policy", 5_529)
TRUST: Final = Limit("limit-trust-policy", 2_048, "characters in a trust policy")
PERMISSIONS: Final = Limit("limit-permissions", 20_480, "bytes of permissions", 18_432)
ROUTES: Final = Limit("limit-routes", 300, "routes of an HTTP API", 270)
INTEGRATIONS: Final = Limit("limit-integrations", 300, "integrations of an HTTP API", 270)
EVENT_PATTERN: Final = Limit("limit-event-pattern", 2_048, "characters in an event pattern")
RULE_TARGETS: Final = Limit("limit-rule-targets", 5, "targets of a rule")
FILTER_KEYS: Final = Limit("limit-filter-policy", 5, "keys in a filter policy")
FILTER_VALUES: Final = Limit("limit-filter-values", 150, "combinations in a filter policy")
LIMITS: Final = tuple(value for value in dict(globals()).values() if isinstance(value, Limit))
"""Every limit, for the docs."""

_LOGICAL_ID: Final = re.compile(r"[A-Za-z0-9]{1,255}")
Over = Iterator[tuple[Limit, str, str, int]]
"""The limit, the logical id, the property, how many there are."""


def check(
    template: Template | Mapping[str, object],
    origins: Mapping[str, Origin] | None = None,
    document: Mapping[str, object] | None = None,
) -> tuple[Finding, ...]:
    """Return what is above one of AWS's limits, or near the larger ones, with what caused it.

    `document` is what the template says, where that has been read already.
    """
    if document is None:
        document = document_of(template)
    if origins is None:
        origins = template.origins if isinstance(template, Template) else {}
    seen = view(document)
    body = template.body.encode() if isinstance(template, Template) else b""
    measured = (
        *_sections(document, len(body)),
        *_functions(seen),
        *_policies(seen),
        *_apis(seen),
        *_events(seen),
    )
    judged = (_judged(each, origins) for each in measured)
    return (*filter(None, judged), *_names(document, origins))


def _judged(measured: tuple[Limit, str, str, int], origins: Mapping[str, Origin]) -> Finding | None:
    limit, logical_id, where, count = measured
    severity: Severity = "error" if count > limit.most else "warning"
    if count <= limit.most and (not limit.warn_from or count < limit.warn_from):
        return None
    sizes = limit in {BODY, VARIABLES, PERMISSIONS}
    shown = bytes_text(count) if sizes else f"{count:,}"
    message = f"has {shown} {limit.what}; AWS allows {limit.most:,}".replace(" bytes of", " of")
    return found(limit.rule, severity, (logical_id, where), message, origins)


def _sections(document: Mapping[str, object], body_bytes: int) -> Over:
    resources = mapping(document.get("Resources"))
    yield RESOURCES, "", "Resources", sum(map(made_of, resources.values()))
    yield BODY, "", "", body_bytes
    for limit, section in (
        (PARAMETERS, "Parameters"),
        (OUTPUTS, "Outputs"),
        (MAPPINGS, "Mappings"),
    ):
        yield limit, "", section, len(mapping(document.get(section)))
    yield DESCRIPTION, "", "Description", len(text(document.get("Description")).encode())
    for name, each in mapping(document.get("Parameters")).items():
        default = text(mapping(each).get("Default"))
        yield VALUE, "", f"Parameters.{name}.Default", len(default.encode())


def made_of(resource: object) -> int:
    """Return how many resources CloudFormation counts for one, after the SAM transform."""
    kind, given = mapping(resource).get("Type"), mapping(mapping(resource).get("Properties"))
    if kind in ("AWS::Serverless::Api", "AWS::Serverless::HttpApi"):
        return 3
    if kind != "AWS::Serverless::Function":
        return 1
    events = [mapping(each).get("Type") for each in mapping(given.get("Events")).values()]
    scheduled = sum(map(events.count, ("Schedule", "CloudWatchEvent", "EventBridgeRule")))
    parts = (given.get("Role") is None, given.get("FunctionUrlConfig") is not None)
    published = 2 if given.get("AutoPublishAlias") is not None else 0
    return 1 + sum(parts) + published + len(events) + scheduled


def _names(document: Mapping[str, object], origins: Mapping[str, Origin]) -> Iterator[Finding]:
    for logical_id in mapping(document.get("Resources")):
        if not _LOGICAL_ID.fullmatch(str(logical_id)) and not str(logical_id).startswith("Fn::"):
            message = f"is no logical id: those are 1 to {LOGICAL_ID.most} of A-Z, a-z and 0-9"
            yield found(LOGICAL_ID.rule, "error", (str(logical_id), ""), message, origins)


def _functions(seen: View) -> Over:
    for function in seen.functions:
        logical_id = function.logical_id
        variables = mapping(function.get("Environment", "Variables"))
        # names and values as they are at the least: what a reference becomes is not known here
        size = sum(len(str(k).encode()) + len(text(v).encode()) for k, v in variables.items())
        yield VARIABLES, logical_id, "Environment.Variables", size
        yield LAYERS, logical_id, "Layers", len(list(many(function.get("Layers"))))
        for limit, key in ((FUNCTION_NAME, "FunctionName"), (FUNCTION_TEXT, "Description")):
            yield limit, logical_id, key, len(seen.literal(function.get(key)))


def _policies(seen: View) -> Over:
    for entry, size in inline_sizes(seen):
        yield INLINE, entry.logical_id, "Policies", size
    for policy in seen.of("AWS::IAM::ManagedPolicy"):
        size = length(policy.get("PolicyDocument"))
        yield MANAGED, policy.logical_id, "PolicyDocument", size
    for role in seen.of("AWS::IAM::Role"):
        key = "AssumeRolePolicyDocument"
        yield TRUST, role.logical_id, key, length(role.get(key))
    for permission, size, count in permission_sizes(seen):
        yield PERMISSIONS, permission.logical_id, f"FunctionName: {count} permissions", size


def _apis(seen: View) -> Over:
    for limit, kind in (
        (ROUTES, "AWS::ApiGatewayV2::Route"),
        (INTEGRATIONS, "AWS::ApiGatewayV2::Integration"),
    ):
        counted = Counter(text(each.get("ApiId")) for each in seen.of(kind))
        for api, count in counted.items():
            owner = seen.target({"Fn::Sub": api})
            yield limit, owner.logical_id if owner else "", "", count


def _events(seen: View) -> Over:
    for rule in seen.of("AWS::Events::Rule"):
        pattern = rule.get("EventPattern")
        if pattern is not None:
            yield EVENT_PATTERN, rule.logical_id, "EventPattern", length(pattern)
        yield RULE_TARGETS, rule.logical_id, "Targets", len(list(many(rule.get("Targets"))))
    for subscription in seen.of("AWS::SNS::Subscription"):
        policy = _as_mapping(subscription.get("FilterPolicy"))
        leaves = list(_leaves(policy))
        combinations = 1
        for values in leaves:
            combinations *= max(1, values)
        yield FILTER_KEYS, subscription.logical_id, "FilterPolicy", len(leaves)
        yield FILTER_VALUES, subscription.logical_id, "FilterPolicy", combinations


def _as_mapping(given: object) -> Mapping[str, object]:
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            return {}
    return mapping(given)


def _leaves(policy: Mapping[str, object]) -> Iterator[int]:
    """Yield how many values each key has, keys inside of others and of `$or` included."""
    for each in policy.values():
        if isinstance(each, dict):
            yield from _leaves(each)
        elif isinstance(each, (list, tuple)):
            yield len(each)
