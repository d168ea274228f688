"""Settings of an environment: SSM Parameter Store, `/{app}/{environment}/{name}`.

Aliases have no variables of their own, so a value per environment is read at run time. It is
kept per environment and name for a while, since a warm process serves several environments.
Source: SSM API GetParameter.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sam_deploy_runtime.current import environment
from sam_deploy_runtime.manifest import load


class SettingMissingError(LookupError):
    """The parameter does not exist in this environment and region."""


class SettingCache:
    """Values by parameter path, each with the time it was read. Safe to use from threads.

    A missing parameter is asked for again every time, so that a call succeeds as soon as
    somebody sets it.
    """

    def __init__(self, fetch: Callable[[str], str], clock: Callable[[], float]) -> None:
        """`fetch` reads one parameter by its path; `clock` counts seconds."""
        self._fetch = fetch
        self._clock = clock
        self._values: dict[str, tuple[float, str]] = {}
        self._lock = threading.Lock()

    def get(self, path: str, max_age_seconds: float) -> str:
        """Return the value at `path`, read again when it is `max_age_seconds` old or older."""
        with self._lock:
            now = self._clock()
            kept = self._values.get(path)
            if kept is not None and now - kept[0] < max_age_seconds:
                return kept[1]
            value = self._fetch(path)
            self._values[path] = (now, value)
            return value


def setting(name: str, *, max_age_seconds: float = 60) -> str:
    """Return the setting `name` of this call's environment, decrypted.

    Raises SettingMissingError and EnvironmentUnknownError.
    """
    return _cache().get(f"/{load().app}/{environment()}/{name}", max_age_seconds)


@lru_cache(maxsize=1)
def _cache() -> SettingCache:
    import boto3  # noqa: PLC0415 - a function without settings does not pay for the import

    return SettingCache(lambda path: read_parameter(boto3.client("ssm"), path), time.monotonic)


def read_parameter(client: Any, path: str) -> str:  # noqa: ANN401 - boto3 clients have no class
    """Read one parameter with a boto3 `ssm` client. Raises SettingMissingError."""
    try:
        answer = client.get_parameter(Name=path, WithDecryption=True)
    except client.exceptions.ParameterNotFound as error:
        raise SettingMissingError(
            f"The parameter '{path}' does not exist in this region. Set it in Parameter Store "
            "(as a SecureString when it is secret); no deployment is needed."
        ) from error
    return str(answer["Parameter"]["Value"])
