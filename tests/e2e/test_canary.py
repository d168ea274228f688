"""Real shifts on the embedded cloud: people call the API meanwhile; all ends well, or as before."""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from tests.e2e import shifting
from tests.e2e.shifting import REGIONS, Versions

pytestmark = pytest.mark.long

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""

USUAL = ("--canary", "50", "--every", "1s", "--min-requests", "3", "--quiet", "Quiet")
WITH_WEIGHTS = 20.0
"""A deadline that no test reaches by itself."""
CHECK = """
import json, sys

facts = json.load(sys.stdin)
with open({seen!r}, "a") as file:
    file.write(json.dumps(facts) + "\\n")
sys.exit({code})
"""


@pytest.fixture(scope="module")
def versions(
    tmp_path_factory: pytest.TempPathFactory, deployed: Callable[[Path], Project]
) -> Versions:
    """The app, deployed once; each test finds a version in dev that prod does not serve."""
    folder = tmp_path_factory.mktemp("canary") / "tiny"
    folder.mkdir()
    shifting.write(folder, 0.0, 0)
    return Versions(deployed(folder))


def is_back(project: Project, before: dict[tuple[str, str], shifting.Alias]) -> bool:
    """Whether prod is as before, no schedule is left, and the journal is closed."""
    closed = shifting.journal(project)["state"] == "done"
    return closed and before == shifting.aliases(project) and [] == shifting.schedules(project)


def outcome(project: Project) -> str:
    """Return how the last promotion has ended."""
    return str(shifting.journal(project)["release"].get("outcome"))


def events(project: Project) -> list[str]:
    """Return the events of the audit, oldest first."""
    store = project.client("s3", "eu-west-1")
    pages = store.get_paginator("list_objects_v2").paginate(
        Bucket=shifting.BUCKET, Prefix="audit/tiny/"
    )
    keys = sorted(each["Key"] for page in pages for each in page.get("Contents", []))
    found = []
    for key in keys:
        body = json.loads(store.get_object(Bucket=shifting.BUCKET, Key=key)["Body"].read())
        found.append(str(body.get("event", "")))
    return found


def test_a_good_version_goes_to_all_calls(versions: Versions) -> None:
    """Each step sends more calls to the new version; then it serves alone, everywhere (R200)."""
    project = versions.project
    versions.ready()
    before, after = shifting.aliases(project), shifting.aliases(project, "dev")
    with (
        shifting.users(project) as users,
        shifting.promoting(project, *USUAL) as terminal,
    ):
        terminal.until("step 1/2")
        shared = shifting.aliases(project)
        assert 0 == terminal.end(), terminal.said
    assert {
        key: (version, {after[key][0]: 0.5}) for key, (version, _) in before.items()
    } == shared, terminal.said
    assert after == shifting.aliases(project) != before
    assert [] == shifting.schedules(project)
    assert "committed" == outcome(project)
    served = {came for _, came in users.answers}
    assert {before["eu-west-1", "HelloFunction"][0], after["eu-west-1", "HelloFunction"][0]} >= {
        each for each in served if each.isdigit()
    }
    assert len(served) == 2, users.answers


@pytest.mark.fault(9)
def test_a_function_that_nobody_calls_holds_the_step_and_then_goes_back(
    versions: Versions,
) -> None:
    """No calls never mean that all is well (R201): everything goes back when the hold is over."""
    project = versions.project
    versions.ready()
    before = shifting.aliases(project)
    options = ("--canary", "50", "--every", "2s", "--min-requests", "1", "--hold", "7s")
    with (
        shifting.users(project),
        shifting.promoting(project, *options) as terminal,
    ):
        assert 4 == terminal.end(), terminal.said
    assert "holding: `QuietFunction` in `eu-west-1` has 0 of 1 calls" in terminal.said
    assert "`--quiet`" in terminal.said
    assert is_back(project, before)


def assert_told_while_open(project: Project) -> None:
    """Who looks learns of it, and nobody writes into the environment by another way."""
    status = project.run("status", "--target", "embedded")
    assert "until its schedules took it back at" in status.err, status
    assert "if nobody goes on" not in status.err
    rows = project.run("status", "--json", "--target", "embedded").json
    told = {each["environment"]: each["unfinished"] for each in rows}
    assert told["dev"] is None
    assert "was not finished" in told["prod"]
    for act in ("promote", "rollback"):
        looked = project.run(act, "prod", "--dry-run", "--target", "embedded")
        assert "has not come to its end" in looked.err, looked
    prod = ("--environment", "prod", "--anyway", "--target", "embedded")
    refused = project.run("settings", "set", "K", "v", *prod)
    assert 7 == refused.code, refused
    assert "A promote of prod was not finished" in refused.err


@pytest.mark.fault(7)
def test_a_killed_client_is_an_abort(versions: Versions, until: shifting.Until) -> None:
    """The schedules take everything back at the deadline; `resume` closes it as taken back."""
    project = versions.project
    versions.ready()
    before = shifting.aliases(project)
    with shifting.promoting(project, "--linear", "50", "--every", "4s") as terminal:
        terminal.until("step 1/2")
        deadline = time.monotonic() + 4 + shifting.GRACE_SECONDS
        terminal.process.send_signal(signal.SIGKILL)
        assert before != shifting.aliases(project)
        assert 4 == len(shifting.schedules(project))
        said = project.run("shift", "status", "--target", "embedded")
        assert "nobody watches it" in said.out, said
        assert "sam-deploy" in said.out
        refused = project.deploy()
        assert 7 == refused.code, refused
        assert "sam-deploy resume" in refused.err
        left = max(0.0, deadline - time.monotonic()) + 5
        until(
            "the schedules to take it back",
            lambda: before == shifting.aliases(project),
            at_most_seconds=left,
        )
    assert {"restored"} == set(shifting.descriptions(project))
    assert_told_while_open(project)
    resumed = project.run("resume", "--target", "embedded", environment=shifting.paces())
    assert 4 == resumed.code, resumed
    assert "the schedules have taken back" in resumed.err
    assert is_back(project, before)
    assert "returned" == outcome(project)


@pytest.mark.fault(7)
def test_a_killed_client_is_gone_on_with(versions: Versions) -> None:
    """`resume` before the deadline goes on with the step where it was, up to all calls."""
    project = versions.project
    versions.ready()
    after = shifting.aliases(project, "dev")
    with (
        shifting.users(project),
        shifting.promoting(project, *USUAL, grace_seconds=WITH_WEIGHTS) as terminal,
    ):
        terminal.until("step 1/2")
        terminal.process.send_signal(signal.SIGKILL)
        pace = shifting.paces(WITH_WEIGHTS)
        resumed = project.run("resume", "--target", "embedded", environment=pace)
        assert 0 == resumed.code, resumed
    assert "step 1/2" in resumed.err
    assert after == shifting.aliases(project)
    assert [] == shifting.schedules(project)
    assert "committed" == outcome(project)


def test_a_hook_that_outlives_the_grace_is_watched_over(versions: Versions) -> None:
    """Its time is none of the step's, and no schedule runs while it does: all calls go over."""
    project = versions.project
    versions.ready()
    after = shifting.aliases(project, "dev")
    config = project.folder / "deploy.py"
    text = config.read_text(encoding="utf-8")
    hook = [sys.executable, "-c", "import time; time.sleep(8)"]
    hooked = text.replace("http_api=", f'hooks=[Hook("canary-step", command={hook!r})], http_api=')
    config.write_text(f"from sam_deploy import Hook\n{hooked}", encoding="utf-8")
    try:
        with shifting.promoting(
            project, "--canary", "50", "--every", "3s", "--quiet", "all"
        ) as terminal:
            terminal.until("step 1/2")
            began = time.monotonic()
            terminal.until("step 2/2")
            took = time.monotonic() - began
            assert 0 == terminal.end(), terminal.said
    finally:
        config.write_text(text, encoding="utf-8")
    assert took > 3 + 8 - 1, terminal.said
    assert after == shifting.aliases(project)
    assert [] == shifting.schedules(project)


def test_another_terminal_takes_it_back(versions: Versions) -> None:
    """`shift abort` is answered by the process that watches, which takes everything back."""
    project = versions.project
    versions.ready()
    before = shifting.aliases(project)
    with shifting.promoting(project, "--canary", "10,50", "--every", "1m") as terminal:
        terminal.until("step 1/3")
        status = project.run("shift", "status", "--json", "--target", "embedded").json["shift"]
        assert (1, 3, 0.1, True) == tuple(
            status[name] for name in ("step", "steps", "weight", "watched")
        )
        for command in (("status",), ("history", "prod")):
            said = project.run(*command, "--target", "embedded").err
            assert "is under way: step 1" in said, said
            assert "`shift abort` takes it back" in said
            assert "resume" not in said
        refused = project.run("rollback", "prod", "--auto-approve", "--target", "embedded")
        assert 5 == refused.code, refused
        assert "`sam-deploy shift abort --target embedded` takes it back" in refused.err
        ran = project.run("shift", "abort", "--target", "embedded")
        assert 0 == ran.code, ran
        assert 4 == terminal.end(), terminal.said
    assert "shift abort" in terminal.said
    assert is_back(project, before)
    assert "abort" in events(project)


def test_another_terminal_ends_the_waiting(versions: Versions) -> None:
    """`shift advance` ends a step's time, is audited, and is refused while an alarm fires."""
    project = versions.project
    versions.ready()
    after = shifting.aliases(project, "dev")
    with shifting.promoting(project, "--canary", "10", "--every", "10m") as terminal:
        terminal.until("step 1/2")
        ran = project.run("shift", "advance", "--target", "embedded")
        assert 0 == ran.code, ran
        assert 0 == terminal.end(), terminal.said
    assert after == shifting.aliases(project)
    assert "advance" in events(project)
    refused = project.run("shift", "advance", "--target", "embedded")
    assert 5 == refused.code, refused


def test_abort_does_it_itself_when_nobody_watches(versions: Versions) -> None:
    """`shift abort` says that the process is dead, and does what `resume --abort` does."""
    project = versions.project
    versions.ready()
    before = shifting.aliases(project)
    with shifting.promoting(
        project, "--canary", "10", "--every", "1m", grace_seconds=WITH_WEIGHTS
    ) as terminal:
        terminal.until("step 1/2")
        terminal.process.send_signal(signal.SIGKILL)
        terminal.process.wait(10)
        refused = project.run("shift", "advance", "--target", "embedded")
        assert 5 == refused.code, refused
        assert "Nobody watches this shift" in refused.err
        asked = project.run("shift", "abort", "--target", "embedded")
        assert 5 == asked.code, asked
        ran = project.run("shift", "abort", "--auto-approve", "--target", "embedded")
    assert 0 == ran.code, ran
    assert "nobody watches it" in ran.err
    assert is_back(project, before)


def test_ctrl_c_takes_everything_back(versions: Versions) -> None:
    """Ctrl-C in the terminal that watches says that everything is taken back, and does it."""
    project = versions.project
    versions.ready()
    before = shifting.aliases(project)
    with shifting.promoting(project, "--canary", "10", "--every", "1m") as terminal:
        terminal.until("step 1/2")
        terminal.process.send_signal(signal.SIGINT)
        assert 130 == terminal.end(), terminal.said
    assert "taking everything back" in terminal.said
    assert is_back(project, before)


def test_a_check_that_says_no_sends_nobody_to_the_new_version(
    versions: Versions, tmp_path: Path
) -> None:
    """Blue/green: the new version answers a check by its own number before any call (R202, R204).

    A check that says no ends it, with every alias as before; one that agrees moves all at once.
    """
    project = versions.project
    versions.ready()
    before, after = shifting.aliases(project), shifting.aliases(project, "dev")
    seen, script = tmp_path / "seen.txt", tmp_path / "check.py"
    command = f"{sys.executable} {script}"
    script.write_text(CHECK.format(seen=str(seen), code=3), encoding="utf-8")
    with shifting.promoting(project, "--check", command) as terminal:
        assert 4 == terminal.end(), terminal.said
    assert "exit code 3" in terminal.said
    assert is_back(project, before)
    facts = [json.loads(line) for line in seen.read_text(encoding="utf-8").splitlines()]
    assert {(region, name): after[region, name][0] for region, name in after} == {
        (each["region"], each["function"]): each["version"] for each in facts
    }
    assert {project.url(region, "prod") for region in REGIONS} == {each["url"] for each in facts}
    event = project.folder / "event.json"
    event.write_text('{"path": "/hello"}', encoding="utf-8")
    (project.folder / "bad.json").write_text("[]", encoding="utf-8")
    each = ("--check", "invoke:Hello=event.json", "--check", "invoke:Quiet=bad.json")
    with shifting.promoting(project, *each) as terminal:
        assert 4 == terminal.end(), terminal.said
    assert "The check does not agree to `QuietFunction`" in terminal.said
    assert is_back(project, before)
    with shifting.promoting(project, "--check", "invoke:event.json") as terminal:
        assert 0 == terminal.end(), terminal.said
    assert after == shifting.aliases(project)


@pytest.mark.fault(53)
def test_everything_that_forbids_a_canary_is_said_at_once(versions: Versions) -> None:
    """Provisioned concurrency, another role, weights that are there: exit 5, nothing written."""
    project = versions.project
    versions.ready()
    before, after = shifting.aliases(project), shifting.aliases(project, "dev")
    eu, us = (project.client("lambda", region) for region in REGIONS)
    hello, quiet = "HelloFunction", "QuietFunction"
    eu.put_provisioned_concurrency_config(
        FunctionName=hello, Qualifier="prod", ProvisionedConcurrentExecutions=1
    )
    old, new = before[REGIONS[1], quiet][0], after[REGIONS[1], quiet][0]
    share(us, quiet, old, {new: 0.2})
    role = eu.get_function_configuration(FunctionName=quiet)["Role"]
    eu.update_function_configuration(FunctionName=quiet, Role=f"{role}2")
    other = eu.publish_version(FunctionName=quiet, Description="another role")["Version"]
    eu.update_alias(FunctionName=quiet, Name="dev", FunctionVersion=other)
    try:
        ran = project.run("promote", "prod", "--canary", "50", "--dry-run", "--target", "embedded")
    finally:
        eu.update_alias(FunctionName=quiet, Name="dev", FunctionVersion=after[REGIONS[0], quiet][0])
        eu.update_function_configuration(FunctionName=quiet, Role=role)
        eu.delete_provisioned_concurrency_config(FunctionName=hello, Qualifier="prod")
    assert 5 == ran.code, ran
    assert "`Hello` in `eu-west-1`: `prod` has provisioned concurrency (1)" in ran.err
    assert "`Quiet` in `eu-west-1`" in ran.err
    assert "has another execution role" in ran.err
    assert (
        f"`Quiet` in `us-east-1`: `prod` serves several versions already (also version {new}"
        in (ran.err)
    )
    share(us, quiet, old, {})
    assert before == shifting.aliases(project)


@pytest.mark.fault(11)
def test_weights_of_an_old_canary_end_with_a_promotion(versions: Versions) -> None:
    """Whatever an alias carried before: after a promotion it serves one version, and no other."""
    project = versions.project
    versions.ready()
    before, after = shifting.aliases(project), shifting.aliases(project, "dev")
    key = REGIONS[0], "HelloFunction"
    share(project.client("lambda", key[0]), key[1], before[key][0], {after[key][0]: 0.1})
    with shifting.promoting(project) as terminal:
        assert 0 == terminal.end(), terminal.said
    assert "that ends" in terminal.said
    assert after == shifting.aliases(project)


def share(functions: Any, function: str, version: str, weights: dict[str, float]) -> None:
    """Let prod serve a version, and others with weights, by other means than ours."""
    functions.update_alias(
        FunctionName=function,
        Name="prod",
        FunctionVersion=version,
        RoutingConfig={"AdditionalVersionWeights": weights},
    )
