"""Small JSON documents in S3 that several processes write: locks, journals, and the history.

Every write that counts is conditional, so that of two writers one wins and the other one knows.
Source: S3 API PutObject and DeleteObject, `If-Match` and `If-None-Match`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Final

from sam_deploy.aws.errors import AwsCallError, calling
from sam_deploy.aws.objects import MISSING
from sam_deploy.aws.session import Aws

LOST: Final = frozenset({"PreconditionFailed", "412"})
"""Somebody else has written first."""
AGAIN: Final = frozenset({"ConditionalRequestConflict", "409", "OperationAborted"})
"""Two conditional writes met; S3 asks for the same one once more."""
TRIES: Final = 4
PAUSE_SECONDS: Final = 0.2


@dataclass(frozen=True, slots=True)
class Record:
    """A document as it was read; `etag` names this very state of it."""

    body: bytes
    etag: str
    age_seconds: float | None = field(default=None, compare=False)
    """How long ago it was written when it was read, all by S3's clock; nothing when not told."""


class Records:
    """The documents of one bucket. Every call names the account that must own it."""

    def __init__(self, aws: Aws, region: str, bucket: str, account: str) -> None:
        self.region = region
        self.bucket = bucket
        self._client = aws.client("s3", region)
        self._owner: dict[str, Any] = {"Bucket": bucket, "ExpectedBucketOwner": account}

    def read(self, key: str) -> Record | None:
        """Return a document; nothing when there is none, or no bucket (GetObject)."""
        try:
            with calling("s3:GetObject", self.region):
                answer = self._client.get_object(**self._owner, Key=key)
                return Record(answer["Body"].read(), answer["ETag"], _age(answer))
        except AwsCallError as error:
            if error.code in MISSING:
                return None
            raise

    def create(self, key: str, body: bytes) -> str | None:
        """Write a document that is not there yet; return its ETag, or nothing when it is.

        Nothing is also the answer when this very call was repeated by the SDK after its answer
        was lost: read it, and compare.
        """
        return self._put(key, body, {"IfNoneMatch": "*"})

    def replace(self, key: str, body: bytes, etag: str) -> str | None:
        """Write a document in the place of that state; nothing when it has changed since."""
        return self._put(key, body, {"IfMatch": etag})

    def write(self, key: str, body: bytes) -> None:
        """A document says this, whatever it said before. Of two writers the last one wins."""
        self._put(key, body, {})

    def keys(self, prefix: str, after: str = "") -> Iterator[str]:
        """Return the keys with a prefix that come after another key, in the order of their bytes.

        Read in pages of 1000 as they are asked for; none when there is no bucket (ListObjectsV2).
        """
        more: dict[str, str] = {"StartAfter": after} if after else {}
        while True:
            try:
                with calling("s3:ListBucket", self.region):
                    answer = self._client.list_objects_v2(**self._owner, Prefix=prefix, **more)
            except AwsCallError as error:
                if error.code in MISSING:
                    return
                raise
            yield from (str(each["Key"]) for each in answer.get("Contents", []))
            if not answer.get("IsTruncated"):
                return
            more = {"ContinuationToken": answer["NextContinuationToken"]}

    def delete(self, key: str, etag: str) -> bool:
        """Take that state of a document away; say whether it was still that one."""
        try:
            with calling("s3:DeleteObject", self.region):
                self._client.delete_object(**self._owner, Key=key, IfMatch=etag)
        except AwsCallError as error:
            if error.code in LOST | MISSING:
                return False
            raise
        return True

    def _put(self, key: str, body: bytes, condition: dict[str, str]) -> str | None:
        for attempt in range(1, TRIES + 1):
            try:
                with calling("s3:PutObject", self.region):
                    answer = self._client.put_object(
                        **self._owner,
                        Key=key,
                        Body=body,
                        ContentType="application/json",
                        **condition,
                    )
            except AwsCallError as error:
                if error.code in LOST | MISSING:
                    return None
                if error.code not in AGAIN or attempt == TRIES:
                    raise
                time.sleep(PAUSE_SECONDS * attempt)
            else:
                return str(answer["ETag"])
        return None  # pragma: no cover - the last try returns or raises


def _age(answer: Any) -> float | None:  # noqa: ANN401 - the SDK has no types
    """Return the seconds from `LastModified` to the `Date` of the answer, both whole seconds."""
    written = answer.get("LastModified")
    date = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
    if written is None:
        return None
    try:
        read = parsedate_to_datetime(date)
    except ValueError:
        return None
    return max(0.0, float((read - written).total_seconds()))
