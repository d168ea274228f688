from __future__ import annotations

import pytest

from sam_deploy.cli.terminal import picture
from sam_deploy.cli.terminal.glyphs import ASCII, DRAWN, can_show, glyphs_of, shown
from sam_deploy.cli.terminal.picture import Look
from sam_deploy.events import (
    AliasMoved,
    BuildFinished,
    BuildProgress,
    BuildStarted,
    Event,
    PhaseStarted,
    Planned,
    RegionFinished,
    ShiftLook,
    ShiftStep,
    StackEvent,
    StepFinished,
    StepStarted,
)
from sam_deploy.progress.tally import Tally
from sam_deploy.steps import PROVIDE_STEPS

NOW = 500.0


def tally(*events: Event) -> Tally:
    found = Tally(clock=lambda: NOW)
    for event in events:
        found.add(event)
    return found


def drawn(found: Tally, width: int = 100, height: int = 24, encoding: str = "utf-8") -> list[str]:
    look = Look(width, height, 65.4, glyphs_of(encoding), encoding)
    return ["".join(text for text, _ in line) for line in picture.lines(found, look)]


@pytest.fixture
def deploying() -> Tally:
    """Two regions: one is done, in the other the stack is being executed."""
    return tally(
        Planned(1, 2, 2),
        PhaseStarted("build", "Building functions and layers"),
        BuildFinished("u", "function", "x.zip", 1, 0.0, False, 1, 1),
        *(StepFinished(r, "", s, 1, 8) for r in ("eu-west-1", "us-east-1") for s in PROVIDE_STEPS),
        *(StepFinished(r, "", "change set", 5, 8) for r in ("eu-west-1", "us-east-1")),
        PhaseStarted("deploy", "Deploying the stacks"),
        StepStarted("eu-west-1", "s", "release", 8, 8),
        *(StepFinished("eu-west-1", "s", s, 6, 8) for s in ("execute", "domains", "release")),
        RegionFinished("eu-west-1", "s", "updated", 3.0),
        StepStarted("us-east-1", "s", "execute", 6, 8),
        StackEvent("us-east-1", "s", "Api", "AWS::X", "CREATE_COMPLETE"),
        StackEvent("us-east-1", "s", "ApiRole", "AWS::X", "CREATE_FAILED", "no\nrights"),
    )


def test_the_whole_and_a_lane_for_each_region(deploying: Tally) -> None:
    """Percentage, time, phase; step i of n, and the latest stack event with its reason."""
    assert [
        "━━━━━━━━━━━━━━━━━━━───────── 71%  1:05  Deploying the stacks, region 1/2",
        "  eu-west-1  ━━━━━━━━  8/8  updated",
        "  us-east-1  ━━━━━━──  6/8  execute  1 resource, ApiRole CREATE_FAILED: no rights",
    ] == [line.replace("  71%", " 71%") for line in drawn(deploying)]


def test_at_40_columns_bars_of_regions_go_and_nothing_is_broken(deploying: Tally) -> None:
    """What does not fit is cut at the end of its line."""
    assert [
        "━━━━━━━───  71%  1:05  Deploying the s…",
        "  eu-west-1  8/8  updated",
        "  us-east-1  6/8  execute  1 resource,…",
    ] == drawn(deploying, 40)


@pytest.mark.parametrize("width", [1, 10, 20, 39, 40, 63, 64, 79, 80, 100, 200])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252", "cp437"])
def test_no_line_is_wider_than_the_terminal(deploying: Tally, width: int, encoding: str) -> None:
    """Whatever is told; and every character of it can be written."""
    lines = drawn(deploying, width, encoding=encoding)
    assert [] == [line for line in lines if len(line) > max(width - 1, 1)]
    assert all(can_show(encoding, line) for line in lines)


def test_without_drawn_characters_bars_are_ascii(deploying: Tally) -> None:
    """As on an old Windows console, and where the locale is C."""
    head, first, _ = drawn(deploying, 80, encoding="cp1252")
    assert head.startswith("##############------  71%")
    assert "  eu-west-1  ########  8/8  updated" == first


def test_more_regions_than_rows_are_counted(deploying: Tally) -> None:
    """Those that still work are shown before those that are done."""
    for number in range(10):
        deploying.add(RegionFinished(f"x-{number}", "s", "updated", 1.0))
    lines = drawn(deploying, height=8)
    assert 5 == len(lines)
    assert any("us-east-1" in line for line in lines)
    assert "  and 9 regions more" == lines[-1]


def test_builds_are_counted_built_and_unchanged() -> None:
    """Function or layer i of n, and what the one that takes longest is doing."""
    found = tally(
        Planned(4, 0, 0),
        PhaseStarted("build", "Building functions and layers"),
        BuildStarted(4),
        BuildFinished("a", "layer", "a.zip", 1, 1.0, False, 1, 4),
        BuildFinished("b", "function", "b.zip", 1, 0.0, True, 2, 4),
        BuildProgress("c", "fetch", "12 wheels"),
    )
    (head,) = drawn(found, 120)
    assert "50%" in head
    assert "Building functions and layers 2/4: 1 built, 1 unchanged; c: fetch 12 wheels" in head


def test_a_canary_tells_when_its_next_step_comes() -> None:
    """In minutes and seconds, with what is seen of it; while it is held, when all goes back."""
    step = ShiftStep(1, 3, 0.1, ("a",), 300.0, "")
    found = tally(Planned(0, 0, 0, 3, 1, 600.0), AliasMoved("a", "f", "prod", "1", "1"), step)
    assert "  10% of the calls, step 1/3; next step in 5:00" == drawn(found)[1]
    found.add(ShiftLook(1, 3, 0.1, "wait", 12, 0, 2, 2, 272.0))
    assert (
        "  10% of the calls, step 1/3; next step in 4:32; 12 calls, 0 failed; 2/2 alarms OK"
        == drawn(found)[1]
    )
    found.add(ShiftLook(1, 3, 0.1, "hold", 12, 0, 2, 2, 60.0, ("`f` needs 10 calls",)))
    assert "all goes back in 1:00" in drawn(found)[1]
    found.add(ShiftStep(3, 3, 1.0, ("a",), 0.0, ""))
    assert "step" not in drawn(found)[1]


def test_a_promotion_counts_the_regions_that_serve_the_new_versions() -> None:
    """The home region first, then the others; reading the aliases again takes nothing away."""

    def head() -> str:
        return drawn(found)[0].rpartition("Moving the aliases of prod, ")[2]

    begun = PhaseStarted("move", "Moving the aliases of prod")
    found = tally(Planned(0, 0, 0, 2, 2), begun, StepStarted("a", "", "100% of the calls", 1, 2))
    assert "region 0/2" == head()
    found.add(AliasMoved("a", "Api", "prod", "2", "1"))
    found.add(StepFinished("a", "", "100% of the calls", 1, 2, "done"))
    assert "region 1/2" == head()
    found.add(StepStarted("b", "", "100% of the calls", 1, 2))
    found.add(AliasMoved("b", "Api", "prod", "2", "1"))
    found.add(StepFinished("b", "", "100% of the calls", 1, 2, "done"))
    found.add(StepStarted("a", "", "verify", 2, 2))
    found.add(StepStarted("b", "", "verify", 2, 2))
    assert "region 2/2" == head()


def test_a_region_whose_aliases_stay_counts_once_it_is_verified() -> None:
    """A part of the calls is not the new versions alone."""
    found = tally(Planned(0, 0, 0, 2, 2), PhaseStarted("move", "Moving"))
    found.add(AliasMoved("a", "Api", "prod", "2", "1", 0.1))
    found.add(StepFinished("a", "", "10% of the calls", 1, 3, "done"))
    assert "Moving, region 0/2" in drawn(found)[0]
    found.add(StepFinished("b", "", "verify", 3, 3, "done"))
    assert "Moving, region 1/2" in drawn(found)[0]


def test_lanes_of_a_promotion_count_their_aliases() -> None:
    """Step i of n of each region, and the alias that moved last."""
    found = tally(
        Planned(0, 0, 0, 4, 1),
        StepStarted("a", "", "100% of the calls", 1, 2),
        AliasMoved("a", "Api", "prod", "2", "1"),
        AliasMoved("a", "Web", "prod", "3", "2"),
    )
    assert (
        "  a  ━━━━────  1/2  100% of the calls  2 aliases, Web serves version 3" == drawn(found)[1]
    )
    found.add(AliasMoved("a", "Web", "prod", "3", "2", 0.1))
    assert drawn(found)[1].endswith("3 aliases, Web serves version 3 at 10%")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, ""),
        (0.4, ""),
        (1.0, "about 1 s left"),
        (12.4, "about 12 s left"),
        (43, "about 45 s left"),
        (100, "about 2 min left"),
        (3700, "about 1 h 2 min left"),
    ],
)
def test_the_time_left_is_as_exact_as_it_is_known(seconds: float | None, text: str) -> None:
    """Nothing is said when nothing is known, and when it should be over."""
    assert text == picture.left_text(seconds)


def test_a_text_that_cannot_be_written_becomes_one_that_can() -> None:
    """What is drawn becomes what looks like it; anything else a question mark."""
    assert "a - b ... ?" == shown("a · b … ☃", "ascii")
    assert "a · b" == shown("a · b", "cp1252")
    assert ASCII == glyphs_of("nonsense")
    assert DRAWN == glyphs_of("utf-8")
