"""Settings of an environment: `/{app}/{environment}/{name}`.

Aliases have no variables of their own, so a value per environment is read at run time. It is
kept per environment and name for a while, since a warm process serves several environments.
"""

from __future__ import annotations

import difflib
import os
import time
from functools import cache
from typing import Any, TypeVar, overload

from sam_deploy_runtime import sources
from sam_deploy_runtime.cache import SettingCache
from sam_deploy_runtime.current import environment
from sam_deploy_runtime.errors import SettingInvalidError, SettingMissingError
from sam_deploy_runtime.manifest import Manifest, load
from sam_deploy_runtime.values import Type, convert

T = TypeVar("T")
D = TypeVar("D")
_NONE: Any = object()
"""No default was given; None is one."""


@overload
def setting(name: str, *, max_age_seconds: float = 60) -> str: ...


@overload
def setting(name: str, *, default: D, max_age_seconds: float = 60) -> str | D: ...


@overload
def setting(name: str, *, type: Type[T], max_age_seconds: float = 60) -> T: ...


@overload
def setting(
    name: str,
    *,
    type: Type[T],
    default: D,
    max_age_seconds: float = 60,
) -> T | D: ...


def setting(
    name: str,
    *,
    type: Type[Any] = str,  # noqa: A002 - how argparse and click call it
    default: Any = _NONE,
    max_age_seconds: float = 60,
) -> Any:
    """Return the setting `name` of this call's environment, read as `type`.

    From Secrets Manager when the app declares it as a `Secret`, else from Parameter Store,
    decrypted. Text that is secret is a `Secret`. `type` is str, int, float, bool, dict or list
    (both JSON), or a function of the text. `default` is returned where there is no value.

    Raises SettingMissingError, SettingInvalidError, SettingUnavailableError and
    EnvironmentUnknownError.
    """
    manifest, here = load(), environment()
    path = f"/{manifest.app}/{here}/{name}"
    kept = cache_of(name in manifest.secrets)
    text = kept.get(path, max_age_seconds, absence_counts=default is not _NONE)
    if text is None:
        if default is not _NONE:
            return default
        raise SettingMissingError(_missing(name, here, manifest))
    fits, value = convert(text, type)
    if not fits:
        what = getattr(type, "__name__", "what was asked for")
        raise SettingInvalidError(f"The setting '{name}' of '{here}' cannot be read as {what}.")
    return value


def _missing(name: str, here: str, manifest: Manifest) -> str:
    region = os.environ.get("AWS_REGION", "this region")
    sentence = f"The setting '{name}' has no value in '{here}' and {region}."
    if manifest.settings and name not in manifest.settings:
        near = difflib.get_close_matches(name, manifest.settings, n=1)
        meant = f"Did you mean '{near[0]}'? " if near else ""
        return f"{sentence} {meant}The function's settings=[...] in deploy.py do not name it."
    command = f"sam-deploy settings set {name} --environment {here}"
    return f"{sentence} Set it: `{command}`; no deployment is needed."


@cache
def cache_of(secret: bool) -> SettingCache:  # noqa: FBT001 - one cache for each answer
    """Return the values of this process, of secrets or of parameters."""
    return SettingCache(lambda path: sources.read(path, secret=secret), time.monotonic)
