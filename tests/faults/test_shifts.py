"""Canaries while AWS fails, and while the process that watches is killed."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.e2e import shifting
from tests.e2e.shifting import REGIONS, Versions
from tests.faults.emulator import Emulator
from tests.faults.place import Place
from tests.faults.proxy import Proxy
from tests.faults.rules import Drop, Fail, Kill, Moment, When
from tests.faults.terminal import Terminal, at_terminal

pytestmark = pytest.mark.long

HOME, EAST = REGIONS
GRACE_SECONDS = 60.0
CANARY = ("promote", "prod", "--target", "aws", "--canary", "50", "--every", "1s", "--quiet", "all")
TO_AWS = ("--target", "aws")


@pytest.fixture(scope="module")
def versions(
    own_emulator: Emulator, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Versions]:
    """The app of the canaries, deployed once behind a proxy."""
    folder = tmp_path_factory.mktemp("shifts") / "tiny"
    folder.mkdir()
    shifting.write(folder, 0.0, 0)
    proxy = Proxy(own_emulator.url)
    place = Place(folder, own_emulator, proxy, more=shifting.paces(GRACE_SECONDS))
    ran = place.deploy()
    assert 0 == ran.code, ran.err
    place.client("sesv2", HOME).create_email_identity(EmailIdentity="ops@example.com")
    yield Versions(place)
    proxy.close()


@contextmanager
def promoting(place: Place, *options: str) -> Iterator[Terminal]:
    """A canary was agreed to and goes on."""
    with at_terminal(place, *CANARY, *options) as terminal:
        shifting.agree(terminal, place.emulator.url)
        yield terminal


def is_done(place: Place, aliases: dict[tuple[str, str], shifting.Alias], outcome: str) -> bool:
    """Whether prod serves these, no schedule is left, and the journal is closed so."""
    release = shifting.journal(place)["release"]
    return (
        outcome == release.get("outcome")
        and aliases == shifting.aliases(place)
        and [] == shifting.schedules(place)
    )


@pytest.mark.fault(7)
def test_a_schedule_that_cannot_be_deleted_leaves_it_open(versions: Versions) -> None:
    """All serve the new version, and exit 7 says what would take it back; `resume` deletes it."""
    place = versions.project
    versions.ready()
    after = shifting.aliases(place, "dev")
    refused = When("scheduler", "DeleteSchedule", EAST)
    with (
        place.proxy.rule(refused, Fail("AccessDeniedException", status=403)),
        promoting(place) as terminal,
    ):
        assert 7 == terminal.end(), terminal.said
    assert "could not be deleted" in terminal.said
    assert after == shifting.aliases(place)
    assert 2 == len(shifting.schedules(place))
    assert 7 == place.deploy().code
    resumed = place.run("resume", *TO_AWS)
    assert 0 == resumed.code, resumed.err
    assert is_done(place, after, "committed")


def test_a_role_that_was_just_made_is_waited_for(versions: Versions) -> None:
    """IAM tells everybody of it within seconds; until then Scheduler refuses the schedules."""
    place = versions.project
    versions.ready()
    after = shifting.aliases(place, "dev")
    shifting.forget_role(place)
    words = "The execution role you provide must allow AWS EventBridge Scheduler to assume the role"
    created = When("scheduler", "CreateSchedule", EAST)
    with (
        place.proxy.rule(created, Fail("ValidationException", words), times=3) as refused,
        promoting(place) as terminal,
    ):
        assert 0 == terminal.end(), terminal.said
    assert 3 == refused.hits
    assert is_done(place, after, "committed")


@pytest.mark.fault(9)
def test_a_region_whose_alarms_cannot_be_read_holds_and_goes_back(versions: Versions) -> None:
    """CloudWatch of one region does not answer any more: nothing is known, so nothing goes on."""
    place = versions.project
    versions.ready()
    before = shifting.aliases(place)
    with promoting(place, "--hold", "5s") as terminal:
        terminal.until("OTP")
        place.proxy.add(When("monitoring", region=EAST), Drop())
        assert 4 == terminal.end(), terminal.said
    place.proxy.calm()
    assert f"holding: `{EAST}` cannot be read" in terminal.said
    assert is_done(place, before, "returned")


@pytest.mark.fault(7)
@pytest.mark.parametrize(
    ("call", "moment"),
    [
        (When("iam", "CreateRole"), "after"),
        (When("scheduler", "CreateSchedule", EAST), "after"),
        (When("lambda", "UpdateAlias", HOME), "before"),
        (When("lambda", "UpdateAlias", EAST), "after"),
        (When("scheduler", "DeleteSchedule", HOME), "before"),
        (When("scheduler", "DeleteSchedule", EAST), "after"),
    ],
    ids=lambda each: each if isinstance(each, str) else f"{each.operation}-{each.region}",
)
@pytest.mark.parametrize("abort", [False, True], ids=["resume", "abort"])
def test_a_kill_in_a_canary_is_mended_by_one_command(
    versions: Versions,
    call: When,
    moment: Moment,
    abort: bool,  # noqa: FBT001 - pytest gives it by name
) -> None:
    """`resume` brings every alias to the new version, `resume --abort` to the old one."""
    place = versions.project
    versions.ready()
    if call.service == "iam":
        shifting.forget_role(place)
    before, after = shifting.aliases(place), shifting.aliases(place, "dev")
    place.proxy.add(call, Kill(moment), times=1)
    with promoting(place) as terminal:
        assert -signal.SIGKILL == terminal.end(), terminal.said
    place.proxy.calm()
    ran = place.run("resume", *TO_AWS, *(["--abort"] if abort else []))
    assert 0 == ran.code, ran.err
    assert is_done(place, before if abort else after, "returned" if abort else "committed")
