"""An issuer of tokens for the tests: a key made on the spot, so that none is kept anywhere."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from dataclasses import dataclass
from typing import Any

_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")
_E = 65537


@dataclass(frozen=True, slots=True)
class Issuer:
    """A key pair of RSA, and the name by which tokens call it."""

    modulus: int
    private: int
    key_id: str = "key-1"

    def jwks(self) -> dict[str, Any]:
        """The public key as a JSON Web Key Set."""
        size = (self.modulus.bit_length() + 7) // 8
        key = {
            "kid": self.key_id,
            "kty": "RSA",
            "alg": "RS256",
            "use": "sig",
            "n": _text(self.modulus.to_bytes(size)),
            "e": _text(_E.to_bytes(3)),
        }
        return {"keys": [key]}

    def token(self, claims: dict[str, Any], **header: Any) -> str:
        """A signed token (RFC 7519, RFC 8017)."""
        whole = {"alg": "RS256", "kid": self.key_id, "typ": "JWT", **header}
        signed = ".".join(_text(json.dumps(part).encode()) for part in (whole, claims))
        size = (self.modulus.bit_length() + 7) // 8
        digest = _PREFIX + hashlib.sha256(signed.encode()).digest()
        padded = b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
        power = pow(int.from_bytes(padded), self.private, self.modulus)
        return f"{signed}.{_text(power.to_bytes(size))}"


def make(seed: int, key_id: str = "key-1") -> Issuer:
    """A key of 1024 bits, the same for the same seed: good for a test and for nothing else."""
    dice = random.Random(seed)  # noqa: S311 - a test key
    p, q = _prime(dice), _prime(dice)
    return Issuer(p * q, pow(_E, -1, (p - 1) * (q - 1)), key_id)


def _prime(dice: random.Random) -> int:
    while True:
        number = dice.getrandbits(512) | (3 << 510) | 1
        if number % _E != 1 and all(number % small for small in (3, 5, 7, 11, 13, 17, 19, 23)):
            bases = (dice.randrange(2, number - 1) for _ in range(12))
            if all(_probably_prime(number, base) for base in bases):
                return number


def _probably_prime(number: int, base: int) -> bool:
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    power = pow(base, odd, number)
    if power in (1, number - 1):
        return True
    for _ in range(twos - 1):
        power = power * power % number
        if power == number - 1:
            return True
    return False


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
