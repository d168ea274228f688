"""What every artifact bucket is, from its first moment: private, encrypted, versioned, TLS-only."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sam_deploy.aws.errors import AwsCallError, calling

CLOSED: Final = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
ABORT_INCOMPLETE_DAYS: Final = 1
FORGET_OLD_DAYS: Final = 30
"""Earlier states of locks and journals are kept so long: each heartbeat makes one."""
SETTLING: Final = frozenset({"OperationAborted", "NoSuchBucket"})
"""A bucket that was made or changed a moment ago."""
SETTLING_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class Protection:
    """What is set of one bucket. `owner` names it, and the account that must own it."""

    client: Any
    region: str
    owner: Mapping[str, Any]

    def ensure(self) -> None:
        """The bucket is hardened. Each call can be repeated, so a killed run is mended here."""
        # one after the other: S3 refuses changes of one bucket that meet (OperationAborted)
        for act in (self._close, self._encrypt, self._expire, self._refuse_plain_http):
            _settling(act)
        # last, because a bucket with versioning counts as protected (see `Objects.is_protected`)
        _settling(self._version)

    def _version(self) -> None:
        with calling("s3:PutBucketVersioning", self.region):
            self.client.put_bucket_versioning(
                **self.owner, VersioningConfiguration={"Status": "Enabled"}
            )

    def _close(self) -> None:
        with calling("s3:PutBucketPublicAccessBlock", self.region):
            self.client.put_public_access_block(**self.owner, PublicAccessBlockConfiguration=CLOSED)

    def _encrypt(self) -> None:
        with calling("s3:PutEncryptionConfiguration", self.region):
            rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
            self.client.put_bucket_encryption(
                **self.owner, ServerSideEncryptionConfiguration={"Rules": [rule]}
            )

    def _expire(self) -> None:
        rules: list[dict[str, Any]] = [
            {
                "ID": "AbortIncompleteUploads",
                "Status": "Enabled",
                "Filter": {"Prefix": ""},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": ABORT_INCOMPLETE_DAYS},
            }
        ]
        rules += [
            {
                "ID": f"ForgetOld{prefix.capitalize()}",
                "Status": "Enabled",
                "Filter": {"Prefix": f"{prefix}/"},
                "NoncurrentVersionExpiration": {"NoncurrentDays": FORGET_OLD_DAYS},
            }
            for prefix in ("locks", "journal")
        ]
        with calling("s3:PutLifecycleConfiguration", self.region):
            self.client.put_bucket_lifecycle_configuration(
                **self.owner, LifecycleConfiguration={"Rules": rules}
            )

    def _refuse_plain_http(self) -> None:
        with calling("s3:PutBucketPolicy", self.region):
            self.client.put_bucket_policy(**self.owner, Policy=json.dumps(self._tls_only()))

    def _tls_only(self) -> dict[str, object]:
        arn = f"arn:{self.client.meta.partition}:s3:::{self.owner['Bucket']}"
        return {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "TlsOnly",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": [arn, f"{arn}/*"],
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
            ],
        }


def _settling(act: Callable[[], None]) -> None:
    """Do something to a bucket; wait while S3 is still busy with what was done before."""
    for attempt in range(1, SETTLING_TRIES + 1):
        try:
            act()
        except AwsCallError as error:
            if error.code not in SETTLING or attempt == SETTLING_TRIES:
                raise
            time.sleep(attempt)
        else:
            return
