"""The one-time code itself: six digits that nothing prints by accident, and how one is recognised.

The code is in the memory of the process that made it, and nowhere else: a million values are too
few for any hash of it to be kept anywhere.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final, NoReturn

from sam_deploy.secrecy import HIDDEN

DIGITS: Final = 6
FORM: Final = re.compile(r"[0-9]{6}", re.ASCII)
KEY_BYTES: Final = 32


class Code:
    """A new random code. Whatever shows it shows `***`, but for `revealed`."""

    __slots__ = ("_digits",)

    def __init__(self) -> None:
        self._digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"

    def revealed(self) -> str:
        """Return the six digits, for the mail and for nothing else."""
        return self._digits

    def __repr__(self) -> str:
        return HIDDEN

    def __format__(self, _: str) -> str:
        return HIDDEN

    def __reduce__(self) -> NoReturn:
        raise TypeError("a one-time code is not written anywhere")


class Seal:
    """Recognises one code for one plan, once, without holding it."""

    __slots__ = ("_expected", "_key", "_used")

    def __init__(self, code: Code, digest: str) -> None:
        self._key = secrets.token_bytes(KEY_BYTES)
        self._expected = self._mac(digest, code.revealed())
        self._used = False

    def opens(self, digest: str, typed: str) -> bool:
        """Whether this is the code for this plan; never again after it was. In constant time."""
        same = hmac.compare_digest(self._expected, self._mac(digest, typed))
        opened = same and not self._used
        self._used = self._used or opened
        return opened

    def _mac(self, digest: str, digits: str) -> bytes:
        return hmac.new(self._key, f"{digest}{digits}".encode(), hashlib.sha256).digest()


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end of a code by two clocks: one can be set back, the other one stops in sleep."""

    wall: float
    """Unix seconds."""
    monotonic: float
    """Seconds of a clock that nobody can set."""

    def passed(self, wall: float, monotonic: float) -> bool:
        """Whether either clock has reached it."""
        return wall >= self.wall or monotonic >= self.monotonic


def read(typed: str) -> str | None:
    """Return the six ASCII digits that somebody typed; nothing when it is anything else."""
    stripped = typed.strip()
    return stripped if FORM.fullmatch(stripped) else None
