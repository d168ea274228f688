"""An Invoke with a payload above Lambda's limit is refused.

Fault: MiniStack 1.5.33 takes payloads of any size.
Seam: `lambda_svc.handle_request`.
Source: Lambda quotas (6 MB, and 1 MB for asynchronous calls) and Lambda API, Invoke,
RequestTooLargeException.
"""

from __future__ import annotations

import importlib
from typing import Any, Final, TypeAlias

Record: TypeAlias = dict[str, Any]

LIMITS: Final = {"RequestResponse": 6 * 1024 * 1024, "Event": 1024 * 1024}


def refusal(kind: str, size: int) -> str:
    """Why an Invoke of this type (`X-Amz-Invocation-Type`) is refused, or ''. `size` in bytes."""
    limit = LIMITS.get(kind, LIMITS["RequestResponse"])
    if size <= limit:
        return ""
    what = f"{size} byte payload is too large for the {kind} invocation type"
    return f"{what} (limit {limit} bytes)"


def apply() -> None:
    """Look at the size before anything else does."""
    lambda_svc: Any = importlib.import_module("ministack.services.lambda_svc")
    handle = lambda_svc.handle_request

    async def handle_limited(
        method: str, path: str, headers: Record, body: bytes, params: Record
    ) -> object:
        if path.endswith("/invocations"):
            names = {name.lower(): str(value) for name, value in headers.items()}
            kind = names.get("x-amz-invocation-type") or "RequestResponse"
            why = refusal(kind, len(body))
            if why:
                return lambda_svc.error_response_json("RequestTooLargeException", why, 413)
        return await handle(method, path, headers, body, params)

    lambda_svc.handle_request = handle_limited
