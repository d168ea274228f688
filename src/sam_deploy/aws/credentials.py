"""Renews credentials that expire while a command runs, once, without losing the call.

The SDK refreshes what it knows to expire; keys that another tool writes into a file it reads only
once, and it never retries ExpiredToken (measured: in no retry mode).

An answer to HEAD has no body: S3 refuses expired keys there by the status 400 alone, as it does
other mistakes. Source: S3 API HeadObject and HeadBucket, "a generic 400 Bad Request".
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final

EXPIRED: Final = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
WITHOUT_WORDS: Final = "400"
"""What the SDK makes a code of where the answer has no body."""
SIGNED_WITH: Final = "sam_deploy_signed_with"
"""In the SDK's context of a request: the credentials that it was signed with."""


def unsaid(code: str, operation: Any) -> bool:  # noqa: ANN401 - the SDK has no types
    """Whether a refusal is one that does not say why, and that expired credentials may have."""
    return code == WITHOUT_WORDS and operation.http.get("method") == "HEAD"


class Renewal:
    """Looks for newer credentials where the first ones came from. Safe to use from threads.

    `newest` returns what is there now; nothing where credentials were given and come from nowhere.
    """

    def __init__(self, newest: Callable[[], Any]) -> None:
        self._newest = newest
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
            operation: Any,  # noqa: ANN401 - the SDK's own
            **_: Any,  # noqa: ANN401 - the SDK's own
        ) -> float | None:
            code = _code(response)
            if attempts > 1 or not (code in EXPIRED or unsaid(code, operation)):
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
            found = self._newest()
            if before is None or found is None:
                return
            if found.get_frozen_credentials() != before.get_frozen_credentials():
                signer._credentials = found  # noqa: SLF001 - the same


def _code(response: Any) -> str:  # noqa: ANN401 - (HTTP response, parsed answer), or nothing
    return str(response[1].get("Error", {}).get("Code", "")) if response else ""
