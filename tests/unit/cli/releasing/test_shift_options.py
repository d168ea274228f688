from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sam_deploy.cli.releasing import shift_options
from sam_deploy.cli.releasing.check_option import checked
from sam_deploy.cli.releasing.shift_options import ShiftChoice
from sam_deploy.errors import ConfigError
from sam_deploy.promotion import Strategy

CANARY = ShiftChoice(canary="10,50")


def test_nothing_given_moves_everything_at_once(tmp_path: Path) -> None:
    """As `promote` always did."""
    assert Strategy() == ShiftChoice().strategy(tmp_path)


def test_a_canary_has_its_usual_values(tmp_path: Path) -> None:
    """Five minutes a step, ten calls, half an hour of patience (R200)."""
    assert Strategy(
        weights=(0.1, 0.5), every_seconds=300, hold_seconds=1800, min_requests=10
    ) == CANARY.strategy(tmp_path)


def test_everything_can_be_said(tmp_path: Path) -> None:
    """Each option is a value of the plan, so that who agrees agrees to it."""
    choice = ShiftChoice(
        linear="25",
        every="1m",
        hold="90s",
        check=("./smoke --fast",),
        min_requests=0,
        quiet=("Mailer", "all"),
        with_alarm=True,
    )
    assert Strategy(
        weights=(0.25, 0.5, 0.75),
        every_seconds=60,
        hold_seconds=90,
        min_requests=0,
        quiet=("Mailer", "*"),
        check="./smoke --fast",
        with_alarm=True,
    ) == choice.strategy(tmp_path)


def test_what_was_typed_can_be_shown() -> None:
    """`approve` shows the `promote` that belongs to it; whoever meets the lock is told it, too."""
    assert () == ShiftChoice().arguments
    choice = ShiftChoice(
        canary="10,50", every="5m", check=("./smoke --fast",), min_requests=0, quiet=("A", "B")
    )
    assert (
        "--canary 10,50 --every 5m --check './smoke --fast' --min-requests 0 --quiet A --quiet B"
    ) == " ".join(choice.arguments)
    assert ("--linear", "10", "--force-with-alarm") == ShiftChoice(
        linear="10", with_alarm=True
    ).arguments


@pytest.mark.parametrize(
    ("percent", "expected"),
    [
        ("50", (0.5,)),
        ("30", (0.3, 0.6, 0.9)),
        ("33.4", (0.334, 0.668)),
        ("99", (0.99,)),
    ],
)
def test_a_linear_shift_rises_by_equal_parts(percent: str, expected: tuple[float, ...]) -> None:
    """Up to the last step, which is all."""
    assert expected == shift_options.linear_weights(percent)


@pytest.mark.parametrize("percent", range(1, 100))
def test_every_linear_shift_rises_and_stays_below_all(percent: int) -> None:
    """Lambda takes weights between 0 and 1."""
    weights = shift_options.linear_weights(str(percent))
    assert sorted(set(weights)) == list(weights)
    assert all(0 < each < 1 for each in weights)


@pytest.mark.parametrize("text", ["", "0", "100", "-5", "ten", "50,10", "10,10", "10,,50", "nan"])
def test_weights_that_cannot_be_meant_are_refused(text: str) -> None:
    """Exit 2, and an example of what can be."""
    with pytest.raises(ConfigError) as refused:
        shift_options.canary_weights(text)
    assert "--canary 10,50" in refused.value.hint


@pytest.mark.parametrize("text", ["", "5", "0m", "m", "5 minutes", "-1m", "400h"])
def test_times_that_cannot_be_meant_are_refused(text: str) -> None:
    """A number without a unit could be seconds or minutes."""
    with pytest.raises(ConfigError, match="no length of time"):
        shift_options.seconds("--every", text)


@pytest.mark.parametrize(
    "choice",
    [
        replace(CANARY, linear="10"),
        ShiftChoice(every="5m"),
        ShiftChoice(hold="5m", check=("./smoke",)),
        ShiftChoice(min_requests=0),
        ShiftChoice(quiet=("all",)),
        ShiftChoice(with_alarm=True),
    ],
)
def test_options_that_say_nothing_together_are_refused(choice: ShiftChoice, tmp_path: Path) -> None:
    """Nobody shall think that he is watched over when he is not."""
    with pytest.raises(ConfigError):
        choice.strategy(tmp_path)


def test_the_event_of_a_check_is_part_of_the_plan(tmp_path: Path) -> None:
    """Whoever agrees agrees to it, and another computer can go on with it."""
    (tmp_path / "event.json").write_text('{"path": "/health",\n "a": 1}', encoding="utf-8")
    found = checked(["invoke:event.json"], tmp_path)
    assert 'invoke:{"a":1,"path":"/health"}' == found


@pytest.mark.parametrize("body", [None, "{", '"' + "x" * 70_000 + '"'])
def test_an_event_that_cannot_be_used_is_refused(body: str | None, tmp_path: Path) -> None:
    """Missing, no JSON, or too large for a plan."""
    if body is not None:
        (tmp_path / "event.json").write_text(body, encoding="utf-8")
    with pytest.raises(ConfigError):
        checked(["invoke:event.json"], tmp_path)


def test_each_function_can_have_an_event_of_its_own(tmp_path: Path) -> None:
    """An HTTP and a queue function understand different ones; without a name it is for others."""
    (tmp_path / "order.json").write_text('{"path": "/health"}', encoding="utf-8")
    (tmp_path / "mail.json").write_text('{"Records": []}', encoding="utf-8")
    given = ["invoke:Orders=order.json", "invoke:Mailer=mail.json"]
    assert 'invoke-each:{"Mailer":{"Records":[]},"Orders":{"path":"/health"}}' == checked(
        given, tmp_path
    )
    given = ["invoke:order.json", "invoke:Mailer=mail.json"]
    assert 'invoke-each:{"*":{"path":"/health"},"Mailer":{"Records":[]}}' == checked(
        given, tmp_path
    )
    assert "" == checked([], tmp_path)


@pytest.mark.parametrize(
    "given",
    [
        ["./smoke", "invoke:event.json"],
        ["./smoke", "./other"],
        ["invoke:event.json", "invoke:event.json"],
        ["invoke:Orders=event.json", "invoke:Orders=event.json"],
    ],
)
def test_checks_that_say_nothing_together_are_refused(given: list[str], tmp_path: Path) -> None:
    """Two commands, or two events for one function."""
    (tmp_path / "event.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ConfigError):
        checked(given, tmp_path)
