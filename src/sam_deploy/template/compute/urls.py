"""Renders function URLs: an https address for the alias of each environment. Pure."""

from __future__ import annotations

from sam_deploy import naming
from sam_deploy.config.model import Environment, Function, FunctionUrl
from sam_deploy.template.document import Entries, Json, Resource, ref
from sam_deploy.template.origins import allowed_origins
from sam_deploy.template.scope import Scope


def function_urls(scope: Scope) -> Entries:
    """Yield the URL of each alias, and who may call it when that is everybody."""
    for function in scope.functions:
        if function.url is None:
            continue
        for environment in scope.environments:
            yield _url(scope, function, function.url, environment)
            if function.url.auth == "NONE":
                yield from _permissions(function, environment)


def _url(
    scope: Scope, function: Function, url: FunctionUrl, environment: Environment
) -> tuple[str, Resource]:
    properties: dict[str, Json] = {
        "TargetFunctionArn": ref(scope.function_id(function.name)),
        "Qualifier": naming.alias_name(environment.name),
        "AuthType": url.auth,
    }
    if url.cors:
        who = f"The CORS rule of the URL of `{function.name}` in {environment.name}"
        properties["Cors"] = {
            "AllowOrigins": allowed_origins(scope.app, url.cors, [environment], who),
            "AllowMethods": ["*"] if "ANY" in url.cors.methods else list(url.cors.methods),
            "AllowHeaders": list(url.cors.headers),
            "MaxAge": url.cors.max_age_seconds,
            "AllowCredentials": url.cors.credentials,
        }
    url_id = naming.function_url_id(function.name, environment.name)
    return url_id, Resource(
        "AWS::Lambda::Url",
        properties,
        (naming.alias_id(function.name, environment.name),),
        environment=environment.name,
        declared=function,
    )


def _permissions(function: Function, environment: Environment) -> Entries:
    """Let everybody call the URL. Lambda wants both permissions since October 2025.

    Source: Lambda developer guide, "Control access to Lambda function URLs".
    """
    alias = ref(naming.alias_id(function.name, environment.name))
    given: tuple[tuple[str, dict[str, Json]], ...] = (
        ("Url", {"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"}),
        ("UrlInvoke", {"Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True}),
    )
    for source, properties in given:
        yield (
            naming.permission_id(function.name, environment.name, source),
            Resource(
                "AWS::Lambda::Permission",
                {"FunctionName": alias, "Principal": "*", **properties},
                environment=environment.name,
                declared=function,
            ),
        )
