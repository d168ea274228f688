"""Whether a call that failed may succeed when it is made again.

The SDK repeats calls by itself. This is for the few that it must not repeat, because repeating
them does the work twice. Source: AWS SDKs reference guide, "Retry behavior", standard mode:
connection faults, server errors and throttling.
"""

from __future__ import annotations

from typing import Final

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as SdkConnectionError

from sam_deploy.errors import SamDeployError

CODES: Final = frozenset(
    {
        "PriorRequestNotComplete",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestTimeout",
        "RequestTimeoutException",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
    }
)
STATUSES: Final = frozenset({429, 500, 502, 503, 504})
"""HTTP status codes."""


def is_transient(error: SamDeployError) -> bool:
    """Whether what `calling` raised goes back to a fault that passes by itself.

    A call that got no answer may have been carried out all the same.
    """
    cause = error.__cause__
    if isinstance(cause, ClientError):
        found = cause.response
        status = found.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status in STATUSES or found.get("Error", {}).get("Code") in CODES
    return isinstance(cause, SdkConnectionError | HTTPClientError)
