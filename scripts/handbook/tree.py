"""Whether a command line in the docs is one that sam-deploy has: commands, options, choices.

Held to the tree of click, so that nothing has to run: a page that names an option which is gone is
found at once, also where its commands need AWS, a mail client or a browser.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

import click

from sam_deploy.cli.main import group

PROGRAM = "sam-deploy"
BEFORE = {"&&", "||", "|", ";", "(", "$(", "do", "then", "else", "!", "time", "nice", "eval"}
"""After these a command begins."""
LINE = re.compile(r"^(?:\$ )?((?:uv run (?:--\S+ )*|uvx )?sam-deploy(?: .*)?)$")
FENCES = re.compile(r"^( *)(`{3,})[^\n]*\n.*?^\1\2`*[ \t]*$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"(?<!`)`(sam-deploy(?:\s[^`]*)?)`(?!`)")
WITHIN = re.compile(r'"?\$\(([^)]*)\)(?:[^"\s]*")?')
"""What a shell runs to put its output in its place."""
PLACEHOLDER = re.compile(r"^[A-Z_]+$|[\[\]{}|]|\.\.\.|…")


def problem(line: str) -> str | None:
    """Return what is wrong with the calls of sam-deploy in a shell line; None for nothing."""
    try:
        calls = [*calls_in(line)]
    except ValueError as error:
        return f"{line!r}: {error}"
    for call in calls:
        wrong = wrong_with(call)
        if wrong:
            return f"`{shlex.join(call)}`: {wrong}"
    return None


def calls_in(line: str) -> Iterator[list[str]]:
    """Yield the words of each call of sam-deploy. Raises ValueError for open quotes."""
    text = WITHIN.sub(r" ; \1 ; ", line.replace("\\\n", " "))
    lexer = shlex.shlex(text, posix=True, punctuation_chars="();|&<>")
    lexer.commenters = "#"
    lexer.whitespace_split = True
    call: list[str] | None = None
    begins = True
    skip = False
    for word in [*lexer, ";"]:
        if set(word) <= set("();|&"):
            if call:
                yield call
            call, begins = None, True
        elif set(word) <= set("<>"):
            skip = True
        elif skip:
            skip = False
        elif call is not None:
            call.append(word)
        elif begins and (word == PROGRAM or word.endswith(f"/{PROGRAM}")):
            call = [PROGRAM]
        elif not (begins and _goes_before(word)):
            begins = False


def _goes_before(word: str) -> bool:
    first = word in {*BEFORE, "uv", "uvx", "run", "--no-sync"}
    return first or re.match(r"^[A-Z_]+=", word) is not None


def wrong_with(call: Sequence[str]) -> str | None:
    """Return what click would refuse in this call, values of files and numbers apart."""
    command: click.Command = group
    context = click.Context(group, info_name=PROGRAM)
    words = [*call[1:]]
    while True:
        wrong, rest = _parsed(command, context, words)
        if wrong or not isinstance(command, click.Group) or not rest:
            return wrong
        name, *words = rest
        if PLACEHOLDER.search(name):
            return None
        found = command.get_command(context, name)
        if found is None:
            return f"there is no command `{name}`"
        command, context = found, click.Context(found, info_name=name, parent=context)


def _parsed(
    command: click.Command, context: click.Context, words: Sequence[str]
) -> tuple[str | None, list[str]]:
    if isinstance(command, click.Group):
        context.allow_interspersed_args = False
    try:
        values, rest, _ = command.make_parser(context).parse_args([*words])
    except click.UsageError as error:
        return error.format_message(), []
    if isinstance(command, click.Group):
        return None, rest
    if rest and not PLACEHOLDER.search(rest[0]):
        return f"takes no `{rest[0]}`", []
    for parameter in command.params:
        if isinstance(parameter.type, click.Choice):
            wrong = _not_chosen(parameter, values.get(parameter.name or ""))
            if wrong:
                return wrong, []
    return None, []


def _not_chosen(parameter: click.Parameter, value: object) -> str | None:
    given = value if isinstance(value, (list, tuple)) else [value]
    choices = parameter.type.choices if isinstance(parameter.type, click.Choice) else ()
    for each in given:
        if isinstance(each, str) and each not in choices and not PLACEHOLDER.search(each):
            return f"{parameter.opts[0]} has no `{each}`; it has {', '.join(map(str, choices))}"
    return None


def shell_lines(language: str, lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the command lines of a block of any language: index and text.

    Where a block is a list of commands with what they do beside them, two spaces end the command.
    """
    for index, line in enumerate(lines):
        found = LINE.match(line.strip())
        if found:
            text = found[1]
            if text.endswith("\\") and index + 1 < len(lines):
                text = f"{text[:-1].rstrip()} {lines[index + 1].strip()}"
            beside = re.split(r" {2,}", text)[0]
            quoted = beside.count("'") % 2 or beside.count('"') % 2
            yield index, text if language == "console" or quoted else beside


def in_prose(text: str) -> Iterator[tuple[int, str]]:
    """Yield the commands that a page names within its sentences: line, from 1, and text.

    An option may be named there without its value.
    """
    prose = FENCES.sub(lambda fence: "\n" * fence[0].count("\n"), text)
    for found in INLINE.finditer(prose):
        yield prose.count("\n", 0, found.start()) + 1, f"{' '.join(found[1].split())} ..."


def problem_in_prose(command: str) -> str | None:
    """Return what is wrong with a command that `in_prose` has found."""
    alone = problem(command.removesuffix(" ..."))
    return alone and problem(command)
