"""Alarms and shifts on the embedded cloud: one that fires before, and one that fires meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from tests.e2e import shifting
from tests.e2e.shifting import REGIONS, Versions

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""

ALARM = "tiny-prod-HelloFunctionAliasProdErrors"
USUAL = ("--every", "2s", "--min-requests", "3", "--quiet", "Quiet")

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def versions(
    tmp_path_factory: pytest.TempPathFactory, deployed: Callable[[Path], Project]
) -> Versions:
    """The app, deployed once; each test finds a version in dev that prod does not serve."""
    folder = tmp_path_factory.mktemp("canary") / "tiny"
    folder.mkdir()
    shifting.write(folder, 0.0, 0)
    return Versions(deployed(folder))


@pytest.mark.fault(10)
def test_an_alarm_that_fires_before_refuses_it(versions: Versions) -> None:
    """Exit 5 before anything is written; `--force-with-alarm` begins, since this is the fix."""
    project = versions.project
    versions.ready()
    before, after = shifting.aliases(project), shifting.aliases(project, "dev")
    project.client("cloudwatch", "us-east-1").set_alarm_state(
        AlarmName=ALARM, StateValue="ALARM", StateReason="a test"
    )
    looked = project.run("promote", "prod", "--canary", "50", "--dry-run", "--target", "embedded")
    assert 5 == looked.code, looked
    assert f"alarm `{ALARM}` fires in `us-east-1`" in looked.err
    assert "--force-with-alarm" in looked.err
    assert before == shifting.aliases(project)
    options = ("--canary", "50", *USUAL, "--force-with-alarm")
    with (
        shifting.users(project),
        shifting.promoting(project, *options) as terminal,
    ):
        assert 0 == terminal.end(), terminal.said
    assert "LET BE" in terminal.said
    assert after == shifting.aliases(project)
    project.client("cloudwatch", "us-east-1").set_alarm_state(
        AlarmName=ALARM, StateValue="OK", StateReason="the test has ended"
    )


@pytest.mark.fault(8)
def test_a_bad_version_is_taken_back_everywhere(
    versions: Versions, until: Callable[..., Any]
) -> None:
    """It fails 30 % of its calls: the alarm fires, and every region serves the old one (R205)."""
    project = versions.project
    versions.ready(fails=0.3)
    before = shifting.aliases(project)
    options = ("--canary", "30,60", "--every", "20s", "--min-requests", "3", "--quiet", "Quiet")
    with (
        shifting.users(project) as users,
        shifting.promoting(project, *options) as terminal,
    ):
        assert 4 == terminal.end(), terminal.said
        users.answers.clear()
        assert before == shifting.aliases(project)
        # calls that were under way when the aliases went back may still have met the bad version
        old = {(region, before[region, "HelloFunction"][0]) for region in REGIONS}
        until("users of the old version", lambda: old <= set(users.answers))
    assert f"alarm `{ALARM}` fires in `" in terminal.said
    assert "BACK" in terminal.said
    assert [] == shifting.schedules(project)
    assert "returned" == shifting.journal(project)["release"]["outcome"]
