"""S3: emptying and deleting buckets. Source of every call: S3 API."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from sam_deploy.aws.errors import AwsCallError, calling
from sam_deploy.aws.objects import MISSING
from sam_deploy.aws.session import Aws

AT_ONCE: Final = 1000
"""As many versions as DeleteObjects takes, and as ListObjectVersions returns at once."""


class Buckets:
    """S3 in one region. Every call names the account that must own the bucket."""

    def __init__(self, aws: Aws, region: str, account: str) -> None:
        self.region = region
        self._account = account
        self._client = aws.client("s3", region)

    def exists(self, bucket: str) -> bool:
        """Whether the account has such a bucket (HeadBucket)."""
        try:
            with calling("s3:ListBucket", self.region):
                self._client.head_bucket(**self._owned(bucket))
        except AwsCallError as error:
            if error.code in MISSING:
                return False
            raise
        return True

    def put(self, bucket: str, key: str, file: Path, content_type: str = "") -> str:
        """A file is in a bucket, in any size that one PutObject takes; return its ETag.

        Raises OSError when the file cannot be read.
        """
        kind = {"ContentType": content_type} if content_type else {}
        with file.open("rb") as body, calling("s3:PutObject", self.region):
            answer = self._client.put_object(**self._owned(bucket), Key=key, Body=body, **kind)
        return str(answer.get("ETag", "")).strip('"')

    def empty(
        self,
        bucket: str,
        *,
        keep: Callable[[str], bool] = lambda _key: False,
        told: Callable[[int], object] = lambda _count: None,
    ) -> int:
        """All versions of all objects and all delete markers are gone; return how many there were.

        `keep` says which keys stay; `told` is given the count so far after each page. Nothing
        happens when there is no such bucket. Source: ListObjectVersions, DeleteObjects.
        """
        count = 0
        for page in self._pages(bucket):
            doomed = [each for each in page if not keep(each["Key"])]
            if doomed:
                self._delete(bucket, doomed)
                count += len(doomed)
                told(count)
        return count

    def _pages(self, bucket: str) -> Iterator[list[dict[str, str]]]:
        """Yield all versions. What is deleted meanwhile does not move the marker: it is a name."""
        marker: dict[str, str] = {}
        while True:
            try:
                with calling("s3:ListBucketVersions", self.region):
                    answer = self._client.list_object_versions(**self._owned(bucket), **marker)
            except AwsCallError as error:
                if error.code in MISSING:
                    return
                raise
            found = [*answer.get("Versions", ()), *answer.get("DeleteMarkers", ())]
            yield [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
            if not answer.get("IsTruncated"):
                return
            marker = {"KeyMarker": answer["NextKeyMarker"]}
            if answer.get("NextVersionIdMarker"):
                marker["VersionIdMarker"] = answer["NextVersionIdMarker"]

    def _delete(self, bucket: str, versions: Sequence[dict[str, str]]) -> None:
        for start in range(0, len(versions), AT_ONCE):
            some = list(versions[start : start + AT_ONCE])
            with calling("s3:DeleteObjectVersion", self.region):
                answer = self._client.delete_objects(
                    **self._owned(bucket), Delete={"Objects": some, "Quiet": True}
                )
            for error in answer.get("Errors", ()):
                # one is enough to say: an object lock, a legal hold, a missing permission
                message = f"{error.get('Message', '')} (object `{error.get('Key', '')}`)"
                code = str(error.get("Code", ""))
                raise AwsCallError("s3:DeleteObjectVersion", self.region, code, message, "")

    def delete(self, bucket: str) -> bool:
        """The empty bucket is gone; say whether there was one (DeleteBucket)."""
        try:
            with calling("s3:DeleteBucket", self.region):
                self._client.delete_bucket(**self._owned(bucket))
        except AwsCallError as error:
            if error.code in MISSING:
                return False
            raise
        return True

    def _owned(self, bucket: str) -> dict[str, Any]:
        return {"Bucket": bucket, "ExpectedBucketOwner": self._account}
