"""Renews credentials that expire while a command runs, once, without losing the call.

The SDK refreshes what it knows to expire; keys that another tool writes into a file it reads only
once, and it never retries ExpiredToken (measured: in no retry mode).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final

EXPIRED: Final = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
SIGNED_WITH: Final = "sam_deploy_signed_with"
"""In the SDK's context of a request: the credentials that it was signed with."""


class Renewal:
    """Looks for newer credentials where the first ones came from. Safe to use from threads."""

    def __init__(self, new_session: Callable[[], Any]) -> None:
        self._new_session = new_session
        self._lock = threading.Lock()

    def watch(self, client: Any) -> None:  # noqa: ANN401 - the SDK has no types
        """A call of this client that fails for expired credentials is repeated with newer ones."""
        signer = client._request_signer  # noqa: SLF001 - no public way to sign with other keys

        def request_created(request: Any, **_: Any) -> None:  # noqa: ANN401 - the SDK's own
            request.context[SIGNED_WITH] = signer._credentials  # noqa: SLF001 - the same

        def needs_retry(
            response: Any,  # noqa: ANN401 - the SDK's own
            attempts: int,
            request_dict: Any,  # noqa: ANN401 - the SDK's own
            **_: Any,  # noqa: ANN401 - the SDK's own
        ) -> float | None:
            if attempts > 1 or _code(response) not in EXPIRED:
                return None
            self._renew(signer, request_dict["context"].get(SIGNED_WITH))
            # once in any case: what refused them may itself have been behind
            return 0.0

        service = client.meta.service_model.service_id.hyphenize()
        client.meta.events.register_first(f"request-created.{service}", request_created)
        client.meta.events.register_first(f"needs-retry.{service}", needs_retry)

    def _renew(self, signer: Any, used: Any) -> None:  # noqa: ANN401 - the SDK has no types
        """Give a client's signer newer credentials than those `used`, when there are any."""
        with self._lock:
            before = signer._credentials  # noqa: SLF001 - the same
            if before is not used:
                return  # another call of this client has found them meanwhile
            found = self._new_session().get_credentials()
            if before is None or found is None:
                return
            if found.get_frozen_credentials() != before.get_frozen_credentials():
                signer._credentials = found  # noqa: SLF001 - the same


def _code(response: Any) -> str:  # noqa: ANN401 - (HTTP response, parsed answer), or nothing
    return str(response[1].get("Error", {}).get("Code", "")) if response else ""
