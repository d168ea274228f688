"""`sam-deploy completion`."""

from __future__ import annotations

import sys
from typing import Final

import click

from sam_deploy.errors import ConfigError

VARIABLE: Final = "_SAM_DEPLOY_COMPLETE"
"""How the shell asks; click makes it of the program's name."""
INSTALL: Final = {
    "bash": 'eval "$(sam-deploy completion bash)"   # a line for ~/.bashrc',
    "zsh": 'eval "$(sam-deploy completion zsh)"   # a line for ~/.zshrc, below compinit',
    "fish": "sam-deploy completion fish > ~/.config/fish/completions/sam-deploy.fish",
}

EPILOG = """\b
Examples:
  eval "$(sam-deploy completion bash)"  in ~/.bashrc
  eval "$(sam-deploy completion zsh)"   in ~/.zshrc, below compinit
  sam-deploy completion fish > ~/.config/fish/completions/sam-deploy.fish
"""


@click.command("completion", epilog=EPILOG)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Write the script with which a shell completes commands, options and names.

    Names of environments, functions, feature sets, buckets, queues and regions come from the
    project's `deploy.py`, which is read for it and not run; releases are those that
    `sam-deploy history` has shown last.
    """
    from click.shell_completion import get_completion_class  # noqa: PLC0415 - only here

    kind = get_completion_class(shell)
    if kind is None:
        raise ConfigError(
            f"The installed click cannot complete in {shell}",
            why="its support for that shell is not there",
            hint="install click 8.1 or newer beside sam-deploy",
        )
    group = context.find_root().command
    click.echo(kind(group, {}, "sam-deploy", VARIABLE).source(), nl=False)
    if sys.stdout.isatty():
        click.echo(f"\nhint: this is for the shell: {INSTALL[shell]}", err=True)
