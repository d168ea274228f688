"""Our policies against AWS's service authorization reference, as policy_sentry has collected it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest
import yaml
from policy_sentry.querying.actions import (
    get_action_data,
    get_actions_that_support_wildcard_arns_only,
    get_actions_with_access_level,
)
from policy_sentry.querying.all import get_all_actions

from sam_deploy.template.checks.audit.free_actions import BY_CUSTOM, WITHOUT_RESOURCE
from sam_deploy.template.checks.audit.policies import identity_statements
from sam_deploy.template.checks.audit.shapes import text
from sam_deploy.template.checks.audit.view import View, view
from sam_deploy.template.compute.permissions import ACTIONS, INDEX_ACTIONS, STREAM_ACTIONS

GOLDEN = Path(__file__).parents[1] / "golden"
CASES = sorted(str(path.relative_to(GOLDEN)) for path in GOLDEN.glob("**/*.yaml"))
HERE = "eu-west-1:123456789012"
ARNS = {
    "AWS::Cognito::UserPool": f"arn:aws:cognito-idp:{HERE}:userpool/eu-west-1_a1",
    "AWS::DynamoDB::GlobalTable": f"arn:aws:dynamodb:{HERE}:table/orders",
    "AWS::DynamoDB::Table": f"arn:aws:dynamodb:{HERE}:table/orders",
    "AWS::Events::EventBus": f"arn:aws:events:{HERE}:event-bus/orders",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{HERE}:log-group:orders:*",
    "AWS::SNS::Topic": f"arn:aws:sns:{HERE}:orders",
    "AWS::SQS::Queue": f"arn:aws:sqs:{HERE}:orders",
    "AWS::S3::Bucket": "arn:aws:s3:::orders",
    "AWS::SecretsManager::Secret": f"arn:aws:secretsmanager:{HERE}:secret:orders-a1b2c3",
    "AWS::Lambda::Alias": f"arn:aws:lambda:{HERE}:function:orders:dev",
    "AWS::Lambda::Function": f"arn:aws:lambda:{HERE}:function:orders",
    "AWS::Serverless::Function": f"arn:aws:lambda:{HERE}:function:orders",
}
STREAM = f"arn:aws:dynamodb:{HERE}:table/orders/stream/2026"
PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::AccountId": "123456789012",
    "AWS::URLSuffix": "amazonaws.com",
}
WITH_SLASHES = ("ObjectName", "ParameterNameWithoutLeadingSlash", "SecretId", "LogGroupName")
"""Placeholders in AWS's ARNs that stand for paths."""
NEEDED = {"sqs:DeleteMessage", "sqs:ChangeMessageVisibility"}
"""Who reads a queue has to say what is done with a message."""


@cache
def known() -> frozenset[str]:
    return frozenset(each.lower() for each in get_all_actions())


@cache
def free(service: str) -> frozenset[str]:
    return frozenset(each.lower() for each in get_actions_that_support_wildcard_arns_only(service))


@cache
def forms(action: str) -> tuple[str, ...]:
    """Return the ARNs that an action supports, as AWS writes them."""
    service, name = action.split(":")
    found = get_action_data(service, name)
    return tuple(each["resource_arn_format"] for each in found[service]) if found else ()


def fits(arn: str, form: str) -> bool:
    """Whether an ARN is of a form such as `arn:${Partition}:s3:::${BucketName}`."""
    pattern = ""
    for part in re.split(r"(\$\{\w+\})", form):
        name = part[2:-1] if part.startswith("${") else ""
        pattern += (".+" if name in WITH_SLASHES else "[^:/]*") if name else re.escape(part)
    return re.fullmatch(pattern, arn) is not None


def supports(action: str, arn: str) -> bool:
    return any(fits(each, form) for form in forms(action) for each in covered(arn))


def covered(arn: str) -> Iterator[str]:
    """Yield an ARN, and what AWS takes a log group's `:*` and a function's alias for.

    Source: CloudWatch Logs user guide, "CloudWatch Logs resources and operations"; Lambda developer
    guide, "Fine-tuning the Resources and Conditions sections of policies".
    """
    yield arn
    if ":logs:" in arn and arn.endswith(":*"):
        yield arn.removesuffix(":*")
        yield f"{arn.removesuffix('*')}log-stream:any"
    if ":function:" in arn:
        yield re.sub(r"(:function:[^:]+):.+", r"\1", arn)


def resolved(written: str, seen: View) -> str:
    """Return an ARN with names in place of every reference of a template."""

    def name(match: re.Match[str]) -> str:
        logical_id, _, attribute = match[1].partition(".")
        if logical_id in PSEUDO:
            return PSEUDO[logical_id]
        entry = seen.entries.get(logical_id)
        if attribute == "StreamArn":
            return STREAM
        return ARNS[entry.kind] if entry else "name"

    return re.sub(r"\$\{(?!!)([\w:.]+)\}", name, written)


def pairs(case: str) -> Iterator[tuple[str, str]]:
    """Yield every action that a golden template allows, with an ARN it allows it on."""
    seen = view(yaml.safe_load((GOLDEN / case).read_text(encoding="utf-8")))
    for statement in identity_statements(seen):
        for _, action in statement.words("Action"):
            for _, resource in statement.words("Resource"):
                yield action, resolved(text(resource), seen)


def test_there_are_policies_to_judge() -> None:
    """The oracle is large, and the reference app has functions that do something."""
    assert 15_000 < len(known())
    assert 20 < len(set(pairs("dzgro/dzgro-sam.yaml")))


@pytest.mark.parametrize("case", CASES)
def test_every_action_exists(case: str) -> None:
    """A slip would be an allowance of nothing, found in production (R280)."""
    assert [] == [action for action, _ in pairs(case) if action.lower() not in known()]


@pytest.mark.parametrize("case", CASES)
def test_every_action_supports_the_resource_that_it_is_allowed_on(case: str) -> None:
    """IAM takes any pair and grants nothing for a wrong one (R280)."""
    wrong = {
        (action, arn) for action, arn in pairs(case) if arn != "*" and not supports(action, arn)
    }
    assert set() == wrong


@pytest.mark.parametrize("case", CASES)
def test_everything_is_the_resource_only_of_what_has_none(case: str) -> None:
    """Of tracing, and of the network interfaces whose ids nobody knows before (R280)."""
    wrong = [
        action
        for action, arn in pairs(case)
        if arn == "*" and action.lower() not in free(action.split(":")[0])
    ]
    assert [] == [action for action in wrong if action not in BY_CUSTOM]


def test_reading_neither_writes_nor_grants() -> None:
    """Of what `.read` allows, AWS calls nothing a write but what a queue's reader needs (R280)."""
    reading = {action for modes in ACTIONS.values() for action in modes["read"]}
    reading |= {*INDEX_ACTIONS, *STREAM_ACTIONS}
    writes = {action for action in reading if is_of(action, "Write", "Permissions management")}
    assert NEEDED == writes


def test_nothing_that_is_used_manages_permissions() -> None:
    """Not even in full mode: no policy of a queue, bucket or table can be changed."""
    used = {action for modes in ACTIONS.values() for each in modes.values() for action in each}
    assert [] == [action for action in sorted(used) if is_of(action, "Permissions management")]


def is_of(action: str, *levels: str) -> bool:
    service = action.split(":", maxsplit=1)[0]
    listed = (each for level in levels for each in get_actions_with_access_level(service, level))
    return action.lower() in {each.lower() for each in listed}


@pytest.mark.parametrize("pattern", WITHOUT_RESOURCE)
def test_what_the_audit_lets_pass_takes_no_resource(pattern: str) -> None:
    """The audit's list of actions that may have `Resource: "*"`, against AWS's."""
    like = [each for each in known() if fnmatchcase(each, pattern.lower())]
    assert like
    assert [] == [each for each in like if each not in free(pattern.split(":", maxsplit=1)[0])]


@pytest.mark.parametrize("action", BY_CUSTOM)
def test_what_passes_by_custom_exists_and_takes_a_resource(action: str) -> None:
    """Else it would belong to the other list."""
    assert action.lower() in known()
    assert action.lower() not in free(action.split(":", maxsplit=1)[0])


def test_the_oracle_tells_a_wrong_pair() -> None:
    """An object's action on a bucket, and a bucket's on objects."""
    bucket, objects = "arn:aws:s3:::orders", "arn:aws:s3:::orders/*"
    assert [False, True] == [supports("s3:GetObject", arn) for arn in (bucket, objects)]
    assert [True, False] == [supports("s3:ListBucket", arn) for arn in (bucket, objects)]
