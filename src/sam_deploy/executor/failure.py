"""What the end of `sam deploy` means, as our errors with their texts. Pure."""

from __future__ import annotations

import re
from typing import Final

from sam_deploy.aws import Stack
from sam_deploy.errors import (
    IncompleteError,
    RefusedError,
    RolledBackError,
    SamDeployError,
    UnreachableError,
)
from sam_deploy.executor.command import Order
from sam_deploy.executor.output import Reader

REFUSED: Final = re.compile(r"^Failed to create changeset for the stack: [^,]+, (.*)$")
_WAITER: Final = re.compile(r"^ex: .*? Reason: ")
CREDENTIALS: Final = (
    "Unable to locate credentials",
    "AWS Credentials are required",
    "(ExpiredToken",
    "(InvalidClientTokenId)",
    "(UnrecognizedClientException)",
    "(SignatureDoesNotMatch)",
    "(RequestExpired)",
    "Token has expired",
)
DENIED: Final = ("(AccessDenied", "(UnauthorizedOperation)")
NO_ANSWER: Final = ("Could not connect to the endpoint", "Connect timeout", "Connection was closed")
_TAKEN_BACK: Final = {"ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "DELETE_COMPLETE"}


def before(order: Order, said: str, code: int, *, timed_out: bool = False) -> SamDeployError:
    """Return the error for a `sam deploy` that ended before it changed anything."""
    if any(text in said for text in CREDENTIALS):
        return UnreachableError(
            f"The SAM CLI has no credentials that AWS accepts in `{order.region}`",
            why=said,
            hint="renew them (`aws sso login`, or new keys), then run the same command again",
        )
    if any(text in said for text in NO_ANSWER):
        return UnreachableError(
            f"The SAM CLI got no answer in `{order.region}`",
            why=said,
            hint="check the network and the endpoint, then run the same command again",
        )
    if any(text in said for text in DENIED):
        return RefusedError(
            f"The credentials may not deploy `{order.stack}` in `{order.region}`",
            why=said,
            hint="give them the permission that is named, or use another AWS_PROFILE",
        )
    if found := REFUSED.match(said):
        return RefusedError(
            f"CloudFormation refused the template of `{order.stack}` in `{order.region}`",
            why=_WAITER.sub("", found[1]),
            hint=f"`sam-deploy template` shows it; correct `{order.source}` and run it again",
        )
    ended = "it did not end in time" if timed_out else f"it ended with {code} and said nothing"
    return RefusedError(
        f"The SAM CLI did not deploy `{order.stack}` in `{order.region}`",
        why=said or ended,
        state="nothing was changed",
        hint="correct the cause and run the same command again, or deploy with `--executor own`",
    )


def after(order: Order, live: Stack | None, reader: Reader) -> SamDeployError:
    """Return the error for a deployment that had begun and has not succeeded.

    The first failing event is the cause, in the words of our own engine.
    """
    cause = reader.cause()
    status = live.status if live else "DELETE_COMPLETE"
    why = f"`{cause.logical_id}` failed: {cause.reason}" if cause else ""
    why = why or (live.reason if live else "") or reader.error or status
    what = f"Stack `{order.stack}` in `{order.region}`"
    if status in _TAKEN_BACK:
        made = "updated" if status == "UPDATE_ROLLBACK_COMPLETE" else "created"
        return RolledBackError(
            f"{what} was not {made}",
            why=why,
            state="CloudFormation took the change back; every alias is where it was",
            hint="correct the cause, then run the same command again",
        )
    at_work = status.endswith("_IN_PROGRESS")
    return IncompleteError(
        f"{what} is still {status}" if at_work else f"{what} ended as {status}",
        why=why,
        state="CloudFormation goes on by itself" if at_work else "the aliases were not moved",
        hint=f"`aws cloudformation describe-stack-events --stack-name {order.stack} "
        f"--region {order.region}` shows all events",
    )
