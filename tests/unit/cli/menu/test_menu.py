from __future__ import annotations

from dataclasses import replace

import pytest

from sam_deploy import App, Environment, FeatureSet
from sam_deploy.cli.menu import choices
from sam_deploy.cli.menu.frame import Frame, cells, cut, lines, painted
from sam_deploy.cli.menu.keys import NAMED, ONE
from sam_deploy.cli.menu.records import Live, Unfinished
from sam_deploy.cli.menu.session import outcome

SHOWN = Frame(
    head=("shop · embedded",),
    question="Select:",
    hint="(keys)",
    titles=tuple(f"Line number {each} of the menu" for each in range(12)),
    detail=("Does what it says, at some length", "$ sam-deploy deploy"),
)


def app(*feature_sets: FeatureSet, environments: tuple[Environment, ...] = ()) -> App:
    return App(
        name="shop",
        home_region="eu-west-1",
        environments=environments or (Environment("dev"), Environment("prod", promote_from="dev")),
        feature_sets=feature_sets or (FeatureSet("core", regions=("eu-west-1",)),),
    )


def test_the_menu_comes_from_the_configuration() -> None:
    """The first feature set stands for everything, the others for themselves."""
    core = FeatureSet("core", regions=("eu-west-1", "us-east-1"), title="Core Product Features")
    extra = FeatureSet("extra", regions=("us-west-2",))
    found = choices.of_app(app(core, extra), "")
    assert [
        ("Core Product Features (Multi-region: eu-west-1, us-east-1, us-west-2)", ("deploy",)),
        ("extra (us-west-2 - Oregon, USA)", ("deploy", "extra")),
        ("Deploy to Production 🔒 (Requires OTP)", ("promote", "prod")),
    ] == [(each.title, each.arguments) for each in found[:3]]
    assert ["regions", "", ""] == [each.asks for each in found[:3]]


def test_the_menu_names_the_environment_that_deploying_moves() -> None:
    """Not the one that happens to stand first."""
    shop = app(environments=(Environment("prod", promote_from="dev"), Environment("dev")))
    assert ("dev",) == choices.of_app(shop, "")[0].environments


def test_a_local_environment_skips_regions() -> None:
    """Also where the app has several."""
    core = FeatureSet("core", regions=("eu-west-1", "us-east-1"))
    first = choices.of_app(app(core), "local")[0]
    assert (("deploy",), "", ("eu-west-1",)) == (first.arguments, first.asks, first.regions)


def test_every_choice_is_a_command_line() -> None:
    """What the menu runs is what it shows."""
    assert [
        *[("deploy",), ("promote", "prod"), ("rollback",), ("status",), ("logs",), ("build",)],
        *[("doctor",), ("cloud", "status")],
    ] == [each.arguments for each in choices.of_app(app(), "")]


def test_open_work_comes_first_and_only_a_promotion_can_be_taken_back() -> None:
    """A removal goes on by the same command, since `resume` finishes no removal."""
    live = Live(
        unfinished=(
            Unfinished("promote prod", "begun", ("resume",), abortable=True),
            Unfinished("destroy", "begun", ("destroy",)),
        )
    )
    assert [("resume",), ("resume", "--abort"), ("destroy",)] == [
        each.arguments for each in choices.of_open_work(live)
    ]
    assert () == choices.of_open_work(Live())


@pytest.mark.parametrize("columns", [20, 40, 80, 200])
@pytest.mark.parametrize("rows", [5, 10, 24])
@pytest.mark.parametrize("chosen", [0, 6, 11])
def test_a_frame_fits_and_shows_the_chosen_line(columns: int, rows: int, chosen: int) -> None:
    """In any size, whichever line is chosen."""
    found = [each.text for each in lines(replace(SHOWN, chosen=chosen), columns, rows)]
    assert rows > len(found)
    assert max(columns, 21) > max(map(cells, found))
    assert 1 == sum(each.startswith(" >") for each in found)
    assert f"Line number {chosen}"[: columns - 14] in next(e for e in found if e[:2] == " >")


def test_wide_letters_take_two_columns() -> None:
    """So that a line with a lock does not run over."""
    assert (4, 2) == (cells("a🔒b"), cells("🔒"))
    assert ("a...", "a🔒b") == (cut("a🔒bc", 4), cut("a🔒b", 4))


def test_colours_only_repeat_what_the_text_says() -> None:
    """Without them the same letters are sent."""
    found = lines(SHOWN, 60, 30)
    plain, coloured = painted(found, colour=False), painted(found, colour=True)
    assert "\x1b" not in plain
    for code in ("\x1b[1m", "\x1b[36m", "\x1b[2m", "\x1b[0m"):
        coloured = coloured.replace(code, "")
    assert plain == coloured


def test_keys_that_arrive_together_are_told_apart() -> None:
    """Two arrows, a digit, Enter and a lone escape, as a quick typist sends them."""
    typed = "\x1b[B\x1bOA3\r\x1b"
    assert ["down", "up", "3", "enter", "leave"] == [
        NAMED.get(each, each) for each in ONE.findall(typed)
    ]


def test_an_outcome_says_what_its_exit_code_means() -> None:
    """In a line, with the command that it was."""
    assert "done: status (2 s)" == outcome(("status",), 0, 2.0)
    assert outcome(("deploy",), 3, 2.0).startswith("exit code 3: deploy: ")
    assert "exit code 137: deploy: ended by a signal (2 s)" == outcome(("deploy",), 137, 2.0)
