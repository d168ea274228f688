from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from dzgroshared.storage import Bucket


def test_of_two_writers_the_first_wins(bucket: Bucket, objects: dict[str, bytes]) -> None:
    """`put_json_once` says who stored the object, and never overwrites it."""
    assert [True, False] == [bucket.put_json_once("k", {"n": n}) for n in (1, 2)]
    assert {"n": 1} == bucket.get_json("k")
    assert ["k"] == list(objects)


def test_another_refusal_of_a_first_write_is_no_duplicate(bucket: Bucket) -> None:
    """Only S3's "it exists" means that it exists."""
    bucket.client.fails = "AccessDenied"

    with pytest.raises(ClientError, match="AccessDenied"):
        bucket.put_json_once("k", {})


def test_what_is_not_there_is_a_file_not_found(bucket: Bucket) -> None:
    """The error names bucket and key."""
    with pytest.raises(FileNotFoundError, match="bucket-dev/nowhere"):
        bucket.get_json("nowhere")


def test_keys_come_in_pages(bucket: Bucket) -> None:
    """`after` is where the last page ended; other prefixes are not listed."""
    for key in ("a/1", "a/2", "a/3", "b/1"):
        bucket.put_json(key, {})

    assert ["a/1", "a/2"] == list(bucket.keys("a/", after="", limit=2))
    assert ["a/3"] == list(bucket.keys("a/", after="a/2", limit=2))
    assert [] == list(bucket.keys("a/", after="a/3", limit=2))
