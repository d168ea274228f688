"""What a user's `deploy.py` imports. Lazy (PEP 562), so that `--version` imports none of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sam_deploy.config.model import (
        App,
        AttributeReader,
        Bucket,
        Bundle,
        Cors,
        Environment,
        FeatureSet,
        Function,
        HttpApi,
        Layer,
        Promotion,
        Queue,
        ResourceServer,
        Route,
        SnsPublisher,
        UserPool,
        UserPoolClient,
        on_queue,
        on_upload,
        on_user_pool,
    )

__version__ = "0.1.0"

__all__ = [
    "App",
    "AttributeReader",
    "Bucket",
    "Bundle",
    "Cors",
    "Environment",
    "FeatureSet",
    "Function",
    "HttpApi",
    "Layer",
    "Promotion",
    "Queue",
    "ResourceServer",
    "Route",
    "SnsPublisher",
    "UserPool",
    "UserPoolClient",
    "__version__",
    "on_queue",
    "on_upload",
    "on_user_pool",
]


def __getattr__(name: str) -> object:
    if name in __all__:
        from sam_deploy.config import model  # noqa: PLC0415 - lazy on purpose

        return getattr(model, name)
    message = f"module 'sam_deploy' has no attribute '{name}'"
    raise AttributeError(message)
