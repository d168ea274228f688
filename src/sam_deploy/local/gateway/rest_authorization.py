"""Who may call a method of a REST API: by the word of a function, or a token of a user pool.

Sources: "Use API Gateway Lambda authorizers", "Control access to REST APIs using Amazon Cognito
user pools as an authorizer".
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sam_deploy.local.gateway import (
    calling,
    context,
    policies,
    rest_errors,
    routing,
    signatures,
    tokens,
    verdicts,
)
from sam_deploy.local.gateway.calling import Called
from sam_deploy.local.gateway.upstream import UpstreamError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sam_deploy.local.gateway.calling import Caller
    from sam_deploy.local.gateway.issuers import Issuers
    from sam_deploy.local.gateway.rest_call import RestCall
    from sam_deploy.local.gateway.rest_errors import Refusal
    from sam_deploy.local.gateway.rest_model import RestAuthorizer

_CALL_SECONDS: Final = 29.0
_POOL: Final = re.compile(r"arn:[\w-]+:cognito-idp:([a-z0-9-]+):\d*:userpool/([A-Za-z0-9_-]+)")
_DEFAULT_SOURCE: Final = "method.request.header.Authorization"


@dataclass(frozen=True, slots=True)
class RestDecision:
    """Either a refusal, or what the function shall know of the caller.

    `told` is the context's `authorizer` (None: there was none), `identity` who signed the request.
    """

    refusal: Refusal | None = None
    note: str = ""
    told: Mapping[str, object] | None = None
    identity: Mapping[str, str] = field(default_factory=dict)
    context: Mapping[str, str] = field(default_factory=dict)


class RestAuthorization:
    """Decides about calls of REST APIs."""

    def __init__(self, caller: Caller, issuers: Issuers, remembered: verdicts.Remembered) -> None:
        self._caller = caller
        self._issuers = issuers
        self._remembered = remembered

    async def decide(self, call: RestCall) -> RestDecision:
        """Whether the method may be called."""
        method = call.match.method
        if method.authorization in ("", "NONE"):
            return RestDecision()
        if method.authorization == "AWS_IAM":
            return _signed(call)
        authorizer = call.api.authorizers.get(method.authorizer_id)
        if authorizer is None:
            note = "the method names an authorizer that does not exist"
            return RestDecision(rest_errors.AUTHORIZER_CONFIGURATION, note)
        if authorizer.kind == "COGNITO_USER_POOLS":
            return await self._token(call, authorizer)
        return await self._function(call, authorizer)

    async def _token(self, call: RestCall, authorizer: RestAuthorizer) -> RestDecision:
        source = (*authorizer.identity_source, _DEFAULT_SOURCE)[0]
        given = context.identity(source, call.request, call.stage.variables, call.known)
        text = given[len("Bearer ") :] if given[:7].lower() == "bearer " else given
        if not text.strip():
            return RestDecision(rest_errors.UNAUTHORIZED, "no token")
        try:
            token = tokens.parse(text.strip())
            issuer = str(token.claims.get("iss", ""))
            if issuer not in _issuers(authorizer, call):
                raise tokens.InvalidTokenError("the token is of none of the authorizer's pools")
            await self._issuers.verify(token, issuer)
            # For a pool, the expression is about the token's audience. Source: CreateAuthorizer.
            audience = str(token.claims.get("aud", ""))
            if authorizer.validation and not _fits(authorizer.validation, audience):
                raise tokens.InvalidTokenError("the token's audience does not fit its expression")
        except tokens.InvalidTokenError as error:
            return RestDecision(rest_errors.UNAUTHORIZED, str(error))
        except UpstreamError as error:
            note = f"the keys of a user pool were not read: {error}"
            return RestDecision(rest_errors.AUTHORIZER_CONFIGURATION, note)
        return _admitted(token, call.match.method.scopes)

    async def _function(self, call: RestCall, authorizer: RestAuthorizer) -> RestDecision:
        values = [
            context.identity(source, call.request, call.stage.variables, call.known)
            for source in authorizer.identity_source or (_DEFAULT_SOURCE,)
        ]
        is_token = authorizer.kind == "TOKEN"
        # Without a memory, a REQUEST authorizer needs no identity sources, and none is checked.
        checked = is_token or (authorizer.ttl_seconds > 0 and authorizer.identity_source)
        if checked and not all(values):
            return RestDecision(rest_errors.UNAUTHORIZED, "an identity source is missing")
        if is_token and authorizer.validation and not _fits(authorizer.validation, values[0]):
            return RestDecision(rest_errors.UNAUTHORIZED, "the token does not fit its expression")
        key = (call.api.region, call.api.api_id, call.stage.name, authorizer, *values)
        verdict = self._remembered.find(key)
        if verdict is None:
            called = await self._ask(call, authorizer, values[0])
            try:
                verdict = verdicts.read(called.payload, simple=False)
            except verdicts.InvalidVerdictError as error:
                return _failed(called, str(error))
            seconds = authorizer.ttl_seconds if authorizer.identity_source or is_token else 0
            self._remembered.keep(key, verdict, seconds)
        return _judged(verdict, verdict.about(call.arn))

    async def _ask(self, call: RestCall, authorizer: RestAuthorizer, token: str) -> Called:
        try:
            arn = routing.function_arn(
                routing.integration_uri(authorizer.uri, call.stage.variables)
            )
        except routing.UndefinedStageVariableError as error:
            return Called(str(error), problem=calling.REFUSED, reason="no such stage variable")
        if not arn:
            return Called(authorizer.uri, problem=calling.REFUSED, reason="is not a function")
        if authorizer.kind == "TOKEN":
            asked: dict[str, object] = {"authorizationToken": token}
        else:
            asked = {
                name: value
                for name, value in call.event(None, None).items()
                if name not in ("body", "isBase64Encoded")
            }
        whole = {"type": authorizer.kind, "methodArn": call.arn, **asked}
        return await self._caller.call(arn, whole, _CALL_SECONDS)


def _signed(call: RestCall) -> RestDecision:
    try:
        signatures.check(call.request, call.api.region, "execute-api")
    except signatures.MissingSignatureError as error:
        return RestDecision(rest_errors.MISSING_TOKEN, f"AWS_IAM: {error}")
    except signatures.UnknownKeyError as error:
        return RestDecision(rest_errors.UNKNOWN_KEY, f"AWS_IAM: {error}")
    except signatures.InvalidSignatureError as error:
        return RestDecision(rest_errors.INVALID_SIGNATURE, f"AWS_IAM: {error}")
    who = signatures.caller(call.account_id)
    known = {f"identity.{name}": value for name, value in who.items()}
    return RestDecision(identity=who, context=known)


def _issuers(authorizer: RestAuthorizer, call: RestCall) -> set[str]:
    found = set()
    for pool in authorizer.pools:
        try:
            named = _POOL.fullmatch(routing.integration_uri(pool, call.stage.variables))
        except routing.UndefinedStageVariableError:
            continue
        if named:
            found.add(f"https://cognito-idp.{named[1]}.amazonaws.com/{named[2]}")
    return found


def _admitted(token: tokens.Token, scopes: tuple[str, ...]) -> RestDecision:
    try:
        tokens.check_times(token.claims, time.time())
    except tokens.InvalidTokenError as error:
        expired = "expired" in str(error)
        refusal = rest_errors.EXPIRED if expired else rest_errors.UNAUTHORIZED
        return RestDecision(refusal, str(error))
    use = token.claims.get("token_use")
    # With scopes it has to be an access token that has one, without them an identity token.
    if scopes and not set(scopes) & set(tokens.scopes_of(token.claims)):
        return RestDecision(rest_errors.UNAUTHORIZED, f"no scope of {', '.join(scopes)}")
    if not scopes and use not in (None, "id"):
        return RestDecision(rest_errors.UNAUTHORIZED, f"a token for {use}, where an id is wanted")
    claims = {name: tokens.claim_text(value) for name, value in token.claims.items()}
    known = {f"authorizer.claims.{name}": value for name, value in claims.items()}
    return RestDecision(told={"claims": claims}, context=known)


def _fits(expression: str, token: str) -> bool:
    try:
        return re.fullmatch(expression, token) is not None
    except re.error:
        return False


def _failed(called: Called, why: str) -> RestDecision:
    if called.problem == calling.FAILED:
        try:
            said = json.loads(called.payload)
        except ValueError:
            said = {}
        message = str(said.get("errorMessage", "")) if isinstance(said, dict) else ""
        if message.strip() == "Unauthorized":
            return RestDecision(rest_errors.UNAUTHORIZED, "the authorizer says Unauthorized")
        return RestDecision(rest_errors.AUTHORIZER_FAILURE, f"the authorizer: {called.note}")
    note = f"the authorizer: {called.note if called.problem else why}"
    return RestDecision(rest_errors.AUTHORIZER_CONFIGURATION, note)


def _judged(verdict: verdicts.Verdict, outcome: str) -> RestDecision:
    told = verdicts.texts(verdict.context)
    known = {f"authorizer.{name}": str(value) for name, value in told.items()}
    if outcome == policies.ALLOWED:
        return RestDecision(told=told, context=known)
    denied = outcome == policies.DENIED
    refusal = rest_errors.DENIED if denied else rest_errors.NOT_ALLOWED
    return RestDecision(refusal, f"the authorizer: {outcome}", context=known)
