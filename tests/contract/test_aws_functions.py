"""Layers, versions and aliases on a real Lambda of the embedded cloud."""

from __future__ import annotations

import base64
import hashlib
import io
import itertools
import time
import zipfile
from typing import Any, TypeAlias

import pytest

from sam_deploy import local
from sam_deploy.aws import Alias, Aws, AwsCallError, Endpoint, Functions, LayerVersion
from sam_deploy.aws.functions import PRECONDITION
from sam_deploy.events import AliasMoved, Event
from sam_deploy.release import Move, move

REGION = "eu-west-1"
BUCKET = "functions-contract"
NUMBERS = itertools.count()
Client: TypeAlias = Any


def archive(text: str) -> bytes:
    """A function's zip that differs with `text` only."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        made.writestr(
            zipfile.ZipInfo("app.py"), f"def handler(event, context):\n    return {text!r}\n"
        )
    return data.getvalue()


def sha256(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


@pytest.fixture(scope="module")
def account(cloud: local.RunningCloud) -> Aws:
    """The embedded cloud with a bucket of archives."""
    made = Aws(Endpoint("embedded", cloud.endpoint, "", "test", "test"))
    storage: Client = made.client("s3", REGION)
    location = {"LocationConstraint": REGION}
    storage.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
    for key in ("one", "two"):
        storage.put_object(Bucket=BUCKET, Key=f"{key}.zip", Body=archive(key))
    return made


@pytest.fixture
def lambdas(account: Aws) -> Functions:
    """The gateway under test."""
    return Functions(account, REGION)


@pytest.fixture
def client(account: Aws) -> Client:
    """Botocore's own client, to make what the gateway only reads."""
    return account.client("lambda", REGION)


def layer_arn(client: Client) -> str:
    """The ARN of a layer version that is there."""
    content = {"S3Bucket": BUCKET, "S3Key": "one.zip"}
    name = f"described{next(NUMBERS)}"
    arn: str = client.publish_layer_version(LayerName=name, Content=content)["LayerVersionArn"]
    return arn


@pytest.fixture
def function(client: Client) -> str:
    """A function with code `one`, version 1 and the alias dev on it."""
    name = f"Contract{next(NUMBERS)}Function"
    client.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler="app.handler",
        Role="arn:aws:iam::000000000000:role/any",
        Code={"S3Bucket": BUCKET, "S3Key": "one.zip"},
    )
    client.publish_version(FunctionName=name)
    client.create_alias(FunctionName=name, Name="dev", FunctionVersion="1")
    return name


def publish_layer(lambdas: Functions, name: str, description: str) -> LayerVersion:
    return lambdas.publish_layer(
        name, description, BUCKET, "one.zip", runtimes=["python3.12"], architectures=["x86_64"]
    )


def alias(lambdas: Functions, function: str) -> Alias:
    found = lambdas.alias(function, "dev")
    assert found is not None
    return found


def test_a_layer_is_found_by_its_description(lambdas: Functions) -> None:
    """The description carries the hash of its content, and so does the finding."""
    name = f"layer-{next(NUMBERS)}"
    assert lambdas.find_layer(name, "sha256:a") is None
    first, second = (publish_layer(lambdas, name, f"sha256:{each}") for each in "ab")
    assert (1, 2) == (first.version, second.version)
    assert first == lambdas.find_layer(name, "sha256:a")
    assert second == lambdas.find_layer(name, "sha256:b")
    assert lambdas.find_layer(name, "sha256:c") is None
    assert first.arn.endswith(f":layer:{name}:1")


def test_a_layer_is_found_only_where_it_runs(lambdas: Functions) -> None:
    """Equal content that was declared for another runtime or architecture is not it."""
    name = f"layer-{next(NUMBERS)}"
    made = publish_layer(lambdas, name, "sha256:a")
    found = lambdas.find_layer(name, "sha256:a", runtime="python3.12", architecture="x86_64")
    assert made == found
    assert lambdas.find_layer(name, "sha256:a", runtime="python3.13") is None
    assert lambdas.find_layer(name, "sha256:a", architecture="arm64") is None


def test_a_layer_is_looked_for_on_all_pages(lambdas: Functions, client: Client) -> None:
    """Lambda answers in pages: the oldest version is on the last one."""
    name = f"layer-{next(NUMBERS)}"
    made = [publish_layer(lambdas, name, f"sha256:{number}") for number in range(3)]
    asked = []

    def small_pages(params: dict[str, Any], **_: object) -> None:
        params.setdefault("MaxItems", 1)
        asked.append(params)

    client.meta.events.register(
        "provide-client-params.lambda.ListLayerVersions", small_pages, unique_id="small"
    )
    try:
        assert made[0] == lambdas.find_layer(name, "sha256:0")
    finally:
        client.meta.events.unregister(
            "provide-client-params.lambda.ListLayerVersions", unique_id="small"
        )


def test_the_state_of_a_function_has_its_hash_and_revision(
    lambdas: Functions, function: str
) -> None:
    """Of $LATEST or of a version; nothing for what does not exist."""
    latest, version = lambdas.state(function), lambdas.state(function, "1")
    assert latest is not None
    assert version is not None
    assert ("$LATEST", "1") == (latest.version, version.version)
    assert {sha256(archive("one"))} == {latest.code_sha256, version.code_sha256}
    assert latest.revision_id
    deadline = time.monotonic() + 20
    while not latest.settled and time.monotonic() < deadline:
        assert not latest.failed
        time.sleep(0.05)
        latest = lambdas.state(function) or latest
    assert latest.settled
    assert (None, None) == (lambdas.state("NoSuchFunction"), lambdas.state(function, "7"))


def test_publishing_is_idempotent(lambdas: Functions, client: Client, function: str) -> None:
    """Without a change it is the version that is there; with one it is a new version."""
    latest = lambdas.state(function)
    assert latest is not None
    same = lambdas.publish_version(function, latest.code_sha256, latest.revision_id)
    assert ("1", latest.code_sha256) == (same.version, same.code_sha256)
    client.update_function_code(FunctionName=function, S3Bucket=BUCKET, S3Key="two.zip")
    changed = lambdas.state(function)
    assert changed is not None
    made = lambdas.publish_version(function, changed.code_sha256, changed.revision_id)
    assert ("2", sha256(archive("two"))) == (made.version, made.code_sha256)


def test_a_version_keeps_the_description_that_it_was_published_with(
    lambdas: Functions, client: Client, function: str
) -> None:
    """It stays when $LATEST changes; what else differs between versions is read with it."""
    layer = layer_arn(client)
    client.update_function_configuration(
        FunctionName=function, MemorySize=256, Timeout=7, Layers=[layer]
    )
    client.update_function_code(FunctionName=function, S3Bucket=BUCKET, S3Key="two.zip")
    latest = lambdas.state(function)
    assert latest is not None
    code, revision = latest.code_sha256, latest.revision_id
    told = "commit 1a2b3c4d5e6f 2026-11-28T12:00:00Z"
    made = lambdas.publish_version(function, code, revision, description=told)
    client.update_function_configuration(FunctionName=function, MemorySize=512)
    found = lambdas.state(function, made.version)
    assert found is not None
    assert (told, told, "") == (made.description, found.description, latest.description)
    assert (256, 7, len(archive("two")), (layer,)) == (
        found.memory_mb,
        found.timeout_seconds,
        found.size_bytes,
        found.layers,
    )
    assert ("arn:aws:iam::000000000000:role/any", True) == (found.role, bool(found.modified))


def test_an_alias_is_read_with_its_revision(lambdas: Functions, function: str) -> None:
    """And nothing for an alias or a function that does not exist."""
    found = alias(lambdas, function)
    assert ("dev", "1", ()) == (found.name, found.version, found.weights)
    assert found.revision_id
    assert (found,) == lambdas.aliases(function)
    assert lambdas.alias(function, "nope") is None
    assert lambdas.alias("NoSuchFunction", "dev") is None
    assert () == lambdas.aliases("NoSuchFunction")


def test_moving_an_alias_takes_its_weights_away(
    lambdas: Functions, client: Client, function: str
) -> None:
    """The weights of an old canary must not survive a move."""
    client.update_function_code(FunctionName=function, S3Bucket=BUCKET, S3Key="two.zip")
    client.publish_version(FunctionName=function)
    client.update_alias(
        FunctionName=function, Name="dev", RoutingConfig={"AdditionalVersionWeights": {"2": 0.25}}
    )
    before = alias(lambdas, function)
    assert (("2", 0.25),) == before.weights
    lambdas.update_alias(
        function, "dev", "2", revision_id=before.revision_id, description="deployed"
    )
    after = alias(lambdas, function)
    assert ("2", (), "deployed") == (after.version, after.weights, after.description)
    assert before.revision_id != after.revision_id


def test_an_old_revision_is_refused(lambdas: Functions, function: str) -> None:
    """The fence: somebody else moved the alias meanwhile, and it stays where they put it."""
    before = alias(lambdas, function)
    lambdas.update_alias(
        function, "dev", "1", revision_id=before.revision_id, description="somebody else"
    )
    with pytest.raises(AwsCallError) as raised:
        lambdas.update_alias(
            function, "dev", "1", revision_id=before.revision_id, description="late"
        )
    assert PRECONDITION == raised.value.code
    assert "somebody else" == alias(lambdas, function).description


def test_a_release_moves_real_aliases(
    account: Aws, lambdas: Functions, client: Client, function: str, heard: list[Event]
) -> None:
    """The routine of every promotion, against a real Lambda."""
    client.update_function_code(FunctionName=function, S3Bucket=BUCKET, S3Key="two.zip")
    client.publish_version(FunctionName=function)
    before = alias(lambdas, function)
    (moved,) = move([Move(REGION, function, before, "2", "deployed")], account, report=heard.append)
    assert ("2", "1", True) == (moved.version, moved.previous, moved.changed)
    assert "2" == alias(lambdas, function).version
    assert [AliasMoved(REGION, function, "dev", "2", "1")] == heard


def test_a_release_whose_answer_was_lost_is_found_to_be_done(
    account: Aws, lambdas: Functions, client: Client, function: str, heard: list[Event]
) -> None:
    """The write arrived, its answer did not, and the SDK's second try met its own revision."""
    client.update_function_code(FunctionName=function, S3Bucket=BUCKET, S3Key="two.zip")
    client.publish_version(FunctionName=function)
    written = Move(REGION, function, alias(lambdas, function), "2", "deployed")
    left = [written]

    def write_first(**_: object) -> None:
        if left:
            _write(lambdas, left.pop())

    client.meta.events.register("before-call.lambda.UpdateAlias", write_first, unique_id="lost")
    try:
        (moved,) = move([written], account, report=heard.append)
    finally:
        client.meta.events.unregister("before-call.lambda.UpdateAlias", unique_id="lost")
    assert ("2", True) == (moved.version, moved.changed)
    assert "2" == alias(lambdas, function).version


def _write(lambdas: Functions, written: Move) -> None:
    lambdas.update_alias(
        written.function,
        "dev",
        written.version,
        revision_id=written.before.revision_id,
        description="deployed",
    )
