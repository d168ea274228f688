"""Renews credentials that expire while a command runs, once, without losing the call.

The SDK refreshes what it knows to expire; keys that another tool writes into a file it reads only
once, and it never retries ExpiredToken (measured: in no retry mode).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final

EXPIRED: Final = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})


class Renewal:
    """Looks for newer credentials where the first ones came from. Safe to use from threads."""

    def __init__(self, new_session: Callable[[], Any]) -> None:
        self._new_session = new_session
        self._lock = threading.Lock()

    def watch(self, client: Any) -> None:  # noqa: ANN401 - the SDK has no types
        """A call of this client that fails for expired credentials is repeated with newer ones."""

        def needs_retry(response: Any, attempts: int, **_: Any) -> float | None:  # noqa: ANN401 - the SDK's own
            if attempts > 1 or _code(response) not in EXPIRED:
                return None
            self._renew(client)
            return 0.0

        service = client.meta.service_model.service_id.hyphenize()
        client.meta.events.register_first(f"needs-retry.{service}", needs_retry)

    def _renew(self, client: Any) -> None:  # noqa: ANN401 - the SDK has no types
        """Give the client's signer newer credentials, when there are any."""
        signer = client._request_signer  # noqa: SLF001 - no public way to sign with other keys
        with self._lock:
            before = signer._credentials  # noqa: SLF001 - the same
            found = self._new_session().get_credentials()
            if before is None or found is None:
                return
            if found.get_frozen_credentials() != before.get_frozen_credentials():
                signer._credentials = found  # noqa: SLF001 - the same


def _code(response: Any) -> str:  # noqa: ANN401 - (HTTP response, parsed answer), or nothing
    return str(response[1].get("Error", {}).get("Code", "")) if response else ""
