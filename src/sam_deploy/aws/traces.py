"""Tells every call of the SDK to a logger: which it was and what came of it, never what it held.

The SDK's own debug records show bodies and headers, so they are never turned on (secrecy.py).
"""

from __future__ import annotations

import logging
import time
from typing import Any, Final

LOGGER: Final = logging.getLogger("sam_deploy.aws")
BEGAN: Final = "sam-deploy-began"


def trace(client: Any) -> None:  # noqa: ANN401 - the SDK has no types
    """Each try of each call of this client is a debug record from now on."""
    region = client.meta.region_name

    def request_created(request: Any, **_: Any) -> None:  # noqa: ANN401 - the SDK's own
        request.context[BEGAN] = time.monotonic()

    def received(
        response_dict: Any,  # noqa: ANN401 - the SDK's own
        parsed_response: Any,  # noqa: ANN401 - the same
        context: Any,  # noqa: ANN401 - the same
        exception: Any,  # noqa: ANN401 - the same
        event_name: str,
        **_: Any,  # noqa: ANN401 - the same
    ) -> None:
        if not LOGGER.isEnabledFor(logging.DEBUG):
            return
        service, operation = event_name.split(".", 2)[1:]
        milliseconds = (time.monotonic() - context.get(BEGAN, time.monotonic())) * 1000
        tries = context.get("retries", {}).get("attempt", 1)
        again = f", try {tries}" if tries > 1 else ""
        came = _came(response_dict, parsed_response, exception)
        LOGGER.debug(
            "%s %s %s: %s in %.0f ms%s", service, operation, region, came, milliseconds, again
        )

    client.meta.events.register("request-created", request_created)
    client.meta.events.register("response-received", received)


def _came(response: Any, parsed: Any, exception: Any) -> str:  # noqa: ANN401 - the SDK's own
    """Return status, error code and request id; of what got no answer its kind."""
    if response is None:
        return type(exception).__name__
    parts = [str(response.get("status_code", ""))]
    answer: dict[str, Any] = parsed or {}
    if code := answer.get("Error", {}).get("Code"):
        parts.append(str(code))
    if request_id := answer.get("ResponseMetadata", {}).get("RequestId"):
        parts.append(f"request {request_id}")
    return " ".join(parts)
