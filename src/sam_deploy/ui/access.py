"""Who may ask: the person whom this process gave its address to, and no other page or program.

A page of another site can send requests to 127.0.0.1, and by a name that it points there (DNS
rebinding) even read the answers. So the `Host` must be ours, what writes must come from our own
page (`Origin`), and every request shows a cookie that only the address with the token gives.
Pure.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

TOKEN_BYTES: Final = 32
COOKIE: Final = "sam-deploy-ui"
SAFE: Final = frozenset({"GET", "HEAD"})
SAME_SITE: Final = frozenset({"same-origin", "none"})
"""`Sec-Fetch-Site` of our own page, and of an address that somebody types."""


def _secret() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request gets no answer."""

    status: Literal[400, 401, 403, 405, 413, 415, 421]
    what: str
    why: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Access:
    """The secrets of one process, on one port. They live in memory only."""

    port: int
    token: str = field(default_factory=_secret, repr=False)
    session: str = field(default_factory=_secret, repr=False)

    @property
    def address(self) -> str:
        """What the person opens."""
        return f"http://127.0.0.1:{self.port}/?token={self.token}"

    @property
    def cookie_name(self) -> str:
        """One for each port: cookies of one host are shared by all of its ports."""
        return f"{COOKIE}-{self.port}"

    @property
    def cookie(self) -> str:
        """The header that gives it. It ends with the browser's session."""
        return f"{self.cookie_name}={self.session}; HttpOnly; SameSite=Strict; Path=/"

    def is_token(self, given: str) -> bool:
        """Whether somebody came by our address. Takes as long for each wrong one."""
        return hmac.compare_digest(given.encode(), self.token.encode())

    def knows(self, cookies: str) -> bool:
        """Whether a `Cookie` header holds ours, whatever others stand in it.

        Browsers send the cookies of all ports of this host, with values that RFC 6265 would not
        have: `http.cookies` gives up at the first of them. Ours has letters, digits, - and _ only.
        """
        pairs = (each.strip().partition("=") for each in cookies.split(";"))
        given = [value.encode() for name, _, value in pairs if name == self.cookie_name]
        return any(hmac.compare_digest(each, self.session.encode()) for each in given)

    def refusal(
        self, method: str, headers: Mapping[str, str], *, of_api: bool = True
    ) -> Refusal | None:
        """Return what speaks against a request, whoever sends it. Names of headers are small.

        Another port of this machine is the same site for a browser, so it would send our cookie
        along: `Sec-Fetch-Site` tells such a page from our own. The front page may be linked to.
        """
        host = headers.get("host", "").lower()
        if host not in {f"127.0.0.1:{self.port}", f"localhost:{self.port}"}:
            return Refusal(
                421,
                "This address is not that of the dashboard",
                f"it was asked for as `{host[:80]}`",
                f"open http://127.0.0.1:{self.port}/",
            )
        if headers.get("sec-fetch-site", "none") not in SAME_SITE and (
            of_api or method not in SAFE
        ):
            return _foreign()
        if method in SAFE:
            return None
        if method != "POST":
            return Refusal(405, f"{method} does nothing here", "only GET and POST are answered")
        if headers.get("origin", "").lower() != f"http://{host}":
            return _foreign()
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            return Refusal(415, "The request is no JSON", "its Content-Type is another one")
        return None


def _foreign() -> Refusal:
    return Refusal(
        403,
        "Only the dashboard's own page may do that",
        "the request comes from another page, or does not say from which",
    )
