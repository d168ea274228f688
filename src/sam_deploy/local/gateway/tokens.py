"""JSON Web Tokens: taken apart, and checked against an issuer's keys. Pure.

Only RSA is supported, as by API Gateway. A signature is checked in plain Python: the public half
of RSA is one power, and comparing the whole encoded digest leaves nothing to parse.
Sources: RFC 7519, RFC 8017 section 9.2, "Control access to HTTP APIs with JWT authorizers".
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PARTS: Final = 3
# The DER prefix of a digest in EMSA-PKCS1-v1_5 (RFC 8017, section 9.2, note 1).
_HASHES: Final = {
    "RS256": ("sha256", bytes.fromhex("3031300d060960864801650304020105000420")),
    "RS384": ("sha384", bytes.fromhex("3041300d060960864801650304020205000430")),
    "RS512": ("sha512", bytes.fromhex("3051300d060960864801650304020305000440")),
}


class InvalidTokenError(Exception):
    """A token is refused; the text is for the client's `error_description`."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token's parts. Nothing of it is to be believed before `check_signature`."""

    algorithm: str
    key_id: str
    claims: Mapping[str, object]
    signed: bytes
    signature: bytes


def parse(text: str) -> Token:
    """The parts of a token. Raises InvalidTokenError when it is none."""
    parts = text.split(".")
    if len(parts) != _PARTS:
        raise InvalidTokenError("the token contains an invalid number of segments")
    try:
        header, claims = (json.loads(_decode(part)) for part in parts[:2])
        signature = _decode(parts[2])
    except (ValueError, binascii.Error, UnicodeError) as error:
        raise InvalidTokenError("the token is malformed") from error
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise InvalidTokenError("the token is malformed")
    signed = f"{parts[0]}.{parts[1]}".encode()
    algorithm, key_id = str(header.get("alg", "")), str(header.get("kid", ""))
    return Token(algorithm, key_id, claims, signed, signature)


def key_of(token: Token, keys: Iterable[object]) -> Mapping[str, object] | None:
    """The key of a JSON Web Key Set that the token names, or None."""
    for key in keys:
        if isinstance(key, dict) and token.key_id and key.get("kid") == token.key_id:
            return key
    return None


def check_signature(token: Token, key: Mapping[str, object]) -> None:
    """The token was signed with this key. Raises InvalidTokenError."""
    if token.algorithm not in _HASHES:
        raise InvalidTokenError(f"signing method {token.algorithm} is invalid")
    try:
        modulus, exponent = (int.from_bytes(_decode(str(key[name]))) for name in ("n", "e"))
    except (KeyError, ValueError, binascii.Error) as error:
        raise InvalidTokenError("the key of the issuer is not usable") from error
    name, prefix = _HASHES[token.algorithm]
    digest = prefix + hashlib.new(name, token.signed).digest()
    size = (modulus.bit_length() + 7) // 8
    expected = b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
    number = int.from_bytes(token.signature)
    if len(token.signature) != size or number >= modulus or len(expected) != size:
        raise InvalidTokenError("the signature is invalid")
    if not hmac.compare_digest(pow(number, exponent, modulus).to_bytes(size), expected):
        raise InvalidTokenError("the signature is invalid")


def check_times(claims: Mapping[str, object], now: float) -> None:
    """The token is valid at `now`, in seconds since 1970. Raises InvalidTokenError."""
    if _number(claims, "exp", now + 1) <= now:
        raise InvalidTokenError("the token has expired")
    if _number(claims, "nbf", now) > now:
        raise InvalidTokenError("the token is not valid yet")
    if _number(claims, "iat", now) > now:
        raise InvalidTokenError("the token was issued in the future")


def check_audience(claims: Mapping[str, object], audience: tuple[str, ...]) -> None:
    """`aud`, or in its absence `client_id`, is one of the audience. Raises InvalidTokenError."""
    given = claims.get("aud", claims.get("client_id"))
    named = given if isinstance(given, list) else [given]
    if not any(str(name) in audience for name in named if name is not None):
        raise InvalidTokenError("the token does not have a valid audience")


def scopes_of(claims: Mapping[str, object]) -> tuple[str, ...]:
    """The scopes in `scope` and `scp`, each a list or text with spaces."""
    found: list[str] = []
    for name in ("scope", "scp"):
        value = claims.get(name)
        found += value.split() if isinstance(value, str) else []
        found += [str(item) for item in value] if isinstance(value, list) else []
    return tuple(dict.fromkeys(found))


def claim_text(value: object) -> str:
    """A claim as a function sees it: always text, and a list as `[a b]`."""
    if isinstance(value, list):
        return f"[{' '.join(map(claim_text, value))}]"
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _number(claims: Mapping[str, object], name: str, default: float) -> float:
    value = claims.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidTokenError(f"the claim {name} is not a number")
    return value


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
