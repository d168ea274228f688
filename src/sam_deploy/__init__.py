"""What a user's `deploy.py` imports. Lazy (PEP 562), so that `--version` imports none of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sam_deploy.config.model import (
        Alarms,
        App,
        AsyncInvoke,
        AttributeReader,
        Authorizer,
        Bucket,
        Bundle,
        Capacity,
        Cors,
        Distribution,
        Environment,
        EventBus,
        FeatureSet,
        Firewall,
        Function,
        FunctionUrl,
        Group,
        Hook,
        HttpApi,
        Index,
        Key,
        Layer,
        PasswordPolicy,
        Promotion,
        Queue,
        ResourceServer,
        RestApi,
        Route,
        Rule,
        Secret,
        Setting,
        SnsPublisher,
        Subscription,
        Table,
        Throttle,
        Topic,
        UserPool,
        UserPoolClient,
        Vpc,
        on_event,
        on_queue,
        on_schedule,
        on_table,
        on_topic,
        on_upload,
        on_user_pool,
    )

__version__ = "0.1.0"

__all__ = [
    "Alarms",
    "App",
    "AsyncInvoke",
    "AttributeReader",
    "Authorizer",
    "Bucket",
    "Bundle",
    "Capacity",
    "Cors",
    "Distribution",
    "Environment",
    "EventBus",
    "FeatureSet",
    "Firewall",
    "Function",
    "FunctionUrl",
    "Group",
    "Hook",
    "HttpApi",
    "Index",
    "Key",
    "Layer",
    "PasswordPolicy",
    "Promotion",
    "Queue",
    "ResourceServer",
    "RestApi",
    "Route",
    "Rule",
    "Secret",
    "Setting",
    "SnsPublisher",
    "Subscription",
    "Table",
    "Throttle",
    "Topic",
    "UserPool",
    "UserPoolClient",
    "Vpc",
    "__version__",
    "on_event",
    "on_queue",
    "on_schedule",
    "on_table",
    "on_topic",
    "on_upload",
    "on_user_pool",
]


def __getattr__(name: str) -> object:
    if name in __all__:
        from sam_deploy.config import model  # noqa: PLC0415 - lazy on purpose

        return getattr(model, name)
    message = f"module 'sam_deploy' has no attribute '{name}'"
    raise AttributeError(message)
