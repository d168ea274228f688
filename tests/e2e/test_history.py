"""`history`, `release show` and `audit`, as a user runs them after two deployments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
REGIONS = ("eu-west-1", "us-east-1")
BUCKET = "tiny-sam-000000000000-eu-west-1"
HANDLER = "functions/Hello/handler.py"


@pytest.fixture
def twice(make_tiny: Callable[..., Project]) -> Iterator[Project]:
    """A small app in two regions, deployed, and deployed again with a changed function."""
    project = make_tiny("history", REGIONS)
    assert 0 == project.deploy().code
    change(project, "{GREETING}, ")
    assert 0 == project.deploy().code
    return project


def change(project: Project, words: str) -> None:
    handler = project.folder / HANDLER
    text = handler.read_text(encoding="utf-8")
    handler.write_text(re.sub(r"\{GREETING\}[ ,]+", words, text, count=1), encoding="utf-8")


def run(project: Project, *arguments: str) -> Any:
    return project.run(*arguments, "--target", "embedded")


@pytest.mark.slow
def test_what_was_deployed_is_told_and_proved(twice: Project) -> None:
    """Releases the newest first, one in full, drift, and an audit that fits."""
    told = run(twice, "history", "--json").json
    assert [("dev-2", "deploy", 2), ("dev-1", "deploy", 2)] == [
        (each["id"], each["act"], len(each["functions"])) for each in told["releases"]
    ]
    assert ({"dev": "dev-2", "prod": None}, []) == (told["live"], told["drift"])
    rows = run(twice, "history", "dev").out.splitlines()
    assert [["dev-2", "live"], ["dev-1"]] == [
        [word for word in row.split() if word in {"dev-2", "dev-1", "live"}] for row in rows[2:]
    ]
    empty = run(twice, "history", "prod")
    assert "nothing was released to prod yet" in empty.out
    assert empty.err.endswith("\n\nnext: sam-deploy promote prod\n")
    one = run(twice, "release", "show", "dev-2")
    assert [["HelloFunction", region, "2", "-"] for region in REGIONS] == [
        row.split()[:4] for row in one.out.splitlines() if row.startswith("HelloFunction")
    ]
    assert "dev-1" == run(twice, "release", "show", "dev-2", "--json").json["before"]
    verdict = run(twice, "audit", "verify", "--json").json
    assert (True, 2, 2, True) == tuple(
        verdict[name] for name in ("intact", "events", "releases", "pointed")
    )
    events = run(twice, "audit", "list", "--json").json
    assert ["dev-2", "dev-1"] == [each["facts"]["release"] for each in events]
    assert 2 == len(run(twice, "audit", "list").out.splitlines()[2:])


@pytest.mark.long
def test_a_deployment_without_changes_is_no_release(twice: Project) -> None:
    """And a release that does not exist names those that do."""
    assert 0 == twice.deploy().code
    assert 2 == len(run(twice, "history", "--json").json["releases"])
    missing = run(twice, "release", "show", "dev-7")
    assert 5 == missing.code
    assert "the nearest are `dev-1`, `dev-2`" in missing.err


@pytest.mark.long
def test_what_was_moved_by_hand_is_told(twice: Project) -> None:
    """The release that is served is live, not the newest; where they differ is said."""
    for region in REGIONS:
        twice.client("lambda", region).update_alias(
            FunctionName="HelloFunction", Name="dev", FunctionVersion="1"
        )
    ran = run(twice, "history")
    assert "dev does not serve what dev-2 has put there" in ran.out
    assert "HelloFunction in us-east-1 serves version 1; on record is 2" in ran.out
    assert {"dev": "dev-1", "prod": None} == run(twice, "history", "--json").json["live"]


@pytest.mark.long
def test_what_was_tampered_with_is_named(twice: Project) -> None:
    """A changed event, a changed record and a missing event end `audit verify` with 5."""
    store = twice.client("s3", REGIONS[0])

    def body(key: str) -> bytes:
        found: bytes = store.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return found

    event, record = "audit/tiny/00000001.json", "releases/tiny/dev/000001.json"
    for key, words in (
        (event, "Event 1 of the audit is not as it was written"),
        (record, "The record of release `dev-1` is not as it was written"),
    ):
        was = body(key)
        store.put_object(Bucket=BUCKET, Key=key, Body=was.replace(b"arn:aws", b"arn:Aws"))
        ran = run(twice, "audit", "verify")
        assert (5, True) == (ran.code, words in ran.err), ran.err
        store.put_object(Bucket=BUCKET, Key=key, Body=was)
        assert 0 == run(twice, "audit", "verify").code
    store.delete_object(Bucket=BUCKET, Key="audit/tiny/00000002.json")
    ran = run(twice, "audit", "verify")
    assert (5, True) == (ran.code, "Event 2 of the audit" in ran.err), ran.err


@pytest.mark.long
def test_before_the_first_deployment_there_is_nothing(make_tiny: Callable[..., Project]) -> None:
    """Nothing is no error: it says what begins it."""
    project = make_tiny()
    assert 5 == run(project, "history").code
    assert 0 == project.run("cloud", "start").code
    for arguments, words in (
        (("history",), "nothing was released yet"),
        (("audit", "verify"), "nothing is on record yet"),
        (("audit", "list"), "nothing is on record yet"),
    ):
        ran = run(project, *arguments)
        assert (0, True) == (ran.code, words in ran.out), ran.err
    ran = run(project, "release", "show", "dev-1")
    assert (5, True) == (ran.code, "nothing is on record yet" in ran.err)
    assert 2 == run(project, "history", "staging").code
