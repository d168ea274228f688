"""Renders Lambda functions, their log groups, their first version and their aliases. Pure.

Releases move aliases, CloudFormation only makes them: the first version and the aliases are the
same text for ever, whatever happens to the function, so that no stack update and no rollback of
one ever touches what an environment serves. `AutoPublishAlias` would (docs/concepts/aliases.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sam_deploy import naming
from sam_deploy.config.model import Function, Vpc
from sam_deploy.config.tree import variables_of
from sam_deploy.errors import BuildError
from sam_deploy.plan.runtime import template_handler
from sam_deploy.template.compute.roles import log_group_name
from sam_deploy.template.document import Entries, Json, Resource, get_att, ref
from sam_deploy.template.scope import Scope

SMALLEST_STORAGE_MB: Final = 512
"""What Lambda gives anyway."""


def functions(scope: Scope, artifact_keys: Mapping[str, str]) -> Entries:
    """Yield every function of the stack with its first version and an alias per environment.

    `artifact_keys` maps `function/Api` to the S3 key of its archive. Raises `BuildError` when a
    function has none.
    """
    for function in scope.functions:
        key = artifact_keys.get(f"function/{function.name}")
        if not key:
            raise BuildError(
                f"Function `{function.name}` has no archive",
                why="its stack cannot be rendered without the archive's key in S3",
                hint="run `sam-deploy build`",
            )
        yield _log_group(scope, function)
        yield scope.function_id(function.name), _function(scope, function, key)
        yield from _static(scope, function)


def vpc_mappings(scope: Scope) -> dict[str, Json]:
    """Return `Mappings`: the subnets and security groups of each region, by function."""
    return {
        naming.vpc_mapping(function.name): {
            region: {
                "Subnets": list(function.vpc.subnets[region]),
                "SecurityGroups": list(function.vpc.security_groups[region]),
            }
            for region in scope.feature_set.regions
        }
        for function in scope.functions
        if function.vpc
    }


def _log_group(scope: Scope, function: Function) -> tuple[str, Resource]:
    """Keep logs as long as the environment that keeps them longest: they share one group."""
    properties: dict[str, Json] = {
        "LogGroupName": log_group_name(scope, function),
        "RetentionInDays": max(each.log_retention_days for each in scope.environments),
        "Tags": scope.tag_list(scope.environment_of_functions),
    }
    resource = Resource(
        "AWS::Logs::LogGroup", properties, environment=scope.owner, declared=function
    )
    return naming.log_group_id(scope.function_id(function.name)), resource


def _function(scope: Scope, function: Function, key: str) -> Resource:
    properties: dict[str, Json] = {"FunctionName": scope.function_name(function)}
    if function.description:
        properties["Description"] = function.description
    properties |= {
        "Role": get_att(naming.lambda_role_name(function.name), "Arn"),
        "Handler": template_handler(scope.app, function),
        "Runtime": function.runtime or scope.app.runtime,
        "Architectures": [function.architecture or scope.app.architecture],
        "CodeUri": {"Bucket": ref("ArtifactBucket"), "Key": key},
    }
    if function.layers:
        properties["Layers"] = [ref(naming.layer_parameter(layer)) for layer in function.layers]
    properties |= {"MemorySize": function.memory_mb, "Timeout": function.timeout_seconds}
    properties |= _further(function)
    if variables := _variables(scope, function):
        properties["Environment"] = {"Variables": variables}
    log_group = naming.log_group_id(scope.function_id(function.name))
    properties["LoggingConfig"] = {"LogGroup": ref(log_group)}
    properties["Tags"] = scope.tags(scope.environment_of_functions)
    return Resource(
        "AWS::Serverless::Function", properties, environment=scope.owner, declared=function
    )


def _further(function: Function) -> dict[str, Json]:
    """Return what few functions have."""
    found: dict[str, Json] = {}
    if function.ephemeral_storage_mb > SMALLEST_STORAGE_MB:
        found["EphemeralStorage"] = {"Size": function.ephemeral_storage_mb}
    if function.tracing:
        found["Tracing"] = "Active"
    if function.reserved_concurrency is not None:
        found["ReservedConcurrentExecutions"] = function.reserved_concurrency
    if function.vpc:
        found["VpcConfig"] = _vpc(function.vpc, naming.vpc_mapping(function.name))
    return found


def _vpc(vpc: Vpc, mapping: str) -> Json:
    def here(key: str) -> Json:
        return {"Fn::FindInMap": [mapping, ref("AWS::Region"), key]}

    groups = any(vpc.security_groups.values())
    return {"SubnetIds": here("Subnets")} | (
        {"SecurityGroupIds": here("SecurityGroups")} if groups else {}
    )


def _variables(scope: Scope, function: Function) -> dict[str, Json]:
    """Return the plain variables; alone in its stack, a function is told its environment, too."""
    own = {"SAM_DEPLOY_ENVIRONMENT": scope.owner} if scope.owner else {}
    return {**variables_of(function, scope.owner), **own}


def _static(scope: Scope, function: Function) -> Entries:
    """Yield what must never change once it is deployed; not even its logical ids."""
    name, first = scope.function_id(function.name), naming.first_version_id(function.name)
    version = Resource(
        "AWS::Lambda::Version",
        {"FunctionName": ref(name)},
        retention="Retain",
        environment=scope.owner,
        declared=function,
    )
    yield first, version
    for environment in scope.environments:
        properties: dict[str, Json] = {
            "Name": naming.alias_name(environment.name),
            "FunctionName": ref(name),
            "FunctionVersion": get_att(first, "Version"),
        }
        alias_id = naming.alias_id(function.name, environment.name)
        alias = Resource(
            "AWS::Lambda::Alias",
            properties,
            environment=environment.name,
            declared=function,
        )
        yield alias_id, alias
