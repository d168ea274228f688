"""A user pool takes the code that it has mailed and no other, and asks for what it requires.

Fault: MiniStack 1.5.33 sends the same code in every mail, takes any code (it compares them under
AUTH=true alone, which changes much else), confirms who is confirmed already, and signs up users
without the pool's required attributes.
Seam: the functions of `cognito` that send a code and those that take one.
Source: Cognito API SignUp, ConfirmSignUp, ResendConfirmationCode, ForgotPassword,
ConfirmForgotPassword, AdminConfirmSignUp; developer guide, "Verifying updates to attributes".

A code goes by mail only, to whoever has an address: one that AWS would send as a text message is
`123456` for a sign-up and `654321` for a new password here. Codes do not run out.
"""

from __future__ import annotations

import importlib
import secrets
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Record: TypeAlias = dict[str, Any]
Answer: TypeAlias = tuple[int, dict[str, str], bytes]
Module: TypeAlias = Any
"""A module of the emulator."""

OK: Final = 200
_GIVEN_BY_COGNITO: Final = "sub"


def apply() -> None:
    """Put the checks around what the emulator does."""
    cognito: Module = importlib.import_module("ministack.services.cognito")
    checks = Checks(cognito, new_code)
    cognito._send_verification_email = checks.mailed(  # noqa: SLF001
        cognito._send_verification_email  # noqa: SLF001
    )
    for name, wrap in (
        ("_sign_up", checks.signed_up),
        ("_confirm_sign_up", checks.confirmed),
        ("_admin_confirm_sign_up", checks.confirmed_by_admin),
        ("_confirm_forgot_password", checks.reset),
    ):
        setattr(cognito, name, wrap(getattr(cognito, name)))


def new_code() -> str:
    """Six digits that nobody can guess."""
    return f"{secrets.randbelow(1_000_000):06d}"


def missing(schema: list[Record], given: dict[str, str]) -> list[str]:
    """The attributes that a pool requires and that a sign-up does not give, by name."""
    required = {each["Name"] for each in schema if each.get("Required")} - {_GIVEN_BY_COGNITO}
    return sorted(name for name in required if not given.get(name))


class Checks:
    """What Cognito looks at before it does what it is asked for."""

    def __init__(self, cognito: Module, code: Callable[[], str]) -> None:
        self._cognito, self._code = cognito, code

    def mailed(self, send: Callable[..., object]) -> Callable[..., object]:
        """The mail has a new code, and the ones before are worth nothing any more."""

        def mail(
            pool: Record, username: str, attributes: Record, code: str, attribute_name: str = ""
        ) -> object:
            user, _ = self._cognito._resolve_user(pool, username)  # noqa: SLF001
            if user and attributes.get("email"):
                code = self._code()
                kept = "_reset_code" if attribute_name == "password" else "_confirmation_code"
                user[kept] = code
            return send(pool, username, attributes, code, attribute_name or "email")

        return mail

    def signed_up(self, request: Callable[[Record], Answer]) -> Callable[[Record], Answer]:
        """SignUp, which needs the attributes that the pool requires."""

        def sign_up(data: Record) -> Answer:
            pool, _ = self._cognito._pool_for_client(data.get("ClientId"))  # noqa: SLF001
            if pool is None:
                return request(data)
            attributes = {
                each["Name"]: each.get("Value", "") for each in data.get("UserAttributes") or []
            }
            name = data.get("Username") or ""
            alias = self._cognito._username_alias_attribute(pool, name)  # noqa: SLF001
            if alias:
                attributes.setdefault(alias, name)
            absent = missing(pool.get("SchemaAttributes") or [], attributes)
            if absent:
                said = "".join(f"{each}: The attribute is required\n" for each in absent)
                why = f"Attributes did not conform to the schema: {said}"
                return self._refused("InvalidParameterException", why)
            return request(data)

        return sign_up

    def confirmed(self, request: Callable[[Record], Answer]) -> Callable[[Record], Answer]:
        """ConfirmSignUp, which takes the mailed code once, and knows the address from then on."""

        def confirm(data: Record) -> Answer:
            refused = self._code_refused("ConfirmSignUp", data)
            if refused is not None:
                return refused
            answer = request(data)
            if answer[0] == OK:
                self._verify(data)
            return answer

        return confirm

    def confirmed_by_admin(self, request: Callable[[Record], Answer]) -> Callable[[Record], Answer]:
        """AdminConfirmSignUp, which needs a user who is not confirmed."""

        def confirm(data: Record) -> Answer:
            pool = self._cognito._user_pools.get(data.get("UserPoolId"))  # noqa: SLF001
            user = None
            if pool is not None:
                user, _ = self._cognito._resolve_user(pool, data.get("Username"))  # noqa: SLF001
            status = user.get("UserStatus") if user else "UNCONFIRMED"
            if status != "UNCONFIRMED":
                why = f"User cannot be confirmed. Current status is {status}"
                return self._refused("NotAuthorizedException", why)
            return request(data)

        return confirm

    def reset(self, request: Callable[[Record], Answer]) -> Callable[[Record], Answer]:
        """ConfirmForgotPassword, which takes the mailed code once."""

        def confirm(data: Record) -> Answer:
            refused = self._code_refused("ConfirmForgotPassword", data)
            return request(data) if refused is None else refused

        return confirm

    def _code_refused(self, action: str, data: Record) -> Answer | None:
        """The emulator's own comparison, which it makes under AUTH=true alone."""
        refused: Answer | None = self._cognito._confirmation_code_error(action, data)  # noqa: SLF001
        return refused

    def _verify(self, data: Record) -> None:
        """The address that the code went to is marked as verified."""
        pool, _ = self._cognito._pool_for_client(data.get("ClientId"))  # noqa: SLF001
        if pool is None or "email" not in (pool.get("AutoVerifiedAttributes") or []):
            return
        user, _ = self._cognito._resolve_user(pool, data.get("Username"))  # noqa: SLF001
        if user:
            verified = [{"Name": "email_verified", "Value": "true"}]
            merge = self._cognito._merge_attributes  # noqa: SLF001
            user["Attributes"] = merge(user.get("Attributes", []), verified)

    def _refused(self, code: str, why: str) -> Answer:
        answer: Answer = self._cognito.error_response_json(code, why, 400)
        return answer
