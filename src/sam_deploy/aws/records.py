"""Small JSON documents in S3 that several processes write: locks and journals.

Every write is conditional, so that of two writers one wins and the other one knows. Source: S3
API PutObject and DeleteObject, `If-Match` and `If-None-Match`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
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
                return Record(answer["Body"].read(), answer["ETag"])
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
