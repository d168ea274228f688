"""One request through a REST API: stage, method, caller, key, limits, integration, answer.

Sources: "Set up Lambda proxy integrations in API Gateway", "Gateway responses for REST APIs".
"""

from __future__ import annotations

import contextlib
import json
import re
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from sam_deploy.local.gateway import (
    calling,
    compression,
    context,
    forwarding,
    response,
    rest_errors,
    rest_routing,
    routing,
)
from sam_deploy.local.gateway.model import Outcome, Reply
from sam_deploy.local.gateway.rest_call import RestCall, is_binary, request_values
from sam_deploy.local.gateway.rest_model import RestIntegration

if TYPE_CHECKING:
    from sam_deploy.local.gateway.address import Address
    from sam_deploy.local.gateway.calling import Called, Caller
    from sam_deploy.local.gateway.forwarding import Forwarder
    from sam_deploy.local.gateway.model import Request
    from sam_deploy.local.gateway.rest_authorization import RestAuthorization
    from sam_deploy.local.gateway.rest_errors import Refusal
    from sam_deploy.local.gateway.rest_model import ApiKey, IntegrationResponse, RestApi, RestStage
    from sam_deploy.local.gateway.throttling import Throttles

_NO_ACCOUNT: Final = "000000000000"
_REMAPPED: Final = frozenset(
    {
        *("authorization", "connection", "content-length", "content-md5", "date", "expect"),
        *("host", "max-forwards", "proxy-authenticate", "server", "te", "trailer"),
        *("transfer-encoding", "upgrade", "user-agent", "warn", "www-authenticate"),
    }
)
"""Headers of a function that a REST API renames. Source: "Important notes for REST APIs"."""


@dataclass(frozen=True, slots=True)
class RestApis:
    """Serves requests for REST APIs."""

    caller: Caller
    authorization: RestAuthorization
    throttles: Throttles
    forwarder: Forwarder

    async def serve(self, api: RestApi, address: Address, request: Request) -> Outcome:
        """Answer one request. `address.raw_path` is the path below the API's host or mapping."""
        if api.endpoint_disabled and not address.stage:
            return Outcome(rest_errors.FORBIDDEN, "the execute-api endpoint is disabled")
        name, rest = address.stage, address.raw_path
        if not name:
            name, _, below = rest.lstrip("/").partition("/")
            rest = f"/{below}"
        stage = api.stages.get(name)
        if stage is None:
            return Outcome(rest_errors.FORBIDDEN, f"no stage {name}")
        # Below a custom domain a path has the mapping's key, elsewhere the stage.
        outer = address.base_path if address.stage else stage.name
        placed = replace(request, path=f"/{outer}{rest}" if outer else rest)
        placed = replace(
            placed, request_id=str(uuid.uuid4()), extended_request_id=request.request_id
        )
        outcome = await self._method(api, stage, rest, placed)
        ids = (("x-amzn-requestid", placed.request_id), ("x-amz-apigw-id", request.request_id))
        reply = compression.packed(request, outcome.reply, api.compressed_bytes)
        reply = replace(reply, headers=(*reply.headers, *ids))
        return replace(outcome, reply=reply, access_log=stage.access_log)

    async def _method(self, api: RestApi, stage: RestStage, rest: str, request: Request) -> Outcome:
        found = rest_routing.match(api.resources, request.method, rest)
        known = context.describe(request, api.api_id, _NO_ACCOUNT, stage.name)
        if found is None:
            values = request_values(request, {})
            note = f"no method for {request.method} {rest}"
            return rest_errors.refuse(rest_errors.MISSING_TOKEN, api.responses, values, known, note)
        arn, fault = _target(found.method.integration, stage)
        account_id = arn.split(":")[4] if arn else _NO_ACCOUNT
        known |= {
            "accountId": account_id,
            "resourcePath": found.resource.path,
            "resourceId": found.resource.resource_id,
        }
        call = RestCall(api, stage, found, request, rest, account_id, known)
        if request.too_large:
            return call.refuse(rest_errors.TOO_LARGE, "a body above 10 MB")
        try:
            call = replace(call, request=compression.unpacked(request, api.compressed_bytes))
        except compression.UnsupportedCodingError as error:
            return call.refuse(rest_errors.UNSUPPORTED_MEDIA_TYPE, f"content coding: {error}")
        decision = await self.authorization.decide(call)
        call = replace(call, known={**known, **decision.context})
        if decision.refusal is not None:
            return call.refuse(decision.refusal, decision.note)
        key, refusal, note = self._checked(call)
        if refusal is not None:
            return call.refuse(refusal, note)
        integration = found.method.integration or RestIntegration("")
        if integration.kind == "MOCK":
            return Outcome(_mocked(integration), "MOCK", call.known)
        if integration.kind == forwarding.KIND:
            return await self._forward(call, integration)
        if not arn:
            return call.refuse(rest_errors.API_CONFIGURATION, fault)
        payload = call.event(decision.told, key, decision.identity)
        called = await self.caller.call(arn, payload, integration.timeout_seconds)
        return _answered(call, called)

    async def _forward(self, call: RestCall, integration: RestIntegration) -> Outcome:
        try:
            uri = routing.integration_uri(integration.uri, call.stage.variables)
        except routing.UndefinedStageVariableError as error:
            return call.refuse(rest_errors.API_CONFIGURATION, f"no stage variable {error}")
        done = await self.forwarder.forward(
            call.request,
            uri,
            integration.http_method,
            call.match.parameters,
            integration.timeout_seconds,
        )
        if done.reply is None:
            refusal = rest_errors.TIMED_OUT if done.timed_out else rest_errors.UNREACHABLE
            return call.refuse(refusal, done.note)
        return Outcome(_renamed(done.reply), done.note, call.known)

    def _checked(self, call: RestCall) -> tuple[ApiKey | None, Refusal | None, str]:
        """The key that was used, and what stands against the call, if anything."""
        key = None
        if call.match.method.api_key_required:
            given = call.request.header("x-api-key")
            valid = call.api.keys.get(call.stage.name, ())
            key = next((each for each in valid if each.value == given and given), None)
            if key is None:
                return None, rest_errors.INVALID_KEY, "no valid API key"
        if not self._fits(call):
            return key, rest_errors.THROTTLED, "throttled"
        values = request_values(call.request, call.match.parameters)
        missing = [name for name in call.match.method.required if not values.get(name)]
        if missing:
            names = [name.rpartition(".")[2] for name in missing]
            refusal = rest_errors.missing_parameters(names)
            return key, refusal, f"missing {', '.join(names)}"
        return key, None, ""

    def _fits(self, call: RestCall) -> bool:
        resource = call.match.resource.path
        for setting in (f"{resource.lstrip('/')}/{call.request.method}", "*/*"):
            limit = call.stage.throttles.get(setting) or call.stage.throttles.get(f"/{setting}")
            if limit is not None:
                bucket = (call.api.region, call.api.api_id, call.stage.name, setting)
                return self.throttles.takes(bucket, limit)
        return True


def _target(integration: RestIntegration | None, stage: RestStage) -> tuple[str, str]:
    """The function's ARN, or '' and what is wrong."""
    if integration is None:
        return "", "the method has no integration"
    if integration.kind != "AWS_PROXY":
        return "", f"an integration of type {integration.kind}, which this gateway does not serve"
    try:
        uri = routing.integration_uri(integration.uri, stage.variables)
    except routing.UndefinedStageVariableError as error:
        return "", f"no stage variable {error}"
    arn = routing.function_arn(uri)
    return arn, "" if arn else f"{uri} is not a function"


def _answered(call: RestCall, called: Called) -> Outcome:
    told = dict(called.context)
    refusal = {
        "": None,
        calling.EVENT_TOO_LARGE: rest_errors.TOO_LARGE,
        calling.TIMED_OUT: rest_errors.TIMED_OUT,
        calling.UNREACHABLE: rest_errors.UNREACHABLE,
        calling.THROTTLED: rest_errors.API_CONFIGURATION,
        calling.REFUSED: rest_errors.API_CONFIGURATION,
    }.get(called.problem, rest_errors.MALFORMED)
    if refusal is not None:
        return call.refuse(refusal, called.note, **told)
    decode = is_binary(call.request.header("accept"), call.api.binary_media_types)
    reply = response.from_rest_payload(called.payload, decode=decode)
    if reply is None:
        note = f"{called.note}: a malformed proxy response"
        return call.refuse(rest_errors.MALFORMED, note, **told)
    status = {"integration.status": str(reply.status)}
    return Outcome(_renamed(reply), called.note, {**call.known, **told, **status})


def _renamed(reply: Reply) -> Reply:
    headers = tuple(
        (f"x-amzn-remapped-{name}" if name in _REMAPPED else name, value)
        for name, value in reply.headers
    )
    return replace(reply, headers=headers)


def _mocked(integration: RestIntegration) -> Reply:
    """The answer of a MOCK integration: by the status that its request template says."""
    try:
        said = json.loads(integration.template or "{}")
        status = str(said.get("statusCode", 200)) if isinstance(said, dict) else "200"
    except ValueError:
        found = re.search(r'"?statusCode"?\s*:\s*(\d{3})', integration.template)
        status = found[1] if found else "200"
    chosen = _chosen(integration.responses, status)
    if chosen is None:
        return Reply(200, (("content-type", "application/json"),), b"{}")
    headers = {"content-type": "application/json"}
    headers |= {name: value.strip("'") for name, value in chosen.headers.items()}
    return Reply(chosen.status, tuple(headers.items()), chosen.body.encode())


def _chosen(responses: tuple[IntegrationResponse, ...], status: str) -> IntegrationResponse | None:
    for each in responses:
        with contextlib.suppress(re.error):
            if each.pattern and re.fullmatch(each.pattern, status):
                return each
    same = (each for each in responses if not each.pattern and str(each.status) == status)
    default = (each for each in responses if not each.pattern)
    return next(same, None) or next(default, None)
