"""Which name and password a package index wants, as uv and pip users have configured it.

uv leaves credentials out of the lock, so a download looks them up by host: in the index addresses
of the environment, in uv's per-index variables, then in netrc. Values never reach events or errors.
"""

from __future__ import annotations

import netrc
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

_INDEX_VARIABLES: Final = (
    "UV_DEFAULT_INDEX",
    "UV_INDEX",
    "UV_INDEX_URL",
    "UV_EXTRA_INDEX_URL",
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Name and password by host and port, as they stand in addresses."""

    by_host: Mapping[str, tuple[str, str]]
    netrc_file: Path | None

    def for_url(self, url: str) -> tuple[str, str] | None:
        """Return the name and password for an address, if any are configured."""
        parts = urlsplit(url)
        if parts.username:
            return unquote(parts.username), unquote(parts.password or "")
        if found := self.by_host.get(_host(url)):
            return found
        return self._in_netrc(parts.hostname or "")

    def _in_netrc(self, host: str) -> tuple[str, str] | None:
        if self.netrc_file is None or not self.netrc_file.is_file():
            return None
        try:
            entry = netrc.netrc(str(self.netrc_file)).authenticators(host)
        except (netrc.NetrcParseError, OSError):
            return None
        return (entry[0], entry[2] or "") if entry else None


def configured(
    variables: Mapping[str, str], indexes: Sequence[Mapping[str, object]] = ()
) -> Credentials:
    """Read the credentials that the environment and uv's `[[index]]` tables name."""
    file = variables.get("NETRC")
    home = variables.get("HOME")
    path = Path(file) if file else Path(home, ".netrc") if home else None
    named = [(str(i.get("name", "")), str(i.get("url", ""))) for i in indexes]
    return Credentials(dict(_by_host(variables, named)), path)


def _by_host(
    variables: Mapping[str, str], indexes: Iterable[tuple[str, str]]
) -> Iterator[tuple[str, tuple[str, str]]]:
    entries = (e for variable in _INDEX_VARIABLES for e in variables.get(variable, "").split())
    for name, url in (*indexes, *map(_split, entries)):
        parts = urlsplit(url)
        if parts.username:
            yield _host(url), (unquote(parts.username), unquote(parts.password or ""))
        elif name:
            yield from _named(name, url, variables)


def _split(entry: str) -> tuple[str, str]:
    """Split `name=URL`, as `UV_INDEX` has it; the name may be missing."""
    name, _, url = entry.partition("=")
    return (name, url) if url and re.fullmatch(r"[\w.-]+", name) else ("", entry)


def _named(
    name: str, url: str, variables: Mapping[str, str]
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Read `UV_INDEX_<NAME>_USERNAME` and `_PASSWORD`. Source: uv, "Package indexes"."""
    stem = "UV_INDEX_" + re.sub(r"[^A-Z0-9]", "_", name.upper())
    if username := variables.get(f"{stem}_USERNAME"):
        yield _host(url), (username, variables.get(f"{stem}_PASSWORD", ""))


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or ''}"
