"""The public keys of the issuers of tokens, remembered for a while.

A pool of the emulator answers in place of the real Cognito; another issuer is asked itself.
May touch: the emulator and issuers, through `fetch`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sam_deploy.local.gateway import tokens
from sam_deploy.local.gateway.upstream import UpstreamError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

KEPT_SECONDS: Final = 300.0
_LOOK_AGAIN_SECONDS: Final = 5.0
_POOL: Final = re.compile(
    r"https://cognito-idp\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?/([A-Za-z0-9_-]+)/?"
)


class Issuers:
    """Keys by issuer. AWS keeps them for two hours; here a pool lives for less than that."""

    def __init__(
        self,
        fetch: Callable[[str], Awaitable[dict[str, object]]],
        clock: Callable[[], float],
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._known: dict[str, tuple[float, list[object]]] = {}

    async def verify(self, token: tokens.Token, issuer: str) -> None:
        """The token was signed by the issuer. Raises InvalidTokenError, UpstreamError."""
        tokens.check_signature(token, await self._key(token, issuer))

    async def _key(self, token: tokens.Token, issuer: str) -> Mapping[str, object]:
        read_at, keys = self._known.get(issuer, (float("-inf"), []))
        age = self._clock() - read_at
        key = tokens.key_of(token, keys)
        # A key that is not known may be a new one, but nobody makes us ask at every call.
        if age > KEPT_SECONDS or (key is None and age > _LOOK_AGAIN_SECONDS):
            keys = await self._read(issuer)
            self._known[issuer] = (self._clock(), keys)
            key = tokens.key_of(token, keys)
        if key is None:
            raise tokens.InvalidTokenError("the token's key is not one of the issuer")
        return key

    async def _read(self, issuer: str) -> list[object]:
        pool = _POOL.fullmatch(issuer)
        if pool:
            address = f"/{pool[1]}/.well-known/jwks.json"
        else:
            base = issuer.rstrip("/")
            described = await self._fetch(f"{base}/.well-known/openid-configuration")
            address = str(described.get("jwks_uri", ""))
            if not address.startswith(("https://", "http://")):
                msg = f"{issuer} names no jwks_uri"
                raise UpstreamError(msg)
        keys = (await self._fetch(address)).get("keys")
        return keys if isinstance(keys, list) else []
