"""What a function has at hand: clients of AWS, names of its environment, and a way to fail."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import boto3
import structlog
from shared import events
from shared.errors import WorkflowError

from sam_deploy_runtime import environment, resource_name

if TYPE_CHECKING:
    from collections.abc import Callable

Handler = "Callable[[dict[str, Any], Any], Any]"
BUS = "Events"

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    ]
)
log = structlog.get_logger()


@functools.lru_cache
def client(service: str) -> Any:  # noqa: ANN401 - boto3 makes its clients while it runs
    """Return a client of an AWS service, one for each process: it belongs to no environment."""
    return boto3.client(service)


def table(name: str) -> Any:  # noqa: ANN401 - the same
    """Return the app's table in this call's environment."""
    return _tables().Table(resource_name(name))


@functools.lru_cache
def _tables() -> Any:  # noqa: ANN401 - the same
    return boto3.resource("dynamodb")


def stage() -> str:
    """Return dev or prod: whose configuration and whose resources these are."""
    return environment()


def publish(*happened: events.Event, source: str = "") -> None:
    """Put events on the bus of this call's environment."""
    events.publish(client("events"), resource_name(BUS), *happened, source=source)


def reports(step: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let a handler tell the bus why it gave up, where trying again would not help.

    Anything else is raised, so that Lambda tries again.
    """

    def decorate(handle: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(handle)
        def called(event: dict[str, Any], context: Any) -> Any:  # noqa: ANN401 - Lambda's own
            try:
                return handle(event, context)
            except WorkflowError as error:
                failed = events.WorkflowFailed(
                    correlation_id=correlation(event, context), step=step, reason=str(error)
                )
                log.warning("workflow failed", **failed.model_dump())
                publish(failed, source=f"alchemiser.{step}")
                return {"failed": str(error)}

        return called

    return decorate


def correlation(event: dict[str, Any], context: Any) -> str:  # noqa: ANN401 - Lambda's own
    """Return the id of the workflow that an event belongs to; a call that starts one gives its."""
    detail = event.get("detail") or event
    found = detail.get("correlation_id")
    return str(found or getattr(context, "aws_request_id", "") or "unknown")
