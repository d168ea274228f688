from __future__ import annotations

import pytest

from sam_deploy.config.schedule_expressions import mistake


@pytest.mark.parametrize(
    "expression",
    [
        "rate(1 minute)",
        "rate(5 minutes)",
        "rate(12 hours)",
        "cron(35 9 ? * MON-FRI *)",
        "cron(0 4 ? * TUE-SAT *)",
        "cron(5 0 1 * ? *)",
        "cron(0/15 8-18 ? JAN,JUL 2-6 2027-2030)",
        "cron(*/5 * * * ? *)",
        "cron(0 9 L * ? *)",
        "cron(0 9 15W * ? *)",
        "cron(0 9 ? * 6#3 *)",
        "cron(0 9 ? * FRIL *)",
        "cron(0 9 ? * fri-mon *)",
        "at(2028-02-29T09:30:00)",
    ],
)
def test_what_the_scheduler_takes_is_right(expression: str) -> None:
    """Every kind of field that AWS's page shows, in its own spelling."""
    assert mistake(expression) == ""


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("rate(1 minutes)", "rate(1 minute)"),
        ("rate(2 hour)", "rate(2 hours)"),
        ("rate(5 Mins)", "rate(5 minutes)"),
        ("rate(5minutes)", "rate(5 minutes)"),
        ("cron(0 9 * * 1-5)", "cron(0 9 ? * MON-FRI *)"),
        ("cron(*/5 * * * *)", "cron(*/5 * * * ? *)"),
        ("cron(0 9 * * 0)", "cron(0 9 ? * SUN *)"),
        ("cron(0 9 1 * *)", "cron(0 9 1 * ? *)"),
        ("cron(0 9 * * * *)", "cron(0 9 * * ? *)"),
        ("cron(0 9 ? * ? *)", "cron(0 9 * * ? *)"),
        ("cron(0 9 * * MON *)", "cron(0 9 ? * MON *)"),
    ],
)
def test_a_slip_is_told_with_what_was_meant(wrong: str, right: str) -> None:
    """Plurals, units, Unix's five fields (its days begin with 0), and the missing `?`."""
    assert mistake(wrong).endswith(f"write {right}")
    assert mistake(right) == ""


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("rate(0 days)", "never comes"),
        ("rate(5 weeks)", "such as rate(5 minutes)"),
        ("rate(often)", "such as rate(5 minutes)"),
        ("cron(0 9)", "has 2 fields, AWS wants 6"),
        ("cron(60 9 * * ? *)", "'60' is nothing that minutes can hold (0-59)"),
        ("cron(0 24 * * ? *)", "'24' is nothing that hours can hold (0-23)"),
        ("cron(0 9 0 * ? *)", "'0' is nothing that day of month can hold (1-31)"),
        ("cron(0 9 * 13 ? *)", "'13' is nothing that month can hold (1-12 or JAN-DEC)"),
        ("cron(0 9 ? * MONDAY *)", "'MONDAY' is nothing that day of week can hold"),
        ("cron(0 9 ? * 0 *)", "'0' is nothing that day of week can hold (1-7 or SUN-SAT)"),
        ("cron(0 9 ? * MON 1969)", "'1969' is nothing that year can hold (1970-2199)"),
        ("cron(0/0 9 ? * MON *)", "'0/0' is nothing that minutes can hold"),
        ("cron(0 9 1 * MON *)", "make two schedules"),
        ("at(2027-02-31T00:00:00)", "day is out of range for month"),
        ("at(tomorrow)", "write it as at(2027-01-31T09:30:00)"),
    ],
)
def test_what_cannot_be_guessed_is_told_with_its_range(wrong: str, said: str) -> None:
    """The field is named, and what it can hold."""
    assert said in mistake(wrong)
