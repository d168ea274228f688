"""Hardens an artifact bucket: private, encrypted, TLS only, versioned, tidy.

Source: S3 API PutPublicAccessBlock, PutBucketEncryption, PutBucketLifecycleConfiguration,
PutBucketPolicy, PutBucketVersioning.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
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


def harden(client: Any, region: str, bucket: str, owner: dict[str, Any]) -> None:  # noqa: ANN401 - the SDK has no types
    """The bucket is as an artifact bucket must be. Each call can be repeated after a killed run.

    `owner` names the bucket, and the account that must own it.
    """
    work = _Hardening(client, region, bucket, owner)
    # one after the other: S3 refuses changes of one bucket that meet (OperationAborted). Versioning
    # comes last, because a bucket that has it counts as hardened
    for act in (work.close, work.encrypt, work.expire, work.refuse_plain_http, work.version):
        _settling(act)


@dataclass(frozen=True, slots=True)
class _Hardening:
    client: Any
    region: str
    bucket: str
    owner: dict[str, Any]

    def version(self) -> None:
        with calling("s3:PutBucketVersioning", self.region):
            self.client.put_bucket_versioning(
                **self.owner, VersioningConfiguration={"Status": "Enabled"}
            )

    def close(self) -> None:
        with calling("s3:PutBucketPublicAccessBlock", self.region):
            self.client.put_public_access_block(**self.owner, PublicAccessBlockConfiguration=CLOSED)

    def encrypt(self) -> None:
        with calling("s3:PutEncryptionConfiguration", self.region):
            rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
            self.client.put_bucket_encryption(
                **self.owner, ServerSideEncryptionConfiguration={"Rules": [rule]}
            )

    def expire(self) -> None:
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

    def refuse_plain_http(self) -> None:
        with calling("s3:PutBucketPolicy", self.region):
            self.client.put_bucket_policy(**self.owner, Policy=json.dumps(self._tls_only()))

    def _tls_only(self) -> dict[str, object]:
        arn = f"arn:{self.client.meta.partition}:s3:::{self.bucket}"
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
