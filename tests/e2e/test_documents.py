"""Every command with `--json`, run for real: what it writes is what its schema says.

`Project.run` holds every document to its schema, also those of all other tests; here each command
writes at least one, and each an error.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from tests import described

from sam_deploy.cli import documents

pytestmark = [pytest.mark.long, pytest.mark.ordered]

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
EMBEDDED = ("--target", "embedded")
FAULT = ("--service", "dynamodb", "--error", "ThrottlingException", "--times", "1")
SETTING = ("GREETING", "--environment", "dev", *EMBEDDED)
SCHEDULED = """
        Function(
            "Nightly",
            source="functions/Hello",
            layers=["greetings"],
            settings=["GREETING"],
            triggers=[on_schedule("rate(1 day)", name="night")],
        ),
    ],
)
"""


@pytest.fixture(scope="module")
def project(
    tmp_path_factory: pytest.TempPathFactory, deployed: Callable[[Path], Project]
) -> Project:
    """A small app with a function on a schedule, deployed twice, so that releases differ."""
    folder = tmp_path_factory.mktemp("documents") / "tiny"
    source = Path(__file__).with_name("tiny")
    for file in source.rglob("*.py"):
        made = folder / file.relative_to(source)
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_bytes(file.read_bytes())
    file = folder / "deploy.py"
    text = file.read_text(encoding="utf-8").replace("import App,", "import on_schedule, App,")
    assert text.endswith("    ],\n)\n")
    file.write_text(text.removesuffix("    ],\n)\n") + SCHEDULED.lstrip("\n"), encoding="utf-8")
    found = deployed(folder)
    handler = folder / "functions" / "Hello" / "handler.py"
    handler.write_text(handler.read_text(encoding="utf-8") + "# another\n", encoding="utf-8")
    assert 0 == found.deploy().code
    return found


def results(ran: Any) -> list[Any]:
    """Return the documents of a command that are no errors."""
    return [
        each
        for each in described.every(ran.out)
        if not isinstance(each, dict) or {"error"} != set(each)
    ]


GOOD: Sequence[tuple[str, ...]] = (
    ("build",),
    ("build", "-v"),
    ("build", "--prune-store"),
    ("deploy", *EMBEDDED),
    ("deploy", "--plan-only", *EMBEDDED),
    ("promote", "prod", "--dry-run", *EMBEDDED),
    ("rollback", "dev", "--dry-run", *EMBEDDED),
    ("shift", "status", *EMBEDDED),
    ("resume", *EMBEDDED),
    ("recover", *EMBEDDED),
    ("status", *EMBEDDED),
    ("history", *EMBEDDED),
    ("release", "show", "dev-2", *EMBEDDED),
    ("runs",),
    ("runs", "show"),
    ("audit", "verify", *EMBEDDED),
    ("audit", "list", *EMBEDDED),
    ("inspect",),
    ("inspect", "Hello", "--depth", "6"),
    ("inspect", "--import-time", "Hello"),
    ("template", "--count"),
    ("template", "--audit"),
    ("diff", *EMBEDDED),
    ("outputs", *EMBEDDED),
    ("doctor", *EMBEDDED),
    ("settings", "set", "GREETING", "hello", "--environment", "dev", *EMBEDDED),
    ("settings", "list", "dev", *EMBEDDED),
    ("settings", "get", *SETTING),
    ("settings", "diff", "dev", "prod", *EMBEDDED),
    ("settings", "delete", *SETTING),
    ("layers", "list", *EMBEDDED),
    ("layers", "prune", "--dry-run", *EMBEDDED),
    ("layers", "prune", *EMBEDDED),
    ("cloud", "start"),
    ("cloud", "status"),
    ("cloud", "mail"),
    ("cloud", "invoke", "Hello"),
    ("cloud", "schedule", "Nightly"),
    ("cloud", "send-queue", "Jobs", "--body", "text"),
    ("cloud", "put-object", "tiny-files", "deploy.py"),
    ("cloud", "queues"),
    ("cloud", "fault", "add", *FAULT),
    ("cloud", "fault", "list"),
    ("logs", "--all", *EMBEDDED),
    ("explain",),
    ("explain", "7"),
    ("explain", "wildcard-action"),
)


@pytest.mark.parametrize("arguments", GOOD, ids=" ".join)
def test_a_command_writes_what_its_schema_says(
    project: Project, arguments: tuple[str, ...]
) -> None:
    """One document or lines of them, no error, and nothing that is not described."""
    ran = project.run(*arguments, "--json")
    assert results(ran), ran.err
    assert [] == described.mistakes((*arguments, "--json"), ran.out)


WRONG: Sequence[tuple[tuple[str, ...], int]] = (
    (("build", "Nobody"), 2),
    (("deploy", "nothing", *EMBEDDED), 2),
    (("deploy",), 2),
    (("promote", "nowhere", *EMBEDDED), 2),
    (("promote", "prod", *EMBEDDED), 6),
    (("rollback", "prod", "--to", "prod-99", *EMBEDDED), 5),
    (("resume", "--frob"), 2),
    (("recover", "--region", "mars-1", *EMBEDDED), 2),
    (("broker", "status", *EMBEDDED), 2),
    (("shift", "abort", *EMBEDDED), 5),
    (("status", "--region", "mars-1"), 2),
    (("release", "show", "dev-99", *EMBEDDED), 5),
    (("inspect", "Nobody"), 2),
    (("logs", "Nobody", *EMBEDDED), 2),
    (("settings", "get", "NOTHING", "--environment", "dev", *EMBEDDED), 2),
    (("destroy", "nothing", *EMBEDDED), 2),
    (("cloud", "invoke", "Nobody"), 2),
    (("cloud", "queues", "--region", "mars-1"), 2),
    (("explain", "nothing"), 2),
    (("status", "--frob"), 2),
)


@pytest.mark.parametrize(("arguments", "code"), WRONG, ids=str)
def test_a_command_that_fails_writes_an_error(
    project: Project, arguments: tuple[str, ...], code: int
) -> None:
    """With the exit code of the process, and the same sentence as for people."""
    ran = project.run(*arguments, "--json")
    (document,) = described.every(ran.out)
    assert (code, code) == (ran.code, document["error"]["exit_code"]), ran.err
    assert document["error"]["what"].splitlines()[0] in ran.err


def test_what_is_destroyed_is_told(project: Project) -> None:
    """The last one, as nothing is there any more."""
    ran = project.run("destroy", "--auto-approve", "--layers-too", *EMBEDDED, "--json")
    assert (0, True) == (ran.code, ran.json["destroyed"]), ran.err


def test_every_command_is_among_these() -> None:
    """Those that need a promotion under way write theirs in tests of promotions and brokers."""
    here = {described.command_of((*each, "--json")) for each in (*GOOD, *(e for e, _ in WRONG))}
    assert set() == set(documents.commands()) - here


def test_two_archives_are_compared(project: Project) -> None:
    """`inspect --diff` needs no project."""
    listed = json.loads(project.run("build", "--json").out)["archives"]
    old, new = (str(each["path"]) for each in listed[:2])
    ran = project.run("inspect", "--diff", old, new, "--json")
    assert (0, old) == (ran.code, ran.json["old"]["path"]), ran.err
