"""Every error of the source says what, why and what to do; what it says to type can be typed."""

from __future__ import annotations

import ast
import functools
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from tests.architecture.sources import ROOT, trees

from sam_deploy.cli.main import COMMANDS, group
from sam_deploy.cli.spelling import TARGETED

LINE = re.compile(r"`(?:uv run )?sam-deploy ([^`]+)`")
EXAMPLE = re.compile(r"^ {2,}sam-deploy (\S.*?)(?: {2,}| *[|>#)]|$)", re.MULTILINE)
EXEMPT = {
    # why an alias went back: it becomes the `why` of the error that is shown
    ("TurnedError", "why"),
    # raised in pytest with the whole error of the `sam-deploy` that it ran
    ("DeploymentError", "why"),
    ("DeploymentError", "hint"),
}
UNKNOWN = "X"
"""Stands for what is known only when the program runs: a name, a region."""


def named(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT).as_posix()}:{getattr(node, 'lineno', 0)}"


def classes() -> dict[str, list[ast.ClassDef]]:
    """The source's kinds of errors, found by their bases, with their definitions."""
    every = [
        (path, node)
        for path, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    ]
    ours = {"SamDeployError"}
    while True:
        more = {
            node.name
            for _, node in every
            if {getattr(base, "id", getattr(base, "attr", "")) for base in node.bases} & ours
        }
        if more <= ours:
            break
        ours |= more
    return {name: [node for _, node in every if node.name == name] for name in ours}


def says_itself(definitions: list[ast.ClassDef]) -> bool:
    """Whether a kind of error has a hint of its own making: its `__init__` passes one on."""
    return any(
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "__init__"
        and {"why", "hint"} <= {each.arg for each in call.keywords}
        for node in definitions
        for call in ast.walk(node)
    )


@functools.cache
def raised() -> tuple[tuple[Path, ast.Call, str], ...]:
    """Every place where an error is made, and the name of its kind."""
    return tuple(made())


def made() -> Iterator[tuple[Path, ast.Call, str]]:
    """Every place where an error is made, and the name of its kind."""
    kinds = classes()
    silent = {name for name in kinds if not says_itself(kinds[name])}
    for path, tree in trees().items():
        foreign = {
            node.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
            and node.name in kinds
            and [getattr(base, "id", "") for base in node.bases] == ["Exception"]
            and node.name != "SamDeployError"
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in silent and name not in foreign:
                yield path, node, name


def empty(node: ast.expr) -> bool:
    """Whether an expression is, or may be, the empty text."""
    if isinstance(node, ast.IfExp):
        return empty(node.body) or empty(node.orelse)
    return isinstance(node, ast.Constant) and node.value == ""


def test_every_error_says_why_and_what_to_do() -> None:
    """No hint is missing, and none is empty in one of its cases."""
    found = raised()
    assert len(found) > 400
    assert [] == [
        f"{named(path, node)} {name}: no {part}"
        for path, node, name in found
        for given in [{each.arg: each.value for each in node.keywords}]
        for part in ("hint", "why")
        if (name, part) not in EXEMPT and not (part == "why" and "problems" in given)
        if None not in given  # an error that is shown again, with all of its parts
        if part not in given or empty(given[part])
    ]


def test_the_test_finds_an_error_without_a_hint() -> None:
    """Both kinds of silence are seen: a missing part, and an empty one."""
    absent = ast.parse('ConfigError("a", why="b")').body[0]
    assert isinstance(absent, ast.Expr)
    assert isinstance(absent.value, ast.Call)
    assert "hint" not in {each.arg for each in absent.value.keywords}
    either = ast.parse('"x" if a else ("y" if b else "")', mode="eval").body
    assert (True, False) == (empty(either), empty(ast.parse('"x"', mode="eval").body))


def texts(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Every text of a module that is not a docstring; what an f-string fills in is `X`."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    inside = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield node, "".join(map(filled, node.values))
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docs
            and id(node) not in inside
        ):
            yield node, node.value


def filled(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    assert isinstance(part, ast.FormattedValue)
    written = ast.unparse(part.value)
    return "sam-deploy" if re.search(r"\bprogram(\(.*\))?$", written) else UNKNOWN


def wrong_with(line: str) -> str:
    """Say what the real command line would object to; '' when it would take it."""
    line = re.sub(r"\s*\.\.\.$", "", line).replace("[FEATURE_SET ...]", UNKNOWN)
    line += "'" * (line.count("'") % 2)  # an example that is cut off inside of its quotes
    words = shlex.split(re.sub(r"([A-Z_]+)\]|\[", UNKNOWN, line))
    while words and words[0] in {"-C", "--target"}:
        words = words[2:]
    if not words or words[0] in {UNKNOWN, "--help", "--version", "-V", "-h", "COMMAND", "does"}:
        return ""
    if ":" in words[0] or "(?P" in line:  # a description of a version, the pattern of `spelling`
        return ""
    if "|" in words:  # `sam-deploy cloud start | stop`: each alternative by itself
        head, alternatives = words[:1], [each for each in words[1:] if each != "|"]
        if head[0] in COMMANDS and isinstance(command(head[0]), click.Group):
            said = [wrong_with(f"{head[0]} {each}") for each in alternatives]
            return "; ".join(each for each in said if each)
        words = words[: words.index("|")]
    if words[0] not in COMMANDS:
        return f"there is no command {words[0]}"
    return refused(command(words[0]), words[1:])


def command(name: str) -> click.Command:
    found = group.get_command(click.Context(group), name)
    assert found is not None
    return found


def refused(found: click.Command, words: list[str]) -> str:
    if isinstance(found, click.Group):
        if not words or words[0] in {UNKNOWN, "--help"}:
            return ""
        below = found.commands.get(words[0])
        return refused(below, words[1:]) if below else f"{found.name} has no command {words[0]}"
    context = click.Context(found)
    try:
        given, extra, _ = found.make_parser(context).parse_args(words)
    except click.UsageError as error:
        return error.format_message()
    chosen = {each.name: each.type for each in found.params if isinstance(each.type, click.Choice)}
    wrong = [
        f"{name} cannot be {value}"
        for name, kind in chosen.items()
        for value in [given.get(name)]
        if isinstance(value, str) and not value.isupper() and value not in kind.choices
    ]
    # what an f-string fills in may be options
    extra = [each for each in extra if each != UNKNOWN]
    return "; ".join([*wrong, *([f"too much: {extra}"] if extra else [])])


@pytest.mark.parametrize(
    ("line", "objection"),
    [
        ("resume --abort", ""),
        ("-C shop deploy core --target aws", ""),
        ("cloud start | stop", ""),
        ("deploy --wiat", "--wiat"),
        ("cloud strat", "no command strat"),
        ("resmue", "no command resmue"),
        ("explain 7 8", "too much"),
    ],
)
def test_the_test_knows_what_can_be_typed(line: str, objection: str) -> None:
    """By the real command line: commands, their commands, options, how many arguments."""
    assert objection in wrong_with(line)
    assert bool(objection) == bool(wrong_with(line))


def test_every_command_that_is_told_can_be_typed() -> None:
    """Hints, states, notes and examples of the source, parsed by the real command line."""
    told = {
        (named(path, node), line)
        for path, tree in trees().items()
        for node, text in texts(tree)
        for line in [*LINE.findall(text), *EXAMPLE.findall(text)]
    }
    assert len(told) > 200
    found = {(where, line, wrong_with(line)) for where, line in told}
    assert set() == {each for each in found if each[2]}


def test_hints_name_the_target_of_exactly_those_that_have_one() -> None:
    """`spelling` knows without importing the commands; this compares it with them."""
    found = set()
    for name in COMMANDS:
        top = command(name)
        below = top.commands if isinstance(top, click.Group) else {}
        every = {name: top} | {f"{name} {each}": below[each] for each in below}
        found |= {
            path
            for path, each in every.items()
            if any(parameter.name == "target" for parameter in each.params)
        }
    assert found == set(TARGETED)
