"""Mistakes on the command line: what is wrong, why, and what to type instead."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sam_deploy.cli.main import main

SEEN = [
    (
        ("deplyo",),
        "There is no command `sam-deploy deplyo`",
        "did you mean `sam-deploy deploy`?",
    ),
    (("xyzzy",), "There is no command `sam-deploy xyzzy`", "see `sam-deploy --help`"),
    (
        ("cloud", "strat"),
        "There is no command `sam-deploy cloud strat`",
        "did you mean `sam-deploy cloud start`?",
    ),
    (
        ("deploy", "--regoin", "x"),
        "`sam-deploy deploy` has no option `--regoin`",
        "did you mean `--region`?",
    ),
    (
        ("history", "--tail", "3"),
        "`sam-deploy history` has no option `--tail`",
        "did you mean `--limit`?",
    ),
    (
        ("logs", "--tail", "3"),
        "`sam-deploy logs` has no option `--tail`",
        "did you mean `--follow` or `--since`?",
    ),
    (
        ("deploy", "--yes"),
        "`sam-deploy deploy` has no option `--yes`",
        "did you mean `--auto-approve`?",
    ),
    (
        ("cloud", "invoke", "Api", "--event", "x"),
        "`sam-deploy cloud invoke` has no option `--event`",
        "did you mean `--payload` or `--payload-file`?",
    ),
    (("--target", "awz", "status"), "`--target` cannot be `awz`", "did you mean `aws`?"),
    (
        ("status", "--target", "gcp"),
        "`--target` cannot be `gcp`",
        "choose one of these; see `sam-deploy status --help`",
    ),
    (
        ("promote",),
        "`sam-deploy promote` needs ENVIRONMENT",
        "write `sam-deploy promote ENVIRONMENT`; see `sam-deploy promote --help`",
    ),
    (
        ("history", "--limit", "many"),
        "The value of `--limit` cannot be used",
        "see `sam-deploy history --help`",
    ),
    (("-C", "nowhere", "status"), "The value of `-C` cannot be used", "correct the path"),
    (
        ("status", "more"),
        "`sam-deploy status` does not take `more`",
        "see `sam-deploy status --help`",
    ),
    (
        ("build", "--upgrade", "--locked"),
        "`sam-deploy build` cannot be run like this",
        "see `sam-deploy build --help`",
    ),
    (
        ("logs", "--since"),
        "`--since` cannot be used like this",
        "write its value behind it",
    ),
    (
        ("status", "--json=yes"),
        "`--json` cannot be used like this",
        "leave the value out",
    ),
]


@pytest.fixture(autouse=True)
def _no_uv_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UV_RUN_RECURSION_DEPTH", raising=False)


@pytest.mark.parametrize(("arguments", "what", "hint"), SEEN)
def test_a_mistake_is_an_error_with_a_way_on(
    arguments: tuple[str, ...],
    what: str,
    hint: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In four parts like every other error, exit code 2, the nearest name where one comes near."""
    monkeypatch.chdir(tmp_path)  # in a project a command that had begun would have a log
    assert 2 == main(arguments)
    out, err = capsys.readouterr()
    assert "" == out
    assert f"error: {what}" == err.splitlines()[0]
    assert err.splitlines()[1].startswith("  why: ")
    assert f"hint: {hint}" == err.splitlines()[-1]


def test_with_json_it_is_a_document_too(capsys: pytest.CaptureFixture[str]) -> None:
    """A script reads the same parts as people do."""
    assert 2 == main(["status", "--json", "--regoin"])
    found = json.loads(capsys.readouterr().out)["error"]
    assert ("`sam-deploy status` has no option `--regoin`", 2) == (
        found["what"],
        found["exit_code"],
    )
