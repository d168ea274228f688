"""Who calls: the ID token of the Cognito pool, checked here and not only by API Gateway."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import requests
from jose import JWTError, jwt
from pydantic import BaseModel

from src.utils.errors import ForbiddenError, UnauthorizedError, UnavailableError

OWNER: Final = "owner"
KEYS_TIMEOUT_SECONDS: Final = 5
REFETCH_SECONDS: Final = 60
"""Keys are fetched again for a token of an unknown key, but not more often than this."""

Keys = Mapping[str, Mapping[str, Any]]
FetchKeys = Callable[[str], Keys]


class User(BaseModel):
    """Whom a token belongs to."""

    user_id: str
    email: str
    name: str = ""
    role: str = ""
    email_verified: bool = False


@dataclass(frozen=True, slots=True)
class Pool:
    """A user pool and its client. `endpoint` is empty on AWS."""

    region: str
    pool_id: str
    client_id: str
    endpoint: str = ""

    @property
    def issuer(self) -> str:
        """The `iss` of the pool's tokens. Source: Cognito, "Verifying JSON web tokens"."""
        return f"https://cognito-idp.{self.region}.amazonaws.com/{self.pool_id}"

    @property
    def keys_url(self) -> str:
        """Where the pool's public keys are."""
        base = f"{self.endpoint.rstrip('/')}/{self.pool_id}" if self.endpoint else self.issuer
        return f"{base}/.well-known/jwks.json"


def fetch_keys(url: str) -> Keys:
    """Return the public keys at `url` by their id. Raises UnavailableError."""
    try:
        answer = requests.get(url, timeout=KEYS_TIMEOUT_SECONDS)
        answer.raise_for_status()
        return {key["kid"]: key for key in answer.json()["keys"]}
    except (requests.RequestException, KeyError, ValueError) as error:
        message = "The keys of the user pool could not be fetched"
        raise UnavailableError(message) from error


class Verifier:
    """Checks tokens of one pool; its keys are kept as long as the process lives."""

    def __init__(
        self,
        pool: Pool,
        fetch: FetchKeys = fetch_keys,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pool = pool
        self._fetch = fetch
        self._clock = clock
        self._keys: Keys = {}
        self._fetched_at = float("-inf")

    def user(self, token: str) -> User:
        """Return whose ID token this is.

        Signature (RS256), expiry, audience, issuer and `token_use` are checked: an access token
        has no audience and is not taken. Raises UnauthorizedError, UnavailableError.
        """
        try:
            claims = jwt.decode(
                token,
                self._key(token),
                algorithms=["RS256"],
                audience=self._pool.client_id,
                issuer=self._pool.issuer,
                # at_hash belongs to the access token, which is not sent along
                options={"require_aud": True, "require_exp": True, "verify_at_hash": False},
            )
        except JWTError as error:
            raise UnauthorizedError("The token is not valid, or has expired") from error
        if claims.get("token_use") != "id":
            raise UnauthorizedError("An ID token is needed, not an access token")
        return User(
            user_id=claims["sub"],
            email=claims.get("email", ""),
            name=claims.get("name", ""),
            role=claims.get("custom:role", ""),
            email_verified=str(claims.get("email_verified", "")).lower() == "true",
        )

    def _key(self, token: str) -> Mapping[str, Any]:
        try:
            key_id = jwt.get_unverified_header(token).get("kid", "")
        except JWTError as error:
            raise UnauthorizedError("The token is not valid, or has expired") from error
        if key_id not in self._keys and self._clock() - self._fetched_at >= REFETCH_SECONDS:
            self._keys = self._fetch(self._pool.keys_url)
            self._fetched_at = self._clock()
        if key_id not in self._keys:
            raise UnauthorizedError("The token was signed by an unknown key")
        return self._keys[key_id]


def require_owner(user: User) -> User:
    """Return the user if it is the owner. Raises ForbiddenError."""
    if user.role != OWNER:
        raise ForbiddenError("Only the owner may do this")
    return user
