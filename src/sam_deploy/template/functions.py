"""Renders Lambda functions, their first version and their aliases. Pure.

Releases move aliases, CloudFormation only makes them: the first version and the aliases are the
same text for ever, whatever happens to the function, so that no stack update and no rollback of
one ever touches what an environment serves. `AutoPublishAlias` would (docs/concepts/aliases.md).
"""

from __future__ import annotations

from collections.abc import Mapping

from sam_deploy import naming
from sam_deploy.config.model import Function
from sam_deploy.errors import BuildError
from sam_deploy.plan.runtime import template_handler
from sam_deploy.template.document import Entries, Json, Resource, get_att, ref
from sam_deploy.template.scope import Scope


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
        yield naming.function_name(function.name), _function(scope, function, key)
        yield from _static(scope, function)


def _function(scope: Scope, function: Function, key: str) -> Resource:
    properties: dict[str, Json] = {"FunctionName": naming.function_name(function.name)}
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
    if function.environment:
        properties["Environment"] = {"Variables": dict(function.environment)}
    properties["Tags"] = scope.tags()
    return Resource("AWS::Serverless::Function", properties)


def _static(scope: Scope, function: Function) -> Entries:
    """Yield what must never change once it is deployed; not even its logical ids."""
    name, first = naming.function_name(function.name), naming.first_version_id(function.name)
    yield first, Resource("AWS::Lambda::Version", {"FunctionName": ref(name)}, retention="Retain")
    for environment in scope.environments:
        properties: dict[str, Json] = {
            "Name": naming.alias_name(environment.name),
            "FunctionName": ref(name),
            "FunctionVersion": get_att(first, "Version"),
        }
        alias_id = naming.alias_id(function.name, environment.name)
        yield alias_id, Resource("AWS::Lambda::Alias", properties)
