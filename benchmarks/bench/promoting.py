"""Measures promotions and rollbacks of seven functions, against what people do without them.

Everybody works on one embedded cloud, over its API, with a delay before each call as if it were
far away. Ours is the whole command, from its start to its end. The others are a script that moves
one alias after the other, and `sam deploy` of a stack with `AutoPublishAlias`, region by region.
"""

from __future__ import annotations

import json
import sys
import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench import proxy
from bench.deploy_sides import REGIONS
from bench.emulated import Emulator, variables
from bench.goals import OURS
from bench.measure import Contender, Run, RunFailedError, environment, interleaved, run, say
from bench.results import Case, Series
from bench.tools import Tools
from sam_deploy import approval, config, promotion
from sam_deploy.aws import Aws, Endpoint, Records
from sam_deploy.cli.releasing.approving import subject_of
from sam_deploy.events import ignore
from sam_deploy.lanes import Stop
from sam_deploy.provide import artifact_bucket

FUNCTIONS: Final = 7
DELAY_SECONDS: Final = 0.05
SCRIPT: Final = "a script: one alias after the other"
SAM: Final = "sam deploy, region by region"
AFTER_CODE: Final = f"{OURS}, after the code"
"""From the approval to the end, as the command itself tells: what a person waits for."""
WINDOW: Final = f"{OURS}, regions differ"
HOUR: Final = 3600.0
LOOP: Final = """
    import sys
    import boto3
    _, version, regions = sys.argv
    for region in regions.split(","):
        client = boto3.client("lambda", region_name=region)
        for number in range(7):
            client.update_alias(
                FunctionName=f"F{number}Function", Name="prod", FunctionVersion=version
            )
"""
"""What a deployment script does, in one process with one connection for each region."""


def deploy_py(regions: tuple[str, ...]) -> str:
    """Return the app: seven small functions, an environment that is deployed and one promoted."""
    functions = "".join(
        f'        Function("F{n}", source="functions/f{n}", memory_mb=128),\n'
        for n in range(FUNCTIONS)
    )
    return (
        "from sam_deploy import App, Environment, FeatureSet, Function, Promotion\n\n"
        f'app = App(\n    name="promoted", home_region="{regions[0]}", dashboard=False,\n'
        '    environments=[Environment("dev"), Environment("prod", promote_from="dev")],\n'
        f'    feature_sets=[FeatureSet("core", regions={list(regions)})],\n'
        '    promotion=Promotion(recipients=["ops@example.com"], sender="noreply@example.com"),\n'
        f"    functions=[\n{functions}    ],\n)\n"
    )


@dataclass(slots=True)
class Promoted:
    """The app in some regions, with two versions of everything: prod goes to and fro."""

    folder: Path
    emulator: Emulator
    regions: tuple[str, ...]
    endpoint: str
    told: list[dict[str, Any]] = field(default_factory=list)
    """What the measured commands said of themselves."""

    def lay_out(self) -> None:
        """Deploy it twice, so that dev serves version 2 and prod version 1."""
        self.folder.mkdir(parents=True)
        text = deploy_py(self.regions)
        (self.folder / "deploy.py").write_text(text, encoding="utf-8")
        for version in ("one", "two"):
            for number in range(FUNCTIONS):
                source = self.folder / "functions" / f"f{number}"
                source.mkdir(parents=True, exist_ok=True)
                body = f'def handler(event, context):\n    return "{version} {number}"\n'
                (source / "handler.py").write_text(body, encoding="utf-8")
            self.ours("deploy", "--auto-approve", endpoint=self.emulator.endpoint)

    def ours(self, *arguments: str, endpoint: str = "") -> Run:
        """Run `sam-deploy` on AWS, which is the embedded cloud."""
        command = [sys.executable, "-m", "sam_deploy", *arguments, "--target", "aws"]
        more = dict(variables(endpoint or self.endpoint))
        return run([*command, "--progress", "quiet", "--json"], self.folder, environment(more))

    def approved(self) -> Path:
        """Return an approval of the promotion that is possible now, as `approve` makes it."""
        app = config.load(self.folder)
        aws = Aws(Endpoint("aws", self.emulator.endpoint, "", "test", "test"))
        to = promotion.Promoting(aws, ignore, Stop(), "benchmark")
        plan = promotion.look(to, app, promotion.Request("prod"))
        bucket = artifact_bucket(app.name, plan.account, app.home_region, aws).bucket
        records = Records(aws, app.home_region, bucket, plan.account)
        made = approval.grant(
            records, subject_of(plan), nonce=plan.nonce, by="benchmark", valid_seconds=HOUR
        )
        file = self.folder / "approval.json"
        made.save(file)
        return file

    def promote(self) -> Run:
        """Promote; prod must serve something else afterwards."""
        return self._kept(self.ours("promote", "prod", "--approval-file", "approval.json"))

    def roll_back(self) -> Run:
        """Roll back; prod must serve something else afterwards."""
        return self._kept(self.ours("rollback", "prod", "--auto-approve"))

    def _kept(self, made: Run) -> Run:
        document = json.loads(made.output)
        wanted = FUNCTIONS * len(self.regions)
        if document["moved"] != wanted:
            raise RunFailedError(f"{document['moved']} aliases were moved, not {wanted}")
        self.told.append(document)
        return made

    def script(self, version: str) -> Run:
        """Move the same aliases by a script."""
        code = textwrap.dedent(LOOP)
        command = [sys.executable, "-c", code, version, ",".join(self.regions)]
        return run(command, self.folder, environment(dict(variables(self.endpoint))))

    def figures(self, name: str, what: str) -> Series:
        """Return what the commands told of themselves, in the order in which they ran."""
        return Series(name, {"seconds": tuple(float(each[what]) for each in self.told)})


def promotions(
    emulator: Emulator, scratch: Path, tools: Tools, runs: int, sizes: tuple[int, int]
) -> tuple[Case, ...]:
    """Promote and roll back in few and in many regions, beside a script and `sam deploy`."""
    few, many = sizes
    with proxy.running(emulator.endpoint, DELAY_SECONDS) as through:
        here = _laid_out(emulator, scratch / "few", few, through.url)
        sam = _sam_deploys(tools, scratch / "sam", here, through.url)
        cases = [_promote(here, runs, sam), _back(here, runs)]
        say("deploying to many regions")
        there = _laid_out(emulator, scratch / "many", many, through.url)
        cases.append(_growth(here, there, runs))
    return tuple(cases)


def _laid_out(emulator: Emulator, folder: Path, count: int, endpoint: str) -> Promoted:
    emulator.empty()
    made = Promoted(folder, emulator, REGIONS[:count], endpoint)
    made.lay_out()
    return made


def _promote(here: Promoted, runs: int, sam: Callable[[], Run]) -> Case:
    def ready() -> None:
        if here.told:
            here.ours("rollback", "prod", "--auto-approve")
        here.approved()

    def back() -> None:
        here.ours("rollback", "prod", "--auto-approve")

    here.told.clear()
    made = interleaved([Contender(OURS, here.promote, ready)], runs)
    after, window = here.figures(AFTER_CODE, "seconds"), here.figures(WINDOW, "window_seconds")
    back()
    loop = interleaved(
        [Contender(SCRIPT, lambda: here.script("2"), lambda: _quietly(here.script, "1"))], runs
    )
    here.script("1")
    theirs = interleaved([Contender(SAM, sam)], 1)
    title = f"promote {FUNCTIONS} functions in {len(here.regions)} regions, all or none"
    notes = (
        f"`{SCRIPT}` stops where an error stops it: some regions are then new, some old",
        f"`{SAM}` ran once; it uploads and deploys, since a stack of its own is all that SAM has",
    )
    return Case("promote", title, (*made, after, window, *loop, *theirs), notes)


def _back(here: Promoted, runs: int) -> Case:
    def ready() -> None:
        here.approved()
        here.ours("promote", "prod", "--approval-file", "approval.json")

    here.told.clear()
    made = interleaved([Contender(OURS, here.roll_back, ready)], runs)
    after, window = here.figures(AFTER_CODE, "seconds"), here.figures(WINDOW, "window_seconds")
    loop = interleaved(
        [Contender(SCRIPT, lambda: here.script("1"), lambda: _quietly(here.script, "2"))], runs
    )
    here.script("1")
    title = f"roll back {FUNCTIONS} functions in {len(here.regions)} regions"
    return Case("rollback", title, (*made, after, window, *loop))


def _growth(here: Promoted, there: Promoted, runs: int) -> Case:
    """Only the many regions are there now; those of the few were measured before."""
    before = Series(few_name(len(here.regions)), here.figures("", "seconds").values)

    def ready() -> None:
        if there.told:
            there.ours("rollback", "prod", "--auto-approve")
        there.approved()

    there.told.clear()
    interleaved([Contender(OURS, there.promote, ready)], runs)
    after = there.figures(few_name(len(there.regions)), "seconds")
    window = there.figures(f"{WINDOW}, {len(there.regions)} regions", "window_seconds")
    title = f"{len(there.regions)} regions against {len(here.regions)}, after the code"
    return Case("growth", title, (before, after, window))


def few_name(regions: int) -> str:
    """Return how the figures of so many regions are called."""
    return f"{AFTER_CODE}, {regions} regions"


def _quietly(action: Callable[[str], Run], version: str) -> None:
    action(version)


def _sam_deploys(tools: Tools, folder: Path, here: Promoted, endpoint: str) -> Callable[[], Run]:
    """Return what deploys a new version of the functions by SAM, in each region in turn."""
    sam = tools.of_python("sam") / "sam"
    folder.mkdir(parents=True)
    more = tools.environment(dict(variables(endpoint)))
    for region in here.regions:
        here.emulator.make_bucket(f"sam-promoted-{region}", region)

    def deploy(region: str) -> float:
        command = [sam, "deploy", "--template-file", "template.yaml", "--stack-name", "sam-prod"]
        options = ["--region", region, "--s3-bucket", f"sam-promoted-{region}"]
        quiet = ["--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset"]
        return run([*command, *options, *quiet], folder, more).seconds

    def everywhere(version: str) -> Run:
        _sam_app(folder, version)
        started = time.perf_counter()
        for region in here.regions:
            deploy(region)
        return Run(time.perf_counter() - started)

    say("deploying by SAM, not measured")
    everywhere("one")
    return lambda: everywhere("two")


def _sam_app(folder: Path, version: str) -> None:
    functions = []
    for number in range(FUNCTIONS):
        source = folder / f"f{number}"
        source.mkdir(exist_ok=True)
        body = f'def handler(event, context):\n    return "{version} {number}"\n'
        (source / "handler.py").write_text(body, encoding="utf-8")
        functions.append(
            f"  S{number}Function:\n    Type: AWS::Serverless::Function\n    Properties:\n"
            f"      CodeUri: f{number}\n      Handler: handler.handler\n"
            "      Runtime: python3.11\n      AutoPublishAlias: prod\n"
        )
    head = "AWSTemplateFormatVersion: '2010-09-09'\nTransform: AWS::Serverless-2016-10-31\n"
    text = f"{head}Resources:\n{''.join(functions)}"
    (folder / "template.yaml").write_text(text, encoding="utf-8")
