"""A user pool asks its PreTokenGeneration function once for each login or refresh.

Fault: MiniStack 1.5.33 calls it for the access token and again for the ID token.
Seam: the functions of `cognito` that make tokens, and `lambda_svc`'s way to call a function.
Source: Cognito developer guide, "Pre token generation Lambda trigger": one event, whose answer says
what is in both tokens.
"""

from __future__ import annotations

import importlib
import json
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Module: TypeAlias = Any
"""A module of the emulator."""

_SOURCE: Final = "TokenGeneration_"
_answers: ContextVar[dict[str, Any] | None] = ContextVar("answers", default=None)
"""What the function said to an event, while the tokens of one request are made."""


def apply() -> None:
    """Both tokens of a request are made of one answer."""
    cognito: Module = importlib.import_module("ministack.services.cognito")
    lambda_svc: Module = importlib.import_module("ministack.services.lambda_svc")
    for name in ("_build_auth_result", "_oauth2_token"):
        setattr(cognito, name, remembering(getattr(cognito, name)))
    lambda_svc._execute_function_with_config_scope = once(  # noqa: SLF001
        lambda_svc._execute_function_with_config_scope  # noqa: SLF001
    )


def remembering(make: Callable[..., Any]) -> Callable[..., Any]:
    """`make`, during which an answer is remembered."""

    def made(*given: object, **named: object) -> object:
        if _answers.get() is not None:
            return make(*given, **named)
        token = _answers.set({})
        try:
            return make(*given, **named)
        finally:
            _answers.reset(token)

    return made


def once(execute: Callable[..., Any]) -> Callable[..., Any]:
    """`execute`, which calls a function once with an event of tokens while these are made."""

    def executed(record: object, event: Any, *given: object, **named: object) -> object:  # noqa: ANN401
        known = _answers.get()
        if known is None or not isinstance(event, dict):
            return execute(record, event, *given, **named)
        if not str(event.get("triggerSource", "")).startswith(_SOURCE):
            return execute(record, event, *given, **named)
        key = json.dumps(event, sort_keys=True, default=str)
        if key not in known:
            known[key] = execute(record, event, *given, **named)
        return known[key]

    return executed
