"""Functions, versions, aliases with a canary by variable, their permissions and roles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from sam_deploy.export import source
from sam_deploy.export.source import Node, flat, items
from sam_deploy.export.terraform.families.family import Custom, Family
from sam_deploy.export.terraform.reading import Reading, Rule, snake
from sam_deploy.export.terraform.rules import encoded, nest, nothing, tags, to
from sam_deploy.export.terraform.values import (
    Argument,
    Attribute,
    Code,
    Encoded,
    Nested,
    Resource,
)

NAME_PREFIX_LETTERS: Final = 37
"""The provider adds 26 to the prefix of a role, which may have 64. Source: IAM, role names."""
PUBLIC_URL: Final = "of function URLs those with AWS_IAM alone are covered"

_ROLE_RULES: Final[Mapping[str, Rule]] = {
    "RoleName": to("name"),
    "AssumeRolePolicyDocument": encoded("assume_role_policy"),
    "Description": to("description"),
    "Path": to("path"),
    "PermissionsBoundary": to("permissions_boundary"),
    "Policies": nothing,
    "ManagedPolicyArns": nothing,
    "Tags": tags,
}
_LOGGING: Final[Mapping[str, Rule]] = {
    "LogFormat": to("log_format"),
    "LogGroup": to("log_group"),
    "ApplicationLogLevel": to("application_log_level"),
    "SystemLogLevel": to("system_log_level"),
}


def _logging(reading: Reading, node: Node, path: str) -> Iterator[Nested]:
    """The provider wants to be told the format, of which CloudFormation takes Text by default."""
    body = reading.body(node, _LOGGING, path)
    form = () if source.below(node, "LogFormat") else (Argument("log_format", "Text"),)
    yield Nested("logging_config", (*form, *body))


_FUNCTION_RULES: Final[Mapping[str, Rule]] = {
    "FunctionName": to("function_name"),
    "Description": to("description"),
    "Role": to("role"),
    "Handler": to("handler"),
    "Runtime": to("runtime"),
    "Architectures": to("architectures"),
    "CodeUri": nothing,
    "Layers": to("layers"),
    "MemorySize": to("memory_size"),
    "Timeout": to("timeout"),
    "ReservedConcurrentExecutions": to("reserved_concurrent_executions"),
    "KmsKeyArn": to("kms_key_arn"),
    "Environment": nest("environment", {"Variables": to("variables")}),
    "EphemeralStorage": nest("ephemeral_storage", {"Size": to("size")}),
    "LoggingConfig": _logging,
    "DeadLetterQueue": nest("dead_letter_config", {"TargetArn": to("target_arn"), "Type": nothing}),
    "VpcConfig": nest(
        "vpc_config", {"SubnetIds": to("subnet_ids"), "SecurityGroupIds": to("security_group_ids")}
    ),
    "Tags": tags,
    "Tracing": lambda reading, node, path: [
        Nested("tracing_config", (Argument("mode", reading.value(node, path)),))
    ],
}
_ON: Final = {"Destination": to("destination")}
_EVENT_SOURCE: Final[Mapping[str, Rule]] = {
    "EventSourceArn": to("event_source_arn"),
    "FunctionName": to("function_name"),
    "BatchSize": to("batch_size"),
    "BisectBatchOnFunctionError": to("bisect_batch_on_function_error"),
    "Enabled": to("enabled"),
    "FunctionResponseTypes": to("function_response_types"),
    "MaximumBatchingWindowInSeconds": to("maximum_batching_window_in_seconds"),
    "MaximumRecordAgeInSeconds": to("maximum_record_age_in_seconds"),
    "MaximumRetryAttempts": to("maximum_retry_attempts"),
    "ParallelizationFactor": to("parallelization_factor"),
    "StartingPosition": to("starting_position"),
    "TumblingWindowInSeconds": to("tumbling_window_in_seconds"),
    "ScalingConfig": nest("scaling_config", {"MaximumConcurrency": to("maximum_concurrency")}),
    "FilterCriteria": nest(
        "filter_criteria", {"Filters": nest("filter", {"Pattern": to("pattern")})}
    ),
    "DestinationConfig": nest(
        "destination_config",
        {"OnFailure": nest("on_failure", {"Destination": to("destination_arn")})},
    ),
    "Tags": tags,
}
_URL: Final[Mapping[str, Rule]] = {
    "TargetFunctionArn": to("function_name"),
    "Qualifier": to("qualifier"),
    "AuthType": to("authorization_type"),
    "InvokeMode": to("invoke_mode"),
    "Cors": nest(
        "cors",
        {
            "AllowCredentials": to("allow_credentials"),
            "AllowHeaders": to("allow_headers"),
            "AllowMethods": to("allow_methods"),
            "AllowOrigins": to("allow_origins"),
            "ExposeHeaders": to("expose_headers"),
            "MaxAge": to("max_age"),
        },
    ),
}

FAMILIES: Final[Mapping[str, Family]] = {
    "AWS::Lambda::EventSourceMapping": Family(
        "aws_lambda_event_source_mapping", _EVENT_SOURCE, {"": "uuid"}
    ),
    "AWS::Lambda::Url": Family("aws_lambda_function_url", _URL, {"FunctionUrl": "function_url"}),
    "AWS::Lambda::EventInvokeConfig": Family(
        "aws_lambda_function_event_invoke_config",
        {
            "FunctionName": to("function_name"),
            "Qualifier": to("qualifier"),
            "MaximumEventAgeInSeconds": to("maximum_event_age_in_seconds"),
            "MaximumRetryAttempts": to("maximum_retry_attempts"),
            "DestinationConfig": nest(
                "destination_config",
                {"OnFailure": nest("on_failure", _ON), "OnSuccess": nest("on_success", _ON)},
            ),
        },
    ),
}
REFERENCES: Final = {
    "AWS::IAM::Role": {"": "name", "Arn": "arn"},
    "AWS::Serverless::Function": {"": "function_name", "Arn": "arn"},
    "AWS::Lambda::Alias": {"": "arn", "AliasArn": "arn"},
}


def _function(reading: Reading, function: source.Resource) -> Iterator[Resource]:
    """The code comes in as a variable, so that each environment says which build it has."""
    body = reading.body(function.properties, _FUNCTION_RULES, function.logical_id)
    code = (
        Argument("filename", Code(("var.artifact.file",))),
        Argument("source_code_hash", Code(("var.artifact.hash",))),
        Argument("publish", True),
    )
    yield Resource(function.logical_id, "aws_lambda_function", (*code, *body))


def _version(reading: Reading, version: source.Resource) -> Iterator[Resource]:
    """No resource: `publish` makes a version whenever the code or a setting changes."""
    del reading, version
    yield from ()


def _alias(reading: Reading, alias: source.Resource) -> Iterator[Resource]:
    """While `var.canary` is set the alias stays; the newest version gets a share of the calls."""
    function = reading.target(alias.value("FunctionName"))
    if function is None:
        reading.note(alias.logical_id, "its function is not in the stack")
        return
    newest = Attribute(function.logical_id, "version")
    for name in alias.properties:
        if name not in {"Name", "FunctionName", "FunctionVersion", "Description"}:
            reading.note(f"{alias.logical_id}.{name}", "not covered")
    body = (
        Argument("name", reading.value(alias.value("Name"), alias.logical_id)),
        Argument("function_name", Attribute(function.logical_id, "function_name")),
        Argument(
            "function_version",
            Code(("var.canary == null ? ", newest, " : var.canary.stable_version")),
        ),
        Nested(
            "routing_config",
            (
                Argument(
                    "additional_version_weights",
                    Code(("{ (", newest, ") = routing_config.value.weight }")),
                ),
            ),
            each=Code(("var.canary == null ? [] : [var.canary]",)),
        ),
    )
    yield Resource(alias.logical_id, "aws_lambda_alias", body)


def _permission(reading: Reading, permission: source.Resource) -> Iterator[Resource]:
    """The provider wants function and alias apart."""
    target = reading.target(permission.value("FunctionName"))
    if target is not None and target.kind == "AWS::Lambda::Alias":
        where = (
            Argument("function_name", Attribute(target.logical_id, "function_name")),
            Argument("qualifier", Attribute(target.logical_id, "name")),
        )
    else:
        value = reading.value(permission.value("FunctionName"), permission.logical_id)
        where = (Argument("function_name", value),)  # type: ignore[assignment]
    rules: Mapping[str, Rule] = {
        "FunctionName": nothing,
        "Action": to("action"),
        "Principal": to("principal"),
        "SourceArn": to("source_arn"),
        "SourceAccount": to("source_account"),
        "FunctionUrlAuthType": to("function_url_auth_type"),
        "InvokedViaFunctionUrl": _public_url,
    }
    body = reading.body(permission.properties, rules, permission.logical_id)
    yield Resource(permission.logical_id, "aws_lambda_permission", (*where, *body))


def _public_url(reading: Reading, node: Node, path: str) -> Iterable[Argument]:
    """Note that nobody could call a URL of everybody's.

    Source: registry, aws_lambda_permission: `invoked_via_function_url` came with the provider's
    6.29, and what is exported is held to 5.x.
    """
    del node
    reading.note(path, PUBLIC_URL)
    return ()


def _role(reading: Reading, role: source.Resource) -> Iterator[Resource]:
    """Inline policies are resources of their own, as the provider advises."""
    body = reading.body(role.properties, _ROLE_RULES, role.logical_id)
    if role.value("RoleName") is None:
        prefix = f"{role.logical_id}-"[-NAME_PREFIX_LETTERS:]
        body = (Argument("name_prefix", prefix), *body)
    yield Resource(role.logical_id, "aws_iam_role", body)
    for policy in items(role.value("Policies")):
        if isinstance(policy, Mapping):
            name = flat(policy.get("PolicyName"))
            document = reading.value(policy.get("PolicyDocument"), role.logical_id)
            yield _inline(f"{role.logical_id}/{snake(name)}", name, role.logical_id, document)
    for number, arn in enumerate(items(role.value("ManagedPolicyArns"))):
        yield Resource(
            f"{role.logical_id}/managed_{number}",
            "aws_iam_role_policy_attachment",
            (
                Argument("role", Attribute(role.logical_id, "name")),
                Argument("policy_arn", reading.value(arn, role.logical_id)),
            ),
        )


def _policy(reading: Reading, policy: source.Resource) -> Iterator[Resource]:
    document = reading.value(policy.value("PolicyDocument"), policy.logical_id)
    name = flat(policy.value("PolicyName"))
    roles = [reading.target(each) for each in items(policy.value("Roles"))]
    for number, role in enumerate(roles):
        key = policy.logical_id if len(roles) == 1 else f"{policy.logical_id}/{number}"
        if role is not None:
            yield _inline(key, name, role.logical_id, document)


def _inline(key: str, name: str, role: str, document: object) -> Resource:
    return Resource(
        key,
        "aws_iam_role_policy",
        (
            Argument("name", name),
            Argument("role", Attribute(role, "name")),
            Argument("policy", Encoded(document)),  # type: ignore[arg-type]
        ),
    )


CUSTOM: Final[Mapping[str, Custom]] = {
    "AWS::Serverless::Function": _function,
    "AWS::Lambda::Version": _version,
    "AWS::Lambda::Alias": _alias,
    "AWS::Lambda::Permission": _permission,
    "AWS::IAM::Role": _role,
    "AWS::IAM::Policy": _policy,
}
