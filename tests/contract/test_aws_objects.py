"""The artifact bucket on a real S3 of the embedded cloud."""

from __future__ import annotations

import base64
import hashlib
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from sam_deploy import local
from sam_deploy.aws import Aws, AwsCallError, Endpoint, Objects
from sam_deploy.aws import objects as objects_module

ACCOUNT = "000000000000"
REGION = "eu-west-1"
NUMBERS = itertools.count()
Client: TypeAlias = Any
Bucket = Callable[..., Objects]


@pytest.fixture
def account(cloud: local.RunningCloud) -> Aws:
    """The embedded cloud, as every command reaches it."""
    return Aws(Endpoint("embedded", cloud.endpoint, "", "test", "test"))


@pytest.fixture
def bucket(account: Aws) -> Bucket:
    """Names a bucket that does not exist yet, in a region."""

    def make(region: str = REGION) -> Objects:
        return Objects(account, region, f"objects-{next(NUMBERS)}-{region}", ACCOUNT)

    return make


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of a few bytes."""
    path = tmp_path / "archive.zip"
    path.write_bytes(b"the content of an archive")
    return path


def checksum(path: Path) -> str:
    return base64.b64encode(hashlib.sha256(path.read_bytes()).digest()).decode()


@pytest.mark.parametrize("region", [REGION, "us-east-1"])
def test_a_bucket_is_made_once(bucket: Bucket, account: Aws, region: str) -> None:
    """In its own region; us-east-1 must not be named as a location."""
    made = bucket(region)
    assert (True, False) == (made.ensure_bucket(), made.ensure_bucket())
    client: Client = account.client("s3", region)
    where = client.get_bucket_location(Bucket=made.bucket)["LocationConstraint"]
    assert region == (where or "us-east-1")


@pytest.mark.fault(47)
def test_a_new_bucket_is_private_encrypted_versioned_and_tls_only(
    bucket: Bucket, account: Aws
) -> None:
    """And forgets uploads that never ended."""
    made = bucket()
    made.ensure_bucket()
    client: Client = account.client("s3", REGION)
    name = made.bucket
    closed = client.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    assert [True] * 4 == list(closed.values())
    rules = client.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert "AES256" == rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"]
    assert "Enabled" == client.get_bucket_versioning(Bucket=name)["Status"]
    assert '"aws:SecureTransport": "false"' in client.get_bucket_policy(Bucket=name)["Policy"]
    (rule,) = client.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert {"DaysAfterInitiation": 1} == rule["AbortIncompleteMultipartUpload"]


def test_a_bucket_that_was_left_half_made_is_completed(bucket: Bucket, account: Aws) -> None:
    """A killed run made it and did no more: versioning comes last, and tells."""
    made = bucket()
    client: Client = account.client("s3", REGION)
    location = {"LocationConstraint": REGION}
    client.create_bucket(Bucket=made.bucket, CreateBucketConfiguration=location)
    assert not made.ensure_bucket()
    assert not made.is_protected()
    made.protect()
    assert made.is_protected()


@pytest.mark.fault(47)
def test_an_object_is_there_when_it_is_complete(bucket: Bucket, file: Path) -> None:
    """Same key, same size; a shorter one is not it."""
    made = bucket()
    made.ensure_bucket()
    size = file.stat().st_size
    assert not made.has("artifacts/a.zip", size)
    made.upload("artifacts/a.zip", file, checksum(file))
    assert made.has("artifacts/a.zip", size)
    assert not made.has("artifacts/a.zip", size + 1)


def test_an_object_of_a_missing_bucket_is_not_there(bucket: Bucket) -> None:
    """Before the first deployment."""
    assert not bucket().has("artifacts/a.zip", 1)


def test_an_upload_is_stored_as_it_is(bucket: Bucket, account: Aws, file: Path) -> None:
    """With the checksum that S3 verified."""
    made = bucket()
    made.ensure_bucket()
    made.upload("a.zip", file, checksum(file))
    client: Client = account.client("s3", REGION)
    found = client.get_object(Bucket=made.bucket, Key="a.zip")
    assert file.read_bytes() == found["Body"].read()


@pytest.mark.fault(47)
def test_the_checksum_goes_with_the_upload(bucket: Bucket, account: Aws, file: Path) -> None:
    """S3 compares it; the emulator may not, so the request itself is looked at."""
    made = bucket()
    made.ensure_bucket()
    sent = []
    client: Client = account.client("s3", REGION)
    client.meta.events.register(
        "before-send.s3.PutObject", lambda request, **_: sent.append(dict(request.headers))
    )
    made.upload("a.zip", file, checksum(file))
    assert checksum(file) == _text(sent[0]["x-amz-checksum-sha256"])
    assert ACCOUNT == _text(sent[0]["x-amz-expected-bucket-owner"])


def test_a_large_file_goes_in_parts(
    bucket: Bucket, account: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each part with its own checksum; together they are the file."""
    monkeypatch.setattr(objects_module, "SINGLE_PUT_MAX_BYTES", 1024)
    monkeypatch.setattr(objects_module, "PART_BYTES", 5 * 1024 * 1024)
    large = tmp_path / "large.zip"
    large.write_bytes(bytes(range(256)) * (11 * 4096))
    made = bucket()
    made.ensure_bucket()
    parts = []
    client: Client = account.client("s3", REGION)
    client.meta.events.register(
        "before-send.s3.UploadPart", lambda request, **_: parts.append(request.url)
    )
    made.upload("large.zip", large, checksum(large))
    assert 3 == len(parts)
    found = client.get_object(Bucket=made.bucket, Key="large.zip")["Body"].read()
    assert hashlib.sha256(large.read_bytes()).digest() == hashlib.sha256(found).digest()


@pytest.mark.fault(47)
def test_a_large_file_that_fails_leaves_no_upload_behind(
    bucket: Bucket, account: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is aborted: parts of it would cost money for ever."""
    monkeypatch.setattr(objects_module, "SINGLE_PUT_MAX_BYTES", 1024)
    large = tmp_path / "large.zip"
    large.write_bytes(bytes(4096))
    made = bucket()
    made.ensure_bucket()
    client: Client = account.client("s3", REGION)

    def interrupt(**_: object) -> None:
        raise KeyboardInterrupt

    client.meta.events.register("before-send.s3.UploadPart", interrupt)
    with pytest.raises(KeyboardInterrupt):
        made.upload("large.zip", large, checksum(large))
    assert [] == client.list_multipart_uploads(Bucket=made.bucket).get("Uploads", [])
    assert not made.has("large.zip", 4096)


def test_an_object_is_copied_between_regions_by_s3(bucket: Bucket, file: Path) -> None:
    """Nothing of it leaves this computer a second time."""
    home, other = bucket(), bucket("us-east-1")
    for each in (home, other):
        each.ensure_bucket()
    home.upload("artifacts/a.zip", file, checksum(file))
    other.copy_from(home.bucket, ACCOUNT, "artifacts/a.zip")
    assert other.has("artifacts/a.zip", file.stat().st_size)


def test_copying_what_is_not_there_is_an_error(bucket: Bucket) -> None:
    """It is told, never taken for done."""
    home, other = bucket(), bucket("us-east-1")
    for each in (home, other):
        each.ensure_bucket()
    with pytest.raises(AwsCallError):
        other.copy_from(home.bucket, ACCOUNT, "artifacts/a.zip")


def test_a_text_is_stored_as_utf_8(bucket: Bucket, account: Aws) -> None:
    """Large templates go this way; the address is the one that CloudFormation takes."""
    made = bucket()
    made.ensure_bucket()
    made.put_text("templates/a.yaml", "é: ü\n")
    client: Client = account.client("s3", REGION)
    found = client.get_object(Bucket=made.bucket, Key="templates/a.yaml")["Body"].read()
    assert "é: ü\n".encode() == found
    assert f"{account.endpoint.url}/{made.bucket}" == made.url


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
