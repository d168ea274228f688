"""What a deployment puts on record, and when."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from sam_deploy import delivery
from sam_deploy.aws import AwsCallError, Caller, Records
from sam_deploy.delivery.recorded import image_after, record
from sam_deploy.delivery.under_way import Found
from sam_deploy.deploy import Deployment, StackOutcome, Survey
from sam_deploy.deploy.journal import Entry, Read
from sam_deploy.errors import RolledBackError
from sam_deploy.events import Event, Note
from sam_deploy.history import Chain, ReleaseRecord, Releases, ServedVersion
from sam_deploy.lanes import Stop
from sam_deploy.manifest import FunctionWork, Manifest, Provenance
from sam_deploy.plan import StackPlan
from sam_deploy.provide import Needs
from sam_deploy.release import Moved

HERE, THERE = "eu-west-1", "us-east-1"
COMMIT = "1a2b3c4d5e6f7890aaaabbbbccccddddeeeeffff"
STACK = "shop-sam"
MANIFEST = Manifest(
    name="shop",
    home_region=HERE,
    environment="dev",
    stacks=(StackPlan(STACK, "core", (HERE, THERE), ("dev", "prod")),),
    templates={},
    needs=Needs("shop", HERE, (HERE, THERE), (), ()),
    functions=(
        FunctionWork(STACK, "Api", "ApiFunction", "a="),
        FunctionWork(STACK, "Worker", "WorkerFunction", "w="),
    ),
    provenance=Provenance("2026-11-28T10:00:00Z", "1", COMMIT, dirty=True),
)


def moved(function: str, region: str, version: str, *, changed: bool = True) -> Moved:
    return Moved(region, f"{function}Function", "dev", version, "1", changed)


def outcome(region: str, outcome: Any = "updated") -> StackOutcome:
    return StackOutcome(STACK, region, outcome, (), {}, 1.0)


def deployment(*outcomes: StackOutcome) -> Deployment:
    return Deployment({(each.stack, each.region): each for each in outcomes}, {}, ())


@dataclass
class _S3:
    """The S3 of an account, as botocore's client is spoken to; `refused` answers nothing else."""

    objects: dict[str, bytes] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    refused: Exception | None = None

    def get_object(self, **given: Any) -> dict[str, Any]:
        self._called("get")
        body = self.objects.get(given["Key"])
        if body is None:
            raise AwsCallError("s3:GetObject", HERE, "NoSuchKey", "", "")
        return {"Body": _Body(body), "ETag": "e"}

    def put_object(self, **given: Any) -> dict[str, str]:
        self._called("put")
        if given.get("IfNoneMatch") and given["Key"] in self.objects:
            raise AwsCallError("s3:PutObject", HERE, "PreconditionFailed", "", "")
        self.objects[given["Key"]] = given["Body"]
        return {"ETag": "e"}

    def list_objects_v2(self, **given: Any) -> dict[str, Any]:
        self._called("list")
        keys = sorted(key for key in self.objects if key.startswith(given["Prefix"]))
        return {"Contents": [{"Key": key} for key in keys if key > given.get("StartAfter", "")]}

    def _called(self, call: str) -> None:
        self.calls.append(call)
        if self.refused:
            raise self.refused


@dataclass(frozen=True)
class _Body:
    content: bytes

    def read(self) -> bytes:
        return self.content


@dataclass
class _Aws:
    s3: _S3 = field(default_factory=_S3)

    def client(self, service: str, region: str) -> _S3:
        assert ("s3", HERE) == (service, region)
        return self.s3

    def caller(self, region: str) -> Caller:
        assert HERE == region
        return Caller("123456789012", "arn:aws:iam::123456789012:user/ann")


@dataclass
class Scene:
    """A deployment that has come to its end, and what was heard of it."""

    aws: Any = field(default_factory=_Aws)
    heard: list[Event] = field(default_factory=list)
    entry: Entry = field(default_factory=Entry)

    def record(self, deployed: Deployment, *aliases: Moved, manifest: Manifest = MANIFEST) -> None:
        """Put on record what came of it."""
        to = delivery.Delivering(self.aws, self.heard.append, Stop())
        found = Found("123456789012", Survey({}, {}), Read(self.entry))
        record(to, manifest, found, deployed, aliases)

    @property
    def shelf(self) -> Records:
        """The artifact bucket."""
        return Records(self.aws, HERE, "artifacts", "123456789012")

    @property
    def releases(self) -> tuple[ReleaseRecord, ...]:
        """The releases of dev, the newest first."""
        return Releases(self.shelf, "shop").newest_first("dev", 99)

    @property
    def told(self) -> list[object]:
        """The releases that the audit tells of, in order."""
        chain = Chain(self.shelf, "shop", who="", host="")
        assert chain.verify().intact
        return [each.facts["release"] for each in chain.links()]


@pytest.fixture
def scene() -> Scene:
    """An app without a history."""
    return Scene()


FIRST = deployment(outcome(HERE, "created"), outcome(THERE, "created"))
NEW = [
    moved(name, region, "1", changed=False)
    for name in ("Api", "Worker")
    for region in (HERE, THERE)
]
UPDATED = deployment(outcome(HERE), outcome(THERE))
API_MOVED = [
    moved("Api", HERE, "2"),
    moved("Api", THERE, "2"),
    moved("Worker", HERE, "1", changed=False),
    moved("Worker", THERE, "1", changed=False),
]
EDITED = replace(
    MANIFEST,
    functions=(replace(MANIFEST.functions[0], code_sha256="b="), MANIFEST.functions[1]),
    provenance=Provenance("2026-11-28T11:00:00Z", "1", "f" * 40),
)


def test_a_first_deployment_is_the_first_release(scene: Scene) -> None:
    """All functions in all regions, at the versions that CloudFormation made, with the commit."""
    scene.record(FIRST, *NEW)
    (found,) = scene.releases
    api = ServedVersion("1", "a=", f"{COMMIT}+")
    assert ("dev-1", "deploy", "", {HERE: api, THERE: api}, 4) == (
        found.id,
        found.act,
        found.source,
        found.image["ApiFunction"],
        len(found.moved),
    )
    assert ("arn:aws:iam::123456789012:user/ann", 12) == (found.who, len(found.promotion))
    assert (["dev-1"], []) == (scene.told, scene.heard)


def test_a_deployment_adds_to_what_was_on_record(scene: Scene) -> None:
    """What did not move keeps its commit; what another deployment brought stays in the image."""
    scene.record(FIRST, *NEW)
    scene.record(UPDATED, *API_MOVED, manifest=EDITED)
    newest = scene.releases[0]
    assert ServedVersion("2", "b=", "f" * 40) == newest.image["ApiFunction"][HERE]
    assert ServedVersion("1", "w=", f"{COMMIT}+") == newest.image["WorkerFunction"][THERE]
    assert (("ApiFunction", HERE), ("ApiFunction", THERE)) == newest.moved
    scene.record(deployment(outcome(HERE)), moved("Worker", HERE, "5"), manifest=EDITED)
    assert (3, "2") == (len(scene.told), scene.releases[0].image["ApiFunction"][THERE].version)


def test_a_deployment_that_changes_nothing_makes_no_call(scene: Scene) -> None:
    """Nor does one of a stack without functions, or without environments."""
    unchanged = deployment(outcome(HERE, "no changes"), outcome(THERE, "no changes"))
    scene.record(unchanged, *NEW)
    scene.record(FIRST)
    assert [] == scene.aws.s3.calls


def test_a_stack_that_changed_around_its_functions_is_no_release(scene: Scene) -> None:
    """The environment serves what it served."""
    scene.record(FIRST, *NEW)
    scene.record(UPDATED, *NEW)
    assert ["dev-1"] == [each.id for each in scene.releases]


def test_what_a_killed_deployment_released_is_put_on_record_by_the_next(scene: Scene) -> None:
    """Its aliases have moved, nothing is left to change: the open journal says to look."""
    scene.record(FIRST, *NEW)
    scene.entry = Entry(id="1", state="open")
    there = [replace(each, changed=False) for each in API_MOVED]
    unchanged = deployment(outcome(HERE, "no changes"), outcome(THERE, "no changes"))
    for _ in range(2):
        scene.record(unchanged, *there, manifest=EDITED)
        assert ["dev-1", "dev-2"] == scene.told
    assert (("ApiFunction", HERE), ("ApiFunction", THERE)) == scene.releases[0].moved
    assert "f" * 40 == scene.releases[0].image["ApiFunction"][HERE].commit


def test_a_kill_between_record_and_audit_is_mended_by_the_next(scene: Scene) -> None:
    """The audit tells of each release once."""
    scene.record(FIRST, *NEW)
    for key in [key for key in scene.aws.s3.objects if key.startswith("audit/")]:
        del scene.aws.s3.objects[key]
    scene.entry = Entry(id="1", state="open")
    unchanged = deployment(outcome(HERE, "no changes"))
    for _ in range(2):
        scene.record(unchanged, *NEW)
        assert (["dev-1"], 1) == (scene.told, len(scene.releases))


def test_an_alias_that_was_led_back_is_a_release(scene: Scene) -> None:
    """Somebody had moved it by hand: what is served did change, though to what is on record."""
    scene.record(FIRST, *NEW)
    unchanged = deployment(outcome(HERE, "no changes"))
    scene.record(unchanged, moved("Api", HERE, "1"))
    assert (("ApiFunction", HERE),) == scene.releases[0].moved


def test_regions_that_fell_behind_are_named(scene: Scene) -> None:
    """They serve what they served."""
    failed = {(STACK, THERE): RolledBackError("failed")}
    some = Deployment({(STACK, HERE): outcome(HERE, "created")}, failed, ())
    scene.record(some, *NEW[:1])
    assert ((THERE,), ["ApiFunction"]) == (
        scene.releases[0].left_out,
        list(scene.releases[0].image),
    )


def test_a_history_that_cannot_be_written_is_a_warning(scene: Scene) -> None:
    """The deployment is done: it says what is missing, why, and what will mend it."""
    scene.aws.s3.refused = AwsCallError("s3:ListObjectsV2", HERE, "AccessDenied", "no", "")
    scene.record(FIRST, *NEW)
    (note,) = scene.heard
    assert isinstance(note, Note)
    assert "warning" == note.level
    assert "not in `sam-deploy history`" in note.message


@pytest.mark.parametrize(
    ("changed", "fresh", "commit"), [(False, False, ""), (True, False, "c"), (False, True, "c")]
)
def test_a_version_of_before_the_history_has_no_commit(
    *, changed: bool, fresh: bool, commit: str
) -> None:
    """An app that was deployed by an older version of sam-deploy: only what moves is known."""
    here = moved("Api", HERE, "4", changed=changed)
    image = image_after(None, [here], {"ApiFunction": "a="}, "c", fresh=fresh)
    assert {"ApiFunction": {HERE: ServedVersion("4", "a=", commit)}} == image
