"""What never gets into a log: secrets that are kept, credentials, and what addresses carry. Pure.

Texts are looked at one by one, never the JSON line: a code of six digits may well be a part of a
time, and a number with stars in it is no JSON.
"""

from __future__ import annotations

import re
from typing import Final

from sam_deploy.secrecy import HIDDEN, redacted

USER: Final = re.compile(r"(://)(?:[^/\s@\"':]*:(?!\d+/)[^\s\"']*|[^/\s@\"']+)@")
"""Name and password in the address of an index; in a password there may be `/` and `@`."""
_NAMED: Final = r"(?:token|secret|passw(?:or)?d|passphrase|credential|api[_-]?key|access[_-]?key)"
SIGNED: Final = re.compile(
    rf"(?i)([?&](?:x-amz-[\w-]+|sig(?:nature)?|awsaccesskeyid|code|key|auth|[\w-]*{_NAMED}[\w-]*)=)"
    r"[^&\s\"']+"
)
"""What a signed address is good for."""
ASSIGNED: Final = re.compile(
    rf"(?i)(\b\w*{_NAMED}\w*(?:=[\"']?|[\"']\s*:\s*[\"']))[^\s\"'&,;)\]}}]+"
)
"""A setting whose name says that it is a secret, such as `AWS_SECRET_ACCESS_KEY=...`."""


def hidden(value: object) -> object:
    """Return a JSON value of which every text is without secrets."""
    if isinstance(value, str):
        text = USER.sub(rf"\g<1>{HIDDEN}@", redacted(value))
        return ASSIGNED.sub(rf"\g<1>{HIDDEN}", SIGNED.sub(rf"\g<1>{HIDDEN}", text))
    if isinstance(value, dict):
        return {key: hidden(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [hidden(each) for each in value]
    return value
