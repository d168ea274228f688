"""`sam deploy` and `sam-deploy deploy` as the benchmark runs them, against one endpoint.

A run that did not do what its case says (created, or found nothing to do) is an error and no
figure.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from bench import ours
from bench.app import RUNTIME, App, write_ours
from bench.emulated import Emulator, variables
from bench.measure import Command, Run, RunFailedError, environment, run
from bench.ours import Project
from bench.sam import SamProject

STACK: Final = "benchmark-sam-cli"
UNCHANGED: Final = "No changes to deploy"
CREATED: Final = "Successfully created"
Outcome = Literal["created", "no changes"]


@dataclass(frozen=True, slots=True)
class SamStack:
    """A built SAM project, deployed a region at a time into buckets that are there before."""

    project: SamProject
    emulator: Emulator

    def make_buckets(self, regions: Sequence[str]) -> None:
        """What `--s3-bucket` names exists in each region."""
        for region in regions:
            self.emulator.make_bucket(bucket(region), region)

    def deploy(
        self,
        region: str,
        outcome: Outcome,
        *,
        endpoint: str = "",
        poll_seconds: float | None = None,
    ) -> Run:
        """Run `sam deploy` in a region and measure it. `poll_seconds` is 5 unless it is given."""
        more = dict(variables(endpoint or self.emulator.endpoint))
        if poll_seconds is not None:
            more["SAM_CLI_POLL_DELAY"] = str(poll_seconds)
        settings = self.project.tools.environment({}) | more
        found = run(self._command(region), self.project.folder, settings)
        told = CREATED if outcome == "created" else UNCHANGED
        if told not in found.output:
            raise RunFailedError(f"sam deploy did not say `{told}`:\n{found.output[-500:]}")
        return found

    def in_turn(self, regions: Sequence[str], outcome: Outcome, *, endpoint: str = "") -> Run:
        """Deploy to one region after the other, as a loop in a shell does."""
        return added([self.deploy(each, outcome, endpoint=endpoint) for each in regions])

    def at_once(self, regions: Sequence[str], outcome: Outcome) -> Run:
        """Deploy to all regions at once, as `&` in a shell does."""
        started = time.perf_counter()
        with ThreadPoolExecutor(len(regions)) as pool:
            runs = list(pool.map(lambda each: self.deploy(each, outcome), regions))
        total = added(runs)
        return Run(time.perf_counter() - started, total.cpu_seconds, total.peak_bytes)

    def _command(self, region: str) -> Command:
        return [
            self.project.tools.of_python("sam") / "sam",
            "deploy",
            *("--template-file", self.project.output / "template.yaml"),
            *("--stack-name", STACK, "--region", region),
            *("--s3-bucket", bucket(region), "--s3-prefix", STACK),
            *("--capabilities", "CAPABILITY_IAM"),
            *("--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar"),
        ]


@dataclass(frozen=True, slots=True)
class OurStack:
    """A sam-deploy project of so many regions, deployed by one command."""

    project: Project
    emulator: Emulator
    regions: tuple[str, ...]
    last: dict[str, Any] = field(default_factory=dict)
    """What the last run said of itself."""

    def deploy(
        self, outcome: Outcome | None, *, built: int | None = None, endpoint: str = ""
    ) -> Run:
        """Run `sam-deploy deploy` and measure it; `built` archives must have been made.

        Without an outcome and a number it is a preparation, and whatever it does is right.
        """
        more = {
            "SAM_DEPLOY_CACHE_DIR": str(self.project.store),
            "UV_CACHE_DIR": str(self.project.uv_cache),
            **variables(endpoint or self.emulator.endpoint),
        }
        command: Command = [sys.executable, "-m", "sam_deploy", "-C", self.project.folder, "deploy"]
        options = ["--target", "aws", "--auto-approve", "--progress", "quiet", "--json"]
        found = run([*command, *options], self.project.folder, environment(more))
        self.last.clear()
        self.last.update(json.loads(found.output))
        self.judge(outcome, built)
        return found

    @property
    def sent_bytes(self) -> int:
        """How many bytes of archives left this computer in the last run."""
        return sum(each["bytes_sent"] for each in self.last["regions"].values())

    def forget_archives(self, *, checked: bool = False) -> None:
        """No archive is made; wheels stay. Unless `checked`, no template has been checked."""
        self.project.forget_archives()
        if not checked:
            ours.remove(self.project.store / "checked")

    def judge(self, outcome: Outcome | None, built: int | None) -> None:
        """Raise `RunFailedError` unless the last run ended so, in every region."""
        made = self.last["build"]["built"]
        if built is not None and made != built:
            raise RunFailedError(f"sam-deploy made {made} archives where {built} were expected")
        found = {each["region"]: each["outcome"] for each in self.last["stacks"]}
        if outcome is not None and found != dict.fromkeys(self.regions, outcome):
            raise RunFailedError(f"sam-deploy did not end as `{outcome}`: {found}")


def our_stack(app: App, folder: Path, shared: Project, emulator: Emulator) -> OurStack:
    """Write a project of the app and return it; its caches are those of `shared`."""
    written = write_ours(app, folder, ours.without_bytecode())
    return OurStack(Project(written, shared.store, shared.uv_cache), emulator, app.regions)


def bucket(region: str) -> str:
    """Return the bucket that the SAM CLI is given in a region."""
    return f"sam-cli-{RUNTIME.replace('.', '-')}-{region}"


def added(runs: Sequence[Run]) -> Run:
    """Return runs that followed each other as one: seconds add up, the largest process counts."""
    return Run(
        sum(each.seconds for each in runs),
        _of_all(sum, [each.cpu_seconds for each in runs]),
        _of_all(max, [each.peak_bytes for each in runs]),
    )


def _of_all(
    together: Callable[[list[float]], float], values: Sequence[float | None]
) -> float | None:
    known = [value for value in values if value is not None]
    return together(known) if len(known) == len(values) else None
