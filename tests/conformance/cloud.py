"""What stands behind the gateway here: APIs as values, and functions as plain Python.

It takes the place of our own emulator, not of AWS: the gateway reads what is deployed from it and
has it run functions. So a case costs a millisecond, and its subject is the gateway alone.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import unquote

from sam_deploy.local.gateway.upstream import (
    Invocation,
    UpstreamError,
    UpstreamTimeoutError,
    function_of,
)

REGION = "eu-west-1"
ACCOUNT = "123456789012"
Json: TypeAlias = dict[str, Any]
Handler: TypeAlias = Callable[[Json], object]


class FunctionFailedError(Exception):
    """What a handler raises; its text is the error message that Lambda reports."""


class TooSlowError(Exception):
    """A handler that would take longer than anybody waits."""


class ThrottledError(Exception):
    """A handler whose function has no concurrency left."""


@dataclass(slots=True)
class Cloud:
    """APIs by region and path, functions by name, and what was asked of both.

    The methods are those of `gateway.upstream.Upstream`.
    """

    objects: dict[tuple[str, str], Json] = field(default_factory=dict)
    items: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    functions: dict[str, Handler] = field(default_factory=dict)
    adapters: set[str] = field(default_factory=set)
    documents: dict[str, str] = field(default_factory=dict)
    keys: dict[str, Json] = field(default_factory=dict)
    events: list[tuple[str, Json]] = field(default_factory=list)
    logged: list[Json] = field(default_factory=list)

    async def read(self, region: str, path: str, service: str = "apigateway") -> Json | None:
        """An object, as the emulator's API has it."""
        assert service in ("apigateway", "lambda")
        return self.objects.get((region, path))

    async def read_items(
        self, region: str, path: str, *, items: str = "items", mark: str = "nextToken"
    ) -> list[Json]:
        """The items of a list."""
        assert (items, mark) in (("items", "nextToken"), ("item", "position"))
        return self.items.get((region, unquote(path)), [])

    async def query(self, service: str, region: str, parameters: Mapping[str, str]) -> str:
        """The XML of CloudFormation."""
        assert service == "cloudformation"
        return self.documents[f"{region} {parameters['Action']}"]

    async def fetch(self, path: str, service: str, region: str) -> bytes:
        """The XML of Route 53."""
        if path not in self.documents:
            msg = f"{service} in {region} has no {path}"
            raise UpstreamError(msg)
        return self.documents[path].encode()

    async def fetch_json(self, url: str) -> Json:
        """The keys of an issuer."""
        if url not in self.keys:
            msg = f"404 for {url}"
            raise UpstreamError(msg)
        return self.keys[url]

    async def action(self, service: str, region: str, target: str, body: Mapping[str, Any]) -> None:
        """CloudWatch Logs."""
        assert (service, region) == ("logs", REGION)
        if target.endswith("PutLogEvents"):
            self.logged.append(dict(body))

    async def invoke(self, arn: str, event: bytes, timeout_seconds: float) -> Invocation:
        """Run a handler on the event, as Lambda would."""
        await asyncio.sleep(0)
        name, _ = function_of(arn)
        self.events.append((arn, json.loads(event)))
        if name not in self.functions:
            return Invocation(404, b'{"Message":"Function not found"}', "", "")
        handler = self.functions[name]
        try:
            # An adapter such as Mangum runs an event loop of its own, so not in ours.
            work = asyncio.to_thread(handler, json.loads(event)) if name in self.adapters else None
            result = await work if work else handler(json.loads(event))
        except TooSlowError as error:
            msg = f"{timeout_seconds} s"
            raise UpstreamTimeoutError(msg) from error
        except ThrottledError:
            return Invocation(429, b'{"Reason":"ReservedFunctionConcurrency"}', "", "")
        except FunctionFailedError as error:
            failed = {"errorMessage": str(error), "errorType": "FunctionFailedError"}
            return Invocation(200, json.dumps(failed).encode(), "1", "Unhandled")
        data = result if isinstance(result, bytes) else json.dumps(result).encode()
        return Invocation(200, data, "1", "")

    async def close(self) -> None:
        """Nothing is open."""

    def last_event(self, function: str) -> Json:
        """What a function was called with last."""
        return next(event for arn, event in reversed(self.events) if f":{function}" in arn)


def arn(function: str, qualifier: str = "") -> str:
    """The ARN of a function here."""
    base = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}"
    return f"{base}:{qualifier}" if qualifier else base


def uri(function: str) -> str:
    """An integration's URI; `function` may hold a qualifier or a stage variable."""
    path = "lambda:path/2015-03-31/functions"
    return f"arn:aws:apigateway:{REGION}:{path}/{arn(function)}/invocations"


def http_api(
    cloud: Cloud,
    api_id: str,
    routes: Mapping[str, str | Json],
    *,
    region: str = REGION,
    stages: tuple[Json, ...] = ({"stageName": "$default"},),
    authorizers: tuple[Json, ...] = (),
    **more: Any,
) -> None:
    """An HTTP API. A route is a function's name, or the fields of route and integration."""
    path = f"/v2/apis/{api_id}"
    listed, integrations = [], []
    for index, (key, given) in enumerate(routes.items()):
        fields: Json = {"function": given} if isinstance(given, str) else dict(given)
        route = fields.pop("route", {})
        integration = {
            "integrationId": f"i{index}",
            "integrationType": "AWS_PROXY",
            "payloadFormatVersion": "2.0",
            "integrationUri": fields.pop("uri", "") or uri(fields.pop("function", "")),
            **fields,
        }
        integrations.append(integration)
        listed.append({"routeKey": key, "target": f"integrations/i{index}", **route})
    cloud.objects[region, path] = {"apiId": api_id, "name": api_id, "protocolType": "HTTP", **more}
    cloud.items.setdefault((region, "/v2/apis"), []).append(cloud.objects[region, path])
    cloud.items[region, f"{path}/routes"] = listed
    cloud.items[region, f"{path}/integrations"] = integrations
    cloud.items[region, f"{path}/stages"] = list(stages)
    cloud.items[region, f"{path}/authorizers"] = list(authorizers)


def rest_api(
    cloud: Cloud,
    api_id: str,
    methods: Mapping[str, str | Json],
    *,
    region: str = REGION,
    stages: tuple[Json, ...] = ({"stageName": "prod"},),
    authorizers: tuple[Json, ...] = (),
    responses: tuple[Json, ...] = (),
    validators: tuple[Json, ...] = (),
    **more: Any,
) -> None:
    """A REST API. A method is a function's name, or the fields of method and integration."""
    path = f"/restapis/{api_id}"
    resources: dict[str, Json] = {"/": {"id": "root", "path": "/", "resourceMethods": {}}}
    for key, given in methods.items():
        name, _, where = key.partition(" ")
        fields: Json = {"function": given} if isinstance(given, str) else dict(given)
        method = fields.pop("method", {})
        integration = {"type": "AWS_PROXY", "uri": uri(fields.pop("function", "")), **fields}
        made = {"id": f"r{len(resources)}", "path": where, "resourceMethods": {}}
        resource = resources.setdefault(where, made)
        resource["resourceMethods"][name] = {
            "httpMethod": name,
            "authorizationType": "NONE",
            "methodIntegration": integration,
            **method,
        }
    cloud.objects[region, path] = {"id": api_id, "name": api_id, **more}
    cloud.objects[region, f"{path}/stages"] = {"item": list(stages)}
    cloud.items.setdefault((region, "/restapis"), []).append(cloud.objects[region, path])
    cloud.items[region, f"{path}/resources?embed=methods"] = list(resources.values())
    cloud.items[region, f"{path}/authorizers"] = list(authorizers)
    cloud.items[region, f"{path}/gatewayresponses"] = list(responses)
    cloud.items[region, f"{path}/requestvalidators"] = list(validators)


def domain(cloud: Cloud, name: str, mappings: Mapping[str, Mapping[str, str]]) -> None:
    """A custom domain: by region, the `api/stage` of each mapping key."""
    for region, keys in mappings.items():
        listed = cloud.items.setdefault((region, "/v2/domainnames"), [])
        listed.append({"domainName": name})
        cloud.items[region, f"/v2/domainnames/{name}/apimappings"] = [
            {"apiMappingKey": key, "apiId": target.split("/")[0], "stage": target.split("/")[1]}
            for key, target in keys.items()
        ]
