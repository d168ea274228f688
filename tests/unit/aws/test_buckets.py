from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from sam_deploy.aws import AwsCallError, Buckets


class _Versions:
    """A bucket with versions, that lists them in small pages, as S3 does in large ones."""

    def __init__(self, keys: list[str], refused: str = "") -> None:
        self.there = [(key, str(number)) for number, key in enumerate(sorted(keys))]
        self.refused, self.deletions = refused, list[int]()

    def client(self, service: str, region: str) -> _Versions:
        assert ("s3", "eu-west-1") == (service, region)
        return self

    def list_object_versions(self, **given: Any) -> dict[str, Any]:
        assert ("files", "123456789012") == (given["Bucket"], given["ExpectedBucketOwner"])
        marker = (given.get("KeyMarker", ""), given.get("VersionIdMarker", ""))
        page = [each for each in self.there if each > marker][:3]
        rest = [each for each in self.there if page and each > page[-1]]
        found = [{"Key": key, "VersionId": version} for key, version in page]
        more = {"NextKeyMarker": page[-1][0], "NextVersionIdMarker": page[-1][1]} if rest else {}
        markers = [each for each in found if each["Key"].startswith("gone")]
        return {
            "Versions": [each for each in found if each not in markers],
            "DeleteMarkers": markers,
            "IsTruncated": bool(rest),
            **more,
        }

    def delete_objects(self, **given: Any) -> dict[str, Any]:
        doomed = [(each["Key"], each["VersionId"]) for each in given["Delete"]["Objects"]]
        self.deletions.append(len(doomed))
        kept = [each for each in doomed if each[0] == self.refused]
        self.there = [each for each in self.there if each not in doomed or each in kept]
        return {
            "Errors": [
                {"Key": key, "Code": "AccessDenied", "Message": "it is locked"} for key, _ in kept
            ]
        }


def buckets(client: _Versions) -> Buckets:
    return Buckets(client, "eu-west-1", "123456789012")  # type: ignore[arg-type] # plays it


def test_all_versions_and_markers_are_deleted_page_by_page() -> None:
    """Also when the list gets shorter while it is read."""
    client, told = _Versions(["a", "a", "b", "gone", "gone/2", "z", "z"]), list[int]()
    assert 7 == buckets(client).empty("files", told=told.append)
    assert ([], [3, 3, 1], [3, 6, 7]) == (client.there, client.deletions, told)


def test_what_is_to_be_kept_stays() -> None:
    """And a page of only that asks for no deletion."""
    client = _Versions(["lock", "lock", "lock", "other"])
    assert 1 == buckets(client).empty("files", keep=lambda key: key == "lock")
    assert (["lock"] * 3, [1]) == ([key for key, _ in client.there], client.deletions)


def test_an_object_that_cannot_be_deleted_is_named() -> None:
    """An object lock, a legal hold: S3 answers 200 and says so inside."""
    with pytest.raises(AwsCallError) as raised:
        buckets(_Versions(["a", "held"], refused="held")).empty("files")
    assert ("s3:DeleteObjectVersion", "AccessDenied") == (raised.value.action, raised.value.code)
    assert "it is locked (object `held`)" in raised.value.why


class _Missing:
    """A client to whom no bucket is known."""

    def client(self, service: str, region: str) -> _Missing:
        del service, region
        return self

    def __getattr__(self, call: str) -> Any:
        def refused(**_: Any) -> None:
            raise ClientError({"Error": {"Code": "NoSuchBucket", "Message": call}}, call)

        return refused


def test_a_bucket_that_is_gone_is_no_error() -> None:
    """Everything can be done twice."""
    there = Buckets(_Missing(), "eu-west-1", "123456789012")  # type: ignore[arg-type] # plays it
    assert (False, 0, False) == (there.exists("b"), there.empty("b"), there.delete("b"))
