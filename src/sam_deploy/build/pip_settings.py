"""What is configured for pip, for those who have configured nothing for uv.

uv does not read pip's settings. Many companies' computers have them and no others, so the indexes,
the certificate and the keyring are taken over. Reads pip.conf files.
Source: pip documentation, "Configuration".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

NAMES: Final = ("index-url", "extra-index-url", "cert", "keyring-provider")
_SECTIONS: Final = ("global", "download", "install")
_NO_FILES: Final = "/dev/null"


def read(variables: Mapping[str, str], system: str = "") -> dict[str, str]:
    """Return pip's settings by name: those of the files, and over them those of the variables.

    Addresses are of other computers only: a folder here would end up in locks that are shared.
    `system` is the root of the file system, where that is another.
    """
    found: dict[str, str] = {}
    for path in files(variables, system):
        found |= _of_file(path)
    for name in NAMES:
        if value := variables.get(f"PIP_{name.upper().replace('-', '_')}"):
            found[name] = value
    for name in ("index-url", "extra-index-url"):
        addresses = [url for url in found.get(name, "").split() if _is_remote(url)]
        found.pop(name, None)
        if addresses:
            found[name] = " ".join(addresses)
    return found


def files(variables: Mapping[str, str], system: str = "") -> list[Path]:
    """Return the files that pip reads, the ones that count more last."""
    home = variables.get("HOME") or variables.get("USERPROFILE") or ""
    own = variables.get("PIP_CONFIG_FILE", "")
    if own in {_NO_FILES, "nul"}:
        return []
    config = variables.get("XDG_CONFIG_HOME") or (f"{home}/.config" if home else "")
    for_all = [f"{folder}/pip/pip.conf" for folder in _config_folders(variables)]
    for_user = [f"{home}/.pip/pip.conf", f"{home}/Library/Application Support/pip/pip.conf"]
    for_windows = f"{variables['APPDATA']}/pip/pip.ini" if variables.get("APPDATA") else ""
    of_user = [*(for_user if home else ()), f"{config}/pip/pip.conf" if config else "", for_windows]
    return [Path(path) for path in (*for_all, f"{system}/etc/pip.conf", *of_user, own) if path]


def _config_folders(variables: Mapping[str, str]) -> list[str]:
    folders = variables.get("XDG_CONFIG_DIRS") or "/etc/xdg"
    return [folder for folder in reversed(folders.split(":")) if folder]


def _of_file(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    import configparser  # noqa: PLC0415 - few computers have such a file

    parser = configparser.RawConfigParser()
    try:
        parser.read(path, encoding="utf-8")
    except (configparser.Error, OSError, UnicodeDecodeError):
        return {}  # pip itself complains about a file it cannot read
    sections = (parser[name] for name in _SECTIONS if parser.has_section(name))
    return _named(pair for section in sections for pair in section.items())


def _named(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    plain = ((name.replace("_", "-"), value.strip()) for name, value in pairs)
    return {name: value for name, value in plain if name in NAMES and value}


def _is_remote(url: str) -> bool:
    return url.startswith(("http://", "https://"))
