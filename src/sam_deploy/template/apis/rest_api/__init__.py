"""Renders the REST API: one definition, one deployment of it, a stage per environment. Pure.

The definition is an OpenAPI body in the template. With resources of their own, paths, methods and
browsers' questions of forty routes would be a fifth of the 500 resources a stack may have; a body
is one, and has what they cannot say, such as the headers of the API's own errors.

A deployment is a snapshot that never changes, so its logical id carries a hash of what is in it.
"""

from __future__ import annotations

import hashlib
import json
from typing import Final

from sam_deploy import naming
from sam_deploy.config.model import RestApi
from sam_deploy.template.apis.domains import rest_domain
from sam_deploy.template.apis.firewall import association, web_acl
from sam_deploy.template.apis.gateways import Gateway, answering, permission, rest_apis
from sam_deploy.template.apis.rest_api.definition import definition
from sam_deploy.template.apis.rest_api.stages import stage
from sam_deploy.template.document import Entries, Json, Resource, ref
from sam_deploy.template.scope import Scope

HASH_CHARACTERS: Final = 10


def rest_api(scope: Scope) -> Entries:
    """Yield the API with everything that belongs to it; nothing for a stack without one."""
    api = scope.rest_api
    if api is None:
        return
    for gateway in rest_apis(scope):
        body = definition(scope, api, gateway)
        yield gateway.logical_id, _api(scope, api, gateway, body)
        deployment_id = f"{gateway.logical_id}Deployment{_digest(body)}"
        yield deployment_id, _deployment(api, gateway)
        yield from web_acl(scope, api)
        for environment in gateway.environments:
            yield from stage(scope, api, gateway, environment, deployment_id)
            for function in answering(scope, "rest"):
                yield permission(function, environment, gateway, naming.REST_API)
            yield from association(api, gateway, environment)
            yield from rest_domain(scope, api, gateway, environment)


def _api(scope: Scope, api: RestApi, gateway: Gateway, body: Json) -> Resource:
    properties: dict[str, Json] = {"Name": gateway.name}
    if api.description:
        properties["Description"] = api.description
    properties |= {
        "EndpointConfiguration": {"Types": [api.endpoint]},
        # Importing a body makes an EDGE API unless it is told, too.
        "Parameters": {"endpointConfigurationTypes": api.endpoint},
        "Body": body,
        "Tags": scope.tag_list(),
    }
    return Resource("AWS::ApiGateway::RestApi", properties, declared=api)


def _digest(body: Json) -> str:
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_CHARACTERS]


def _deployment(api: RestApi, gateway: Gateway) -> Resource:
    return Resource(
        "AWS::ApiGateway::Deployment", {"RestApiId": ref(gateway.logical_id)}, declared=api
    )


__all__ = ["rest_api"]
