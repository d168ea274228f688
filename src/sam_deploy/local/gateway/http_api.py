"""One request through an HTTP API: stage, CORS, route, caller, function, answer.

Every refusal is the answer that API Gateway gives; the reason goes to the gateway's log.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from sam_deploy.local.gateway import (
    calling,
    context,
    cors,
    event,
    event_v1,
    forwarding,
    mapping,
    response,
    routing,
)
from sam_deploy.local.gateway.http_authorization import Call
from sam_deploy.local.gateway.model import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sam_deploy.local.gateway.address import Address
    from sam_deploy.local.gateway.calling import Called, Caller
    from sam_deploy.local.gateway.forwarding import Forwarder
    from sam_deploy.local.gateway.http_authorization import Decision, HttpAuthorization
    from sam_deploy.local.gateway.model import HttpApi, Integration, Reply, Request, Stage
    from sam_deploy.local.gateway.throttling import Throttles

_NO_ACCOUNT: Final = "000000000000"


@dataclass(frozen=True, slots=True)
class HttpApis:
    """Serves requests for HTTP APIs."""

    caller: Caller
    authorization: HttpAuthorization
    throttles: Throttles
    forwarder: Forwarder

    async def serve(self, api: HttpApi, address: Address, request: Request) -> Outcome:
        """Answer one request. `request.path` is the whole path below the API's host or mapping."""
        if api.endpoint_disabled and not address.stage:
            return Outcome(response.NOT_FOUND, "the execute-api endpoint is disabled")
        found = routing.stage_of(api.stages, address.stage, request.path)
        if found is None:
            return Outcome(response.NOT_FOUND, f"no stage for {request.path}")
        stage, rest = found
        at_stage = replace(request, path=routing.stage_path(stage, rest))
        if api.cors is not None and cors.is_preflight(request):
            known = context.describe(at_stage, api.api_id, _NO_ACCOUNT, stage.name)
            return Outcome(cors.preflight(api.cors, request), "preflight", known, stage.access_log)
        outcome = await self._route(api, stage, rest, at_stage)
        outcome = replace(outcome, access_log=stage.access_log)
        if api.cors is None:
            return outcome
        return replace(outcome, reply=cors.decorate(api.cors, request, outcome.reply))

    async def _route(self, api: HttpApi, stage: Stage, rest: str, request: Request) -> Outcome:
        match = routing.match(api.routes, request.method, rest)
        if match is None:
            known = context.describe(request, api.api_id, _NO_ACCOUNT, stage.name)
            note = f"no route for {request.method} {rest}"
            return Outcome(response.NOT_FOUND, note, known)
        key = match.route.key
        arn, fault = _target(api.integrations.get(match.route.integration_id), stage, key)
        account_id = arn.split(":")[4] if arn else _NO_ACCOUNT
        known = context.describe(request, api.api_id, account_id, stage.name, routeKey=key)
        limit = stage.route_throttles.get(key, stage.throttle)
        bucket = (api.region, api.api_id, stage.name, key)
        if not self.throttles.takes(bucket, limit):
            return Outcome(response.TOO_MANY_REQUESTS, f"{key} is throttled", known)
        call = Call(api, stage, match, request, rest, account_id, known)
        decision = await self.authorization.decide(call)
        known |= decision.context
        if decision.refusal is not None:
            return Outcome(decision.refusal, decision.note, known)
        if arn:
            return await self._integrate(call, arn, decision, known)
        integration = api.integrations.get(match.route.integration_id)
        if integration is not None and integration.kind == forwarding.KIND:
            return await self._forward(call, integration, known)
        return Outcome(response.INTERNAL_SERVER_ERROR, fault, known)

    async def _forward(
        self, call: Call, integration: Integration, known: Mapping[str, str]
    ) -> Outcome:
        try:
            uri = routing.integration_uri(integration.uri, call.stage.variables)
        except routing.UndefinedStageVariableError as error:
            note = f"no stage variable {error}"
            return Outcome(response.INTERNAL_SERVER_ERROR, note, known)
        values = _values(call, known)
        request, path = mapping.of_request(integration.request_parameters, values)
        done = await self.forwarder.forward(
            request,
            forwarding.with_path(uri, path) if path else uri,
            integration.http_method,
            call.match.parameters,
            integration.timeout_seconds,
        )
        if done.reply is None:
            return Outcome(response.SERVICE_UNAVAILABLE, done.note, known)
        rules = integration.response_parameters.get(str(done.reply.status), {})
        return Outcome(mapping.of_reply(rules, values, done.reply), done.note, known)

    async def _integrate(
        self, call: Call, arn: str, decision: Decision, known: Mapping[str, str]
    ) -> Outcome:
        integration = call.api.integrations[call.match.route.integration_id]
        version, values = integration.payload_version, _values(call, known)
        request, _ = mapping.of_request(integration.request_parameters, values)
        payload = (_event_v1 if version == "1.0" else _event)(
            replace(call, request=request), decision
        )
        called = await self.caller.call(arn, payload, integration.timeout_seconds)
        reply = _answer(called, version)
        told = {**known, **called.context, "integration.status": str(reply.status)}
        if not called.problem:
            rules = integration.response_parameters.get(str(reply.status), {})
            reply = mapping.of_reply(rules, values, reply)
        return Outcome(reply, called.note, told)


def _values(call: Call, known: Mapping[str, str]) -> mapping.Known:
    return mapping.Known(
        call.request, call.rest, call.match.parameters, call.stage.variables, known
    )


def _target(integration: Integration | None, stage: Stage, key: str) -> tuple[str, str]:
    """The function's ARN, or '' and what is wrong."""
    if integration is None:
        return "", f"{key} has no integration"
    try:
        uri = routing.integration_uri(integration.uri, stage.variables)
    except routing.UndefinedStageVariableError as error:
        return "", f"no stage variable {error}"
    arn = routing.function_arn(uri)
    return arn, "" if arn else f"{uri} is not a function"


def _event(call: Call, decision: Decision) -> dict[str, object]:
    return event.build(
        call.request, call.match, call.stage, call.api.api_id, call.account_id, decision.told
    )


def _event_v1(call: Call, decision: Decision) -> dict[str, object]:
    told = decision.told_v1 or {"claims": None, "scopes": None}
    place = replace(call.place, authorizer=told)
    headers = event.passed_on(call.request)
    return event_v1.build(call.request, place, headers, event.body_of(call.request))


def _answer(called: Called, version: str) -> Reply:
    match called.problem:
        case "":
            return response.from_payload(called.payload, version)
        case calling.EVENT_TOO_LARGE:
            return response.TOO_LARGE
        case calling.TIMED_OUT | calling.UNREACHABLE | calling.THROTTLED:
            return response.SERVICE_UNAVAILABLE
        case _:
            return response.INTERNAL_SERVER_ERROR
