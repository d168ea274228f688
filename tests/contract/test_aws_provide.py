"""The provide phase on the embedded cloud: buckets, archives and layers of every region."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import io
import itertools
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.contract import faults

from sam_deploy import App, Environment, FeatureSet, Function, Layer, local, naming
from sam_deploy.aws import Aws, AwsCallError, Endpoint, Functions, Layers, Objects
from sam_deploy.build import Artifact, Artifacts
from sam_deploy.build.store import stamp_path
from sam_deploy.errors import BuildError, IncompleteError, RefusedError, UnreachableError
from sam_deploy.events import Event, Note, StepFinished
from sam_deploy.lanes import Stop
from sam_deploy.plan import Plan, Request, make
from sam_deploy.provide import Provisions, artifact_key, ensure, guard_account, needs_of
from sam_deploy.provide import layers as layers_module

ACCOUNT = "000000000000"
FOUR = ("eu-west-1", "us-east-1", "us-west-2", "ap-south-1")
HOME, OTHER = "eu-west-1", "us-east-1"
NUMBERS = itertools.count()
REFUSED = IncompleteError("as asked")


@pytest.fixture
def account(cloud: local.RunningCloud) -> Aws:
    """The embedded cloud, as every command reaches it."""
    return Aws(Endpoint("embedded", cloud.endpoint, "", "test", "test"))


@pytest.fixture
def app() -> App:
    """An app of its own name, with one function and one layer in two regions."""
    return App(
        name=f"provide{next(NUMBERS)}",
        home_region=HOME,
        environments=(Environment("dev"),),
        feature_sets=(FeatureSet("core", regions=(HOME, OTHER)),),
        layers=(Layer("deps", requirements=("six",)),),
        functions=(Function("Api", source="x", layers=("deps",)),),
    )


def planned(app: App, *regions: str) -> Plan:
    return make(app, Path("/nowhere"), Request(regions=regions))


def artifact(folder: Path, key: str, content: str) -> Artifact:
    """A real zip whose name in the bucket follows from its content."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(zipfile.ZipInfo("content.py"), content)
    digest = hashlib.sha256(data.getvalue())
    path = folder / f"{digest.hexdigest()}.zip"
    path.write_bytes(data.getvalue())
    kind, _, name = key.partition("/")
    return Artifact(
        key=key,
        name=name,
        kind="layer" if kind == "layer" else "function",
        archive=path.name,
        path=path,
        sha256=digest.hexdigest(),
        code_sha256=base64.b64encode(digest.digest()).decode(),
        size_bytes=path.stat().st_size,
        unpacked_bytes=len(content),
        files=1,
        reused=False,
        seconds=0.0,
    )


@pytest.fixture
def artifacts(app: App, tmp_path: Path) -> Artifacts:
    """The archives of the app, unlike those of any other test."""
    made = [artifact(tmp_path, key, f"{app.name} {key}") for key in ("layer/deps", "function/Api")]
    return Artifacts({each.key: each for each in made})


def ensured(
    plan: Plan,
    artifacts: Artifacts,
    account: Aws,
    heard: list[Event],
    expected: str = ACCOUNT,
    *,
    sources: bool = True,
) -> Provisions:
    number = guard_account(account, HOME, expected)
    regions, failed = ensure(
        needs_of(plan, artifacts.values()),
        {each.sha256: each.path for each in artifacts.values()} if sources else {},
        number,
        account,
        regions=plan.regions,
        certificates={},
        tags={},
        report=heard.append,
        stop=Stop(),
        at_once=8,
    )
    if failed:
        raise next(iter(failed.values()))
    return Provisions(number, regions)


def details(heard: list[Event], region: str) -> dict[str, str]:
    return {
        each.step: each.detail
        for each in heard
        if isinstance(each, StepFinished) and each.region == region
    }


def test_every_region_gets_bucket_archives_and_layers(
    app: App, artifacts: Artifacts, account: Aws, heard: list[Event]
) -> None:
    """Archives go up once, to the home region; S3 copies them on."""
    provisions = ensured(planned(app), artifacts, account, heard)
    home, other = provisions.regions[HOME], provisions.regions[OTHER]
    assert ACCOUNT == provisions.account
    assert [f"{app.name}-sam-{ACCOUNT}-{region}" for region in (HOME, OTHER)] == [
        home.bucket,
        other.bucket,
    ]
    sizes = sum(each.size_bytes for each in artifacts.values())
    assert (2, sizes, 1) == (home.copied, home.sent_bytes, home.layers_published)
    assert (2, 0, 1) == (other.copied, other.sent_bytes, other.layers_published)
    for region, ready in provisions.regions.items():
        bucket = Objects(account, region, ready.bucket, ACCOUNT)
        assert all(bucket.has(artifact_key(each), each.size_bytes) for each in artifacts.values())
        assert f":{region}:{ACCOUNT}:layer:{app.name}-deps:1" in ready.layer_arns["deps"]


def test_a_second_run_finds_everything(
    app: App, artifacts: Artifacts, account: Aws, heard: list[Event]
) -> None:
    """Nothing is uploaded, copied or published twice, and the ARNs are the same."""
    first = ensured(planned(app), artifacts, account, [])
    second = ensured(planned(app), artifacts, account, heard)
    for region in (HOME, OTHER):
        ready = second.regions[region]
        assert (0, 0, 0) == (ready.copied, ready.sent_bytes, ready.layers_published)
        assert first.regions[region].layer_arns == ready.layer_arns
        how = "uploaded" if region == HOME else "copied"
        assert {
            "bucket": "there",
            "artifacts": f"0 {how}, 2 there",
            "layers": "0 published, 1 there",
            "certificates": "none",
        } == details(heard, region)


def test_only_what_changed_goes_up(
    app: App, artifacts: Artifacts, account: Aws, tmp_path: Path, heard: list[Event]
) -> None:
    """One line of one function: its archive, and no layer."""
    ensured(planned(app), artifacts, account, [])
    changed = artifact(tmp_path, "function/Api", f"{app.name} changed")
    again = Artifacts({**artifacts.by_key, "function/Api": changed})
    home = ensured(planned(app), again, account, heard).regions[HOME]
    assert (1, changed.size_bytes, 0) == (home.copied, home.sent_bytes, home.layers_published)


def test_equal_archives_are_one_object(
    app: App, artifacts: Artifacts, account: Aws, heard: list[Event]
) -> None:
    """Two functions of the same content share it."""
    twin = dataclasses.replace(artifacts["function/Api"], key="function/Twin", name="Twin")
    both = Artifacts({**artifacts.by_key, "function/Twin": twin})
    assert 2 == ensured(planned(app), both, account, heard).regions[HOME].copied


def test_the_home_region_holds_archives_even_when_nothing_is_deployed_there(
    app: App, artifacts: Artifacts, account: Aws, heard: list[Event]
) -> None:
    """`--region` elsewhere: bucket and archives at home, no layers."""
    provisions = ensured(planned(app, OTHER), artifacts, account, heard)
    assert ({}, 0) == (
        provisions.regions[HOME].layer_arns,
        provisions.regions[HOME].layers_published,
    )
    assert ["deps"] == list(provisions.regions[OTHER].layer_arns)


def test_another_account_is_refused_before_anything_is_made(
    app: App, artifacts: Artifacts, account: Aws, heard: list[Event]
) -> None:
    """No bucket exists afterwards, and no step was begun."""
    with pytest.raises(RefusedError):
        ensured(planned(app), artifacts, account, heard, expected="123456789012")
    name = naming.artifact_bucket_name(app.name, ACCOUNT, HOME)
    assert not Objects(account, HOME, name, ACCOUNT).has("anything", 1)
    assert [] == heard


def test_a_layer_whose_publication_was_not_noticed_is_found_again(
    app: App, artifacts: Artifacts, account: Aws, heard: list[Event]
) -> None:
    """The process was killed after PublishLayerVersion: its description tells what it holds."""
    ensured(planned(app), artifacts, account, [])
    digest = artifacts["layer/deps"].sha256
    found = Functions(account, HOME).find_layer(f"{app.name}-deps", f"sam-deploy sha256:{digest}")
    assert found is not None
    again = ensured(planned(app), artifacts, account, heard)
    assert found.arn == again.regions[HOME].layer_arns["deps"]


def test_a_region_that_fails_is_named_and_the_next_run_does_the_rest(
    app: App, artifacts: Artifacts, account: Aws, heard: list[Event]
) -> None:
    """The others are ready; what failed is told by its own error."""

    def refuse(**_: object) -> None:
        raise REFUSED

    events = account.client("lambda", OTHER, retries=False).meta.events
    events.register("before-call.lambda.PublishLayerVersion", refuse, unique_id="refuse")
    with pytest.raises(IncompleteError) as raised:
        ensured(planned(app), artifacts, account, heard)
    assert REFUSED is raised.value
    events.unregister("before-call.lambda.PublishLayerVersion", unique_id="refuse")
    again = ensured(planned(app), artifacts, account, heard)
    assert (0, 0) == (again.regions[HOME].copied, again.regions[HOME].layers_published)
    assert (0, 1) == (again.regions[OTHER].copied, again.regions[OTHER].layers_published)


def test_archives_that_are_there_need_no_sources(
    app: App, artifacts: Artifacts, account: Aws, heard: list[Event]
) -> None:
    """Another machine goes on with a deployment: it has the manifest, and no archive."""
    ensured(planned(app), artifacts, account, [])
    again = ensured(planned(app), artifacts, account, heard, sources=False)
    assert (0, 0) == (again.regions[HOME].copied, again.regions[OTHER].copied)


def test_an_archive_that_is_nowhere_is_named(
    app: App, artifacts: Artifacts, account: Aws, heard: list[Event]
) -> None:
    """Exit code 7: the deployment that is to be finished did not come that far."""
    with pytest.raises(IncompleteError) as raised:
        ensured(planned(app), artifacts, account, heard, sources=False)
    assert "is neither here nor in" in raised.value.what
    assert "run `sam-deploy deploy` where the sources are" == raised.value.hint


def test_a_bucket_that_a_killed_run_left_half_made_is_completed(
    app: App, artifacts: Artifacts, account: Aws, heard: list[Event]
) -> None:
    """Versioning is set last: a bucket without it is hardened again, with everything."""
    ensured(planned(app), artifacts, account, [])
    name = naming.artifact_bucket_name(app.name, ACCOUNT, HOME)
    bucket, client = Objects(account, HOME, name, ACCOUNT), account.client("s3", HOME)
    assert bucket.is_protected()
    client.delete_public_access_block(Bucket=name)
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Suspended"})
    assert not bucket.is_protected()
    ensured(planned(app), artifacts, account, heard)
    blocked = client.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    assert (True, {True}) == (bucket.is_protected(), set(blocked.values()))


def sent_bytes(aws: Aws, regions: Sequence[str]) -> list[int]:
    """What bodies of archives leave this computer from now on, one entry a request."""
    sent: list[int] = []
    for region in regions:
        for operation in ("PutObject", "UploadPart"):
            aws.client("s3", region).meta.events.register(
                f"before-send.s3.{operation}",
                lambda request, **_: sent.append(int(request.headers["Content-Length"])),
            )
    return sent


@pytest.mark.parametrize("regions", [FOUR[:1], FOUR[:2], FOUR])
def test_what_is_sent_does_not_grow_with_the_number_of_regions(
    cloud: local.RunningCloud, app: App, artifacts: Artifacts, regions: tuple[str, ...]
) -> None:
    """R127: each archive leaves this computer once, counted in the requests themselves."""
    aws = Aws(Endpoint("embedded", cloud.endpoint, "", "test", "test"))
    sent = sent_bytes(aws, FOUR)
    feature_sets = (FeatureSet("core", regions=regions),)
    wide = dataclasses.replace(app, feature_sets=feature_sets)
    ready = ensured(planned(wide), artifacts, aws, [])
    assert sorted(each.size_bytes for each in artifacts.values()) == sorted(sent)
    assert set(regions) == set(ready.regions)
    hashes = {
        Functions(aws, region).find_layer(
            f"{app.name}-deps", f"sam-deploy sha256:{artifacts['layer/deps'].sha256}"
        )
        for region in regions
    }
    assert len(regions) == len(hashes - {None})


def test_a_flipped_bit_is_never_uploaded(
    app: App, artifacts: Artifacts, account: Aws, heard: list[Event]
) -> None:
    """Faults 15 and 16: discarded and told (exit code 3); the bucket has nothing of it."""
    damaged = artifacts["function/Api"]
    content = damaged.path.read_bytes()
    damaged.path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    stamp_path(damaged.path).write_text("{}", encoding="utf-8")
    with pytest.raises(BuildError) as raised:
        ensured(planned(app), artifacts, account, heard)
    assert f"`{damaged.archive}` is damaged and was not uploaded" == raised.value.what
    assert damaged.sha256 in raised.value.why
    assert "run the same command again" in raised.value.hint
    assert (False, False) == (damaged.path.exists(), stamp_path(damaged.path).exists())
    name = naming.artifact_bucket_name(app.name, ACCOUNT, HOME)
    assert not Objects(account, HOME, name, ACCOUNT).has(artifact_key(damaged), len(content))
    damaged.path.write_bytes(content)
    assert 1 == ensured(planned(app), artifacts, account, heard).regions[HOME].copied


def test_a_damaged_archive_of_a_folder_is_not_removed(
    app: App, artifacts: Artifacts, account: Aws, tmp_path: Path
) -> None:
    """Fault 16: it is no file of ours; whoever made the folder makes it anew."""
    damaged = dataclasses.replace(artifacts["function/Api"], path=tmp_path / "Api.zip")
    damaged.path.write_bytes(b"not it")
    both = Artifacts({**artifacts.by_key, "function/Api": damaged})
    with pytest.raises(BuildError) as raised:
        ensured(planned(app), both, account, [])
    assert "make the folder of archives anew" == raised.value.hint
    assert damaged.path.exists()


def test_a_wrong_object_is_replaced_before_a_stack_may_name_it(
    app: App, artifacts: Artifacts, account: Aws, heard: list[Event]
) -> None:
    """Fault 15: in the home region it is uploaded anew, elsewhere copied anew, and told."""
    first = ensured(planned(app), artifacts, account, [])
    key = artifact_key(artifacts["function/Api"])
    size = artifacts["function/Api"].size_bytes
    for region, wrong in ((HOME, b"x" * size), (OTHER, b"half")):
        account.client("s3", region).put_object(
            Bucket=first.regions[region].bucket, Key=key, Body=wrong, ChecksumAlgorithm="SHA256"
        )
    second = ensured(planned(app), artifacts, account, heard)
    assert (1, size) == (second.regions[HOME].copied, second.regions[HOME].sent_bytes)
    assert (1, 0) == (second.regions[OTHER].copied, second.regions[OTHER].sent_bytes)
    warned = {each.region: each.message for each in heard if isinstance(each, Note)}
    assert f"`{key}` in `{first.regions[HOME].bucket}` is replaced, since its SHA" in warned[HOME]
    assert "it has 4 bytes" in warned[OTHER]
    for region in (HOME, OTHER):
        body = account.client("s3", region).get_object(
            Bucket=first.regions[region].bucket, Key=key
        )["Body"]
        assert artifacts["function/Api"].sha256 == hashlib.sha256(body.read()).hexdigest()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between tries are short."""
    monkeypatch.setattr(layers_module, "PAUSES_SECONDS", (0.01, 0.02, 0.04))


def broken(cloud: local.RunningCloud, hook: faults.Hook) -> Aws:
    """The cloud, where publishing a layer in the home region meets a hook."""
    aws = Aws(Endpoint("embedded", cloud.endpoint, "", "test", "test"))
    events = aws.client("lambda", HOME, retries=False).meta.events
    events.register("before-send.lambda.PublishLayerVersion", hook)
    return aws


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("carried_out", [True, False])
def test_a_layer_whose_answer_was_lost_is_published_once(
    cloud: local.RunningCloud, app: App, artifacts: Artifacts, *, carried_out: bool
) -> None:
    """R221: whether the call arrived or not, there is one version, and it is the one named."""
    aws = broken(cloud, faults.lost(1, carried_out=carried_out))
    home = ensured(planned(app, HOME), artifacts, aws, []).regions[HOME]
    assert ["1"] == [str(each.version) for each in Layers(aws, HOME).versions(f"{app.name}-deps")]
    assert (1, True) == (home.layers_published, home.layer_arns["deps"].endswith("-deps:1"))


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("hook", "tries", "error"),
    [
        (faults.lost(9, carried_out=False), 3, UnreachableError),
        (lambda **_: faults.answer(503), 3, AwsCallError),
        (lambda **_: faults.answer(403), 1, RefusedError),
        (lambda **_: faults.answer(400), 1, AwsCallError),
    ],
    ids=["no answer", "unavailable", "forbidden", "bad request"],
)
def test_only_faults_that_pass_are_tried_again(
    cloud: local.RunningCloud,
    app: App,
    artifacts: Artifacts,
    hook: faults.Hook,
    tries: int,
    error: type[Exception],
) -> None:
    """R221: three tries for those, one for the others; then the error is told."""
    calls: list[object] = []

    def counted(**given: object) -> Any:
        calls.append(given)
        return hook(**given)

    with pytest.raises(error):
        ensured(planned(app, HOME), artifacts, broken(cloud, counted), [])
    assert tries == len(calls)
