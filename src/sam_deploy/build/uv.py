"""How uv is run: the pinned binary, in an environment that cannot leak into a build."""

from __future__ import annotations

import os
import re
import subprocess
import threading
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import uv

from sam_deploy.build import pip_settings
from sam_deploy.errors import BuildError

TIMEOUT_SECONDS: Final = 900
_DROPPED: Final = frozenset(
    {
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
        "PYENV_VERSION",
        "PYTHONPATH",
        "PYTHONHOME",
        "PYTHONSTARTUP",
        # These would change what is resolved without showing in any file of the project.
        "UV_CONSTRAINT",
        "UV_OVERRIDE",
        "UV_EXCLUDE",
        "UV_BUILD_CONSTRAINT",
        "UV_PYTHON",
        "UV_SYSTEM_PYTHON",
        "UV_PROJECT",
        "UV_PROJECT_ENVIRONMENT",
        "UV_WORKING_DIR",
        "UV_NO_BINARY",
        "UV_NO_BINARY_PACKAGE",
        "UV_NO_BUILD",
        "UV_NO_BUILD_PACKAGE",
        "UV_CUSTOM_COMPILE_COMMAND",
        "UV_TORCH_BACKEND",
    }
)
_INDEX_VARIABLES: Final = {"UV_INDEX", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL"}
_INDEX_SETTINGS: Final = {"index", "index-url", "extra-index-url", "no-index"}
_POETRY: Final = re.compile(r"^POETRY_HTTP_BASIC_(\w+_(?:USERNAME|PASSWORD))$")
_SHORT_REASON_CHARACTERS: Final = 400
_FINDING: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class Finished:
    """What a run of uv came to."""

    code: int
    stdout: str
    stderr: str


def is_configured_in(folder: Path) -> bool:
    """Whether this very folder configures uv, by `uv.toml` or `[tool.uv]`."""
    if (folder / "uv.toml").is_file():
        return True
    try:
        text = (folder / "pyproject.toml").read_text(encoding="utf-8")
        return "uv" in tomllib.loads(text).get("tool", {})
    except (FileNotFoundError, tomllib.TOMLDecodeError):
        return False


def run(
    arguments: Sequence[str],
    folder: Path,
    *,
    extra: Mapping[str, str] | None = None,
    indexes_given: bool = False,
) -> Finished:
    """Run uv in `folder`, with `extra` environment variables.

    Where neither its own settings nor the arguments (`indexes_given`) name an index, uv is told
    those that are configured for pip. Raises `BuildError` when uv is missing or takes 15 minutes.
    """
    known = indexes_given or _names_indexes(folder, os.environ)
    variables = environment(os.environ, pip_settings.read(os.environ), indexes_known=known)
    try:
        finished = subprocess.run(
            [_binary(), *arguments],
            cwd=folder,
            env=variables | dict(extra or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise BuildError(
            "uv could not be started", why=str(error), hint="install sam-deploy again"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise BuildError(
            f"uv did not finish `{' '.join(arguments[:2])}`",
            why=f"it was given {TIMEOUT_SECONDS // 60} minutes",
            hint="check that the package index answers, then build again",
        ) from error
    return Finished(finished.returncode, finished.stdout, finished.stderr)


def _binary() -> str:
    # `sysconfig`, which uv asks, hands out half-filled variables when two threads are first.
    with _FINDING:
        return uv.find_uv_bin()


def environment(
    source: Mapping[str, str], of_pip: Mapping[str, str], *, indexes_known: bool = False
) -> dict[str, str]:
    """Return the environment uv runs in: without AWS credentials and Python's own switches.

    Index, proxy and certificate settings stay. Where only pip is configured, uv is told the same.
    """
    kept = {
        name: value
        for name, value in source.items()
        if name not in _DROPPED and not name.startswith("AWS_")
    }
    if not indexes_known and not _INDEX_VARIABLES & kept.keys():
        _translate(kept, of_pip.get("index-url"), "UV_DEFAULT_INDEX")
        _translate(kept, of_pip.get("extra-index-url"), "UV_INDEX")
    if of_pip.get("keyring-provider") == "subprocess":
        _translate(kept, "subprocess", "UV_KEYRING_PROVIDER")
    for certificate in (of_pip.get("cert"), kept.get("REQUESTS_CA_BUNDLE")):
        _translate(kept, certificate, "SSL_CERT_FILE")
    for name, value in list(kept.items()):
        if match := _POETRY.match(name):
            _translate(kept, value, f"UV_INDEX_{match[1]}")
    return kept | {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1", "NO_COLOR": "1"}


def _translate(variables: dict[str, str], value: str | None, to_uv: str) -> None:
    if value:
        variables.setdefault(to_uv, value)


def _names_indexes(folder: Path, variables: Mapping[str, str]) -> bool:
    """Say whether uv's own files, of the folder or of the user, name an index."""
    home = variables.get("HOME")
    config = variables.get("XDG_CONFIG_HOME") or (f"{home}/.config" if home else "")
    of_user = [Path(config, "uv", "uv.toml")] if config else []
    tables = [project_settings(folder), *map(_toml, [*of_user, Path("/etc/uv/uv.toml")])]
    return any(_INDEX_SETTINGS & {*table, *table.get("pip", {})} for table in tables)


def short_reason(stderr: str) -> str:
    """Return why uv failed, in one or two sentences of its own."""
    text = re.sub(r"(?m)^(warning|hint|Resolved|Using|Building)\b.*$", "", stderr)
    causes: list[str] = re.findall(r"cause:\s*(.*?)(?=\n\s*cause:|\Z)", text, re.DOTALL)
    words = " ".join((" ".join(causes) or text.replace("error:", "")).split())
    sentences = re.split(r"(?<=[.]) (?=And|Because|Thus|So)", words)
    short = " ".join(sentences[:2])
    if len(short) > _SHORT_REASON_CHARACTERS:
        short = short[:_SHORT_REASON_CHARACTERS].rsplit(" ", 1)[0] + " ..."
    return short or "uv gave no reason"


def project_settings(folder: Path) -> dict[str, Any]:
    """Return the uv settings that apply in a folder: its nearest `uv.toml` or `[tool.uv]`.

    Source: uv documentation, "Configuration files".
    """
    for candidate in (folder, *folder.parents):
        if settings := _toml(candidate / "uv.toml"):
            return settings
        table = _toml(candidate / "pyproject.toml").get("tool", {}).get("uv", {})
        if isinstance(table, dict) and table:
            return table
    return {}


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # uv itself complains about a file it cannot read.
