"""What AWS's services and operations are called, as the SDK describes them. Makes no call."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Final

from sam_deploy.errors import ConfigError

SEVERAL: Final = {"apigateway": ("apigateway", "apigatewayv2"), "ses": ("ses", "sesv2")}
"""Services that sign under one name, and count as one."""


def signing_name(service: str) -> str:
    """Return the name under which a service's calls are signed: monitoring for cloudwatch.

    `service` is what the SDK or IAM calls it. Raises `ConfigError` for one that does not exist.
    """
    import botocore.loaders  # noqa: PLC0415 - half a second that only AWS commands pay

    known = botocore.loaders.Loader().list_available_services("service-2")
    if service not in known:
        aliases = {"monitoring": "cloudwatch", "states": "stepfunctions", "eventbridge": "events"}
        if service in aliases:
            return signing_name(aliases[service])
        raise ConfigError(
            f"There is no AWS service `{service}`",
            why="a fault hits the calls of a service by its name in the SDK",
            hint=_near(service, known) or "such as lambda, dynamodb, s3, cloudformation, ssm",
        )
    return str(_metadata(service))


def check_operation(service: str, operation: str) -> None:
    """Raise `ConfigError` unless a service has this operation; `*` at its end is for any rest."""
    known = _operations(service)
    stem = operation.removesuffix("*")
    if operation in known or (stem != operation and any(name.startswith(stem) for name in known)):
        return
    raise ConfigError(
        f"`{service}` has no operation `{operation}`",
        why="operations are named as in AWS's API reference, such as UpdateAlias or Get*",
        hint=_near(operation, known) or f"it has {', '.join(list(known)[:5])} and others",
    )


def _near(name: str, known: Sequence[str]) -> str:
    import difflib  # noqa: PLC0415 - only for a mistake

    small = {each.lower(): each for each in known}
    near = difflib.get_close_matches(name.lower(), small, n=1)
    return f"did you mean `{small[near[0]]}`?" if near else ""


@functools.cache
def _metadata(service: str) -> str:
    import botocore.loaders  # noqa: PLC0415 - half a second that only AWS commands pay

    model = botocore.loaders.Loader().load_service_model(service, "service-2")
    metadata = model["metadata"]
    return str(metadata.get("signingName", metadata["endpointPrefix"]))


@functools.cache
def _operations(service: str) -> tuple[str, ...]:
    import botocore.loaders  # noqa: PLC0415 - half a second that only AWS commands pay

    loader = botocore.loaders.Loader()
    names = SEVERAL.get(signing_name(service), (service,))
    models = [loader.load_service_model(name, "service-2") for name in names]
    return tuple(sorted({name for model in models for name in model["operations"]}))
