"""S3 for artifacts: one private bucket per region, objects named by their own hash."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sam_deploy.aws.checksums import Checksums, in_parts, parts_of
from sam_deploy.aws.errors import AwsCallError, calling
from sam_deploy.aws.hardening import CLOSED, harden
from sam_deploy.aws.session import Aws
from sam_deploy.errors import RefusedError, SamDeployError

MISSING: Final = frozenset({"404", "NoSuchBucket", "NoSuchKey", "NotFound"})
NOT_CLOSED: Final = "NoSuchPublicAccessBlockConfiguration"
GONE: Final = "NoSuchUpload"
SINGLE_PUT_MAX_BYTES: Final = 100 * 1024 * 1024
PART_BYTES: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object as it lies in a bucket."""

    size_bytes: int
    sha256: str
    """Base64, as S3 has verified it; of an object in parts that of the parts; '' when unknown."""

    def holds(self, sha256: str) -> bool:
        """Whether its bytes may have that SHA-256 (base64); of parts that cannot be told."""
        return self.sha256 == sha256 or in_parts(self.sha256)


class Objects:
    """The artifact bucket of one region. Every call names the account that must own it."""

    ABSENT: Final = "it is not there"

    def __init__(self, aws: Aws, region: str, bucket: str, account: str) -> None:
        self.region = region
        self.bucket = bucket
        self.account = account
        self._aws = aws
        self._owner: dict[str, Any] = {"Bucket": bucket, "ExpectedBucketOwner": account}

    @property
    def _client(self) -> Any:  # noqa: ANN401 - the SDK has no types
        # made when it is first used: a region in which nothing changes needs none
        return self._aws.client("s3", self.region)

    @property
    def url(self) -> str:
        """Return the address of the bucket in path style, as CloudFormation accepts it."""
        return f"{self._client.meta.endpoint_url}/{self.bucket}"

    def ensure_bucket(self) -> bool:
        """The bucket exists, private, encrypted, versioned and TLS-only; true when made now.

        Raises `RefusedError` when it belongs to another account, or when somebody has opened it to
        the public. Source: S3 API HeadBucket, CreateBucket, GetPublicAccessBlock.
        """
        if self._has_bucket():
            # half made by a killed run, or opened by somebody: versioning, set last, tells which
            if not self.is_protected():
                harden(self._client, self.region, self.bucket, self._owner)
            elif not self._is_closed():
                raise self._open()
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
        harden(self._client, self.region, self.bucket, self._owner)
        return True

    def _has_bucket(self) -> bool:
        try:
            with calling("s3:ListBucket", self.region):
                self._client.head_bucket(**self._owner)
        except AwsCallError as error:
            if error.code in MISSING:
                return False
            raise
        except RefusedError as error:
            raise RefusedError(
                f"The artifact bucket `{self.bucket}` in `{self.region}` may not be used",
                why=f"it belongs to another account than {self.account}, or these credentials may "
                f"not look at it: {error.why}",
                hint="use credentials with the permission `s3:ListBucket`; if the bucket is "
                "somebody else's, rename the app in `deploy.py`",
            ) from error
        return True

    def _taken(self, error: AwsCallError) -> RefusedError:
        return RefusedError(
            f"The artifact bucket `{self.bucket}` in `{self.region}` cannot be made",
            why=f"{error.code}: {error.message}",
            hint="bucket names are global; rename the app in `deploy.py`, or free the name",
        )

    def _open(self) -> RefusedError:
        blocked = ",".join(f"{key}=true" for key in CLOSED)
        return RefusedError(
            f"The artifact bucket `{self.bucket}` in `{self.region}` is open to the public",
            why="somebody has taken its public access block away since it was made",
            hint="find out why, then close it: `aws s3api put-public-access-block --bucket "
            f"{self.bucket} --region {self.region} --public-access-block-configuration {blocked}`",
        )

    def is_protected(self) -> bool:
        """Whether `ensure_bucket` once ran to its end here. Source: S3 API GetBucketVersioning."""
        with calling("s3:GetBucketVersioning", self.region):
            answer = self._client.get_bucket_versioning(**self._owner)
        return bool(answer.get("Status") == "Enabled")

    def _is_closed(self) -> bool:
        try:
            with calling("s3:GetBucketPublicAccessBlock", self.region):
                answer = self._client.get_public_access_block(**self._owner)
        except AwsCallError as error:
            if error.code == NOT_CLOSED:
                return False
            raise
        return all(answer["PublicAccessBlockConfiguration"].get(key) for key in CLOSED)

    def stored(self, key: str) -> StoredObject | None:
        """Return what lies under a key; nothing when nothing does. Source: S3 API HeadObject."""
        found = self._head(key)
        if found is None:
            return None
        return StoredObject(found["ContentLength"], found.get("ChecksumSHA256", ""))

    def has(self, key: str, size_bytes: int) -> bool:
        """Whether an object of this size is there. Source: S3 API HeadObject."""
        found = self._head(key)
        return bool(found is not None and found["ContentLength"] == size_bytes)

    def lacks(self, key: str, checksums: Checksums, path: Path | None) -> str:
        """Return why the object cannot stand for the file; '' when it holds just its bytes.

        S3 keeps the SHA-256 that it verified. Of an object that came in parts that is the hash of
        the parts' hashes, which the file is read for; where there is no file, the size decides
        about such an object, each of whose parts S3 has verified. Source: S3 API HeadObject,
        `ChecksumMode`; S3 user guide, "Checking object integrity", composite checksums.
        """
        found = self._head(key)
        if found is None:
            return self.ABSENT
        size, checksum = found["ContentLength"], found.get("ChecksumSHA256", "")
        if size != checksums.size_bytes:
            return f"it has {size} bytes, not {checksums.size_bytes}"
        if not checksum:
            return "S3 has no SHA-256 of it"
        if checksum == checksums.sha256:
            return ""
        if in_parts(checksum) and (
            path is None or checksum == parts_of(path, PART_BYTES).composite
        ):
            return ""
        return f"its SHA-256 is {checksum}, not {checksums.sha256}"

    def _head(self, key: str) -> Any:  # noqa: ANN401 - the SDK has no types
        try:
            with calling("s3:GetObject", self.region):
                return self._client.head_object(**self._owner, Key=key, ChecksumMode="ENABLED")
        except AwsCallError as error:
            if error.code in MISSING:
                return None
            raise

    def upload(self, key: str, path: Path, checksum_sha256: str) -> None:
        """The file is stored under `key`, and S3 has verified its SHA-256 (base64).

        Can be repeated: the key stands for the bytes. Source: S3 API PutObject; from 100 MB on
        CreateMultipartUpload, UploadPart, CompleteMultipartUpload.
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
                **self._owner, Key=key, ChecksumAlgorithm="SHA256", ChecksumType="COMPOSITE"
            )
            target = {**self._owner, "Key": key, "UploadId": upload["UploadId"]}
            try:
                parts = self._send_parts(target, path)
                self._complete(target, parts)
            except BaseException:
                self._abort(target)
                raise

    def _complete(self, target: dict[str, Any], parts: list[dict[str, Any]]) -> None:
        try:
            with calling("s3:PutObject", self.region):
                self._client.complete_multipart_upload(**target, MultipartUpload={"Parts": parts})
        except AwsCallError as error:
            # its answer was lost and the SDK asked again; whether the object is there is looked at
            if error.code != GONE:
                raise

    def _abort(self, target: dict[str, Any]) -> None:
        """Parts cost money for ever; those that stay all the same are expired by the bucket."""
        with contextlib.suppress(SamDeployError), calling("s3:AbortMultipartUpload", self.region):
            self._client.abort_multipart_upload(**target)

    def _send_parts(self, target: dict[str, Any], path: Path) -> list[dict[str, Any]]:
        """Send the file part by part; S3 refuses one that is not what was read before."""
        parts = []
        checksums = parts_of(path, PART_BYTES)
        with path.open("rb") as body:
            for number, checksum in enumerate(checksums.parts, start=1):
                content = body.read(PART_BYTES)
                answer = self._client.upload_part(
                    **target, PartNumber=number, Body=content, ChecksumSHA256=checksum
                )
                part = {"PartNumber": number, "ETag": answer["ETag"], "ChecksumSHA256": checksum}
                parts.append(part)
        return parts

    def put_text(self, key: str, text: str) -> None:
        """The text is stored under `key`. Source: S3 API PutObject."""
        with calling("s3:PutObject", self.region):
            self._client.put_object(**self._owner, Key=key, Body=text.encode())

    def copy_from(self, source_bucket: str, account: str, key: str) -> None:
        """The object of another region's bucket is here too, copied by S3 itself (CopyObject).

        S3 either carries its SHA-256 over or makes it anew, of the whole: `lacks` accepts both.
        """
        with calling("s3:PutObject", self.region):
            self._client.copy_object(
                **self._owner,
                Key=key,
                CopySource={"Bucket": source_bucket, "Key": key},
                ExpectedSourceBucketOwner=account,
                ChecksumAlgorithm="SHA256",
            )
