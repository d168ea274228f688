"""Renders Cognito user pools, their web client and resource server, and their triggers. Pure.

The pool's domain is not here: it needs a certificate of us-east-1 and is global (C06, C36).
"""

from __future__ import annotations

from typing import Final

from sam_deploy import naming
from sam_deploy.config.model import (
    Environment,
    Function,
    ResourceServer,
    UserPool,
    UserPoolClient,
    UserPoolTrigger,
)
from sam_deploy.template.arns import identity_arn
from sam_deploy.template.document import Entries, Json, Resource, get_att, ref
from sam_deploy.template.origins import required_web_origins
from sam_deploy.template.scope import Scope

PASSWORD_LENGTH: Final = 12
TEMPORARY_PASSWORD_DAYS: Final = 7
TOKEN_TRIGGER: Final = "PreTokenGeneration"  # noqa: S105 - the name of a trigger
AUTH_FLOWS: Final = (
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_CUSTOM_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_USER_SRP_AUTH",
)


def user_pools(scope: Scope) -> Entries:
    """Yield each pool of each environment with its client, and the functions it may call."""
    for pool in scope.user_pools:
        for environment in scope.environments:
            yield (
                naming.user_pool_name(pool.name, environment.name),
                Resource(
                    "AWS::Cognito::UserPool",
                    _properties(scope, pool, environment),
                    # No DeletionProtection beside it: a first deployment that fails could not
                    # take the pool away again and would end in ROLLBACK_FAILED.
                    retention="RetainExceptOnCreate",
                ),
            )
            if pool.resource_server:
                yield _resource_server(pool, pool.resource_server, environment)
            if pool.client:
                yield _client(scope, pool, pool.client, environment)
            yield from _permissions(scope, pool, environment)


def _properties(scope: Scope, pool: UserPool, environment: Environment) -> dict[str, Json]:
    triggers = _triggers(scope, pool)
    properties: dict[str, Json] = {
        "UserPoolName": naming.user_pool_name(pool.name, environment.name)
    }
    if TOKEN_TRIGGER in triggers:
        # Version 2 of this trigger's event is not in the Lite tier.
        properties["UserPoolTier"] = "ESSENTIALS"
    properties |= {
        "UsernameAttributes": ["email"],
        "UsernameConfiguration": {"CaseSensitive": False},
        "AutoVerifiedAttributes": ["email"],
        "Schema": [_attribute(name, required=True) for name in pool.required_attributes]
        + [_attribute(name, required=False) for name in pool.optional_attributes],
        "Policies": {"PasswordPolicy": _PASSWORD_POLICY},
        "MfaConfiguration": "OPTIONAL",
        "EnabledMfas": ["SOFTWARE_TOKEN_MFA"],
        "AccountRecoverySetting": {
            "RecoveryMechanisms": [{"Name": "verified_email", "Priority": 1}]
        },
    }
    if pool.email_from:
        properties["EmailConfiguration"] = {
            "EmailSendingAccount": "DEVELOPER",
            "SourceArn": identity_arn(pool.email_from.partition("@")[2]),
            "From": pool.email_from,
        }
    if triggers:
        properties["LambdaConfig"] = _lambda_config(triggers, environment)
    return properties | {"UserPoolTags": scope.tags(environment)}


_PASSWORD_POLICY: Final[Json] = {
    "MinimumLength": PASSWORD_LENGTH,
    "RequireLowercase": True,
    "RequireUppercase": True,
    "RequireNumbers": True,
    "RequireSymbols": True,
    "TemporaryPasswordValidityDays": TEMPORARY_PASSWORD_DAYS,
}


def _attribute(name: str, *, required: bool) -> Json:
    return {"Name": name, "AttributeDataType": "String", "Required": required, "Mutable": True}


def _triggers(scope: Scope, pool: UserPool) -> dict[str, Function]:
    """Return the function that answers each moment of the pool's life."""
    return {
        kind: function
        for function, trigger in scope.triggers(UserPoolTrigger)
        if trigger.pool == pool.name
        for kind in trigger.kinds
    }


def _lambda_config(triggers: dict[str, Function], environment: Environment) -> dict[str, Json]:
    config: dict[str, Json] = {}
    for kind, function in triggers.items():
        alias = ref(naming.alias_id(function.name, environment.name))
        if kind == TOKEN_TRIGGER:
            config["PreTokenGenerationConfig"] = {"LambdaArn": alias, "LambdaVersion": "V2_0"}
        else:
            config[kind] = alias
    return config


def _resource_server(
    pool: UserPool, server: ResourceServer, environment: Environment
) -> tuple[str, Resource]:
    properties: dict[str, Json] = {
        "UserPoolId": ref(naming.user_pool_name(pool.name, environment.name)),
        "Identifier": server.identifier,
        "Name": server.identifier,
        "Scopes": [{"ScopeName": each, "ScopeDescription": each} for each in server.scopes],
    }
    server_id = naming.user_pool_resource_server_id(pool.name, environment.name)
    return server_id, Resource("AWS::Cognito::UserPoolResourceServer", properties)


def _client(
    scope: Scope, pool: UserPool, client: UserPoolClient, environment: Environment
) -> tuple[str, Resource]:
    client_id = naming.user_pool_client_name(pool.name, environment.name)
    scopes = list(client.scopes)
    waits_for: tuple[str, ...] = ()
    if server := pool.resource_server:
        scopes += [f"{server.identifier}/{each}" for each in server.scopes]
        # Cognito refuses a client with a scope that does not exist yet.
        waits_for = (naming.user_pool_resource_server_id(pool.name, environment.name),)
    properties: dict[str, Json] = {
        "ClientName": client_id,
        "UserPoolId": ref(naming.user_pool_name(pool.name, environment.name)),
        "GenerateSecret": False,
        "SupportedIdentityProviders": ["COGNITO"],
        "AllowedOAuthFlowsUserPoolClient": True,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": scopes,
        **_addresses(scope, client, pool, environment),
        "ExplicitAuthFlows": list(AUTH_FLOWS),
        "PreventUserExistenceErrors": "ENABLED",
        "EnableTokenRevocation": True,
    }
    return client_id, Resource("AWS::Cognito::UserPoolClient", properties, waits_for)


def _addresses(
    scope: Scope, client: UserPoolClient, pool: UserPool, environment: Environment
) -> dict[str, Json]:
    who = f"The client of user pool `{pool.name}` in {environment.name}"
    origins = required_web_origins(scope.app, [environment], who)
    return {
        "CallbackURLs": [f"{origin}{client.callback_path}" for origin in origins],
        "LogoutURLs": [f"{origin}{client.logout_path}" for origin in origins],
    }


def _permissions(scope: Scope, pool: UserPool, environment: Environment) -> Entries:
    """Let the pool call each of its functions through the alias of its environment."""
    pool_id = naming.user_pool_name(pool.name, environment.name)
    for function in dict.fromkeys(each.name for each in _triggers(scope, pool).values()):
        properties: dict[str, Json] = {
            "FunctionName": ref(naming.alias_id(function, environment.name)),
            "Action": "lambda:InvokeFunction",
            "Principal": "cognito-idp.amazonaws.com",
            "SourceArn": get_att(pool_id, "Arn"),
        }
        permission_id = naming.permission_id(function, environment.name, f"{pool.name}UserPool")
        yield permission_id, Resource("AWS::Lambda::Permission", properties)
