"""Tells which environment variables hold secrets, so that their values are written nowhere. Pure.

Wide on purpose: a plain value that is taken for a secret costs a line to write, a secret in a file
costs more.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Final

NAMES: Final = re.compile(
    r"secret|token|passw|pwd|passphrase|credential|private|api_?key|access_?key|signing|"
    r"(^|_)(auth|key|salt|dsn|pin|cert|pem)(_|$)|(^|_)(database|mongo|redis|db)_?(url|uri)",
    re.IGNORECASE,
)
VALUES: Final = re.compile(
    r"AKIA[0-9A-Z]{16}|ASIA[0-9A-Z]{16}|-----BEGIN |^eyJ[\w-]+\.|gh[pousr]_\w{20,}|"
    r"github_pat_\w+|xox[abprs]-|(sk|pk|rk)_(live|test)_|sk-[A-Za-z0-9]{16,}|AIza[\w-]{30,}|"
    r"://[^/\s:@]+:[^/\s@]+@|\{\{resolve:(secretsmanager|ssm-secure):"
)
RANDOM: Final = re.compile(r"[A-Za-z0-9]{20,}")
"""Between hyphens and the like: names that AWS makes end in letters of one case."""
LEAST_BITS: Final = 4.0
"""Of a letter: words and names have less, what a generator made has more."""


def looks_secret(name: str, value: str) -> bool:
    """Whether a variable is kept back, by its name or by its value."""
    return bool(NAMES.search(name) or VALUES.search(value)) or _is_random(value)


def _is_random(value: str) -> bool:
    """Whether a text looks like a generator's: long, mixed, and with digits in it."""
    return any(_made_by_a_generator(each) for each in RANDOM.findall(value))


def _made_by_a_generator(part: str) -> bool:
    if not re.search(r"\d", part):
        return False
    mixed = re.search(r"[a-z]", part) and re.search(r"[A-Z]", part)
    hexadecimal = re.fullmatch(r"[0-9a-f]{32,}", part)
    counts = Counter(part)
    bits = -sum(n / len(part) * math.log2(n / len(part)) for n in counts.values())
    return bool(hexadecimal) or (bool(mixed) and bits >= LEAST_BITS)
