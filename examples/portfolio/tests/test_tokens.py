"""Tokens: signed here by keys of our own, as the pool would."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jose import jwk, jwt
from src.utils.auth import Pool, Verifier, require_owner
from src.utils.errors import ForbiddenError, UnauthorizedError

POOL = Pool("us-east-1", "us-east-1_abc", "client")
Sign = Callable[..., str]


class Keys:
    """A pool's keys, and how often they were asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.known: dict[str, Any] = {}
        self.private: dict[str, str] = {}

    def add(self, key_id: str) -> None:
        """Make a pair of keys."""
        key = rsa.generate_private_key(65537, 2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        self.private[key_id] = pem.decode()
        public = jwk.construct(self.private[key_id], "RS256").public_key().to_dict()
        self.known[key_id] = {**public, "kid": key_id}

    def fetch(self, url: str) -> dict[str, Any]:
        """Return the public keys, as the pool does."""
        self.asked.append(url)
        return dict(self.known)

    def sign(self, key_id: str = "k1", **claims: Any) -> str:
        """Return a good token with other claims in it; None leaves one out."""
        now = int(time.time())
        good = {
            "sub": "u1",
            "iss": POOL.issuer,
            "aud": POOL.client_id,
            "token_use": "id",
            "exp": now + 60,
            "iat": now,
            "email": "ann@example.com",
            "name": "Ann",
            "custom:role": "owner",
            "email_verified": True,
        }
        kept = {name: value for name, value in {**good, **claims}.items() if value is not None}
        return jwt.encode(kept, self.private[key_id], "RS256", headers={"kid": key_id})


@pytest.fixture(scope="module")
def pair() -> Keys:
    keys = Keys()
    keys.add("k1")
    return keys


def test_a_good_token_says_who_calls(pair: Keys) -> None:
    """Id, address, name, role, and whether the address is verified."""
    user = Verifier(POOL, pair.fetch).user(pair.sign())
    assert ("u1", "ann@example.com", "Ann", "owner", True) == (
        user.user_id,
        user.email,
        user.name,
        user.role,
        user.email_verified,
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"exp": 1},
        {"exp": None},
        {"aud": "another-client"},
        {"aud": None},
        {"iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_other"},
        {"token_use": "access"},
        {"token_use": None},
    ],
)
def test_each_claim_that_is_wrong_or_missing_is_refused(pair: Keys, wrong: dict[str, Any]) -> None:
    """Expiry, audience, issuer and use are all checked."""
    with pytest.raises(UnauthorizedError):
        Verifier(POOL, pair.fetch).user(pair.sign(**wrong))


@pytest.mark.parametrize("token", ["", "a.b.c", "nonsense", "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_token_is_refused(pair: Keys, token: str) -> None:
    """Also one that says that it needs no signature."""
    with pytest.raises(UnauthorizedError):
        Verifier(POOL, pair.fetch).user(token)


def test_a_token_signed_by_somebody_else_is_refused(pair: Keys) -> None:
    """The key id alone proves nothing."""
    forger = Keys()
    forger.add("k1")
    with pytest.raises(UnauthorizedError):
        Verifier(POOL, pair.fetch).user(forger.sign())


def test_the_public_key_is_no_secret_to_sign_with(pair: Keys) -> None:
    """HS256 with the published key as its secret, the oldest trick with JWTs, is refused."""
    forged = jwt.encode({"sub": "u1"}, pair.known["k1"]["n"], "HS256", headers={"kid": "k1"})
    with pytest.raises(UnauthorizedError):
        Verifier(POOL, pair.fetch).user(forged)


def test_keys_are_fetched_once_and_again_for_a_new_key() -> None:
    """A pool may change its keys; a flood of unknown ones asks no more than once a minute."""
    keys, now = Keys(), [0.0]
    keys.add("k1")
    verifier = Verifier(POOL, keys.fetch, lambda: now[0])
    for _ in range(3):
        verifier.user(keys.sign())
    assert [f"{POOL.issuer}/.well-known/jwks.json"] == keys.asked

    keys.add("k2")
    with pytest.raises(UnauthorizedError, match="unknown key"):
        verifier.user(keys.sign("k2"))
    assert 1 == len(keys.asked)
    now[0] = 60.0
    assert "u1" == verifier.user(keys.sign("k2")).user_id
    assert 2 == len(keys.asked)


def test_only_the_role_owner_is_the_owner(pair: Keys) -> None:
    """Not an empty role, not one in other letters."""
    verifier = Verifier(POOL, pair.fetch)
    require_owner(verifier.user(pair.sign()))
    for role in ("Owner", "", "owner ", "admin"):
        with pytest.raises(ForbiddenError):
            require_owner(verifier.user(pair.sign(**{"custom:role": role})))


def test_keys_of_the_embedded_cloud_are_where_it_is() -> None:
    """The issuer stays AWS's, as in the tokens; only the keys come from elsewhere."""
    local = Pool("us-east-1", "us-east-1_abc", "client", "http://127.0.0.1:1/")
    assert "http://127.0.0.1:1/us-east-1_abc/.well-known/jwks.json" == local.keys_url
    assert POOL.issuer == local.issuer
