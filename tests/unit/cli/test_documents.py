"""What is said of `--json` documents: complete, valid, and strict where tests judge by it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click
import pytest
from jsonschema import Draft202012Validator
from tests import described

from sam_deploy.cli import documents
from sam_deploy.cli.main import COMMANDS, group, main
from sam_deploy.cli.screens import error_json
from sam_deploy.errors import RefusedError


def with_json(title: str, command: click.Command) -> Iterator[str]:
    """Yield the commands that take `--json`."""
    if any("--json" in each.opts for each in command.params):
        yield title
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            yield from with_json(f"{title} {name}", each)


def test_every_command_that_writes_json_is_described() -> None:
    """And none that does not."""
    context = click.Context(group)
    found = [
        each
        for name in COMMANDS
        if (command := group.get_command(context, name))
        for each in with_json(name, command)
    ]
    assert sorted(found) == sorted(documents.commands())


@pytest.mark.parametrize("command", documents.commands())
def test_a_schema_is_one_and_takes_errors(command: str) -> None:
    """Draft 2020-12; the error of every command is the same."""
    made = documents.schema(command)
    Draft202012Validator.check_schema(made)
    error = RefusedError("It was not done", why="somebody said no", problems=("one", "two"))
    assert [] == described.against(command, json.loads(error_json(error)))


@pytest.mark.parametrize("command", documents.commands())
def test_a_schema_does_not_take_everything(command: str) -> None:
    """A document of something else is none of its."""
    for wrong in (None, 1, "text", {"error": {"what": 1}}, [1]):
        assert described.against(command, wrong)


def test_users_may_meet_fields_that_came_later_and_tests_may_not() -> None:
    """Fields are only added: what the published schema lets be is a mistake in a test."""
    known = {"queue": "JobsDevQ", "region": "eu-west-1", "message_id": "1"}
    later = {**known, "md5": "d41d"}
    assert [] == described.against("cloud send-queue", known)
    assert [
        "cloud send-queue: $: Additional properties are not allowed ('md5' was unexpected)"
    ] == (described.against("cloud send-queue", later))
    assert Draft202012Validator(documents.schema("cloud send-queue")).is_valid(later)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"region": None}, "$[0].region: None is not of type 'string'"),
        ({"version": 3}, "$[0].version: 3 is not of type 'string', 'null'"),
        ({"weights": {"7": 2}}, "$[0].weights['7']: 2 is greater than the maximum of 1"),
    ],
)
def test_a_mistake_is_told_with_its_place(change: dict[str, Any], told: str) -> None:
    """What the judge says names the field."""
    row = {
        "function": "Api",
        "feature_set": "core",
        "region": "eu-west-1",
        "environment": "dev",
        "version": None,
        "weights": {},
        "release": None,
        "drift": False,
        "hot": False,
        "unfinished": None,
    }
    assert [] == described.against("status", [row])
    assert [f"status: {told}"] == described.against("status", [row | change])


def test_documents_are_found_in_lines_and_behind_each_other() -> None:
    """JSON Lines, and a result with an error behind it."""
    assert [{"a": 1}, {"b": [2]}, 3] == list(described.every('{"a": 1}\n{"b":\n [2]}\n\n3\n'))
    assert [] == list(described.every(" \n"))


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (("cloud", "fault", "add", "--json"), "cloud fault add"),
        (("cloud", "status", "--json"), "cloud status"),
        (("deploy", "core", "--json"), "deploy"),
        (("deploy", "core"), ""),
    ],
)
def test_the_command_of_a_line_is_known(arguments: tuple[str, ...], command: str) -> None:
    """Words of groups count, arguments do not."""
    assert command == described.command_of(arguments)


def test_the_schema_command_prints_what_tests_judge_by(capsys: pytest.CaptureFixture[str]) -> None:
    """The words of the command stand as they are typed."""
    assert 0 == main(["schema", "cloud", "mail"])
    assert documents.schema("cloud mail") == json.loads(capsys.readouterr().out)


def test_the_schema_command_lists_what_writes_json(capsys: pytest.CaptureFixture[str]) -> None:
    """One command a line."""
    assert 0 == main(["schema"])
    assert list(documents.commands()) == capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("words", "hint"), [(["cloud"], "`cloud start`"), (["demo"], "lists the commands")]
)
def test_a_command_without_json_has_no_schema(
    words: list[str], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says which have, exit 2."""
    assert 2 == main(["schema", *words])
    told = capsys.readouterr().err
    assert f"`{words[0]}` writes no JSON" in told
    assert hint in told


def test_a_mistake_in_the_options_is_a_document_too(capsys: pytest.CaptureFixture[str]) -> None:
    """A script that asked for JSON need not read sentences, exit 2."""
    assert 2 == main(["status", "--frob", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert [] == described.against("status", told)
    assert ("`sam-deploy status` has no option `--frob`", 2) == (
        told["error"]["what"],
        told["error"]["exit_code"],
    )
