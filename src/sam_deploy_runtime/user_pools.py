"""Ids of the user pools that the function uses, and of their clients.

AWS makes them up. A variable with the id would be a circle, since pools name the functions that
they call; so the pool's stack keeps it in Parameter Store, and it is read like a setting.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from sam_deploy_runtime.current import environment
from sam_deploy_runtime.errors import SettingMissingError
from sam_deploy_runtime.manifest import IdSource, ResourceUnknownError, load
from sam_deploy_runtime.settings import cache_of

MAX_AGE_SECONDS = 60


def user_pool_id(name: str) -> str:
    """Return the id of the app's user pool `name` in this call's environment and region.

    It is kept for a minute, like settings. Raises ResourceUnknownError, SettingMissingError,
    SettingUnavailableError and EnvironmentUnknownError.
    """
    source, _ = _ids(name)
    return _id(source, f"user pool '{name}'")


def user_pool_client_id(name: str, client: str = "") -> str:
    """Return the id of a client of the app's user pool `name`, of the one without a name if none.

    Kept for a minute, like settings. Raises what `user_pool_id` does.
    """
    _, ids = _ids(name)
    if client not in ids:
        known = ", ".join(f"'{each}'" for each in sorted(ids)) or "none"
        raise ResourceUnknownError(
            f"The user pool '{name}' has no client '{client}'; known: {known}."
        )
    return _id(ids[client], f"client '{client}' of the user pool '{name}'")


def _ids(name: str) -> tuple[IdSource, Mapping[str, IdSource]]:
    """Return where the id of a pool is found, and those of its clients by name."""
    pool = load().resource(name, environment())
    if pool.kind != "user_pool":
        raise ResourceUnknownError(f"'{name}' is no user pool.")
    if pool.id is None:
        raise ResourceUnknownError(
            f"The id of '{name}' may be read by functions whose uses=[...] in deploy.py name it."
        )
    return pool.id, pool.client_ids


def _id(source: IdSource, whose: str) -> str:
    """Return the id: a fact of a pool that existed before the app, else what the stack keeps."""
    here = environment()
    if not isinstance(source, str):
        if here not in source:
            raise ResourceUnknownError(f"The id of the {whose} is unknown in '{here}'.")
        return source[here]
    path = f"/{load().app}/{here}/{source}"
    found = cache_of(False).get(path, MAX_AGE_SECONDS)
    if found is None:
        region = os.environ.get("AWS_REGION", "this region")
        raise SettingMissingError(
            f"The id of the {whose} is not in '{here}' and {region}: the stack of the pool writes "
            f"it to {path}. Deploy it there."
        )
    return found
