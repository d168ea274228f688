"""Who the credentials are, and what time AWS thinks it is. Source: STS GetCallerIdentity.

Secrets stay here: what is returned names where credentials come from, never what they are.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from sam_deploy.aws.errors import calling
from sam_deploy.aws.session import Aws
from sam_deploy.errors import SamDeployError


@dataclass(frozen=True, slots=True)
class Credentials:
    """Where the credentials come from, such as shared-credentials-file, env or sso."""

    source: str
    expires: datetime | None = None
    """Nothing for keys that stay valid, and where the SDK renews them without saying when."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What STS answered. `refused` is its reason when it named nobody."""

    account: str = ""
    arn: str = ""
    ahead_seconds: float | None = None
    """How far this computer's clock is ahead of AWS's; nothing when there was no answer."""
    refused: SamDeployError | None = None


def credentials(aws: Aws, region: str) -> Credentials | None:
    """Return where the credentials come from; nothing when there are none.

    Asks whoever gives them, such as SSO, so that their time of expiry is known. Raises
    `UnreachableError` when that one refuses, or the profile does not exist.
    """
    with calling("sts:GetCallerIdentity", region):
        found = aws.client("sts", region)._request_signer._credentials  # noqa: SLF001 - no other way
        if found is None:
            return None
        found.get_frozen_credentials()
    expires = getattr(found, "_expiry_time", None)
    return Credentials(str(found.method), expires if isinstance(expires, datetime) else None)


def caller(aws: Aws, region: str, now: Callable[[], float] = time.time) -> Heard:
    """Return whom STS takes the credentials for, and how far the clocks are apart.

    A refusal is answered with a date, too; and a clock that is wrong is a reason for one.
    """
    # asked once: without a network, the SDK's ten tries take minutes
    client = aws.client("sts", region, retries=False)
    ahead: list[float] = []

    def heard(response_dict: Any, **_: object) -> None:  # noqa: ANN401 - the SDK has no types
        date = (response_dict or {}).get("headers", {}).get("date")
        with contextlib.suppress(TypeError, ValueError):
            ahead.append(now() - parsedate_to_datetime(date).timestamp())

    event = "response-received.sts.GetCallerIdentity"
    client.meta.events.register(event, heard)
    try:
        with calling("sts:GetCallerIdentity", region):
            answer = client.get_caller_identity()
    except SamDeployError as error:
        return Heard(ahead_seconds=ahead[-1] if ahead else None, refused=error)
    finally:
        client.meta.events.unregister(event, heard)
    return Heard(answer["Account"], answer["Arn"], ahead[-1] if ahead else None)
