"""Whose tokens an API takes, as its authorizers are told: issuer, audience, pools. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sam_deploy import naming
from sam_deploy.config.model import Authorizer, Environment, Route, UserPool
from sam_deploy.template.document import Json, ref, sub
from sam_deploy.template.scope import Scope

POOL_VARIABLE: Final = "UserPoolId"
"""Stage variable of a REST API: the pool whose tokens the stage takes."""


def pool_of(scope: Scope, authorizer: Authorizer) -> UserPool | None:
    """Return the pool that an authorizer names."""
    return next((each for each in scope.app.user_pools if each.name == authorizer.pool), None)


def pool_id(pool: UserPool, environment: Environment) -> Json:
    """Return the id of an environment's pool."""
    if pool.existing_ids:
        return pool.existing_ids[environment.name]
    return ref(naming.user_pool_name(pool.name, environment.name))


def region_of(pool: UserPool) -> str:
    """Return the region of a pool: the stack's for our own, else the one in its id."""
    if not pool.existing_ids:
        return "${AWS::Region}"
    return next(iter(pool.existing_ids.values())).partition("_")[0]


def jwt_configuration(
    scope: Scope, authorizer: Authorizer, environment: Environment
) -> Mapping[str, Json]:
    """Return issuer and audience of an environment's tokens.

    API Gateway compares `client_id` when a token has no `aud`, as access tokens of Cognito.
    Source: API Gateway developer guide, "Control access to HTTP APIs with JWT authorizers".
    """
    audience: list[Json] = list(authorizer.audience)
    pool = pool_of(scope, authorizer)
    if pool is None:
        return {"Issuer": authorizer.issuer or "", "Audience": audience}
    return {
        "Issuer": _issuer(pool, environment),
        "Audience": audience or _clients(pool, environment),
    }


def scopes_of(authorizer: Authorizer, route: Route) -> list[str]:
    """Return the scopes of which a token needs one: the route's own, else the authorizer's."""
    return list(route.scopes or authorizer.scopes)


def _issuer(pool: UserPool, environment: Environment) -> Json:
    if pool.existing_ids:
        found = pool.existing_ids[environment.name]
        return f"https://cognito-idp.{found.partition('_')[0]}.amazonaws.com/{found}"
    logical_id = naming.user_pool_name(pool.name, environment.name)
    return sub(f"https://cognito-idp.${{AWS::Region}}.${{AWS::URLSuffix}}/${{{logical_id}}}")


def _clients(pool: UserPool, environment: Environment) -> list[Json]:
    if pool.existing_ids:
        return [pool.existing_client_ids[environment.name]]
    return [
        ref(naming.user_pool_client_name(pool.name, environment.name, client.name or ""))
        for client in pool.clients
    ]
