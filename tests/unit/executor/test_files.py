from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from sam_deploy.errors import RefusedError, RolledBackError
from sam_deploy.executor import files
from sam_deploy.lanes import StoppedError


def test_template_and_log_are_there_meanwhile_and_gone_after_success(tmp_path: Path) -> None:
    """R144, R145: the folder is made; nothing is left in it. Only the owner can read them."""
    with files.temporary(tmp_path, "orders", "eu-west-1", "Resources: {}  # é") as (template, log):
        log.write("said\n")
        assert tmp_path / ".sam-deploy/sam/orders-eu-west-1.yaml" == template
        assert "Resources: {}  # é" == template.read_text(encoding="utf-8")
        assert 0o600 == template.stat().st_mode & 0o777
    assert [] == list((tmp_path / ".sam-deploy/sam").iterdir())


def test_both_are_kept_and_named_after_a_failure(tmp_path: Path) -> None:
    """R144: so that the template can be looked at, and what the SAM CLI said about it."""
    error = RolledBackError("It failed", hint="correct the cause")
    with (
        contextlib.suppress(RolledBackError),
        files.temporary(tmp_path, "orders", "eu-west-1", "body") as (_, log),
    ):
        log.write("said\n")
        raise error
    assert (
        "correct the cause; the template is kept in `.sam-deploy/sam/orders-eu-west-1.yaml`, "
        "what the SAM CLI said in `orders-eu-west-1.log`"
    ) == error.hint
    kept = files.place(tmp_path, "orders", "eu-west-1")
    assert ("body", "said\n") == (kept.template.read_text(), kept.log.read_text())


def test_both_are_kept_when_stopped(tmp_path: Path) -> None:
    """R144: an interrupted deployment is no success."""
    with (
        pytest.raises(StoppedError),
        files.temporary(tmp_path, "orders", "eu-west-1", "body"),
    ):
        raise StoppedError
    assert files.place(tmp_path, "orders", "eu-west-1").template.exists()


def test_what_an_earlier_run_left_is_replaced(tmp_path: Path) -> None:
    """The kept template of a failure is no obstacle, and its mode is not inherited."""
    kept = files.place(tmp_path, "orders", "eu-west-1").template
    kept.parent.mkdir(parents=True)
    kept.write_text("old")
    kept.chmod(0o644)
    with files.temporary(tmp_path, "orders", "eu-west-1", "new") as (template, _):
        assert ("new", 0o600) == (template.read_text(), template.stat().st_mode & 0o777)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """R145: before anything is deployed."""
    (tmp_path / ".sam-deploy").write_text("a file")
    with (
        pytest.raises(RefusedError, match="cannot be written to"),
        files.temporary(tmp_path, "orders", "eu-west-1", "body"),
    ):
        pytest.fail("the block must not begin")
