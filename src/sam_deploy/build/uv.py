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
    arguments: Sequence[str], folder: Path, *, extra: Mapping[str, str] | None = None
) -> Finished:
    """Run uv in `folder`, with `extra` environment variables.

    Raises `BuildError` when uv is missing or takes 15 minutes.
    """
    try:
        finished = subprocess.run(
            [_binary(), *arguments],
            cwd=folder,
            env=environment(os.environ) | dict(extra or {}),
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


def environment(source: Mapping[str, str]) -> dict[str, str]:
    """Return the environment uv runs in: without AWS credentials and Python's own switches.

    Index, proxy and certificate settings stay. Where only pip is configured, uv is told the same.
    """
    kept = {
        name: value
        for name, value in source.items()
        if name not in _DROPPED and not name.startswith("AWS_")
    }
    indexes = {"UV_INDEX", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL"}
    if not indexes & kept.keys():
        _translate(kept, "PIP_INDEX_URL", "UV_DEFAULT_INDEX")
        _translate(kept, "PIP_EXTRA_INDEX_URL", "UV_INDEX")
    if "SSL_CERT_FILE" not in kept:
        _translate(kept, "PIP_CERT", "SSL_CERT_FILE")
        _translate(kept, "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
    return kept | {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1", "NO_COLOR": "1"}


def _translate(variables: dict[str, str], from_pip: str, to_uv: str) -> None:
    if value := variables.get(from_pip):
        variables[to_uv] = value


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
