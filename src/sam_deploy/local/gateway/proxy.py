"""One request through an HTTP API: stage, CORS, route, integration, function, answer.

Every refusal is the answer that API Gateway gives; the reason goes to the access log.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from sam_deploy.local.gateway import cors, event, response, routing
from sam_deploy.local.gateway.slots import Slots
from sam_deploy.local.gateway.upstream import UpstreamError, UpstreamTimeoutError

if TYPE_CHECKING:
    from sam_deploy.local.gateway.deployed import Deployed
    from sam_deploy.local.gateway.model import HttpApi, Reply, Request, Stage
    from sam_deploy.local.gateway.upstream import Invocation, Upstream

LAMBDA_PAYLOAD_LIMIT: Final = 6 * 1024 * 1024
_OK: Final = 200
_THROTTLED: Final = 429


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer, and what the access log says about it."""

    reply: Reply
    note: str = ""


class Proxy:
    """Serves requests for the APIs that are deployed."""

    def __init__(self, deployed: Deployed, upstream: Upstream) -> None:
        self._deployed = deployed
        self._upstream = upstream
        self._slots = Slots()

    async def serve(self, region: str, api_id: str, request: Request) -> Outcome:
        """Answer one request. `request.path` is the whole path below the API's host."""
        try:
            api = await self._deployed.api(region, api_id)
        except UpstreamError as error:
            return Outcome(response.SERVICE_UNAVAILABLE, f"the emulator does not answer: {error}")
        if api is None:
            return Outcome(response.NOT_FOUND, f"no HTTP API {api_id} in {region}")
        found = routing.find_stage(api.stages, request.path)
        if found is None:
            return Outcome(response.NOT_FOUND, f"no stage for {request.path}")
        stage, rest = found
        if api.cors is not None and cors.is_preflight(request):
            return Outcome(cors.preflight(api.cors, request), "preflight")
        at_stage = replace(request, path=routing.stage_path(stage, rest))
        outcome = await self._route(api, stage, rest, at_stage)
        if api.cors is None:
            return outcome
        return replace(outcome, reply=cors.decorate(api.cors, request, outcome.reply))

    async def _route(self, api: HttpApi, stage: Stage, rest: str, request: Request) -> Outcome:
        match = routing.match(api.routes, request.method, rest)
        if match is None:
            return Outcome(response.NOT_FOUND, f"no route for {request.method} {rest}")
        integration = api.integrations.get(match.route.integration_id)
        if integration is None:
            return Outcome(response.INTERNAL_SERVER_ERROR, f"{match.route.key} has no integration")
        try:
            arn = routing.function_arn(routing.integration_uri(integration.uri, stage))
        except routing.UndefinedStageVariableError as error:
            return Outcome(response.INTERNAL_SERVER_ERROR, f"no stage variable {error}")
        if not arn:
            return Outcome(response.INTERNAL_SERVER_ERROR, f"{integration.uri} is not a function")
        payload = event.build(request, match, stage, api.api_id, account_id=arn.split(":")[4])
        data = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        if len(data) > LAMBDA_PAYLOAD_LIMIT:
            return Outcome(response.TOO_LARGE, f"an event of {len(data)} bytes")
        return await self._invoke(arn, data, integration.timeout_seconds)

    async def _invoke(self, arn: str, data: bytes, timeout_seconds: float) -> Outcome:
        called = arn.partition(":function:")[2]
        try:
            async with self._slots.one():
                done = await self._upstream.invoke(arn, data, timeout_seconds)
        except UpstreamTimeoutError:
            note = f"{called} did not answer within {timeout_seconds:g} s"
            return Outcome(response.SERVICE_UNAVAILABLE, note)
        except UpstreamError as error:
            return Outcome(response.SERVICE_UNAVAILABLE, f"{called} was not reached: {error}")
        version = f"{called} -> {done.executed_version}" if done.executed_version else called
        reply, fault = _answer(done)
        return Outcome(reply, f"{version}: {fault}" if fault else version)


def _answer(done: Invocation) -> tuple[Reply, str]:
    """The reply to an invocation, and its fault in words, if any."""
    if done.status == _THROTTLED:
        return response.SERVICE_UNAVAILABLE, "throttled"
    if done.status != _OK:
        return response.INTERNAL_SERVER_ERROR, f"Invoke gave {done.status}"
    if done.function_error:
        return response.INTERNAL_SERVER_ERROR, done.function_error
    if len(done.payload) > LAMBDA_PAYLOAD_LIMIT:
        return response.INTERNAL_SERVER_ERROR, f"a response of {len(done.payload)} bytes"
    return response.from_payload(done.payload), ""
