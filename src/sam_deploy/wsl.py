"""Linux commands and paths, as Windows reaches them through WSL. Pure.

Source: Microsoft, "Basic commands for WSL" and "Working across Windows and Linux file systems".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

DISTRIBUTION: Final = "Ubuntu"
"""What `wsl --install` installs."""
_DRIVE: Final = re.compile(r"^([A-Za-z]):[\\/]?")
_SHARE: Final = re.compile(r"^[\\/]{2}wsl(?:\$|\.localhost)[\\/]([^\\/]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wsl:
    """A Linux distribution that Windows runs."""

    distribution: str = DISTRIBUTION

    def command(self, arguments: Sequence[str], *, user: str = "") -> list[str]:
        """Return the command that runs `arguments` there, without a shell in between."""
        who = ["-u", user] if user else []
        return ["wsl", "-d", self.distribution, *who, "--exec", *arguments]

    @property
    def start_docker(self) -> list[str]:
        """The command that starts the engine; as root, so that it asks for no password."""
        return self.command(["service", "docker", "start"], user="root")

    def path(self, windows: str) -> str:
        r"""Return a Windows path as Linux has it: `D:\x\y` is `/mnt/d/x/y`.

        A path on the distribution's own share (`\\wsl.localhost\Ubuntu\home`) is `/home`. Other
        paths only get forward slashes.
        """
        share = _SHARE.match(windows)
        if share and share[1].casefold() == self.distribution.casefold():
            return windows[share.end() :].replace("\\", "/") or "/"
        if drive := _DRIVE.match(windows):
            rest = windows[drive.end() :].replace("\\", "/").rstrip("/")
            return f"/mnt/{drive[1].lower()}/{rest}".rstrip("/")
        return windows.replace("\\", "/")
