"""Finds the environment of a call, and lets the user's handler answer it there."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any

from sam_deploy_runtime.current import Unknown, in_environment
from sam_deploy_runtime.levels import log_level
from sam_deploy_runtime.manifest import Manifest

Event = Any
"""Any JSON value: most event sources send an object, a direct call may send what it likes."""
Handler = Callable[[Event, Any], Any]

VARIABLE = "SAM_DEPLOY_ENVIRONMENT"
STAGE_VARIABLE = "LambdaAlias"
TOLD = "sam_deploy_environment"
"""In `custom` of the client context: a check calls a version by its number, so without an alias."""
START = {"sam_deploy": "start"}
"""The event by which `sam-deploy deploy` has a new version start; no handler is given it."""
STARTED = {"sam_deploy": "started"}


def import_handler(name: str) -> Handler:
    """Import `module.attribute`; folders by `/` as in Lambda. Raises ImportError."""
    module, _, attribute = name.rpartition(".")
    found = getattr(import_module(module.replace("/", ".")), attribute, None)
    if not callable(found):
        sentence = f"the handler '{name}' must be a plain function, got {found!r}"
        raise ImportError(sentence)  # noqa: TRY004 - what is imported is not what was named
    for each in (found, getattr(found, "__call__", None)):  # noqa: B004 - of objects, too
        if inspect.iscoroutinefunction(each):
            raise ImportError(
                f"the handler '{name}' must be a plain function, and it is async: Lambda does not "
                "await handlers. Call `asyncio.run(...)` in a plain one"
            )
        if inspect.isgeneratorfunction(each) or inspect.isasyncgenfunction(each):
            raise ImportError(f"the handler '{name}' must be a plain function, not a generator")
    handler: Handler = found
    return handler


def bind(handler: Handler, manifest: Manifest, variables: Mapping[str, str]) -> Handler:
    """Return `handler` with `environment()` answering for each call, at its log level.

    A call without an environment still runs: only asking for it raises. Who is asked to start has
    done so by importing the handler, which is not called.
    """

    def call(event: Event, context: Any) -> Any:  # noqa: ANN401 - Lambda's own signature
        if event == START:
            return STARTED
        found = find_environment(event, context, manifest, variables)
        level = None if isinstance(found, Unknown) else manifest.log_levels.get(found)
        partition, account = _owner(_arn(context))
        with in_environment(found, account=account, partition=partition), log_level(level):
            return handler(event, context)

    return call


def find_environment(
    event: Event,
    context: Any,  # noqa: ANN401 - Lambda's context has no importable class
    manifest: Manifest,
    variables: Mapping[str, str],
) -> str | Unknown:
    """Return the environment that the call belongs to, or why it belongs to none.

    In this order: the function's own variable (isolated topology), the alias in the invoked
    ARN, where it has none the client context, the stage variable of the API, the owner of the
    queue, bucket, topic or table that sent it.
    """
    fixed = variables.get(VARIABLE)
    if fixed is not None:
        if fixed in manifest.environments:
            return fixed
        return Unknown(f"{VARIABLE} is '{fixed}', not one of {', '.join(manifest.environments)}")
    arn = _arn(context)
    for name in (_alias(arn), _told(context, arn), _at(event, "stageVariables", STAGE_VARIABLE)):
        if name in manifest.environments:
            return name
    owners = set(_owners(event, manifest, variables.get("AWS_REGION", "")))
    if len(owners) == 1:
        return owners.pop() or _no_environment(arn, manifest)
    return _no_environment(arn, manifest)


def _no_environment(arn: str, manifest: Manifest) -> Unknown:
    return Unknown(
        f"'{arn}' carries no alias of {', '.join(manifest.environments)}, and neither a stage "
        "nor a queue, bucket, topic or table of the app is named in the event; call the function "
        "by an alias"
    )


def _arn(context: Any) -> str:  # noqa: ANN401 - Lambda's context has no importable class
    return str(getattr(context, "invoked_function_arn", ""))


def _owner(arn: str) -> tuple[str, str]:
    """Return partition and account of a function's ARN; empty where it is none."""
    parts = arn.split(":")
    return (parts[1], parts[4]) if len(parts) > 4 else ("", "")  # noqa: PLR2004 - the fifth part


def _alias(arn: str) -> str:
    """Return the part after the function's name: arn:aws:lambda:REGION:ACCOUNT:function:F:alias."""
    parts = arn.split(":")
    return parts[7] if len(parts) == 8 else ""  # noqa: PLR2004 - the ARN's eighth part


def _told(context: Any, arn: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return what the client context says, unless the call came by an alias: that counts alone."""
    qualifier = _alias(arn)
    if qualifier and qualifier != "$LATEST" and not qualifier.isdigit():
        return None
    return _at(getattr(getattr(context, "client_context", None), "custom", None), TOLD)


def _owners(event: Event, manifest: Manifest, region: str) -> Iterator[str | None]:
    """Yield the owner of the source of each record, None where nobody owns it.

    Records of other services (Kinesis and the like) say nothing about an environment.
    """
    records = _at(event, "Records")
    for record in records if isinstance(records, list) else []:
        source = _at(record, "eventSource") or _at(record, "EventSource")
        arn = str(_at(record, "eventSourceARN"))
        if source == "aws:sqs":
            yield manifest.environment_of("queue", arn.rpartition(":")[2], region)
        elif source == "aws:s3":
            yield manifest.environment_of("bucket", _at(record, "s3", "bucket", "name"), region)
        elif source == "aws:sns":
            topic = str(_at(record, "Sns", "TopicArn")).rpartition(":")[2]
            yield manifest.environment_of("topic", topic, region)
        elif source == "aws:dynamodb":
            # arn:aws:dynamodb:REGION:ACCOUNT:table/TABLE/stream/TIME
            table = arn.partition(":table/")[2].partition("/")[0]
            yield manifest.environment_of("table", table, region)


def _at(value: Event, *path: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return what lies at `path` in a JSON value, None where there is no such thing."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
