"""JSON objects and files in the app's buckets."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

import boto3
from botocore.exceptions import ClientError

from sam_deploy_runtime import resource_name


@lru_cache(maxsize=1)
def s3_client() -> Any:  # noqa: ANN401 - boto3 clients have no importable class
    """Return the process's S3 client: it belongs to a region, not to an environment."""
    return boto3.client("s3")


@dataclass(frozen=True)
class Bucket:
    """One bucket of one environment."""

    name: str
    client: Any

    @classmethod
    def of(cls, name: str) -> Self:
        """Return the app's bucket `name` in this call's environment. Never keep it: ask again."""
        return cls(resource_name(name), s3_client())

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """Store `body` under `key`, over whatever was there."""
        self.client.put_object(Bucket=self.name, Key=key, Body=body, ContentType=content_type)

    def put_json(self, key: str, value: object) -> None:
        """Store a JSON value under `key`, over whatever was there."""
        self.put(key, _encode(value), "application/json")

    def put_json_once(self, key: str, value: object) -> bool:
        """Store a JSON value unless `key` exists; return whether it was stored.

        Of several writers at the same time one wins; S3 tells the others so, or asks them to
        try again (409, raised as ClientError). Source: S3 API PutObject, If-None-Match.
        """
        try:
            self.client.put_object(
                Bucket=self.name,
                Key=key,
                Body=_encode(value),
                ContentType="application/json",
                IfNoneMatch="*",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "PreconditionFailed":
                return False
            raise
        return True

    def open(self, key: str) -> Any:  # noqa: ANN401 - botocore's streaming body
        """Return the object as a stream of bytes. Raises FileNotFoundError."""
        try:
            return self.client.get_object(Bucket=self.name, Key=key)["Body"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                raise FileNotFoundError(f"{self.name}/{key}") from error
            raise

    def get_json(self, key: str) -> Any:  # noqa: ANN401 - any JSON value
        """Return the JSON value under `key`. Raises FileNotFoundError."""
        return json.load(self.open(key))

    def keys(self, prefix: str, *, after: str, limit: int) -> Iterator[str]:
        """Yield up to `limit` (1-1000) keys below `prefix` that sort after `after`."""
        page = self.client.list_objects_v2(
            Bucket=self.name, Prefix=prefix, StartAfter=after, MaxKeys=limit
        )
        for item in page.get("Contents", []):
            yield item["Key"]


def _encode(value: object) -> bytes:
    return json.dumps(value, indent=1, ensure_ascii=False).encode()
