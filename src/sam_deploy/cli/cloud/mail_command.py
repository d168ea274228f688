"""`sam-deploy cloud mail`: what was sent by mail, and what comes."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import click

from sam_deploy.cli import options
from sam_deploy.cli.cloud.mail_text import text_of
from sam_deploy.cli.cloud.running import running
from sam_deploy.cli.options import Globals

if TYPE_CHECKING:
    from sam_deploy.local import Mail

EPILOG = """\b
Examples:
  sam-deploy cloud mail           all mails since the cloud was started
  sam-deploy cloud mail --follow  and those to come, such as one-time codes
"""
_LOOK_SECONDS: Final = 0.5


@click.command("mail", epilog=EPILOG)
@click.option("-f", "--follow", is_flag=True, help="Go on with what comes, until Ctrl-C.")
@options.json_option
@click.pass_obj
def command(chosen: Globals, follow: bool, as_json: bool) -> None:  # noqa: FBT001 - click
    """Show the mails that were sent: one-time codes, sign-ups."""
    from sam_deploy import local  # noqa: PLC0415 - only when embedded

    cloud = running(chosen)
    found = local.mails(cloud)
    if not follow:
        _show(found, as_json=as_json)
        return
    seen = 0
    while True:
        # fewer than before: the cloud was emptied meanwhile
        seen = seen if len(found) >= seen else 0
        for each in found[seen:]:
            click.echo(json.dumps(asdict(each)) if as_json else text(each))
        seen = len(found)
        time.sleep(_LOOK_SECONDS)
        found = local.mails(cloud)


def _show(found: Sequence[Mail], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], indent=2))
        return
    for each in found:
        click.echo(text(each))
    if not found:
        click.echo("no mails")


def text(mail: Mail) -> str:
    """Return a mail as people read it, with an empty line at its end.

    Of a mail that has HTML alone it is the text of that, with the addresses of links.
    """
    said = mail.text.strip() or text_of(mail.html)
    lines = [
        f"{_when(mail.sent)}  {mail.sender} -> {', '.join(mail.recipients)}",
        f"  {mail.subject}",
        "",
        *(f"  {line}" for line in said.splitlines()),
        "",
    ]
    return "\n".join(lines)


def _when(sent: str) -> str:
    """Return '2026-11-29 13:38:25 UTC' for Unix seconds; anything else as it is."""
    try:
        at = datetime.fromtimestamp(float(sent), UTC)
    except (ValueError, OverflowError, OSError):
        return sent
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")
