"""Which name and password a package index wants, as uv and pip users have configured it.

uv leaves credentials out of the lock, so a download looks them up by host: in the addresses of
indexes, in uv's per-index variables, then in netrc, then in the keyring if that is switched on.
Runs the `keyring` command for that. Values never reach events or errors.
"""

from __future__ import annotations

import netrc
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from sam_deploy.build import pip_settings
from sam_deploy.errors import BuildError

KEYRING_SECONDS: Final = 60
_INDEX_VARIABLES: Final = (
    "UV_DEFAULT_INDEX",
    "UV_INDEX",
    "UV_INDEX_URL",
    "UV_EXTRA_INDEX_URL",
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
)
_BY_COMMAND: Final = "subprocess"
Keyring = Callable[[str, str], str | None]
"""Takes an address or host and a user name; returns the password, if it knows one."""


def ask_keyring(service: str, username: str) -> str | None:
    """Return what `keyring get` prints, or nothing when it is missing or knows nothing."""
    command = shutil.which("keyring")
    if command is None:
        return None
    try:
        finished = subprocess.run(
            [command, "get", service, username],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=KEYRING_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return finished.stdout.rstrip("\r\n") or None if finished.returncode == 0 else None


@dataclass(slots=True)
class Credentials:
    """Name and password by host and port, as they stand in addresses."""

    by_host: dict[str, tuple[str, str]]
    netrc_file: Path | None
    keyring: Keyring | None = None
    """Asked for the password of a user whose name is known; none when it is switched off."""
    variables: Mapping[str, str] = field(default_factory=dict)
    _addresses: dict[str, str] = field(default_factory=dict)
    """The index that a host's user name was given for."""

    def learn(self, indexes: Iterable[tuple[str, str]], *, keyring: bool = False) -> None:
        """Take in indexes of a project, by name (which may be empty) and address.

        Raises `BuildError` for what is no address.
        """
        if keyring and self.keyring is None:
            self.keyring = ask_keyring
        for name, url in indexes:
            parts = _read(url)
            if parts.username:
                self.by_host[_host(url)] = (unquote(parts.username), unquote(parts.password or ""))
            elif name:
                self.by_host.update(_named(name, url, self.variables))
            if _host(url) in self.by_host:
                self._addresses.setdefault(_host(url), _bare(url))

    def for_url(self, url: str) -> tuple[str, str] | None:
        """Return the name and password for an address, if any are configured."""
        parts = urlsplit(url)
        if parts.password:
            return unquote(parts.username or ""), unquote(parts.password)
        host = _host(url)
        username = unquote(parts.username or "")
        found = self.by_host.get(host)
        if found and found[1] and username in {"", found[0]}:
            return found
        username = username or (found[0] if found else "")
        if from_file := self._in_netrc(parts.hostname or ""):
            return from_file
        return self._in_keyring(host, username) or ((username, "") if username else None)

    def _in_keyring(self, host: str, username: str) -> tuple[str, str] | None:
        """Ask as uv does: for the index's whole address, then for its host."""
        if self.keyring is None or not username:
            return None
        for service in (self._addresses.get(host), host.removesuffix(":")):
            if service and (password := self.keyring(service, username)):
                self.by_host[host] = (username, password)
                return username, password
        return None

    def _in_netrc(self, host: str) -> tuple[str, str] | None:
        if self.netrc_file is None or not self.netrc_file.is_file():
            return None
        try:
            entry = netrc.netrc(str(self.netrc_file)).authenticators(host)
        except (netrc.NetrcParseError, OSError):
            return None
        return (entry[0], entry[2] or "") if entry else None


def configured(
    variables: Mapping[str, str],
    indexes: Sequence[Mapping[str, object]] = (),
    *,
    keyring: Keyring = ask_keyring,
) -> Credentials:
    """Read the credentials that the environment, pip.conf and uv's `[[index]]` tables name."""
    file = variables.get("NETRC")
    home = variables.get("HOME")
    path = Path(file) if file else Path(home, ".netrc") if home else None
    of_pip = pip_settings.read(variables)
    providers = (variables.get("UV_KEYRING_PROVIDER"), of_pip.get("keyring-provider"))
    known = Credentials({}, path, keyring if _BY_COMMAND in providers else None, variables)
    in_files = [url for name in ("index-url", "extra-index-url") for url in _words(of_pip, name)]
    in_variables = [entry for name in _INDEX_VARIABLES for entry in _words(variables, name)]
    known.learn(("", url) for url in in_files)
    known.learn((str(i.get("name", "")), str(i.get("url", ""))) for i in indexes)
    known.learn(map(_split, in_variables))
    return known


def _words(variables: Mapping[str, str], name: str) -> list[str]:
    return variables.get(name, "").split()


def _split(entry: str) -> tuple[str, str]:
    """Split `name=URL`, as `UV_INDEX` has it; the name may be missing."""
    name, _, url = entry.partition("=")
    return (name, url) if url and re.fullmatch(r"[\w.-]+", name) else ("", entry)


def _named(
    name: str, url: str, variables: Mapping[str, str]
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Read `UV_INDEX_<NAME>_USERNAME` and `_PASSWORD`, or Poetry's `POETRY_HTTP_BASIC_<NAME>_`.

    Source: uv documentation, "Package indexes"; Poetry documentation, "Repositories".
    """
    plain = re.sub(r"[^A-Z0-9]", "_", name.upper())
    for stem in (f"UV_INDEX_{plain}", f"POETRY_HTTP_BASIC_{plain}"):
        if username := variables.get(f"{stem}_USERNAME"):
            yield _host(url), (username, variables.get(f"{stem}_PASSWORD", ""))
            return


def _read(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        # neither the address nor what is wrong with it is told: it may be a part of a password
        raise BuildError(
            "The address of a package index cannot be read",
            why="what should be its port is no number",
            hint="write a `/`, `?` or `#` in its password as %2F, %3F or %23, in UV_INDEX_URL, "
            "PIP_INDEX_URL or another variable of that kind, pip.conf, or `[[tool.uv.index]]`",
        ) from None
    return parts


def _bare(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or ''}"
