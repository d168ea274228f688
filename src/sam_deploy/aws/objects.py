"""S3 for artifacts: one private bucket per region, objects named by their own hash."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from sam_deploy.aws.errors import AwsCallError, calling
from sam_deploy.aws.session import Aws
from sam_deploy.errors import RefusedError

MISSING: Final = frozenset({"404", "NoSuchBucket", "NoSuchKey", "NotFound"})
ABORT_INCOMPLETE_DAYS: Final = 1
SINGLE_PUT_MAX_BYTES: Final = 100 * 1024 * 1024
PART_BYTES: Final = 16 * 1024 * 1024


class Objects:
    """The artifact bucket of one region. Every call names the account that must own it."""

    def __init__(self, aws: Aws, region: str, bucket: str, account: str) -> None:
        self.region = region
        self.bucket = bucket
        self._client = aws.client("s3", region)
        self._owner: dict[str, Any] = {"Bucket": bucket, "ExpectedBucketOwner": account}

    @property
    def url(self) -> str:
        """Return the address of the bucket in path style, as CloudFormation accepts it."""
        return f"{self._client.meta.endpoint_url}/{self.bucket}"

    def ensure_bucket(self) -> bool:
        """The bucket exists, private, encrypted, versioned and TLS-only; true when made now.

        Raises `RefusedError` when it belongs to another account. Source: S3 API HeadBucket,
        CreateBucket.
        """
        if self._has_bucket():
            return False
        location = {"LocationConstraint": self.region}
        arguments = {} if self.region == "us-east-1" else {"CreateBucketConfiguration": location}
        try:
            with calling("s3:CreateBucket", self.region):
                self._client.create_bucket(Bucket=self.bucket, **arguments)
        except AwsCallError as error:
            # a lost answer or another process: what counts is whether it is there and ours
            if error.code not in {"BucketAlreadyOwnedByYou", "OperationAborted"}:
                raise self._taken(error) from error
        self._protect()
        return True

    def _has_bucket(self) -> bool:
        try:
            with calling("s3:HeadBucket", self.region):
                self._client.head_bucket(**self._owner)
        except AwsCallError as error:
            if error.code in MISSING:
                return False
            raise
        return True

    def _taken(self, error: AwsCallError) -> RefusedError:
        return RefusedError(
            f"The artifact bucket `{self.bucket}` in `{self.region}` cannot be made",
            why=f"{error.code}: {error.message}",
            hint="bucket names are global; rename the app in `deploy.py`, or free the name",
        )

    def _protect(self) -> None:
        """Harden the new bucket. Each call can be repeated, so a killed run is mended here."""
        with calling("s3:PutBucketPublicAccessBlock", self.region):
            self._client.put_public_access_block(
                **self._owner,
                PublicAccessBlockConfiguration={
                    "BlockPublicAcls": True,
                    "IgnorePublicAcls": True,
                    "BlockPublicPolicy": True,
                    "RestrictPublicBuckets": True,
                },
            )
        with calling("s3:PutEncryptionConfiguration", self.region):
            rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
            self._client.put_bucket_encryption(
                **self._owner, ServerSideEncryptionConfiguration={"Rules": [rule]}
            )
        with calling("s3:PutLifecycleConfiguration", self.region):
            abort = {
                "ID": "AbortIncompleteUploads",
                "Status": "Enabled",
                "Filter": {"Prefix": ""},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": ABORT_INCOMPLETE_DAYS},
            }
            self._client.put_bucket_lifecycle_configuration(
                **self._owner, LifecycleConfiguration={"Rules": [abort]}
            )
        with calling("s3:PutBucketPolicy", self.region):
            self._client.put_bucket_policy(**self._owner, Policy=json.dumps(self._tls_only()))
        # last, because a bucket with versioning counts as protected (see `is_protected`)
        with calling("s3:PutBucketVersioning", self.region):
            self._client.put_bucket_versioning(
                **self._owner, VersioningConfiguration={"Status": "Enabled"}
            )

    def is_protected(self) -> bool:
        """Whether `ensure_bucket` once ran to its end here. Source: S3 API GetBucketVersioning."""
        with calling("s3:GetBucketVersioning", self.region):
            answer = self._client.get_bucket_versioning(**self._owner)
        return bool(answer.get("Status") == "Enabled")

    def protect(self) -> None:
        """The hardening of a bucket that a killed run left half made is complete."""
        self._protect()

    def _tls_only(self) -> dict[str, object]:
        arn = f"arn:aws:s3:::{self.bucket}"
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

    def has(self, key: str, size_bytes: int) -> bool:
        """Whether the object is there in full. Source: S3 API HeadObject."""
        try:
            with calling("s3:GetObject", self.region):
                answer = self._client.head_object(**self._owner, Key=key)
        except AwsCallError as error:
            if error.code in MISSING:
                return False
            raise
        return bool(answer["ContentLength"] == size_bytes)

    def upload(self, key: str, path: Path, checksum_sha256: str) -> None:
        """The file is stored under `key`, and S3 has verified its SHA-256 (base64).

        Source: S3 API PutObject; from 100 MB on CreateMultipartUpload.
        """
        if path.stat().st_size > SINGLE_PUT_MAX_BYTES:
            self._upload_parts(key, path)
            return
        with calling("s3:PutObject", self.region), path.open("rb") as body:
            self._client.put_object(
                **self._owner, Key=key, Body=body, ChecksumSHA256=checksum_sha256
            )

    def _upload_parts(self, key: str, path: Path) -> None:
        with calling("s3:PutObject", self.region):
            upload = self._client.create_multipart_upload(
                **self._owner, Key=key, ChecksumAlgorithm="SHA256"
            )
            target = {**self._owner, "Key": key, "UploadId": upload["UploadId"]}
            try:
                parts = self._send_parts(target, path)
                self._client.complete_multipart_upload(**target, MultipartUpload={"Parts": parts})
            except BaseException:
                self._client.abort_multipart_upload(**target)
                raise

    def _send_parts(self, target: dict[str, Any], path: Path) -> list[dict[str, Any]]:
        parts = []
        with path.open("rb") as body:
            for number in range(1, 10_001):
                content = body.read(PART_BYTES)
                if not content:
                    break
                answer = self._client.upload_part(
                    **target, PartNumber=number, Body=content, ChecksumAlgorithm="SHA256"
                )
                parts.append(
                    {
                        "PartNumber": number,
                        "ETag": answer["ETag"],
                        "ChecksumSHA256": answer["ChecksumSHA256"],
                    }
                )
        return parts

    def put_text(self, key: str, text: str) -> None:
        """The text is stored under `key`. Source: S3 API PutObject."""
        with calling("s3:PutObject", self.region):
            self._client.put_object(**self._owner, Key=key, Body=text.encode())

    def copy_from(self, source_bucket: str, account: str, key: str) -> None:
        """The object of another region's bucket is here too, copied by S3 itself (CopyObject)."""
        with calling("s3:PutObject", self.region):
            self._client.copy_object(
                **self._owner,
                Key=key,
                CopySource={"Bucket": source_bucket, "Key": key},
                ExpectedSourceBucketOwner=account,
            )
