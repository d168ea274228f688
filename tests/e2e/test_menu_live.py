"""The menu over a cloud that runs: live progress, what is live, and what was not finished."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.conftest import COMMAND
from tests.faults.screen import Screen, at_screen

from sam_deploy.deploy.journal import Entry, key_of, release_name

pytestmark = pytest.mark.slow

REGION = "eu-west-1"


def menu(project: Any) -> AbstractContextManager[Screen]:
    more = {**project.environment, "TERM": "xterm", "SAM_DEPLOY_TARGET": "embedded"}
    more = {name: value for name, value in more.items() if name not in {"COLUMNS", "LINES"}}
    return at_screen(COMMAND, project.folder, columns=110, rows=60, more=more)


def test_a_deployment_is_run_and_what_is_live_is_told(
    make_project: Callable[..., Any], tmp_path: Path
) -> None:
    """One key deploys where there is nothing to choose; then its release stands under the line.

    A promotion that was begun elsewhere and not finished is said first, with both ways on.
    """
    (tmp_path / "shop").mkdir()
    project = make_project(tmp_path / "shop", {})
    assert 0 == project.run("init", "--template", "api").code
    with menu(project) as screen:
        screen.until_chosen("1 core (eu-west-1 - Ireland)")
        screen.keys("1")
        screen.until("done: deploy (")
        screen.until("dev now: dev-1, deployed")
        assert "Deployed 1 stack in 1 region" in screen.text
        screen.keys("q")
        assert 0 == screen.end()
    open_one = Entry(
        id="1",
        kind="promote",
        state="open",
        command="promote prod",
        who="arn:aws:iam::000000000000:root",
        host="elsewhere",
        environment="prod",
        started="2026-11-29T12:00:00Z",
    )
    s3 = project.client("s3", REGION)
    (bucket,) = (each["Name"] for each in s3.list_buckets()["Buckets"] if "shop" in each["Name"])
    s3.put_object(Bucket=bucket, Key=key_of(release_name("shop")), Body=open_one.written())
    with menu(project) as screen:
        screen.until("Not finished: `promote prod`, begun 2026-11-29T12:00:00Z by ")
        screen.until("Quit")
        if "Go on: promote prod" in screen.text:
            screen.until_chosen("1 Go on: promote prod")
            assert "2 Take back: promote prod" in screen.text
        screen.keys("r")
        screen.until("$ sam-deploy resume")
