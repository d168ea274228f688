from __future__ import annotations

import io
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from sam_deploy.cli.releasing import promote_command, promote_screens, resume_promotion
from sam_deploy.cli.terminal.console import PlainConsole
from sam_deploy.history import ReleaseRecord
from sam_deploy.promotion import Done, Flip, ReleasePlan, Strategy, Version
from sam_deploy.promotion.model import StackChange

GOLDEN = Path(__file__).parent / "promotion"
REGIONS = ("eu-west-1", "us-east-1")


def flip(region: str, name: str, before: Version, after: Version, **more: object) -> Flip:
    """One alias of prod."""
    made = Flip(region, f"{name}Function", name, "prod", before, after, "r")
    return replace(made, **more)  # type: ignore[arg-type] # as given


OLD = Version(
    "46", "old", "1a2b3c4d5e6f", 1_234_567, 256, 10, "", "role", ("arn:aws:lambda:x:1:layer:dep:3",)
)
NEW = replace(OLD, number="47", code_sha256="new", commit="2b3c4d5e6f70+", size_bytes=2_345_678)
CONFIGURED = replace(
    NEW,
    memory_mb=512,
    timeout_seconds=30,
    role="other",
    layers=("arn:aws:lambda:x:1:layer:dep:4", "arn:aws:lambda:x:1:layer:new:1"),
)
PLAN = ReleasePlan(
    act="promote",
    app="shop",
    account="000000000000",
    caller="arn:aws:iam::000000000000:user/ops",
    home_region=REGIONS[0],
    environment="prod",
    source="staging",
    regions=REGIONS,
    flips=(
        flip(REGIONS[0], "Api", OLD, NEW),
        flip(REGIONS[1], "Api", replace(OLD, number="31"), replace(NEW, number="32")),
        flip(REGIONS[0], "Worker", OLD, CONFIGURED),
        flip(REGIONS[1], "Worker", OLD, CONFIGURED, weights=(("45", 0.1),)),
        flip(REGIONS[0], "Ams", OLD, OLD),
    ),
    nonce="0123",
    tool_version="1.2.3",
)
SAME_CODE = replace(NEW, code_sha256="old", commit="")
ONE = replace(
    PLAN,
    environment="staging",
    source="dev",
    flips=(flip(REGIONS[0], "Api", replace(OLD, number="", commit=""), SAME_CODE),),
    only=("Api",),
    regions=REGIONS[:1],
)
BACK = replace(
    PLAN,
    act="rollback",
    source="prod-7",
    without=("us-west-2",),
    warnings=(
        "`New`: prod-7 says nothing of it (it came later, or was left out): it stays as it is",
    ),
)
NOTHING = replace(PLAN, flips=(flip(REGIONS[0], "Ams", OLD, OLD),))


def record(plan: ReleasePlan, *left_out: str) -> ReleaseRecord:
    """The record of a plan that was carried out but in some regions."""
    moved = tuple((e.function, e.region) for e in plan.moves if e.region not in left_out)
    return ReleaseRecord(
        id="prod-8", number=8, environment=plan.environment, act=plan.act, made="", who="",
        host="", promotion="x", image={}, moved=moved, left_out=left_out,
    )  # fmt: skip


def done(plan: ReleasePlan, *left_out: str) -> str:
    """What is said at the end."""
    came = Done(plan, record(plan, *left_out), 0.123, 2.345)
    return promote_screens.done_text(came, program="sam-deploy")


SCREENS = {
    "plan_of_prod": promote_screens.plan_text(PLAN, final=True),
    "plan_of_staging": promote_screens.plan_text(ONE, final=False),
    "plan_of_a_rollback": promote_screens.plan_text(BACK, final=True),
    "promoted": done(PLAN),
    "promoted_to_staging": done(ONE),
    "promoted_without_a_region": done(PLAN, REGIONS[1]),
    "rolled_back": done(BACK),
    "nothing_to_promote": promote_screens.done_text(Done(NOTHING), program="sam-deploy"),
    "nothing_to_roll_back": promote_screens.done_text(
        Done(replace(NOTHING, act="rollback", source="prod-7")), program="sam-deploy"
    ),
    "lines_of_the_mail": "\n".join(promote_screens.subject_lines(PLAN)),
    "plan_as_json": json.dumps(promote_screens.plan_json(PLAN), indent=2),
    "done_as_json": promote_screens.done_json(Done(PLAN, record(PLAN, REGIONS[1]), 0.1234, 2.3456)),
}


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_is_the_golden_one(name: str) -> None:
    """Word for word. UPDATE_GOLDEN=1 writes them anew (R184, R191, R193)."""
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(f"{SCREENS[name]}\n", encoding="utf-8")
    assert golden.read_text(encoding="utf-8") == f"{SCREENS[name]}\n"


def test_a_page_gets_the_sentences_of_the_terminal() -> None:
    """Each line of its screen but table and heading: stacks, what stays, steps of a canary."""
    stacks = (StackChange("shop-prod", "eu-west-1", "create"),)
    plan = replace(
        PLAN,
        strategy=Strategy((0.1,), 60, 600, 5),
        stacks=stacks,
        new=(("eu-west-1", "ApiFunction"),),
    )
    lines = promote_screens.plan_lines(plan)
    screen = promote_screens.plan_text(plan, final=True).splitlines()
    assert set(lines) <= set(screen)
    for part in ("1 stack (shop-prod) first", "serves at once", "not moved", "in steps: 10%"):
        assert 1 == sum(part in each for each in lines), lines
    assert ["1 function already there, not moved"] == promote_screens.plan_lines(PLAN)


def test_every_golden_text_is_used() -> None:
    """One that lost its screen would otherwise stay."""
    assert sorted(SCREENS) == sorted(path.stem for path in GOLDEN.glob("*.txt"))


def test_a_dry_run_with_nothing_to_do_says_what_is_said_without_it() -> None:
    """No banner of a critical operation around a table without rows."""
    said = io.StringIO()
    promote_command.told_plan(NOTHING, PlainConsole(said), as_json=False)
    assert f"{SCREENS['nothing_to_promote']}\n" == said.getvalue()
    promote_command.told_plan(PLAN, PlainConsole(said), as_json=False)
    assert "CRITICAL OPERATION" in said.getvalue()
    assert said.getvalue().endswith("Nothing was written: this was a dry run\n")


def test_abort_says_when_there_is_nothing_left_to_take_back() -> None:
    """Exit 5: everything was done, and it is told how to go back then."""
    error = resume_promotion.finished(PLAN)
    assert 5 == error.exit_code
    assert "The promote of prod was finished, and not taken back" == error.what
    assert error.why.startswith("every alias served the new release already when it stopped")
    assert "prod serves the new release in every region" == error.state
    assert "`sam-deploy rollback prod` goes back to the release before" == error.hint
