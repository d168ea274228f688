"""Signature Version 4 of a request: whether the caller has the keys of the embedded cloud. Pure.

The embedded cloud has one pair of keys, `test` and `test`, of the root of its account; who signs
with it may call, since no policies are enforced there.
Source: AWS Signature Version 4 for API requests, IAM user guide.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from sam_deploy.local.gateway.model import Request

ACCESS_KEY: Final = "test"
_SECRET_KEY: Final = "test"  # noqa: S105 - the emulator's well-known pair
_FORM: Final = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, ?"
    r"SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})"
)
_SKEW_SECONDS: Final = 300.0
_UNRESERVED: Final = "-_.~"


class MissingSignatureError(Exception):
    """The request is not signed."""


class UnknownKeyError(Exception):
    """The request is signed with a key that the embedded cloud does not know."""


class InvalidSignatureError(Exception):
    """The signature is not that of this request, or not of now."""


def check(request: Request, region: str, service: str) -> None:
    """The request is signed for this region and service.

    Raises MissingSignatureError, UnknownKeyError, InvalidSignatureError.
    """
    found = _FORM.fullmatch(request.header("authorization").strip())
    if found is None:
        raise MissingSignatureError("no signature")
    access_key, date, signed_region, signed_service, names, signature = found.groups()
    if access_key != ACCESS_KEY:
        raise UnknownKeyError(f"the key is {access_key}; the embedded cloud's is {ACCESS_KEY}")
    if (signed_region, signed_service) != (region, service):
        msg = f"it is for {signed_service} in {signed_region}, not {service} in {region}"
        raise InvalidSignatureError(msg)
    stamp = request.header("x-amz-date")
    if not stamp.startswith(date) or abs(_age(stamp)) > _SKEW_SECONDS:
        raise InvalidSignatureError(f"it is of {stamp or 'no time'}")
    scope = f"{date}/{region}/{service}/aws4_request"
    digest = hashlib.sha256(_canonical(request, names.split(";")).encode()).hexdigest()
    to_sign = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}"
    key = f"AWS4{_SECRET_KEY}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    expected = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, signature):
        raise InvalidSignatureError("it is not that of this request")


def caller(account_id: str) -> dict[str, str]:
    """Who the keys belong to, under the names of a REST API's identity."""
    return {
        "accessKey": ACCESS_KEY,
        "accountId": account_id,
        "caller": account_id,
        "user": account_id,
        "userArn": f"arn:aws:iam::{account_id}:root",
    }


def _canonical(request: Request, names: list[str]) -> str:
    headers = {name: ",".join(request.all(name)) for name in names}
    headers["host"] = request.sent_host
    listed = "".join(f"{name}:{' '.join(headers[name].split())}\n" for name in names)
    body = request.header("x-amz-content-sha256") or hashlib.sha256(request.body).hexdigest()
    # What was sent is encoded once, and is encoded again to be signed.
    path = quote(request.sent_path, safe=f"/{_UNRESERVED}")
    parts = (request.method, path, _query(request.query), listed, ";".join(names), body)
    return "\n".join(parts)


def _query(query: str) -> str:
    pairs = (part.partition("=") for part in query.split("&") if part)
    return "&".join(sorted(f"{name}={value}" for name, _, value in pairs))


def _age(stamp: str) -> float:
    try:
        signed_at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return float("inf")
    return (datetime.now(UTC) - signed_at).total_seconds()
