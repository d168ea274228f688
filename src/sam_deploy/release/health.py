"""Calls what was deployed in a stack's first region, before any other region gets it.

Touches the network: the API's own address.
"""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from sam_deploy.events import Report, Waiting
from sam_deploy.lanes import Stop

WAIT_SECONDS: Final = 20.0
"""A new stage of API Gateway, and a cold function, may take a while to answer."""
POLL_SECONDS: Final = 2.0
CALL_SECONDS: Final = 30.0
FIRST_BAD: Final = 400
SHOWN: Final = 200
"""Characters of a bad answer that are shown."""


def unhealthy(
    url: str,
    report: Report,
    stop: Stop,
    *,
    region: str,
    hopeless: Callable[[], bool] = bool,
    wait_seconds: float = WAIT_SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> str:
    """Return '' when a GET of the address is answered 2xx or 3xx; else what it says.

    Asks again until then, for at most `wait_seconds`. An answer below 500 is final at once, since
    the application itself gave it; and so is one of 500 or more when it is `hopeless`.
    """
    deadline, told = clock() + wait_seconds, False
    while True:
        status, text = call(url)
        if 0 < status < FIRST_BAD:
            return ""
        said = f"GET {url} answered {status}: {text}" if status else f"GET {url}: {text}"
        final = FIRST_BAD <= status < 500 and status not in {403, 404, 429}  # noqa: PLR2004 - HTTP
        broken = status >= 500 and hopeless()  # noqa: PLR2004 - HTTP's own number
        if final or broken or clock() >= deadline:
            return said
        if not told:
            report(Waiting(f"the API to answer ({said})", deadline - clock(), region))
            told = True
        stop.pause(POLL_SECONDS)


def call(url: str) -> tuple[int, str]:
    """Return the status of a GET, and the beginning of a bad answer; status 0 for no answer."""
    own = urlsplit(url).hostname in {"127.0.0.1", "localhost"}
    # a proxy of the user's leads to AWS, and never to this computer
    handlers = [urllib.request.ProxyHandler({})] if own else []
    opener = urllib.request.build_opener(*handlers)
    request = urllib.request.Request(url, headers={"User-Agent": "sam-deploy"})  # noqa: S310 - of a stack
    try:
        with opener.open(request, timeout=CALL_SECONDS) as answer:
            return int(answer.status), ""
    except urllib.error.HTTPError as error:
        return error.code, _shown(error)
    except (OSError, ValueError, http.client.HTTPException) as error:
        return 0, str(error)


def _shown(answer: urllib.error.HTTPError) -> str:
    """Return the beginning of a bad answer; its body may be as bad."""
    try:
        return answer.read(SHOWN).decode(errors="replace")
    except (OSError, ValueError, http.client.HTTPException) as error:
        return str(error)
