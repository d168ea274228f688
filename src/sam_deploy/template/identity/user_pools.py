"""Renders Cognito user pools, their web client and resource server, and their triggers. Pure.

The pool's domain is not here: it needs a certificate of us-east-1 and is global (C06, C36). What
it needs is listed by `template/needs.py` and made once the stack stands.
"""

from __future__ import annotations

from typing import Final

from sam_deploy import naming
from sam_deploy.config import physical
from sam_deploy.config.model import (
    Environment,
    Function,
    Group,
    PasswordPolicy,
    ResourceServer,
    UserPool,
    UserPoolClient,
    UserPoolTrigger,
)
from sam_deploy.template.arns import identity_arn
from sam_deploy.template.document import Entries, Json, Resource, get_att, ref
from sam_deploy.template.identity.pool_ids import pool_ids
from sam_deploy.template.origins import required_web_origins
from sam_deploy.template.scope import Scope

STRICT: Final = PasswordPolicy()
"""What a password needs unless the pool says otherwise."""
TOKEN_TRIGGER: Final = "PreTokenGeneration"  # noqa: S105 - the name of a trigger
AUTH_FLOWS: Final = (
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_CUSTOM_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_USER_SRP_AUTH",
)


def user_pools(scope: Scope) -> Entries:
    """Yield each pool of each environment with its clients, and the functions it may call."""
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
                    environment=environment.name,
                    declared=pool,
                ),
            )
            for group in pool.groups:
                yield _group(pool, group, environment)
            for server in pool.resource_servers:
                yield _resource_server(pool, server, environment)
            for client in pool.clients:
                yield _client(scope, pool, client, environment)
            yield from pool_ids(scope, pool, environment)
            yield from _permissions(scope, pool, environment)


def _schema(pool: UserPool) -> dict[str, Json]:
    """Return the attributes; Cognito takes no empty list of them."""
    attributes = [_attribute(name, required=True) for name in pool.required_attributes]
    further = (*pool.optional_attributes, *pool.custom_attributes)
    attributes += [_attribute(name, required=False) for name in further]
    return {"Schema": attributes} if attributes else {}


def _properties(scope: Scope, pool: UserPool, environment: Environment) -> dict[str, Json]:
    triggers = _triggers(scope, pool)
    properties: dict[str, Json] = {"UserPoolName": physical.user_pool_name(pool, environment.name)}
    if TOKEN_TRIGGER in triggers:
        # Version 2 of this trigger's event is not in the Lite tier.
        properties["UserPoolTier"] = "ESSENTIALS"
    properties |= {
        "UsernameAttributes": ["email"],
        "UsernameConfiguration": {"CaseSensitive": False},
        "AutoVerifiedAttributes": ["email"],
        **_schema(pool),
        "Policies": {"PasswordPolicy": _password_policy(pool.password or STRICT)},
        **_second_factor(pool),
        "AccountRecoverySetting": {
            "RecoveryMechanisms": [{"Name": "verified_email", "Priority": 1}]
        },
    }
    if not pool.self_sign_up:
        properties["AdminCreateUserConfig"] = {"AllowAdminCreateUserOnly": True}
    if pool.email_from:
        properties["EmailConfiguration"] = {
            "EmailSendingAccount": "DEVELOPER",
            "SourceArn": identity_arn(pool.email_from.partition("@")[2]),
            "From": pool.email_from,
        }
    if triggers:
        properties["LambdaConfig"] = _lambda_config(triggers, environment)
    return properties | {"UserPoolTags": scope.tags(environment)}


def _password_policy(policy: PasswordPolicy) -> Json:
    return {
        "MinimumLength": policy.min_length,
        "RequireLowercase": policy.lowercase,
        "RequireUppercase": policy.uppercase,
        "RequireNumbers": policy.numbers,
        "RequireSymbols": policy.symbols,
        "TemporaryPasswordValidityDays": policy.temporary_days,
    }


def _second_factor(pool: UserPool) -> dict[str, Json]:
    kinds: dict[str, Json] = {"EnabledMfas": ["SOFTWARE_TOKEN_MFA"]} if pool.mfa != "OFF" else {}
    return {"MfaConfiguration": pool.mfa, **kinds}


def _group(pool: UserPool, group: Group, environment: Environment) -> tuple[str, Resource]:
    properties: dict[str, Json] = {
        "UserPoolId": ref(naming.user_pool_name(pool.name, environment.name)),
        "GroupName": group.name,
    }
    if group.description:
        properties["Description"] = group.description
    if group.precedence is not None:
        properties["Precedence"] = group.precedence
    group_id = naming.user_pool_group_id(pool.name, group.name, environment.name)
    return group_id, Resource(
        "AWS::Cognito::UserPoolGroup", properties, environment=environment.name, declared=pool
    )


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
    server_id = naming.user_pool_resource_server_id(pool.name, server.identifier, environment.name)
    return server_id, Resource(
        "AWS::Cognito::UserPoolResourceServer",
        properties,
        environment=environment.name,
        declared=pool,
    )


def _client(
    scope: Scope, pool: UserPool, client: UserPoolClient, environment: Environment
) -> tuple[str, Resource]:
    client_id = naming.user_pool_client_name(pool.name, environment.name, client.name or "")
    waits_for: tuple[str, ...] = ()
    for server in pool.resource_servers:
        # Cognito refuses a client with a scope that does not exist yet.
        server_id = naming.user_pool_resource_server_id(
            pool.name, server.identifier, environment.name
        )
        waits_for += (server_id,)
    properties: dict[str, Json] = {
        "ClientName": client_id,
        "UserPoolId": ref(naming.user_pool_name(pool.name, environment.name)),
        "GenerateSecret": False,
        "SupportedIdentityProviders": ["COGNITO"],
        **_hosted(scope, client, pool, environment),
        "ExplicitAuthFlows": list(AUTH_FLOWS),
        **_attributes(pool),
        **_validity(client),
        "PreventUserExistenceErrors": "ENABLED",
        "EnableTokenRevocation": True,
    }
    return client_id, Resource(
        "AWS::Cognito::UserPoolClient",
        properties,
        waits_for,
        environment=environment.name,
        declared=pool,
    )


def _attributes(pool: UserPool) -> dict[str, Json]:
    """Let people read their custom attributes and not write them: `custom:role` is ours to give.

    Without these lists a client's users can change what functions trust.
    Source: Cognito developer guide, "Working with user attributes".
    """
    if not pool.custom_attributes:
        return {}
    own = list(dict.fromkeys((*pool.required_attributes, *pool.optional_attributes)))
    custom = [f"custom:{name}" for name in pool.custom_attributes]
    return {"ReadAttributes": [*own, *custom], "WriteAttributes": own}


def _validity(client: UserPoolClient) -> dict[str, Json]:
    return {
        "AccessTokenValidity": client.access_token_minutes,
        "IdTokenValidity": client.id_token_minutes,
        "RefreshTokenValidity": client.refresh_token_days,
        "TokenValidityUnits": {
            "AccessToken": "minutes",
            "IdToken": "minutes",
            "RefreshToken": "days",
        },
    }


def _hosted(
    scope: Scope, client: UserPoolClient, pool: UserPool, environment: Environment
) -> dict[str, Json]:
    """Return what the hosted sign-in pages need; nothing for a client without addresses."""
    if not client.callback_path or not client.logout_path:
        return {}
    who = f"The client of user pool `{pool.name}` in {environment.name}"
    origins = required_web_origins(scope.app, [environment], who)
    scopes = [
        *client.scopes,
        *(f"{server.identifier}/{s}" for server in pool.resource_servers for s in server.scopes),
    ]
    return {
        "AllowedOAuthFlowsUserPoolClient": True,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": scopes,
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
        yield (
            permission_id,
            Resource(
                "AWS::Lambda::Permission",
                properties,
                environment=environment.name,
                declared=pool,
            ),
        )
