"""What `deploy.py` says of one-time codes: limits that make sense together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sam_deploy.config import load
from sam_deploy.errors import ConfigError

Projects = Callable[[str], Path]
APP = """\
app = App(
    "orders", "eu-west-1", [Environment("dev"), Environment("prod", promote_from="dev")],
    [FeatureSet("core", ["eu-west-1"])],
    promotion=Promotion(["ann@example.com"], "noreply@example.com"{more}),
)
"""


def problems(write_project: Projects, more: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as raised:
        load(write_project(APP.format(more=f", {more}")))
    return raised.value.problems


def test_the_usual_limits(write_project: Projects) -> None:
    """Ten minutes, three tries, five codes an hour, twenty a day, files for a day (R187)."""
    found = load(write_project(APP.format(more=""))).promotion
    assert found is not None
    assert (10, 3, 5, 20, 24) == (
        found.minutes,
        found.attempts,
        found.codes_an_hour,
        found.codes_a_day,
        found.approval_hours,
    )


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("minutes", 1, 60),
        ("attempts", 1, 10),
        ("codes_an_hour", 1, 20),
        ("codes_a_day", 5, 100),
        ("approval_hours", 1, 168),
    ],
)
def test_each_limit_has_a_range(write_project: Projects, name: str, least: int, most: int) -> None:
    """Beyond it is a mistake, which is told with the name."""
    for value in (least, most):
        load(write_project(APP.format(more=f", {name}={value}")))
    for value in (0, most + 1):
        found = problems(write_project, f"{name}={value}")
        assert any(f"promotion.{name}" in each for each in found), found


def test_an_hour_cannot_have_more_codes_than_its_day(write_project: Projects) -> None:
    """The limit an hour would never be reached."""
    (found,) = problems(write_project, "codes_an_hour=8, codes_a_day=7")
    assert "promotion.codes_an_hour: 8 codes an hour are more than 7 a day (`codes_a_day`)" in found
    load(write_project(APP.format(more=", codes_an_hour=7, codes_a_day=7")))


def test_a_region_that_is_none_is_told(write_project: Projects) -> None:
    """With the one that was probably meant."""
    (found,) = problems(write_project, 'region="eu-wset-1"')
    assert "promotion.region: unknown region 'eu-wset-1'; did you mean 'eu-west-1'?" in found


def test_more_recipients_than_a_mail_can_have_are_told(write_project: Projects) -> None:
    """SES takes 50."""
    many = "[f'a{n}@example.com' for n in range(51)]"
    text = APP.format(more="").replace('["ann@example.com"]', many)
    with pytest.raises(ConfigError) as raised:
        load(write_project(text))
    assert any("promotion.recipients" in each for each in raised.value.problems)
