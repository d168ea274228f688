"""The artifact bucket on a real S3 of the embedded cloud."""

from __future__ import annotations

import base64
import hashlib
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from tests.contract import faults

from sam_deploy import local
from sam_deploy.aws import Aws, AwsCallError, Checksums, Endpoint, Objects
from sam_deploy.aws import objects as objects_module
from sam_deploy.errors import RefusedError

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


def wanted(path: Path) -> Checksums:
    return Checksums(path.stat().st_size, checksum(path))


def _remember(sent: dict[str, dict[str, str]]) -> Callable[..., None]:
    def remember(request: Any, event_name: str, **_: object) -> None:
        headers = {key.lower(): _text(value) for key, value in dict(request.headers).items()}
        sent[event_name.rpartition(".")[2]] = headers

    return remember


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
    rules = client.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    (aborted,) = [each for each in rules if "AbortIncompleteMultipartUpload" in each]
    assert {"DaysAfterInitiation": 1} == aborted["AbortIncompleteMultipartUpload"]
    assert {"Prefix": ""} == aborted["Filter"]


def test_earlier_states_of_locks_and_journals_are_forgotten(bucket: Bucket, account: Aws) -> None:
    """Each heartbeat makes one. Archives and manifests are kept, and so is what is current."""
    made = bucket()
    made.ensure_bucket()
    client: Client = account.client("s3", REGION)
    rules = client.get_bucket_lifecycle_configuration(Bucket=made.bucket)["Rules"]
    assert {"locks/": 30, "journal/": 30} == {
        each["Filter"]["Prefix"]: each["NoncurrentVersionExpiration"]["NoncurrentDays"]
        for each in rules
        if "NoncurrentVersionExpiration" in each
    }
    assert {"Enabled"} == {each["Status"] for each in rules}
    assert not any("Expiration" in each for each in rules)


@pytest.mark.parametrize("code", ["OperationAborted", "NoSuchBucket"])
def test_a_bucket_that_is_still_settling_is_waited_for(
    bucket: Bucket, account: Aws, code: str
) -> None:
    """R220: S3 is busy with what was just done; every protection is there in the end."""
    made = bucket()
    client: Client = account.client("s3", REGION)
    refused = faults.answer(409, f"<Error><Code>{code}</Code></Error>".encode())
    asked = 0

    def busy(**_: object) -> Any:
        nonlocal asked
        asked += 1
        return refused if asked == 1 else None

    event = "before-send.s3.PutPublicAccessBlock"
    client.meta.events.register(event, busy)
    try:
        assert made.ensure_bucket()
    finally:
        client.meta.events.unregister(event, busy)
    assert 2 == asked
    assert made.is_protected()
    closed = client.get_public_access_block(Bucket=made.bucket)["PublicAccessBlockConfiguration"]
    assert [True] * 4 == list(closed.values())


def test_what_does_not_settle_is_an_error(bucket: Bucket, account: Aws) -> None:
    """Only what passes by itself is waited for: anything else goes up at once."""
    made = bucket()
    client: Client = account.client("s3", REGION)
    refused = faults.answer(400, b"<Error><Code>InvalidRequest</Code></Error>")
    asked = 0

    def refuse(**_: object) -> Any:
        nonlocal asked
        asked += 1
        return refused

    event = "before-send.s3.PutPublicAccessBlock"
    client.meta.events.register(event, refuse)
    try:
        with pytest.raises(AwsCallError) as raised:
            made.ensure_bucket()
    finally:
        client.meta.events.unregister(event, refuse)
    assert ("InvalidRequest", 1) == (raised.value.code, asked)
    assert not made.is_protected()


def test_a_bucket_that_was_left_half_made_is_completed(bucket: Bucket, account: Aws) -> None:
    """A killed run made it and did no more: versioning comes last, and tells."""
    made = bucket()
    client: Client = account.client("s3", REGION)
    location = {"LocationConstraint": REGION}
    client.create_bucket(Bucket=made.bucket, CreateBucketConfiguration=location)
    assert not made.is_protected()
    assert not made.ensure_bucket()
    assert made.is_protected()
    closed = client.get_public_access_block(Bucket=made.bucket)["PublicAccessBlockConfiguration"]
    assert [True] * 4 == list(closed.values())


@pytest.mark.parametrize("how", ["taken away", "weakened"])
def test_a_bucket_that_was_opened_is_refused(bucket: Bucket, account: Aws, how: str) -> None:
    """Fault 48: exit code 5, and nothing is written to what everybody may read or fill."""
    made = bucket()
    made.ensure_bucket()
    client: Client = account.client("s3", REGION)
    if how == "taken away":
        client.delete_public_access_block(Bucket=made.bucket)
    else:
        weak = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": False}
        client.put_public_access_block(
            Bucket=made.bucket,
            PublicAccessBlockConfiguration={**weak, "RestrictPublicBuckets": True},
        )
    with pytest.raises(RefusedError) as raised:
        made.ensure_bucket()
    assert f"The artifact bucket `{made.bucket}` in `{REGION}` is open to the public" == str(
        raised.value.what
    )
    assert "put-public-access-block" in raised.value.hint


def test_a_bucket_of_another_account_is_refused(cloud: local.RunningCloud) -> None:
    """Fault 48: S3 answers 403 when the owner is not the expected one; exit code 5."""
    aws = Aws(Endpoint("embedded", cloud.endpoint, "", "test", "test"))
    theirs = Objects(aws, REGION, f"objects-{next(NUMBERS)}", ACCOUNT)

    events = aws.client("s3", REGION).meta.events
    events.register("before-send.s3.HeadBucket", lambda **_: faults.answer(403))
    with pytest.raises(RefusedError) as raised:
        theirs.ensure_bucket()
    assert f"belongs to another account than {ACCOUNT}" in raised.value.why
    assert 5 == raised.value.exit_code


def test_every_call_names_the_owner(cloud: local.RunningCloud, file: Path) -> None:
    """Fault 48: all but CreateBucket, which has no owner yet; a copy names both."""
    aws = Aws(Endpoint("embedded", cloud.endpoint, "", "test", "test"))
    sent: dict[str, dict[str, str]] = {}
    for region in (REGION, "us-east-1"):
        aws.client("s3", region).meta.events.register("before-send.s3", _remember(sent))
    home, other = (
        Objects(aws, region, f"objects-{next(NUMBERS)}-{region}", ACCOUNT)
        for region in (REGION, "us-east-1")
    )
    for each in (home, other):
        each.ensure_bucket()
        each.ensure_bucket()
    home.upload("a.zip", file, checksum(file))
    home.put_text("a.yaml", "a")
    other.copy_from(home.bucket, ACCOUNT, "a.zip")
    assert "" == other.lacks("a.zip", wanted(file), file)
    assert "CreateBucket" in sent
    without = {
        name for name, headers in sent.items() if "x-amz-expected-bucket-owner" not in headers
    }
    assert {"CreateBucket"} == without
    assert ACCOUNT == sent["CopyObject"]["x-amz-source-expected-bucket-owner"]


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


def test_an_object_must_hold_the_bytes_of_the_file(
    bucket: Bucket, account: Aws, file: Path
) -> None:
    """Faults 15 and 16: neither a shorter one nor one of equal size with a flipped bit is it."""
    made = bucket()
    made.ensure_bucket()
    client: Client = account.client("s3", REGION)
    content = file.read_bytes()
    flipped = bytes([content[0] ^ 1]) + content[1:]
    assert "it is not there" == made.lacks("a.zip", wanted(file), file)
    for stored, why in (
        (content[:-1], f"it has {len(content) - 1} bytes, not {len(content)}"),
        (flipped, "its SHA-256 is "),
    ):
        client.put_object(Bucket=made.bucket, Key="a.zip", Body=stored, ChecksumAlgorithm="SHA256")
        assert made.lacks("a.zip", wanted(file), file).startswith(why)
    client.put_object(Bucket=made.bucket, Key="a.zip", Body=content)
    assert "S3 has no SHA-256 of it" == made.lacks("a.zip", wanted(file), file)
    made.upload("a.zip", file, checksum(file))
    assert "" == made.lacks("a.zip", wanted(file), file)


def test_s3_takes_no_other_bytes_than_those_of_the_checksum(bucket: Bucket, file: Path) -> None:
    """Fault 16: a bit that flips after the last look at the file; nothing is stored."""
    made = bucket()
    made.ensure_bucket()
    expected = checksum(file)
    file.write_bytes(b"The content of an archive")
    with pytest.raises(AwsCallError) as raised:
        made.upload("a.zip", file, expected)
    assert "BadDigest" == raised.value.code
    assert not made.has("a.zip", file.stat().st_size)


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
    """Each part with its own checksum, by which the whole is recognised, also after a copy."""
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
    assert "" == made.lacks("large.zip", wanted(large), large)
    other = bucket("us-east-1")
    other.ensure_bucket()
    other.copy_from(made.bucket, ACCOUNT, "large.zip")
    assert "" == other.lacks("large.zip", wanted(large), large)
    assert "" == made.lacks("large.zip", wanted(large), None)
    large_twin = tmp_path / "twin.zip"
    large_twin.write_bytes(b"x" + large.read_bytes()[1:])
    assert made.lacks("large.zip", wanted(large_twin), large_twin).startswith("its SHA-256 is ")
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


def test_a_cut_upload_leaves_nothing_that_counts(
    bucket: Bucket, account: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 47: killed in the middle, so that nobody aborts: no object, and the rule expires it."""
    monkeypatch.setattr(objects_module, "SINGLE_PUT_MAX_BYTES", 1024)
    large = tmp_path / "large.zip"
    large.write_bytes(bytes(4096))
    made = bucket()
    made.ensure_bucket()
    client: Client = account.client("s3", REGION)
    client.create_multipart_upload(Bucket=made.bucket, Key="large.zip", ChecksumAlgorithm="SHA256")
    assert "it is not there" == made.lacks("large.zip", wanted(large), large)
    made.upload("large.zip", large, checksum(large))
    assert "" == made.lacks("large.zip", wanted(large), large)


def test_a_completion_whose_answer_was_lost_is_no_failure(
    bucket: Bucket, cloud: local.RunningCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 47: S3 may not know the upload any more when the SDK asks again."""
    monkeypatch.setattr(objects_module, "SINGLE_PUT_MAX_BYTES", 1024)
    aws = Aws(Endpoint("embedded", cloud.endpoint, "", "test", "test"))
    made = Objects(aws, REGION, bucket().bucket, ACCOUNT)
    made.ensure_bucket()
    large = tmp_path / "large.zip"
    large.write_bytes(bytes(4096))

    body = b"<Error><Code>NoSuchUpload</Code><Message>gone</Message></Error>"
    gone = faults.in_turn(faults.lost(1, carried_out=True), lambda **_: faults.answer(404, body))
    aws.client("s3", REGION).meta.events.register("before-send.s3.CompleteMultipartUpload", gone)
    made.upload("large.zip", large, checksum(large))
    assert "" == made.lacks("large.zip", wanted(large), large)


def test_an_upload_whose_answer_was_lost_is_made_again(
    cloud: local.RunningCloud, bucket: Bucket, file: Path
) -> None:
    """Fault 47: the key stands for the bytes, so that a repetition changes nothing."""
    aws = Aws(Endpoint("embedded", cloud.endpoint, "", "test", "test"))
    made = Objects(aws, REGION, bucket().bucket, ACCOUNT)
    made.ensure_bucket()
    events = aws.client("s3", REGION).meta.events
    events.register("before-send.s3.PutObject", faults.lost(1, carried_out=True))
    made.upload("a.zip", file, checksum(file))
    assert "" == made.lacks("a.zip", wanted(file), file)


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
