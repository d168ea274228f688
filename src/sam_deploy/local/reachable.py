"""Addresses as AWS tells them, made into those where the gateway answers. Pure.

Sources: API Gateway developer guide, "Invoke REST APIs" and "Work with stages for HTTP APIs"
(`{api}.execute-api.{region}.amazonaws.com/{stage}`); Lambda developer guide, "Invoking Lambda
function URLs" (`{url}.lambda-url.{region}.on.aws`).
"""

from __future__ import annotations

import re
from typing import Final

_REGION: Final = r"[a-z]{2}(?:-[a-z]+)+-\d"
_ADDRESS: Final = re.compile(
    rf"https?://(?P<id>[a-z0-9]+)\.(?P<kind>execute-api|lambda-url)\.(?:(?P<region>{_REGION})\.)?"
    r"[a-z][a-z.]*(?::\d+)?(?![\w.:-])",
    re.IGNORECASE,
)


def answered(gateway: str, region: str, text: str) -> str:
    """Return a text in which addresses of APIs and function URLs are the gateway's own.

    `gateway` is its base URL, `region` that of addresses which name none, as the emulator makes
    them. What stands behind an address, such as its stage, stays.
    """

    def local(found: re.Match[str]) -> str:
        where = (found["region"] or region).lower()
        below = "lambda-url/" if found["kind"].lower() == "lambda-url" else ""
        return f"{gateway}/{where}/{below}{found['id'].lower()}"

    return _ADDRESS.sub(local, text)
