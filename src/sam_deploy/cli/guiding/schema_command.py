"""`sam-deploy schema`."""

from __future__ import annotations

import click

from sam_deploy.errors import ConfigError

EPILOG = """\b
Examples:
  sam-deploy schema                list the commands that write JSON
  sam-deploy schema deploy         of what `deploy --json` writes
  sam-deploy schema cloud mail > mail.schema.json
"""


@click.command("schema", epilog=EPILOG)
@click.argument("words", nargs=-1, metavar="[COMMAND]")
def command(words: tuple[str, ...]) -> None:
    """Print the JSON Schema of what a command writes with --json.

    Draft 2020-12. It describes every result and the error. Later versions add fields and never
    take one away, so fields that it does not name are no mistake.
    """
    from sam_deploy.cli import documents  # noqa: PLC0415 - only here
    from sam_deploy.cli.screens import document  # noqa: PLC0415 - the same

    if not words:
        click.echo("\n".join(documents.commands()))
        return
    asked = " ".join(words)
    try:
        made = documents.schema(asked)
    except LookupError as error:
        raise ConfigError(
            f"`{asked}` writes no JSON", why="it has no `--json`", hint=_hint(asked)
        ) from error
    click.echo(document(made))


def _hint(asked: str) -> str:
    from sam_deploy.cli import documents  # noqa: PLC0415 - only for a mistake

    below = [each for each in documents.commands() if each.startswith(f"{asked} ")]
    if below:
        return f"name one of {', '.join(f'`{each}`' for each in below)}"
    return "`sam-deploy schema` lists the commands that do"
