"""Who may call a route of an HTTP API: tokens of an issuer, or the word of a function.

Sources: "Control access to HTTP APIs with JWT authorizers", "Control access to HTTP APIs with AWS
Lambda authorizers". A refusal is worded as on AWS; why goes to the log.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from sam_deploy.local.gateway import (
    context,
    event,
    event_v1,
    policies,
    response,
    routing,
    signatures,
    tokens,
    verdicts,
)
from sam_deploy.local.gateway.event_v1 import Place
from sam_deploy.local.gateway.upstream import UpstreamError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sam_deploy.local.gateway.calling import Caller
    from sam_deploy.local.gateway.issuers import Issuers
    from sam_deploy.local.gateway.model import Authorizer, HttpApi, Reply, Request, Stage
    from sam_deploy.local.gateway.routing import Match

_CALL_SECONDS: Final = 10.0
_UNAUTHORIZED: Final = response.message(401, "Unauthorized")


@dataclass(frozen=True, slots=True)
class Decision:
    """Either a refusal, or what the function shall know of the caller.

    `told` is the `authorizer` of format 2.0, `told_v1` that of 1.0; `context` is for access logs.
    """

    refusal: Reply | None = None
    note: str = ""
    told: Mapping[str, object] = field(default_factory=dict)
    told_v1: Mapping[str, object] = field(default_factory=dict)
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """A request at a route, on its way to being authorized. `request.path` has the stage."""

    api: HttpApi
    stage: Stage
    match: Match
    request: Request
    rest: str
    account_id: str
    known: Mapping[str, str]

    @property
    def arn(self) -> str:
        """The ARN that a policy is about."""
        place = f"arn:aws:execute-api:{self.api.region}:{self.account_id}:{self.api.api_id}"
        return f"{place}/{self.stage.name}/{self.request.method}{self.rest}"

    @property
    def place(self) -> Place:
        """The same for payload format 1.0."""
        key = self.match.route.key
        path = routing.outer_path(self.request, self.rest)
        return Place(
            account_id=self.account_id,
            api_id=self.api.api_id,
            stage=self.stage.name,
            resource=key.partition(" ")[2] or key,
            resource_id=None,
            path=path,
            full_path=path,
            parameters=self.match.parameters,
            variables=self.stage.variables,
        )


class HttpAuthorization:
    """Decides about calls of HTTP APIs."""

    def __init__(self, caller: Caller, issuers: Issuers, remembered: verdicts.Remembered) -> None:
        self._caller = caller
        self._issuers = issuers
        self._remembered = remembered

    async def decide(self, call: Call) -> Decision:
        """Whether the route may be called."""
        route = call.match.route
        if route.authorization in ("", "NONE"):
            return Decision()
        if route.authorization == "AWS_IAM":
            return _signed(call)
        authorizer = call.api.authorizers.get(route.authorizer_id)
        if authorizer is None:
            note = f"{route.key} names an authorizer that does not exist"
            return Decision(response.INTERNAL_SERVER_ERROR, note)
        if authorizer.kind == "JWT":
            return await self._token(call, authorizer)
        return await self._function(call, authorizer)

    async def _token(self, call: Call, authorizer: Authorizer) -> Decision:
        source = (*authorizer.identity_source, "$request.header.Authorization")[0]
        given = context.identity(source, call.request, call.stage.variables, call.known)
        text = given[len("Bearer ") :] if given[:7].lower() == "bearer " else given
        if not text.strip():
            return _unauthorized("no token", "Bearer")
        try:
            token = tokens.parse(text.strip())
            if str(token.claims.get("iss", "")) != authorizer.issuer:
                raise tokens.InvalidTokenError("the token does not have a valid issuer")
            await self._issuers.verify(token, authorizer.issuer)
            tokens.check_times(token.claims, time.time())
            tokens.check_audience(token.claims, authorizer.audience)
        except tokens.InvalidTokenError as error:
            described = f'Bearer scope="" error="invalid_token" error_description="{error}"'
            return _unauthorized(str(error), described)
        except UpstreamError as error:
            note = f"the keys of {authorizer.issuer} were not read: {error}"
            return Decision(response.INTERNAL_SERVER_ERROR, note)
        return _scoped(token, call.match.route.scopes)

    async def _function(self, call: Call, authorizer: Authorizer) -> Decision:
        values = [
            context.identity(source, call.request, call.stage.variables, call.known)
            for source in authorizer.identity_source
        ]
        if not all(values):
            return Decision(_UNAUTHORIZED, "an identity source is missing")
        key = (call.api.region, call.api.api_id, call.stage.name, authorizer, *values)
        verdict = self._remembered.find(key)
        if verdict is None:
            try:
                verdict = await self._ask(call, authorizer, values)
            except verdicts.InvalidVerdictError as error:
                known = {"authorizer.error": str(error)}
                return Decision(
                    response.INTERNAL_SERVER_ERROR, f"the authorizer: {error}", context=known
                )
            # AWS caches by identity sources, so without any it caches nothing.
            self._remembered.keep(key, verdict, authorizer.ttl_seconds if values else 0)
        return _judged(verdict, verdict.about(call.arn))

    async def _ask(self, call: Call, authorizer: Authorizer, values: list[str]) -> verdicts.Verdict:
        try:
            arn = routing.function_arn(
                routing.integration_uri(authorizer.uri, call.stage.variables)
            )
        except routing.UndefinedStageVariableError as error:
            msg = f"there is no stage variable {error}"
            raise verdicts.InvalidVerdictError(msg) from error
        if not arn:
            msg = f"{authorizer.uri} is not a function"
            raise verdicts.InvalidVerdictError(msg)
        made = _event_v1 if authorizer.payload_version == "1.0" else _event
        called = await self._caller.call(arn, made(call, values), _CALL_SECONDS)
        if called.problem:
            raise verdicts.InvalidVerdictError(called.note)
        simple = authorizer.simple and authorizer.payload_version != "1.0"
        return verdicts.read(called.payload, simple=simple)


def _signed(call: Call) -> Decision:
    service = "lambda" if call.api.is_url else "execute-api"
    try:
        signatures.check(call.request, call.api.region, service)
    except (
        signatures.MissingSignatureError,
        signatures.UnknownKeyError,
        signatures.InvalidSignatureError,
    ) as error:
        return Decision(response.FORBIDDEN, f"AWS_IAM: {error}")
    who = signatures.caller(call.account_id)
    iam = {
        "accessKey": who["accessKey"],
        "accountId": who["accountId"],
        "callerId": who["caller"],
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": who["userArn"],
        "userId": who["user"],
    }
    known = {f"identity.{name}": value for name, value in who.items()}
    return Decision(told={"iam": iam}, told_v1={"iam": iam}, context=known)


def _unauthorized(note: str, challenge: str) -> Decision:
    headers = (*_UNAUTHORIZED.headers, ("www-authenticate", challenge))
    known = {"authorizer.error": note}
    return Decision(replace(_UNAUTHORIZED, headers=headers), note, context=known)


def _scoped(token: tokens.Token, wanted: tuple[str, ...]) -> Decision:
    had = tokens.scopes_of(token.claims)
    if wanted and not set(wanted) & set(had):
        described = (
            f'Bearer scope="{" ".join(wanted)}" error="insufficient_scope" '
            'error_description="the token does not have any of the scopes"'
        )
        headers = (*response.FORBIDDEN.headers, ("www-authenticate", described))
        note = f"the token has none of the scopes {', '.join(wanted)}"
        return Decision(replace(response.FORBIDDEN, headers=headers), note)
    claims = {name: tokens.claim_text(value) for name, value in token.claims.items()}
    told: dict[str, object] = {"claims": claims, "scopes": list(had) if wanted else None}
    known = {f"authorizer.claims.{name}": value for name, value in claims.items()}
    return Decision(told={"jwt": told}, told_v1=told, context=known)


def _judged(verdict: verdicts.Verdict, outcome: str) -> Decision:
    known = {
        f"authorizer.{name}": str(value) for name, value in verdicts.texts(verdict.context).items()
    }
    if outcome != policies.ALLOWED:
        return Decision(response.FORBIDDEN, f"the authorizer: {outcome}", context=known)
    told = {"lambda": dict(verdict.context) or None}
    return Decision(told=told, told_v1=verdicts.texts(verdict.context), context=known)


def _event(call: Call, values: list[str]) -> dict[str, object]:
    whole = event.build(call.request, call.match, call.stage, call.api.api_id, call.account_id)
    kept = {key: value for key, value in whole.items() if key not in ("body", "isBase64Encoded")}
    identity = values or None
    return {**kept, "type": "REQUEST", "routeArn": call.arn, "identitySource": identity}


def _event_v1(call: Call, values: list[str]) -> dict[str, object]:
    whole = event_v1.build(call.request, call.place, event.passed_on(call.request), (None, False))
    unsent = ("body", "isBase64Encoded", "multiValueHeaders", "multiValueQueryStringParameters")
    kept = {key: value for key, value in whole.items() if key not in unsent}
    identity = ",".join(values)
    return {
        **kept,
        "type": "REQUEST",
        "methodArn": call.arn,
        "identitySource": identity,
        "authorizationToken": identity,
    }
