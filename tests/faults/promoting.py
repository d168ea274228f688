"""A small app whose `dev` is a version ahead of `prod` in every region, and its promotions.

Functions, versions and aliases are made by calls of Lambda, which takes a second where deployments
take many; all else is the real thing: `sam-deploy` as a process, the proxy, the emulator.
"""

from __future__ import annotations

import functools
import io
import itertools
import json
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from tests.faults import emulator, place, world
from tests.faults.place import ACCOUNT, REGIONS, Place, Ran
from tests.faults.proxy import Proxy
from tests.faults.rules import Kill, Moment, When

from sam_deploy import approval, config, naming, promotion
from sam_deploy.aws import Aws, Endpoint, Objects, Records
from sam_deploy.cli.releasing import approving
from sam_deploy.config.model import App
from sam_deploy.events import ignore
from sam_deploy.history import Chain, ReleaseRecord, Releases
from sam_deploy.lanes import Stop
from sam_deploy.promotion import Done, Promoting, ReleasePlan, Request
from sam_deploy.promotion.engine import Engine
from sam_deploy.promotion.session import Parts

FUNCTION: Final = "HelloFunction"
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/tiny"
PROD: Final = ("--target", "aws", "--progress", "plain")
PROMOTE: Final = ("promote", "prod", *PROD)
RESUME: Final = ("resume", *PROD)
ABORT: Final = ("resume", "--abort", *PROD)
ROLLBACK: Final = ("rollback", "prod", "--auto-approve", *PROD)
FLIP: Final = When("lambda", "UpdateAlias")
HOME, EAST = REGIONS
SENDER, RECIPIENT = "noreply@tiny.example", "ops@tiny.example"
ENVIRONMENTS: Final = 'environments=[Environment("dev"), Environment("prod", promote_from="dev")]'
KEPT: Final = ("journal/", "locks/", "releases/", "audit/", "promotions/", "approvals/")
HOUR: Final = 3600.0
READY_SECONDS: Final = 30.0


@dataclass
class Stage:
    """Where promotions are tried: `prod` serves version 1, `dev` version 2, or later ones."""

    place: Place
    files: Iterator[int] = field(default_factory=itertools.count)

    @functools.cached_property
    def app(self) -> App:
        """The app of the project's `deploy.py`."""
        return config.load(self.place.folder)

    @property
    def aws(self) -> Aws:
        """The cloud, past the proxy."""
        return Aws(Endpoint("aws", self.place.emulator.url, "", "test", "test"))

    @property
    def records(self) -> Records:
        """The documents of the app."""
        bucket = naming.artifact_bucket_name(self.app.name, ACCOUNT, HOME)
        return Records(self.aws, HOME, bucket, ACCOUNT)

    def build(self, versions: int = 2) -> None:
        """Nothing but the function is there, with so many versions, in every region."""
        self.place.fresh()
        Objects(self.aws, HOME, self.records.bucket, ACCOUNT).ensure_bucket()
        for region in self.place.regions:
            functions = self.place.client("lambda", region)
            functions.create_function(
                FunctionName=FUNCTION,
                Runtime="python3.12",
                Role=ROLE,
                Handler="handler.handler",
                Code={"ZipFile": _zip(1)},
            )
            self._settled(region)
            self._settled(region, functions.publish_version(FunctionName=FUNCTION)["Version"])
            for number in range(2, versions + 1):
                self.publish(region, number)
            for alias, version in (("dev", versions), ("prod", versions - 1)):
                functions.create_alias(
                    FunctionName=FUNCTION, Name=alias, FunctionVersion=str(version)
                )
        self.place.proxy.clear()

    def publish(self, region: str, number: int) -> None:
        """Version `number` holds code of its own."""
        functions = self.place.client("lambda", region)
        functions.update_function_code(FunctionName=FUNCTION, ZipFile=_zip(number))
        made = functions.publish_version(FunctionName=FUNCTION)["Version"]
        assert str(number) == made, f"it is version {made}"
        self._settled(region, made)

    def _settled(self, region: str, version: str = "$LATEST") -> None:
        """A version is ready, as AWS makes it in a moment."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            now = self.place.client("lambda", region).get_function_configuration(
                FunctionName=FUNCTION, Qualifier=version
            )
            if now["State"] == "Active" and now.get("LastUpdateStatus") != "InProgress":
                return
            time.sleep(0.02)
        raise AssertionError(f"version {version} is {now}")

    def point(
        self, region: str, alias: str, version: str, weights: Mapping[str, float] | None = None
    ) -> None:
        """Somebody moves an alias by hand."""
        self.place.client("lambda", region).update_alias(
            FunctionName=FUNCTION,
            Name=alias,
            FunctionVersion=version,
            Description="by hand",
            RoutingConfig={"AdditionalVersionWeights": dict(weights or {})},
        )

    def rewind(self, serves: str = "1") -> None:
        """Prod serves a version again, and nothing is on record: as `build` has left it."""
        self.place.proxy.settle()
        self.place.proxy.clear()
        for region in self.place.regions:
            self.point(region, "prod", serves)
        for prefix in KEPT:
            for region, bucket, key in world.documents(self.place, prefix):
                self.place.client("s3", region).delete_object(Bucket=bucket, Key=key)

    def look(self, nonce: str = "", only: tuple[str, ...] = ()) -> ReleasePlan:
        """Return what a promotion would write now."""
        to = Promoting(self.aws, ignore, Stop(), "look")
        return promotion.look(to, self.app, Request("prod", only, nonce=nonce))

    def approved(self, plan: ReleasePlan | None = None) -> Path:
        """Return a file that approves a promotion to prod, as it would be now."""
        plan = plan or self.look()
        file = self.place.folder.parent / f"approval-{next(self.files)}.json"
        approval.grant(
            self.records,
            approving.subject_of(plan),
            nonce=plan.nonce,
            by="a test",
            valid_seconds=HOUR,
        ).save(file)
        return file

    def promote(self, *arguments: str) -> Ran:
        """Run `promote prod` with an approval of what is there now."""
        return self.place.run(*PROMOTE, "--approval-file", str(self.approved()), *arguments)

    def aliases(self, name: str = "prod") -> dict[str, Mapping[str, Any]]:
        """Return an alias in every region, as Lambda tells it."""
        found = {}
        for region in self.place.regions:
            functions = self.place.client("lambda", region)
            answer = functions.get_alias(FunctionName=FUNCTION, Name=name)
            found[region] = {k: v for k, v in answer.items() if k != "ResponseMetadata"}
        return found

    def events(self) -> list[str]:
        """Return what the audit tells of, in its order."""
        return [each.event for each in Chain(self.records, "tiny", who="", host="").links()]

    def serves(self, name: str = "prod") -> list[str]:
        """Return the version that each region serves, with weights if there are any."""
        return [_served(each) for each in self.aliases(name).values()]

    def journal(self) -> Mapping[str, Any]:
        """Return the journal of promotions; empty when there is none."""
        found = self.records.read("journal/tiny.release.json")
        return json.loads(found.body) if found else {}

    def releases(self) -> list[ReleaseRecord]:
        """Return the records of prod, the oldest first."""
        return list(reversed(Releases(self.records, "tiny").newest_first("prod", 99)))

    def problems(self) -> list[str]:
        """Return what must not be, now that all has come to an end."""
        served, last = self.serves(), (self.releases() or [None])[-1]
        wrong = [f"regions serve {served}"] if len(set(served)) > 1 else []
        wrong += [f"weights: {each}" for each in served if "{" in each]
        held = [key for _, _, key in world.documents(self.place, "locks/")]
        wrong += [f"the lock {each} is held" for each in held]
        if self.journal().get("state", "done") != "done":
            wrong.append(f"the journal is {self.journal()['state']}")
        verdict = Chain(self.records, "tiny", who="", host="").verify()
        if not verdict.intact:
            wrong.append(f"the audit: {verdict.fault}")
        if last is not None:
            told = {each.version for places in last.image.values() for each in places.values()}
            wrong += [] if told == set(served) else [f"{last.id} tells of {told}, not {served}"]
        doubled = [e.promotion for e in self.releases() if e.act != "found"]
        wrong += [f"twice on record: {e}" for e in set(doubled) if doubled.count(e) > 1]
        return wrong

    def promote_here(self) -> Done:
        """Promote to prod in this process, past the proxy, without an approval."""
        to = Promoting(self.aws, ignore, Stop(), "promote prod")
        return promotion.promote(to, self.app, Request("prod"))

    def promoted(self) -> None:
        """Prod was promoted."""
        assert self.promote_here().release is not None

    def died_half(self) -> None:
        """The same, but it died after the home region, and its lock is gone."""
        to = Promoting(self.aws, ignore, Stop(), "promote prod", parts=Parts(engine=_HalfWay))
        with suppress(_Died):
            promotion.promote(to, self.app, Request("prod"))
        assert ["2", "1"] == self.serves()
        assert "open" == self.journal()["state"]

    def half(self) -> None:
        """A promotion died after the home region: prod differs between regions."""
        with self.place.proxy.rule(When("lambda", "UpdateAlias", EAST), Kill("before"), times=1):
            self.promote()
        assert ["2", "1"] == self.serves()
        assert "open" == self.journal()["state"]

    def killed(self, number: int, moment: Moment, *command: str) -> tuple[Ran, str]:
        """Return a command that died at its call of this number, and which call that was."""
        self.place.proxy.clear_calls()
        with self.place.proxy.rule(When(), Kill(moment), times=1, skip=number - 1):
            ran = self.place.run(*command)
        at = next((c for c in self.place.proxy.calls if isinstance(c.action, Kill)), None)
        return ran, f"{at.name} in {at.known.region}" if at else "after its end"


class _Died(BaseException):
    """It goes through everything, as a death does."""


class _HalfWay(Engine):
    """Moves the home region's aliases, and is gone."""

    def forward(self, weight: float = 1.0) -> None:
        """Move a part of them."""
        flips = self.plan.flips
        self.plan = replace(self.plan, flips=tuple(f for f in flips if f.region == HOME))
        Engine.forward(self, weight)
        raise _Died


def _served(alias: Mapping[str, Any]) -> str:
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights")
    return str(alias["FunctionVersion"]) + (str(weights) if weights else "")


def _zip(number: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        # of a fixed date: the same bytes in every region
        file = zipfile.ZipInfo("handler.py")
        archive.writestr(file, f"def handler(event, context):\n    return {number}\n")
    return packed.getvalue()


def project(folder: Path, regions: Sequence[str] = REGIONS) -> Path:
    """Return a copy of the small project that says who receives codes."""
    place.tiny(folder, regions)
    file = folder / "deploy.py"
    text = file.read_text(encoding="utf-8")
    assert 1 == text.count(ENVIRONMENTS)
    mail = f'promotion=Promotion(recipients=["{RECIPIENT}"], sender="{SENDER}")'
    text = text.replace(ENVIRONMENTS, f"{ENVIRONMENTS},\n    {mail}")
    file.write_text(f"from sam_deploy import Promotion\n{text}", encoding="utf-8")
    return folder


@contextmanager
def staged(base: Path, regions: Sequence[str] = REGIONS) -> Iterator[Stage]:
    """A stage with an emulator of its own, built."""
    own = emulator.start(base / "emulator")
    proxy = Proxy(own.url)
    try:
        made = Stage(Place(project(base / "tiny", regions), own, proxy, regions))
        made.build()
        yield made
    finally:
        proxy.close()
        own.stop()
