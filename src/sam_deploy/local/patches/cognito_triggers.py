"""A user pool calls PostConfirmation, PreAuthentication, PostAuthentication and CustomMessage.

Fault: MiniStack 1.5.33 keeps these triggers of a pool and never fires them, but for CustomMessage
when an administrator makes a user.
Seam: the functions of `cognito` that confirm a user, sign one in, or send a code, and the one that
has the texts of the mail.
Source: Cognito developer guide, "Customizing user pool workflows with Lambda triggers", "Custom
message Lambda trigger" for the sources and for what must be in a message.

A function that raises fails the request with UserLambdaValidationException; what was done before,
such as the confirmation, stays, as on AWS. Users of the hosted page and of other identity
providers are signed in without PreAuthentication and PostAuthentication here.
"""

from __future__ import annotations

import importlib
import json
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Record: TypeAlias = dict[str, Any]
Answer: TypeAlias = tuple[int, dict[str, str], bytes]
Module: TypeAlias = Any
"""A module of the emulator."""

OK: Final = 200
PASSWORD_FLOWS: Final = frozenset(
    {"USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH", "USER_SRP_AUTH"}
)
CODE: Final = "{####}"
MESSAGES: Final = (
    ("_sign_up", "CustomMessage_SignUp"),
    ("_resend_confirmation_code", "CustomMessage_ResendCode"),
    ("_forgot_password", "CustomMessage_ForgotPassword"),
    ("_admin_reset_user_password", "CustomMessage_ForgotPassword"),
)
_asked: ContextVar[tuple[str, Record] | None] = ContextVar("asked", default=None)
"""The source and the request that a mail is sent for."""


class RefusedError(Exception):
    """A trigger refuses the request; `answer` is what the client is told."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer)
        self.answer = answer


def event_of(source: str, pool: Record, user: Record, client: str, request: Record) -> Record:
    """The event of a trigger. `source` is such as `PostConfirmation_ConfirmSignUp`."""
    attributes = {item["Name"]: item["Value"] for item in user.get("Attributes", [])}
    attributes["cognito:user_status"] = user.get("UserStatus", "")
    pool_id = pool.get("Id", "")
    return {
        "version": "1",
        "region": pool_id.partition("_")[0],
        "userPoolId": pool_id,
        "userName": user.get("Username", ""),
        "callerContext": {
            "awsSdkVersion": "aws-sdk-unknown-unknown",
            "clientId": client or "CLIENT_ID_NOT_APPLICABLE",
        },
        "triggerSource": source,
        "request": {"userAttributes": attributes, **request},
        "response": {},
    }


def apply() -> None:
    """Fire them around what the emulator does."""
    cognito: Module = importlib.import_module("ministack.services.cognito")
    lambda_svc: Module = importlib.import_module("ministack.services.lambda_svc")
    triggers = Triggers(cognito, lambda_svc)
    cognito._resolve_verification_template = triggers.worded(  # noqa: SLF001
        cognito._resolve_verification_template  # noqa: SLF001
    )
    for name, source in MESSAGES:
        setattr(cognito, name, triggers.mailing(getattr(cognito, name), source))
    for name, source in (
        ("_sign_up", "PostConfirmation_ConfirmSignUp"),
        ("_confirm_sign_up", "PostConfirmation_ConfirmSignUp"),
        ("_admin_confirm_sign_up", "PostConfirmation_ConfirmSignUp"),
        ("_confirm_forgot_password", "PostConfirmation_ConfirmForgotPassword"),
    ):
        setattr(cognito, name, triggers.confirmed(getattr(cognito, name), source))
    for name in ("_initiate_auth", "_admin_initiate_auth"):
        setattr(cognito, name, triggers.signed_in(getattr(cognito, name), begins=True))
    for name in ("_respond_to_auth_challenge", "_admin_respond_to_auth_challenge"):
        setattr(cognito, name, triggers.signed_in(getattr(cognito, name), begins=False))


class Triggers:
    """The functions of the pools, and the requests that they stand around."""

    def __init__(self, cognito: Module, lambda_svc: Module) -> None:
        self._cognito, self._lambda_svc = cognito, lambda_svc

    def mailing(self, request: Callable[[Record], Answer], source: str) -> Callable[..., Answer]:
        """The request that sends a code, whose mail CustomMessage may write."""

        def send(data: Record) -> Answer:
            token = _asked.set((source, data))
            try:
                return request(data)
            except RefusedError as error:
                return error.answer
            finally:
                _asked.reset(token)

        return send

    def worded(self, texts: Callable[..., tuple[str, str]]) -> Callable[..., tuple[str, str]]:
        """Subject and text of a mail with a code, as CustomMessage has them."""

        def word(pool: Record, by_link: bool = False) -> tuple[str, str]:  # noqa: FBT001, FBT002
            subject, text = texts(pool, by_link=by_link)
            source, data = _asked.get() or ("", {})
            found = self._found({**data, "UserPoolId": pool.get("Id")}) if source else None
            if found is None:
                return subject, text
            more = {
                "codeParameter": CODE,
                "usernameParameter": None,
                "clientMetadata": data.get("ClientMetadata") or {},
            }
            said = self._call("CustomMessage", source, found, data, more)
            written = said.get("emailMessage")
            if written and CODE not in written and not by_link:
                why = f"CustomMessage returned an emailMessage without {CODE}."
                raise RefusedError(self._refused("InvalidLambdaResponseException", why))
            return said.get("emailSubject") or subject, written or text

        return word

    def confirmed(self, request: Callable[[Record], Answer], source: str) -> Callable[..., Answer]:
        """The request that confirms a user, and then PostConfirmation."""

        def confirm(data: Record) -> Answer:
            answer = request(data)
            found = self._found(data) if answer[0] == OK else None
            if found is None or found[1].get("UserStatus") != "CONFIRMED":
                return answer
            more = {"clientMetadata": data.get("ClientMetadata") or {}}
            return self._fire("PostConfirmation", source, found, data, more) or answer

        return confirm

    def signed_in(
        self, request: Callable[[Record], Answer], *, begins: bool
    ) -> Callable[..., Answer]:
        """The request that signs in, between PreAuthentication and PostAuthentication."""

        def sign_in(data: Record) -> Answer:
            found = self._found(data)
            if found and begins and data.get("AuthFlow") in PASSWORD_FLOWS:
                more = {"validationData": data.get("ClientMetadata") or {}}
                source = "PreAuthentication_Authentication"
                refused = self._fire("PreAuthentication", source, found, data, more)
                if refused is not None:
                    return refused
            answer = request(data)
            refreshed = begins and data.get("AuthFlow") not in PASSWORD_FLOWS
            if answer[0] != OK or refreshed or b'"AuthenticationResult"' not in answer[2]:
                return answer
            found = self._found(data)
            if found is None:
                return answer
            more = {"newDeviceUsed": False, "clientMetadata": data.get("ClientMetadata") or {}}
            source = "PostAuthentication_Authentication"
            return self._fire("PostAuthentication", source, found, data, more) or answer

        return sign_in

    def _found(self, data: Record) -> tuple[Record, Record] | None:
        """The pool and the user that a request is about."""
        pools, client = self._cognito._user_pools, data.get("ClientId")  # noqa: SLF001
        pool = pools.get(data.get("UserPoolId")) if data.get("UserPoolId") else None
        if pool is None and client:
            pool = next((each for each in pools.values() if client in each["_clients"]), None)
        if pool is None:
            return None
        answers = {**(data.get("AuthParameters") or {}), **(data.get("ChallengeResponses") or {})}
        name = data.get("Username") or answers.get("USERNAME")
        user, _ = self._cognito._resolve_user(pool, name)  # noqa: SLF001
        return (pool, user) if user else None

    def _fire(
        self, name: str, source: str, found: tuple[Record, Record], data: Record, more: Record
    ) -> Answer | None:
        """Call the pool's function of that name; the answer that refuses, if it fails."""
        try:
            self._call(name, source, found, data, more)
        except RefusedError as error:
            return error.answer
        return None

    def _call(
        self, name: str, source: str, found: tuple[Record, Record], data: Record, more: Record
    ) -> Record:
        """What the pool's function of that name says, nothing without one. Raises RefusedError."""
        pool, user = found
        arn = (pool.get("LambdaConfig") or {}).get(name)
        if not arn:
            return {}
        event = event_of(source, pool, user, data.get("ClientId") or "", more)
        if name == "CustomMessage":
            event["response"] = {"smsMessage": None, "emailMessage": None, "emailSubject": None}
        record, config, _ = self._lambda_svc._get_func_record_for_ref(arn)  # noqa: SLF001
        if record is None or config is None:
            why = f"{name} invocation failed due to configuration."
            raise RefusedError(self._refused("InvalidLambdaResponseException", why))
        called = self._lambda_svc._execution_record_for_config(record, config)  # noqa: SLF001
        result = self._lambda_svc._execute_function_with_config_scope(called, event)  # noqa: SLF001
        if result.get("error"):
            why = f"{name} failed with error {message_of(result.get('body'))}."
            raise RefusedError(self._refused("UserLambdaValidationException", why))
        said = self._cognito._extract_trigger_response(result.get("body"))  # noqa: SLF001
        return said or {}

    def _refused(self, code: str, why: str) -> Answer:
        answer: Answer = self._cognito.error_response_json(code, why, 400)
        return answer


def message_of(body: object) -> str:
    """What a failed function said, from its error object."""
    if isinstance(body, bytes | str):
        try:
            body = json.loads(body)
        except ValueError:
            return str(body)
    return str(body.get("errorMessage", "")) if isinstance(body, dict) else str(body)
