"""The app as every project that is deployed: by the SAM CLI, and by sam-deploy to 1, 4, 20 regions.

All of them go to one emulator, and those of sam-deploy share one store.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from bench import app, stacks
from bench.emulated import Emulator
from bench.goals import OURS
from bench.measure import Run, RunFailedError, say
from bench.ours import Project
from bench.sam import SamProject
from bench.stacks import OurStack, SamStack
from bench.tools import Tools

REGIONS: Final = (
    "eu-west-1",
    "us-east-1",
    "us-west-2",
    "ap-south-1",
    "us-east-2",
    "us-west-1",
    "ca-central-1",
    "sa-east-1",
    "eu-west-2",
    "eu-west-3",
    "eu-central-1",
    "eu-north-1",
    "eu-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-east-1",
    "me-south-1",
)
SAM: Final = "sam deploy"
SAM_AT_ONCE: Final = "sam deploy, all regions at once"
SAM_POLLING: Final = "sam deploy, SAM_CLI_POLL_DELAY=0.5"
CHECKED: Final = f"{OURS}, template checked before"
APART: Final = f"{OURS}, a region at a time, nothing shared"
ONE: Final = f"{OURS}, 1 region"
POLL_SECONDS: Final = 0.5
UNITS: Final = app.THE_APP.units
FUNCTIONS: Final = len(app.THE_APP.functions)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many regions `few` and `many` are."""

    few: int = 4
    many: int = 20

    @property
    def few_name(self) -> str:
        """Of sam-deploy with the few regions, where both are compared."""
        return f"{OURS}, {self.few} regions"

    @property
    def many_name(self) -> str:
        """Of sam-deploy with the many regions."""
        return f"{OURS}, {self.many} regions"


FEW: Final = Sizes().few_name
MANY: Final = Sizes().many_name


@dataclass(frozen=True, slots=True)
class Sides:
    """The projects of the app, and the emulator that all of them go to."""

    sizes: Sizes
    emulator: Emulator
    sam: SamStack
    one: OurStack
    few: OurStack
    many: OurStack
    apart: tuple[OurStack, ...]
    """A project for each of the few regions, with a home and a bucket of its own."""

    @property
    def regions(self) -> tuple[str, ...]:
        """The few regions."""
        return REGIONS[: self.sizes.few]

    def emptied(self) -> None:
        """Nothing is deployed; the buckets of the SAM CLI are there."""
        self.emulator.empty()
        self.sam.make_buckets(self.regions)

    def emptied_for(self, stack: OurStack, *, checked: bool = False) -> None:
        """Nothing is deployed, and no archive of the app is made."""
        self.emulator.empty()
        stack.forget_archives(checked=checked)

    def deployed(self) -> Run | None:
        """Both have deployed to the few regions; the run of the SAM CLI, if it was needed."""
        run = None
        there = [self.emulator.functions(region) for region in self.regions]
        if min(there) < 2 * FUNCTIONS:
            self.emptied()
            run = self.sam.at_once(self.regions, "created")
        self.few.deploy(None)  # also when another of the projects was there meanwhile
        return run


def laid_out(scratch: Path, tools: Tools, emulator: Emulator, sizes: Sizes) -> Sides:
    """Write all projects."""
    theirs = SamProject(scratch / "sam", scratch / "pip-cache", tools)
    app.write_sam(replace(app.THE_APP, regions=REGIONS[:1]), theirs.folder)
    shared = Project(scratch / "ours", scratch / "store", scratch / "uv-cache")

    def mine(name: str, regions: tuple[str, ...]) -> OurStack:
        folder = scratch / f"ours-{name}"
        return stacks.our_stack(replace(app.THE_APP, regions=regions), folder, shared, emulator)

    few = REGIONS[: sizes.few]
    return Sides(
        sizes,
        emulator,
        SamStack(theirs, emulator),
        mine("one", REGIONS[:1]),
        mine("few", few),
        mine("many", REGIONS[: sizes.many]),
        tuple(mine(each, (each,)) for each in few),
    )


def warm_up(sides: Sides) -> tuple[str, ...]:
    """Build and deploy once with each, unmeasured: modules compiled, wheels and locks there.

    Returns what the builds took: `sam deploy` needs one before it, sam-deploy builds by itself.
    """
    built = sides.sam.project.build("--parallel")
    first = sides.few.project.build()
    for each in (sides.one, sides.many, *sides.apart):
        each.project.build()
    sides.emptied()
    region = sides.regions[0]
    theirs = sides.sam.deploy(region, "created")
    _expect(sides.emulator, region, FUNCTIONS)
    sides.emptied()
    mine = sides.one.deploy("created", built=0)
    _expect(sides.emulator, region, FUNCTIONS)
    say(f"first deployments, not measured: {theirs.seconds:.1f} s and {mine.seconds:.1f} s")
    return (
        f"`sam build --parallel` took {built.seconds:.1f} s once and is in none of these figures",
        f"`{OURS} deploy` builds by itself; with empty caches that took {first.seconds:.1f} s",
    )


def _expect(emulator: Emulator, region: str, functions: int) -> None:
    if (found := emulator.functions(region)) != functions:
        raise RunFailedError(f"{region} has {found} functions where {functions} were expected")
