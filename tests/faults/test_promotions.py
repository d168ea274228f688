"""Faults of promotions and rollbacks, as the command line meets them."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.faults.promoting import ABORT, EAST, FLIP, FUNCTION, HOME, PROMOTE, ROLLBACK, Stage
from tests.faults.rules import Fail, Rewrite, Signal, When

pytestmark = pytest.mark.long

DENIED = Fail("AccessDeniedException", "no lambda:UpdateAlias", 403)
DOWN = Fail("ServiceException", "no capacity", 500)
JOURNAL = When("s3", "PutObject", HOME, "journal/tiny.release.json")
LOOK = When("lambda", "ListAliases")


def words(err: str) -> str:
    """The error of a run, on one line."""
    return " ".join(err.partition("error:")[2].split())


@contextmanager
def standing_still(stage: Stage, at: When, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A promotion that stops at the first such call, which is carried out, and later goes on."""
    file = stage.approved()
    rule = stage.place.proxy.add(at, Signal(signal.SIGSTOP), times=1)
    process = stage.place.start(*PROMOTE, "--approval-file", str(file), *arguments)
    try:
        while not rule.hits:
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        stage.place.proxy.settle()
        yield process
    finally:
        process.send_signal(signal.SIGCONT)


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """How it ended, and what it said."""
    _, err = process.communicate(timeout=60)
    return process.returncode, err


@pytest.mark.fault(2)
@pytest.mark.parametrize("region", [HOME, EAST])
def test_an_alias_that_may_not_be_moved_takes_all_back(stage: Stage, region: str) -> None:
    """Fault 2: exit 4 with region and action; everything is as it was, and can be tried again."""
    stage.place.proxy.add(When("lambda", "UpdateAlias", region), DENIED, times=1)
    ran = stage.promote()
    assert 4 == ran.code, ran.err
    said = words(ran.err)
    assert f"may not call `lambda:UpdateAlias` in `{region}`" in said
    assert "prod was not promoted: 0/2 aliases" in said
    assert "serve what they served before, in every region" in said
    assert ["1", "1"] == stage.serves()
    assert [] == stage.problems()
    again = stage.promote()
    assert (0, ["2", "2"]) == (again.code, stage.serves()), again.err


@pytest.mark.fault(2)
def test_a_refusal_of_lambda_is_told_with_its_request(stage: Stage) -> None:
    """Fault 2: the error's own words, and the id that AWS's support asks for."""
    refused = Fail("InvalidParameterValueException", "no such thing", 400)
    stage.place.proxy.add(When("lambda", "UpdateAlias", EAST), refused, times=1)
    ran = stage.promote()
    assert 4 == ran.code, ran.err
    assert "InvalidParameterValueException: no such thing (request 0" in words(ran.err)
    assert ["1", "1"] == stage.serves()


@pytest.mark.fault(4)
def test_what_somebody_moves_meanwhile_is_not_written_over(stage: Stage) -> None:
    """Fault 4: exit 5, their version stays, and the other region is as before."""
    with standing_still(stage, JOURNAL) as process:
        stage.point(EAST, "prod", "2")
    code, err = ended(process)
    assert 5 == code, err
    assert "since somebody else has changed it" in words(err)
    assert f"`{FUNCTION}` in `{EAST}`" in words(err)
    assert ["1", "2"] == stage.serves()
    assert "by hand" == stage.aliases()[EAST]["Description"]
    assert "returned" == stage.journal()["release"]["outcome"]


@pytest.mark.fault(5)
def test_who_was_put_aside_writes_nothing_any_more(stage: Stage) -> None:
    """Fault 5: it slept, its lock was ended, somebody took it back: exit 5 and by whom."""
    with standing_still(stage, When("lambda", "UpdateAlias", HOME)) as process:
        assert ["2", "1"] == stage.serves()
        shown = stage.place.run("unlock", "--target", "aws")
        lock = re.search(r"unlock ([0-9a-f]+)", shown.err)
        assert lock is not None, shown.err
        assert 0 == stage.place.run("unlock", lock[1], "--target", "aws").code
        back = stage.place.run(*ABORT)
        assert (0, ["1", "1"]) == (back.code, stage.serves()), back.err
    code, err = ended(process)
    assert 5 == code, err
    assert "This command was superseded by `resume --abort` by arn:aws:iam" in words(err)
    assert ["1", "1"] == stage.serves()
    assert [] == stage.problems()


@pytest.mark.fault(6)
def test_another_account_is_refused_before_any_write(stage: Stage) -> None:
    """Fault 6: exit 5, and not one call that changes something; a rollback alike."""
    file = stage.approved()
    stage.place.more = {"AWS_ACCOUNT_ID": "111111111111"}
    try:
        for command in ((*PROMOTE, "--approval-file", str(file)), ROLLBACK):
            ran = stage.place.run(*command)
            assert 5 == ran.code, ran.err
            assert "AWS_ACCOUNT_ID allows only 111111111111" in words(ran.err)
    finally:
        stage.place.more = {}
    assert [] == stage.place.proxy.writes()


@pytest.mark.fault(12)
def test_of_two_promotions_the_second_is_told_who_is_at_work(stage: Stage) -> None:
    """Fault 12: exit 5 with holder, host and start; the first one commits."""
    other = stage.approved()
    with standing_still(stage, JOURNAL) as process:
        ran = stage.place.run(*PROMOTE, "--approval-file", str(other))
        assert 5 == ran.code, ran.err
        assert "`promote prod` is at work on this app" in words(ran.err)
        assert f"(process {process.pid})" in words(ran.err)
        assert "started 20" in words(ran.err)
    code, err = ended(process)
    assert (0, ["2", "2"]) == (code, stage.serves()), err
    late = stage.place.run(*PROMOTE, "--approval-file", str(other))
    assert (0, "Nothing to do" in late.err) == (late.code, True), late.err
    assert ["found", "promote"] == [each.act for each in stage.releases()]


@pytest.mark.fault(13)
def test_no_layer_is_pruned_while_a_promotion_is_unfinished(stage: Stage) -> None:
    """Fault 13: exit 7, for it may still need any version; afterwards pruning is possible."""
    lambdas = stage.place.client("lambda", HOME)
    for number in range(2):
        lambdas.publish_layer_version(
            LayerName="tiny-greetings",
            Description=f"sam-deploy sha256:{number:064x}",
            Content={"ZipFile": b"PK\x05\x06" + bytes(18)},
        )
    prune = ("layers", "prune", "--keep", "1", "--auto-approve", "--target", "aws")
    before = lambdas.list_layer_versions(LayerName="tiny-greetings")["LayerVersions"]
    stage.half()
    ran = stage.place.run(*prune)
    after = lambdas.list_layer_versions(LayerName="tiny-greetings")["LayerVersions"]
    assert len(before) == len(after)
    assert 7 == ran.code, ran.err
    assert "A promote of prod was not finished" in words(ran.err)
    assert 0 == stage.place.run(*ABORT).code
    pruned = stage.place.run(*prune)
    left = lambdas.list_layer_versions(LayerName="tiny-greetings")["LayerVersions"]
    assert (0, len(before) - 1) == (pruned.code, len(left)), pruned.err


@pytest.mark.fault(14)
def test_a_version_that_is_gone_is_found_before_a_rollback_writes(stage: Stage) -> None:
    """Fault 14: in one region only: exit 5, no alias is written, and what there is, is named."""
    stage.promoted()
    for region in stage.place.regions:
        stage.publish(region, 3)
        stage.point(region, "dev", "3")
    stage.promoted()
    lambdas = stage.place.client("lambda", EAST)
    try:
        lambdas.delete_function(FunctionName=FUNCTION, Qualifier="2")
        ran = stage.place.run(*ROLLBACK)
        assert 5 == ran.code, ran.err
        said = words(ran.err)
        assert f"`Hello` in `{EAST}`: version 2 does not exist any more" in said
        assert "other releases: prod-1 (`--to RELEASE`)" in said
        assert [] == stage.place.proxy.made(FLIP)
        assert ["3", "3"] == stage.serves()
        further = stage.place.run(*ROLLBACK, "--to", "prod-1")
        assert (0, ["1", "1"]) == (further.code, stage.serves()), further.err
    finally:
        stage.build()


@pytest.mark.fault(14)
def test_a_rollback_past_a_silent_region_names_the_command_for_it(stage: Stage) -> None:
    """Fault 14 and a region that is down: exit 8; the command of the hint then goes back."""
    stage.promoted()
    stage.place.proxy.add(When("lambda", "ListAliases", EAST), DOWN)
    ran = stage.place.run(*ROLLBACK)
    assert 8 == ran.code, ran.err
    assert f"rollback prod --without-region {EAST}" in words(ran.err), ran.err.splitlines()
    assert ["2", "2"] == stage.serves()
    back = stage.place.run(*ROLLBACK, "--without-region", EAST)
    assert (0, ["1", "2"]) == (back.code, stage.serves()), back.err
    stage.place.proxy.clear()
    told = stage.place.run("status", "--target", "aws").out
    assert f"prod serves other code of {FUNCTION} in {HOME} than in {EAST}, since prod-3" in told
    assert "rollback prod --to prod-1` ends that" in told
    again = stage.place.run(*ROLLBACK, "--to", "prod-1")
    assert (0, ["1", "1"]) == (again.code, stage.serves()), again.err
    assert "serves other code" not in stage.place.run("status", "--target", "aws").out


@pytest.mark.fault(52)
def test_a_region_with_other_code_is_not_promoted(stage: Stage) -> None:
    """Fault 52: exit 5 with the function and the regions, before a code or a write."""
    try:
        stage.publish(EAST, 3)
        stage.point(EAST, "dev", "3")
        ran = stage.place.run(*PROMOTE, "--dry-run")
        assert 5 == ran.code, ran.err
        assert f"`Hello`: dev has other code in {HOME} and {EAST}" in words(ran.err)
        assert "a region is behind" in words(ran.err)
        assert [] == stage.place.proxy.writes()
    finally:
        stage.build()


@pytest.mark.fault(52)
def test_a_version_that_is_not_ready_is_not_promoted(stage: Stage) -> None:
    """Fault 52: as Lambda says it, in that region."""
    file = stage.approved()
    state = When("lambda", "GetFunctionConfiguration", EAST)
    rule = stage.place.proxy.add(state, Rewrite('"State": "Active"', '"State": "Pending"'))
    ran = stage.place.run(*PROMOTE, "--approval-file", str(file))
    assert rule.hits
    assert 5 == ran.code, ran.err
    assert f"`Hello` in `{EAST}`: version 2 is Pending" in words(ran.err)
    assert "not Active" in words(ran.err)
    assert [] == stage.place.proxy.made(FLIP)
    assert {} == stage.journal()


@pytest.mark.fault(11)
def test_weights_that_somebody_has_left_are_gone_after_a_promotion(stage: Stage) -> None:
    """Fault 11, for what is not a canary of ours: said before, and taken away."""
    stage.point(EAST, "prod", "1", {"2": 0.1})
    ran = stage.promote()
    assert (0, ["2", "2"]) == (ran.code, stage.serves()), ran.err
    assert "also serves version 2: 10%: that ends" in " ".join(ran.err.split())
    assert [] == stage.problems()
