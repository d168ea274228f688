"""Write docs/reference/commands.md from the help of every command.

uv run scripts/commands.py            write it
uv run scripts/commands.py --check    exit 1 when it is not current
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from sam_deploy.cli.main import COMMANDS, group

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "commands.md"
HEAD = """# Commands

What `--help` says of each command; made by `scripts/commands.py`. `-C DIR` and `--target` stand
before the command. [Exit codes](exit-codes.md) and [output](../output.md) are the same for all.
"""


def main() -> int:
    """Write the page, or say whether it is current."""
    text = HEAD + "".join(sections())
    if "--check" in sys.argv:
        current = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text
        print("current" if current else "run `uv run scripts/commands.py`: not current")
        return 0 if current else 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


def sections() -> Iterator[str]:
    """Yield the help of the group, of every command, and of their subcommands."""
    top = click.Context(group, info_name="sam-deploy")
    yield section("sam-deploy", group, top)
    for name in COMMANDS:
        command = group.get_command(top, name)
        if command is None:
            raise LookupError(name)
        context = click.Context(command, info_name=name, parent=top)
        yield from below(f"sam-deploy {name}", command, context)


def below(title: str, command: click.Command, context: click.Context) -> Iterator[str]:
    """Yield the help of a command and, when it is a group, of everything in it."""
    yield section(title, command, context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            if found is not None:
                inner = click.Context(found, info_name=name, parent=context)
                yield from below(f"{title} {name}", found, inner)


def section(title: str, command: click.Command, context: click.Context) -> str:
    """Return one command's help as a section, at 80 columns."""
    context.terminal_width = 80
    context.help_option_names = ["-h", "--help"]
    return f"\n## {title}\n\n```text\n{command.get_help(context).rstrip()}\n```\n"


if __name__ == "__main__":
    sys.exit(main())
