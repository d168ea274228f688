"""The provide phase on the embedded cloud: buckets, archives and layers of every region."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import io
import itertools
import zipfile
from pathlib import Path

import pytest

from sam_deploy import App, Environment, FeatureSet, Function, Layer, local, naming
from sam_deploy.aws import Aws, Endpoint, Functions, Objects
from sam_deploy.build import Artifact, Artifacts
from sam_deploy.errors import IncompleteError, RefusedError
from sam_deploy.events import Event, StepFinished
from sam_deploy.lanes import Stop
from sam_deploy.plan import Plan, Request, make
from sam_deploy.provide import Provisions, artifact_key, ensure, guard_account, needs_of

ACCOUNT = "000000000000"
HOME, OTHER = "eu-west-1", "us-east-1"
NUMBERS = itertools.count()


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
    path = folder / f"{hashlib.sha256(content.encode()).hexdigest()[:8]}.zip"
    path.write_bytes(data.getvalue())
    digest = hashlib.sha256(data.getvalue())
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
    found = guard_account(account, plan.home_region, expected)
    ready = ensure(
        needs_of(plan, artifacts.values()),
        {each.sha256: each.path for each in artifacts.values()} if sources else {},
        found,
        account,
        regions=plan.regions,
        certificates=lambda _region: {},
        report=heard.append,
        stop=Stop(),
        at_once=8,
    )
    return Provisions(found, ready)


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
    """The others are ready; no stack was touched."""

    def refuse(**_: object) -> None:
        raise IncompleteError("as asked")

    events = account.client("lambda", OTHER).meta.events
    events.register("before-call.lambda.PublishLayerVersion", refuse, unique_id="refuse")
    with pytest.raises(IncompleteError) as raised:
        ensured(planned(app), artifacts, account, heard)
    assert f"Archives and layers are not in every region: {OTHER}" == raised.value.what
    assert "no stack was touched" in raised.value.state
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
