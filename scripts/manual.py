"""Write the manual pages docs/man/*.1 from the help of every command; the wheel installs them.

uv run scripts/manual.py            write them
uv run scripts/manual.py --check    exit 1 when they are not current
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from sam_deploy import __version__
from sam_deploy.cli.guiding.explanations import EXIT_CODES
from sam_deploy.cli.main import COMMANDS, group
from sam_deploy.config.settings import VARIABLES

FOLDER: Final = Path(__file__).resolve().parents[1] / "docs" / "man"
NAME: Final = "sam-deploy"
FILES: Final = {
    "deploy.py": "what the app is; read by every command about it",
    ".env": "settings of this computer, such as AWS_ACCOUNT_ID and AWS_PROFILE",
    ".sam-deploy/": "archives, the embedded cloud and traces; may be deleted when no cloud runs",
}


def main() -> int:
    """Write the pages, or say whether they are current."""
    pages = dict(every())
    there = {each.name for each in FOLDER.glob("*.1")}
    if "--check" in sys.argv:
        current = there == set(pages) and all(
            (FOLDER / name).read_text(encoding="utf-8") == text for name, text in pages.items()
        )
        print("current" if current else "run `uv run scripts/manual.py`: not current")
        return 0 if current else 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in there - set(pages):
        (FOLDER / name).unlink()
    for name, text in pages.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


def every() -> Iterator[tuple[str, str]]:
    """Yield (file, text): the page of the program, and one of every command."""
    top = click.Context(group, info_name=NAME, help_option_names=["-h", "--help"])
    yield f"{NAME}.1", "\n".join(front(top)) + "\n"
    for name, about in COMMANDS.items():
        command = group.get_command(top, name)
        if command is None:
            raise LookupError(name)
        context = inner(command, name, top)
        yield f"{NAME}-{name}.1", "\n".join(page(command, about, context)) + "\n"


def inner(command: click.Command, name: str, parent: click.Context) -> click.Context:
    """Return the context of a command, with the same options for help as on the command line."""
    return click.Context(command, info_name=name, parent=parent, help_option_names=["-h", "--help"])


def front(context: click.Context) -> Iterator[str]:
    """Yield the lines of the program's own page."""
    yield from head(NAME, (group.help or "").rstrip("."))
    yield from synopsis(context)
    yield ".SH DESCRIPTION"
    yield from paragraphs(
        "A serverless application, described once in typed Python, is built, deployed to every "
        "region, promoted from one environment to the next, and rolled back.\n\n"
        "Without an AWS account everything goes to a cloud embedded on this computer: "
        "`sam-deploy demo`."
    )
    yield from options(context)
    yield ".SH COMMANDS"
    for name, about in COMMANDS.items():
        yield from item(f"\\fB{quoted(f'{NAME}-{name}')}\\fR(1)", about)
    yield ".SH ENVIRONMENT"
    for name, about in VARIABLES.items():
        yield from item(f"\\fB{quoted(name)}\\fR", about)
    yield ".SH FILES"
    for name, about in FILES.items():
        yield from item(f"\\fI{quoted(name)}\\fR", about)
    yield ".SH EXIT STATUS"
    for code in EXIT_CODES:
        yield from item(f"\\fB{code.code}\\fR", f"{code.meaning}. {code.live}")
    yield from examples(group)


def page(command: click.Command, about: str, context: click.Context) -> Iterator[str]:
    """Yield the lines of a command's page; what is below it stands on the same page."""
    yield from head(f"{NAME}-{context.info_name}", about.rstrip("."))
    yield from synopsis(context)
    yield ".SH DESCRIPTION"
    yield from paragraphs(command.help or about)
    yield from options(context)
    if isinstance(command, click.Group):
        yield ".SH COMMANDS"
        yield from below(command, context)
    yield from examples(command)
    yield ".SH SEE ALSO"
    yield f".BR {quoted(NAME)} (1)"


def below(command: click.Group, context: click.Context) -> Iterator[str]:
    """Yield a part for every command of a group, and of the groups in it."""
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        if found is None:
            continue
        own = inner(found, name, context)
        if isinstance(found, click.Group):
            yield from below(found, own)
            continue
        yield f".SS {quoted(own.command_path.removeprefix(NAME + ' '))}"
        yield from usage(own)
        yield ".PP"
        yield from paragraphs(found.help or "")
        yield from described(own)


def head(name: str, about: str) -> Iterator[str]:
    """Yield the title, without a date, and what `whatis` and `apropos` show."""
    yield '.\\" made by scripts/manual.py'
    yield f'.TH "{quoted(name.upper())}" 1 "" "{NAME} {__version__}" "{NAME}"'
    yield ".SH NAME"
    yield f"{quoted(name)} \\- {quoted(about)}"


def synopsis(context: click.Context) -> Iterator[str]:
    """Yield how the command is called."""
    yield ".SH SYNOPSIS"
    yield from usage(context)


def usage(context: click.Context) -> Iterator[str]:
    """Yield one line: the command in bold, and what it takes."""
    pieces = " ".join(context.command.collect_usage_pieces(context))
    yield f"\\fB{quoted(context.command_path)}\\fR {quoted(pieces)}"


def options(context: click.Context) -> Iterator[str]:
    """Yield the options, below a heading."""
    yield ".SH OPTIONS"
    yield from described(context)


def described(context: click.Context) -> Iterator[str]:
    """Yield the options of a command, each with its help."""
    for param in context.command.get_params(context):
        record = param.get_help_record(context)
        if record:
            yield from item(f"\\fB{quoted(record[0])}\\fR", record[1])


def item(term: str, about: str) -> Iterator[str]:
    """Yield a term and what it means."""
    yield ".TP"
    yield term
    yield from filter(None, (quoted(line) for line in about.splitlines() or ["\\ "]))


def paragraphs(text: str) -> Iterator[str]:
    """Yield the paragraphs of a help text."""
    first = True
    for each in re.split(r"\n\s*\n", text.replace("\b", "").strip()):
        if not first:
            yield ".PP"
        first = False
        yield quoted(" ".join(each.split()))


def examples(command: click.Command) -> Iterator[str]:
    """Yield the examples of the epilog as they are typed."""
    lines = [each for each in (command.epilog or "").replace("\b", "").splitlines() if each.strip()]
    if len(lines) > 1:
        yield ".SH EXAMPLES"
        yield ".nf"
        yield from (quoted(each.strip()) for each in lines[1:])
        yield ".fi"


def quoted(text: str) -> str:
    """Return a text in which nothing is a request or an escape, and `-` is what is typed."""
    safe = text.replace("\\", "\\e").replace("-", "\\-")
    for character, escape in (("→", "\\(->"), ("…", "..."), ("·", "\\(pc"), ("—", "\\(em")):
        safe = safe.replace(character, escape)
    return f"\\&{safe}" if safe[:1] in {".", "'"} else safe


if __name__ == "__main__":
    sys.exit(main())
