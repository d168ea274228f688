from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from sam_deploy.aws import Credentials, Heard
from sam_deploy.build import Store
from sam_deploy.cli.doctor import account, cloud, machine, project
from sam_deploy.cli.doctor.finding import (
    Finding,
    exit_code,
    findings_json,
    findings_text,
    guarded,
    of_error,
    ok,
    problem,
    warning,
)
from sam_deploy.config.settings import Settings
from sam_deploy.errors import ConfigError, UnreachableError
from sam_deploy.local.processes import Process
from sam_deploy.local.state import Record, Server, StateFolder
from sam_deploy.plan import BuildUnit, NodeUnit, Target

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def states(findings: object) -> list[str]:
    return [each.state for each in findings] if isinstance(findings, list) else []


def test_findings_read_as_lines_with_advice_below() -> None:
    """State as a word, name, what was found; several lines stay in their column."""
    found = [ok("uv", "0.13"), warning("disk", "1 GB", "make room"), problem("x", "a\nb", "c")]
    assert [
        "problem  x     a",
        "               b",
        "               -> c",
        "warning  disk  1 GB",
        "               -> make room",
        "ok       uv    0.13",
        "",
        "1 problem, 1 warning",
    ] == findings_text(found).splitlines()
    assert findings_text([ok("uv", "0.13")]).endswith("\n\nall is well")
    assert {"name": "uv", "state": "ok", "message": "0.13", "advice": None} == (
        json.loads(findings_json(found))[-1]
    )


def test_findings_end_between_words_below_each_other() -> None:
    """Names stay in their column; a command that has no room there begins further left."""
    command = "`sudo sysctl fs.inotify.max_user_watches=524288`"
    found = [warning("watches", "there are few of them, so saved files may be missed", command)]
    assert [
        "warning  watches  there are few of them, so saved",
        "                  files may be missed",
        "                  ->",
        f"  {command}",
    ] == findings_text(found, columns=50).splitlines()[:4]


def test_what_is_worst_comes_first_and_commands_can_be_typed() -> None:
    """In the text and in the document; among equals the order in which it was found."""
    found = [ok("a", "1"), problem("b", "2", "`x`"), ok("c", "3"), warning("d", "4", "`x`")]
    found += [problem("e", "5", "`x`")]
    rows = json.loads(findings_json(found, lambda text: text.replace("x", "y")))
    assert ["b", "e", "d", "a", "c"] == [each["name"] for each in rows]
    assert ["`y`", "`y`", "`y`", None, None] == [each["advice"] for each in rows]
    assert 3 == findings_text(found, lambda text: text.replace("x", "y")).count("-> `y`")


def test_a_cloud_of_which_a_part_still_runs_is_told(tmp_path: Path) -> None:
    """It answers nobody and holds its ports; one that is gone whole is only a warning."""
    state = StateFolder(tmp_path)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as part:
        alive = Server(Process(part.pid, psutil.Process(part.pid).create_time()), 1)
        gone = Server(Process(part.pid, 1.0), 2)
        state.path.mkdir(parents=True)
        state.write(Record(alive, gone, Path(sys.executable), tmp_path, NOW, gone))
        (found,) = cloud.cloud(tmp_path)
        assert ("problem", 8) == (found.state, found.exit_code)
        assert f"emulator (process {part.pid}) runs" in found.said
        assert "`sam-deploy cloud stop`" in found.advice
        part.communicate(b"\n")
    assert ["warning"] == [each.state for each in cloud.cloud(tmp_path)]


def test_warnings_end_with_0_and_the_first_problem_decides_otherwise() -> None:
    """The code is the one that a deployment would end with."""
    assert 0 == exit_code([ok("a", "b"), warning("a", "b", "c")])
    assert 8 == exit_code([problem("a", "b", "c", 8), problem("a", "b", "c", 2)])
    assert 5 == exit_code([problem("a", "b", "c")])


def test_a_check_that_fails_is_a_finding_with_all_mistakes() -> None:
    """The other checks go on."""

    def wrong() -> list[Finding]:
        raise ConfigError("bad", why="very", hint="mend it", problems=("one", "two"))

    def broken() -> list[Finding]:
        raise PermissionError(13, "Permission denied", "/x")

    (first,) = guarded("project", wrong)
    assert ("problem", "bad: very\n- one\n- two", "mend it", 2) == (
        first.state,
        first.said,
        first.advice,
        first.exit_code,
    )
    assert ["problem"] == states(guarded("folder", broken))


@pytest.mark.parametrize(
    ("expires", "expected"),
    [
        (None, "ok"),
        (timedelta(hours=8), "ok"),
        (timedelta(minutes=10), "warning"),
        (timedelta(minutes=-1), "problem"),
    ],
)
def test_credentials_that_end_soon_are_warned_about(
    expires: timedelta | None, expected: str
) -> None:
    """A deployment must not outlive them."""
    until = None if expires is None else NOW + expires
    found = list(account.credentials(Credentials("sso", until), "work", NOW))
    assert [expected] == states(found)
    assert found[0].said.startswith("profile `work`, from sso")


def test_missing_credentials_are_a_problem_of_code_8() -> None:
    """As every command would end."""
    (found,) = account.credentials(None, "", NOW)
    assert ("problem", 8) == (found.state, found.exit_code)


def test_another_account_than_the_expected_one_is_a_problem() -> None:
    """AWS_ACCOUNT_ID is the only account that may be written to."""
    caller = Heard("111111111111", "arn:aws:iam::111111111111:user/me")
    assert ["problem"] == states(list(account.owner(caller, "222222222222")))
    assert ["ok"] == states(list(account.owner(caller, "111111111111")))
    assert ["ok"] == states(list(account.owner(caller, "")))


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [(0.4, "ok"), (-59.0, "ok"), (90.0, "warning"), (299.0, "warning"), (-301.0, "problem")],
)
def test_a_clock_that_is_off_by_five_minutes_breaks_signatures(ahead: float, expected: str) -> None:
    """By the `Date` of AWS's answers, the soonest of several (Fault: clock skew)."""
    callers = [Heard(ahead_seconds=ahead), Heard(ahead_seconds=ahead * 2), Heard()]
    assert [expected] == states(list(account.clock(callers)))
    assert [] == list(account.clock([Heard()]))


def test_a_store_that_can_be_written_is_well(tmp_path: Path) -> None:
    """Also before it exists; nothing is left behind by asking."""
    found = {each.name: each.state for each in machine.store(Store(tmp_path / "no" / "store"))}
    assert "ok" == found["store"]
    assert [] == list(tmp_path.iterdir())


def test_docker_is_asked_only_when_it_is_wanted() -> None:
    """Nobody needs it for an ordinary build."""
    (found,) = machine.docker(wanted=False)
    assert ("ok", True) == (found.state, found.said.startswith("not needed"))


def test_the_account_may_be_missing_for_the_laptop_but_not_for_aws(tmp_path: Path) -> None:
    """A warning with what to do; nothing of `.env` but the account is shown."""
    (tmp_path / ".env").write_text("AWS_SECRET_ACCESS_KEY=canary\n", encoding="utf-8")
    here = list(project.variables(tmp_path, Settings(), aws=False))
    there = list(project.variables(tmp_path, Settings(), aws=True))
    known = list(project.variables(tmp_path, Settings(account_id="1" * 12), aws=True))
    assert (["ok"], ["warning"], ["ok"]) == (states(here), states(there), states(known))
    assert "canary" not in findings_text([*here, *there, *known])


@pytest.mark.parametrize(("bytecode", "expected"), [("auto", "warning"), ("on", "problem")])
def test_a_python_that_is_not_here_is_told_with_the_way_to_it(
    bytecode: str, expected: str, tmp_path: Path
) -> None:
    """`bytecode="on"` would fail; otherwise archives start slower."""
    target = Target("python3.99", "3.99.1", "x86_64", (2, 34))
    unit = BuildUnit("function/A", "A", "function", "A.zip", target, bytecode=bytecode)  # type: ignore[arg-type]
    (found,) = project.interpreters([unit], tmp_path)
    assert (expected, "`uv python install 3.99`") == (found.state, found.advice)


def test_esbuild_is_looked_for_only_when_a_function_needs_it(tmp_path: Path) -> None:
    """The project's own is named with its version."""
    package = tmp_path / "node_modules" / "esbuild"
    package.mkdir(parents=True)
    (package / "package.json").write_text('{"version": "0.27.1"}', encoding="utf-8")
    unit = NodeUnit("function/W", "W", "W.zip", "nodejs22.x", tmp_path, "index.handler")
    store = Store(tmp_path / "store")
    assert [] == list(project.node([], store, aws=False))
    assert ["0.27.1, that of `W`"] == [each.said for each in project.node([unit], store, aws=True)]


def test_an_error_keeps_its_code() -> None:
    """8 stays 8."""
    assert 8 == of_error("x", UnreachableError("no answer")).exit_code
