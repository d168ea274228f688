"""Promotions where each environment has stacks of its own: what gets in, what failures leave."""

from __future__ import annotations

import base64
import itertools
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.faults import place
from tests.faults.emulator import Emulator
from tests.faults.place import Place, Ran
from tests.faults.proxy import Proxy
from tests.faults.rules import Fail, Kill, Signal, When

pytestmark = pytest.mark.long

FIRST, SECOND = "eu-west-1", "us-east-1"
REGIONS = (FIRST, SECOND)
ENVIRONMENTS = """environments=[
        Environment("dev"),
        Environment("staging", promote_from="dev"),
        Environment("prod", promote_from="staging"),
    ],
    promotion=Promotion(recipients=["ops@example.com"], sender="noreply@example.com"),"""
HANDLER = "functions/Hello/handler.py"
WORDS = "{GREETING} {context.function_version}"
RESUME = ("resume", "--target", "aws", "--progress", "plain", "--json")
Served = dict[str, tuple[str, str]]
"""Region -> version and CodeSha256 behind an alias."""


@pytest.fixture(scope="module")
def isolated_place(
    own_emulator: Emulator, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """The tiny project, isolated, with three environments in two regions."""
    proxy = Proxy(own_emulator.url)
    folder = place.tiny(tmp_path_factory.mktemp("isolated") / "tiny")
    file = folder / "deploy.py"
    text = file.read_text(encoding="utf-8")
    old = 'environments=[Environment("dev"), Environment("prod", promote_from="dev")],'
    assert 1 == text.count(old)
    text = text.replace(old, ENVIRONMENTS).replace("Layer, Queue", "Layer, Promotion, Queue")
    file.write_text(text.replace('name="tiny",', 'name="tiny",\n    topology="isolated",'))
    yield Place(folder, own_emulator, proxy)
    proxy.close()


@pytest.fixture
def shop(isolated_place: Place) -> Place:
    """Dev is deployed, and nothing else."""
    isolated_place.fresh()
    ran = isolated_place.deploy()
    assert 0 == ran.code, ran.err
    isolated_place.proxy.clear()
    return isolated_place


def approved(where: Place, environment: str, *only: str) -> Path:
    """A file that approves just the promotion that would be made now."""
    file = where.folder / f"approval-{environment}.json"
    file.unlink(missing_ok=True)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.faults.grant",
            str(where.folder),
            environment,
            str(file),
            *only,
        ],
        env=where.variables(),
        cwd=place.REPOSITORY,
        capture_output=True,
        text=True,
        timeout=place.COMMAND_SECONDS,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    where.proxy.clear()
    return file


def promote(where: Place, environment: str, *only: str) -> Ran:
    """Promote to an environment with a file that approves it."""
    file = approved(where, environment, *only)
    return carried_out(where, environment, file, *only)


def carried_out(where: Place, environment: str, file: Path, *only: str) -> Ran:
    limits = [option for name in only for option in ("--only", name)]
    return where.run(
        "promote",
        environment,
        *limits,
        "--approval-file",
        str(file),
        "--target",
        "aws",
        "--progress",
        "plain",
        "--json",
    )


def served(where: Place, environment: str) -> Served:
    """What an environment serves in each region; nothing where it is not."""
    found: Served = {}
    for region in REGIONS:
        client = where.client("lambda", region)
        name = f"Hello{environment.title()}Function"
        try:
            alias = client.get_alias(FunctionName=name, Name=environment)
        except client.exceptions.ResourceNotFoundException:
            continue
        version = alias["FunctionVersion"]
        state = client.get_function_configuration(FunctionName=name, Qualifier=version)
        found[region] = version, state["CodeSha256"]
    return found


def codes(where: Place, environment: str) -> set[str]:
    """The hashes of code that an environment serves; one where regions do not differ."""
    return {sha256 for _, sha256 in served(where, environment).values()}


def deploy_other_code(where: Place, words: str) -> None:
    """Dev serves other code, and nobody has promoted it."""
    before = codes(where, "dev")
    with where.edited(HANDLER, WORDS, f"{WORDS} {words}"):
        ran = where.deploy()
    assert 0 == ran.code, ran.err
    assert before != codes(where, "dev")
    where.proxy.clear()


def both_serve(where: Place) -> None:
    """Staging serves what dev serves, in both regions."""
    assert [1, 1] == [len(codes(where, "staging")), len(codes(where, "dev"))]
    assert codes(where, "dev") == codes(where, "staging")
    assert set(REGIONS) == set(served(where, "staging"))


def told(ran: Ran) -> str:
    """Everything that a run has said, on one line."""
    return " ".join(ran.err.split())


def test_what_dev_serves_comes_to_staging_and_then_to_prod(shop: Place) -> None:
    """R040, R180, R283: the same bytes in every region; what was built meanwhile does not get in.

    Hashes of the code are those that Lambda itself tells. A rollback goes back, and the next
    promotion forward again.
    """
    dev = served(shop, "dev")
    first = promote(shop, "staging")
    assert 0 == first.code, first.err
    assert (dev, {}) == (served(shop, "staging"), served(shop, "prod"))
    deploy_other_code(shop, "second")
    with shop.edited(HANDLER, WORDS, f"{WORDS} third"):
        built = shop.run("build", "--progress", "plain")
        assert 0 == built.code, built.err
        second = promote(shop, "prod")
        assert 0 == second.code, second.err
        assert dev == served(shop, "prod")
        third = promote(shop, "staging")
    assert 0 == third.code, third.err
    both_serve(shop)
    assert dev == served(shop, "prod")
    hashes = {each["code_sha256"] for each in third.json["aliases"]}
    assert (codes(shop, "dev"), "staging-2") == (hashes, third.json["release"])
    assert "as in dev" in told(third)
    back = shop.run("rollback", "staging", "--auto-approve", "--target", "aws")
    assert 0 == back.code, back.err
    assert dev == served(shop, "staging")
    assert "keep their newer configuration" in told(back)
    again = promote(shop, "staging")
    assert 0 == again.code, again.err
    both_serve(shop)
    nothing = shop.run("promote", "staging", "--dry-run", "--target", "aws", "--json")
    assert (0, []) == (nothing.code, [e for e in nothing.json["aliases"] if e["changes"]])


OTHER = """    functions=[
        Function("Other", source="functions/Hello", layers=["greetings"]),"""


def newest(where: Place, function: str) -> set[str]:
    """The hashes of the code that a function's stacks have given it."""
    return {
        where.client("lambda", each).get_function_configuration(FunctionName=function)["CodeSha256"]
        for each in REGIONS
    }


def test_what_is_left_out_keeps_the_code_of_its_stack(shop: Place) -> None:
    """`--only`: the stacks of staging change for one function, and no alias of another moves."""
    with shop.edited("deploy.py", "    functions=[", OTHER):
        assert 0 == shop.deploy().code
        assert 0 == promote(shop, "staging").code
        old = newest(shop, "OtherStagingFunction")
        deploy_other_code(shop, "second")
        ran = promote(shop, "staging", "Hello")
        assert 0 == ran.code, ran.err
        both_serve(shop)
        assert ["HelloStagingFunction"] * 2 == [each["function"] for each in ran.json["aliases"]]
        assert old == newest(shop, "OtherStagingFunction")
        assert old != newest(shop, "OtherDevFunction")
        ended = promote(shop, "staging")
        assert 0 == ended.code, ended.err
        moved = {each["function"] for each in ended.json["aliases"] if each["changes"]}
        assert {"OtherStagingFunction"} == moved
        assert newest(shop, "OtherStagingFunction") == newest(shop, "OtherDevFunction")


@pytest.mark.fault(30)
def test_a_stack_that_fails_in_one_region_leaves_all_aliases_old(shop: Place) -> None:
    """Exit 7 says what is live; nothing else is changed until `resume` has moved all of them."""
    assert 0 == promote(shop, "staging").code
    old = served(shop, "staging")
    deploy_other_code(shop, "second")
    file = approved(shop, "staging")
    refused = Fail("ValidationError", "injected")
    shop.proxy.add(When("cloudformation", "ExecuteChangeSet", SECOND), refused)
    ran = carried_out(shop, "staging", file)
    assert 7 == ran.code, ran.err
    assert old == served(shop, "staging")
    said = told(ran)
    assert "no alias was moved: staging serves what it served before, in every region" in said
    assert f"new configuration: `tiny-sam-staging` in `{FIRST}`" in said
    shop.proxy.calm()
    other = shop.deploy()
    assert 7 == other.code, other.err
    assert "its stacks are being deployed; no alias was moved" in told(other)
    resumed = shop.run(*RESUME)
    assert 0 == resumed.code, resumed.err
    both_serve(shop)
    assert 0 == shop.deploy().code


def test_a_stack_that_fails_in_the_first_region_is_as_if_nothing_was_tried(shop: Place) -> None:
    """Exit 4: no stack and no alias was changed, and nothing is left open."""
    assert 0 == promote(shop, "staging").code
    old = served(shop, "staging")
    deploy_other_code(shop, "second")
    file = approved(shop, "staging")
    refused = Fail("ValidationError", "injected")
    shop.proxy.add(When("cloudformation", "ExecuteChangeSet", FIRST), refused)
    ran = carried_out(shop, "staging", file)
    assert 4 == ran.code, ran.err
    assert old == served(shop, "staging")
    assert "no stack and no alias was changed" in told(ran)
    shop.proxy.calm()
    again = promote(shop, "staging")
    assert 0 == again.code, again.err
    both_serve(shop)


IMPORTED = "from greetings import GREETING\n"
ONLY_IN_DEV = (
    f'{IMPORTED}\nif __import__("os").environ["SAM_DEPLOY_ENVIRONMENT"] != "dev":\n'
    '    raise LookupError("no colour is set")\n'
)


def test_a_version_that_does_not_start_in_its_environment_serves_nobody(shop: Place) -> None:
    """Exit 7: what starts in dev may lack something elsewhere; `resume --abort` leaves it there."""
    assert 0 == promote(shop, "staging").code
    old = served(shop, "staging")
    with shop.edited(HANDLER, IMPORTED, ONLY_IN_DEV):
        assert 0 == shop.deploy().code
    shop.proxy.clear()
    ran = promote(shop, "staging")
    assert 7 == ran.code, ran.err
    said = told(ran)
    assert f"`Hello` of `tiny-sam-staging` in `{FIRST}` does not start" in said
    assert "LookupError: no colour is set" in said
    assert "no alias was moved: staging serves what it served before, in every region" in said
    assert old == served(shop, "staging")
    aborted = shop.run(*RESUME, "--abort", "--auto-approve")
    assert 0 == aborted.code, aborted.err
    assert old == served(shop, "staging")
    assert 0 == shop.deploy().code
    shop.proxy.clear()
    again = promote(shop, "staging")
    assert 0 == again.code, again.err
    both_serve(shop)


def test_a_first_deployment_that_fails_halfway_says_who_is_served(shop: Place) -> None:
    """An alias comes with its stack: which regions serve already is told, and `resume` ends it."""
    file = approved(shop, "staging")
    refused = Fail("ValidationError", "injected")
    shop.proxy.add(When("cloudformation", "ExecuteChangeSet", SECOND), refused)
    ran = carried_out(shop, "staging", file)
    assert 7 == ran.code, ran.err
    said = told(ran)
    assert f"new, and serving the new code already: {FIRST}" in said
    assert f"new, and not there yet: {SECOND}" in said
    shop.proxy.calm()
    resumed = shop.run(*RESUME)
    assert 0 == resumed.code, resumed.err
    both_serve(shop)


KILLS = (
    (When("cloudformation", "ExecuteChangeSet", FIRST), Kill("after")),
    (When("cloudformation", "ExecuteChangeSet", SECOND), Kill("before")),
    (When("lambda", "PublishVersion", SECOND), Kill("after")),
    (When("lambda", "UpdateAlias", FIRST), Kill("after")),
    (When("lambda", "UpdateAlias", SECOND), Kill("before")),
)


def test_a_promotion_that_was_killed_goes_on_or_is_taken_back(shop: Place) -> None:
    """One `resume` brings all aliases forward, `resume --abort` leaves all of them old."""
    assert 0 == promote(shop, "staging").code
    for abort, (when, kill) in itertools.product((True, False), KILLS):
        old = served(shop, "staging")
        deploy_other_code(shop, f"{abort} {when.operation} {when.region}")
        file = approved(shop, "staging")
        shop.proxy.add(when, kill)
        died = carried_out(shop, "staging", file)
        assert -signal.SIGKILL == died.code, died.err
        shop.proxy.clear()
        ended = shop.run(*RESUME, *(["--abort"] if abort else []))
        assert 0 == ended.code, ended.err
        if abort:
            assert old == served(shop, "staging")
            # which words depends on whether an alias had been written when it died
            said = told(ended)
            assert "served before, in every region" in said
        else:
            both_serve(shop)


def test_ctrl_c_while_stacks_are_deployed_moves_no_alias(shop: Place) -> None:
    """Exit 130 says what may still go on in AWS; `resume` ends it."""
    assert 0 == promote(shop, "staging").code
    old = served(shop, "staging")
    deploy_other_code(shop, "second")
    file = approved(shop, "staging")
    shop.proxy.add(When("cloudformation", "ExecuteChangeSet", FIRST), Signal(then_seconds=1))
    ran = carried_out(shop, "staging", file)
    assert 130 == ran.code, ran.err
    assert old == served(shop, "staging")
    assert "stacks of staging may still change in AWS, no alias was moved" in told(ran)
    shop.proxy.calm()
    ended = shop.run(*RESUME)
    assert 0 == ended.code, ended.err
    both_serve(shop)


def test_code_comes_to_prod_by_promotion_alone(shop: Place) -> None:
    """A stack can be made by `deploy`, once; then it is refused, so that the code has a point."""
    made = shop.deploy("--environment", "prod")
    assert 0 == made.code, made.err
    assert "prod is new: it begins with this code, which nobody has promoted" in told(made)
    assert codes(shop, "dev") == codes(shop, "prod")
    with shop.edited(HANDLER, WORDS, f"{WORDS} second"):
        ran = shop.deploy("--environment", "prod")
    assert 5 == ran.code, ran.err
    assert "Code comes to prod by promotion, not by a deployment" in told(ran)
    assert codes(shop, "dev") == codes(shop, "prod")


def test_an_archive_that_is_gone_is_not_built_again(shop: Place) -> None:
    """Exit 5 names it; nothing else is taken in its place. Back in the bucket, it is promoted."""
    (sha256,) = codes(shop, "dev")
    client = shop.client("s3", FIRST)
    (bucket,) = (
        each["Name"]
        for each in client.list_buckets()["Buckets"]
        if each["Name"].endswith(FIRST) and place.ACCOUNT in each["Name"]
    )
    key = f"artifacts/{base64.b64decode(sha256).hex()}.zip"
    body = client.get_object(Bucket=bucket, Key=key)["Body"].read()
    client.delete_object(Bucket=bucket, Key=key)
    ran = shop.run("promote", "staging", "--dry-run", "--target", "aws")
    assert 5 == ran.code, ran.err
    assert f"`Hello.zip` (`{key}`) is gone" in told(ran)
    client.put_object(Bucket=bucket, Key=key, Body=b"other bytes", ChecksumAlgorithm="SHA256")
    other = shop.run("promote", "staging", "--dry-run", "--target", "aws")
    assert 5 == other.code, other.err
    assert "holds other bytes than its name says" in told(other)
    client.put_object(Bucket=bucket, Key=key, Body=body, ChecksumAlgorithm="SHA256")
    assert 0 == shop.run("promote", "staging", "--dry-run", "--target", "aws").code
    assert {} == served(shop, "staging")
