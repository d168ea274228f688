"""Who is at work, and who is provably not any more."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import psutil
import pytest

from sam_deploy.deploy.owner import Owner, is_dead

Owners = Callable[..., Owner]


def started(pid: int) -> float:
    """When a process began, in the unit of this system: clock ticks on Linux, else seconds."""
    found = psutil.Process(pid).create_time()
    if sys.platform != "linux":
        return found
    # psutil makes seconds of the ticks, by the machine's clock
    return round((found - psutil.boot_time()) * os.sysconf("SC_CLK_TCK"))


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is of Linux")
@pytest.mark.fault(49)
def test_no_correction_of_the_clock_moves_a_start(owner: Owners) -> None:
    """Fault 49: clock ticks since the machine began, where psutil's seconds follow the clock."""
    mine = owner()
    assert abs(started(os.getpid()) - mine.process_started) <= os.sysconf("SC_CLK_TCK")
    assert mine.process_started == owner().process_started
    assert mine.process_started == int(mine.process_started)


def test_this_process_says_who_it_is_and_lives(owner: Owners) -> None:
    """Each command under an id of its own."""
    mine = owner()
    assert os.getpid() == mine.pid
    assert not is_dead(mine)
    assert mine.id != owner().id


@pytest.mark.skipif(os.name != "posix", reason="zombies are of POSIX")
@pytest.mark.fault(49)
def test_a_process_that_ended_is_dead(owner: Owners) -> None:
    """Fault 49: also while its parent has not taken notice, and afterwards."""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    theirs = replace(owner(), pid=child.pid, process_started=started(child.pid))
    assert not is_dead(theirs)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert is_dead(theirs)
    child.communicate()
    assert is_dead(theirs)


@pytest.mark.fault(49)
def test_an_id_that_is_used_again_is_another_process(owner: Owners) -> None:
    """Fault 49: the start tells them apart."""
    mine = owner()
    assert is_dead(replace(mine, process_started=mine.process_started - 60))


@pytest.mark.parametrize(
    "elsewhere", [{"machine": "another:1"}, {"host": "elsewhere"}, {"machine": ""}]
)
def test_in_doubt_an_owner_lives(owner: Owners, elsewhere: dict[str, str]) -> None:
    """Of another machine, another container, or where that is not known."""
    assert not is_dead(replace(owner(), process_started=1.0, **elsewhere))  # type: ignore[arg-type] # texts
