"""The environment variables of the SAM CLI's process, as values. Pure.

The SAM CLI finds credentials by itself, so it must be led to those of our own engine. Source: AWS
SDKs and tools reference guide, "Environment variables"; Microsoft, "Share environment variables
between Windows and WSL" (WSLENV).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sam_deploy.aws import Endpoint

POLL_SECONDS: Final = 1.0
"""How often the SAM CLI asks for events; by itself it waits five seconds."""
COLUMNS: Final = 1100
"""So wide that only a very long reason is broken: a logical id has 255 characters at most."""
_DROPPED: Final = ("SAM_", "PYTHON", "VIRTUAL_ENV", "UV_", "COLUMNS", "LINES")
"""Settings of the SAM CLI, which nobody sees here, and of another Python's environment."""
_KEYS: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_FILES: Final = (
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CA_BUNDLE",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_FILE",
)
_FORWARDED: Final = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


def credentials(endpoint: Endpoint) -> dict[str, str]:
    """Return the variables that lead the SAM CLI where our own engine goes."""
    found = {
        "AWS_ENDPOINT_URL": endpoint.url,
        "AWS_ACCESS_KEY_ID": endpoint.access_key,
        "AWS_SECRET_ACCESS_KEY": endpoint.secret_key,
        "AWS_PROFILE": endpoint.profile,
    }
    return {name: value for name, value in found.items() if value}


def variables(own: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Return the whole environment: this process's without what would disturb, and `given`.

    Keys in `given` replace every AWS setting of this process; a profile in `given` replaces its
    keys, which the SDK would prefer to a profile. Telemetry is off.
    """
    kept = {name: value for name, value in own.items() if not name.startswith(_DROPPED)}
    if "AWS_ACCESS_KEY_ID" in given:
        kept = {name: value for name, value in kept.items() if not name.startswith("AWS_")}
    elif "AWS_PROFILE" in given:
        kept = {name: value for name, value in kept.items() if name not in _KEYS}
    return {
        **kept,
        **given,
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_POLL_DELAY": f"{POLL_SECONDS:g}",
        # without it Fn::ForEach is no valid resource to the SAM CLI
        "SAM_CLI_ENABLE_LANGUAGE_EXTENSIONS": "1",
        "COLUMNS": str(COLUMNS),
        # the SAM CLI opens templates in the encoding of the locale
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
    }


def for_wsl(whole: Mapping[str, str]) -> dict[str, str]:
    r"""Return the environment for `wsl`, which hands on only what WSLENV names.

    Files are translated by WSL itself (`/p`). The user's `.aws` folder of Windows is named, since
    the Linux user has another home.
    """
    named = dict(whole)
    home = named.get("USERPROFILE", "")
    if home and "AWS_ACCESS_KEY_ID" not in named:
        named.setdefault("AWS_CONFIG_FILE", f"{home}\\.aws\\config")
        named.setdefault("AWS_SHARED_CREDENTIALS_FILE", f"{home}\\.aws\\credentials")
    passed = [
        f"{name}/p" if name in _FILES else name
        for name in sorted(named)
        if name.startswith(("AWS_", "SAM_CLI_"))
        or name in {*_FILES, "COLUMNS", "PYTHONUTF8", "PYTHONUNBUFFERED"}
        or name.upper() in _FORWARDED
    ]
    before = named.get("WSLENV", "")
    return {**named, "WSLENV": ":".join([*([before] if before else []), *passed])}
