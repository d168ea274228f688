"""`sam-deploy cloud send-queue | put-object`: events as the world sends them."""

from __future__ import annotations

import json
import mimetypes
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sam_deploy.cli import options
from sam_deploy.cli.cloud import addressed, texts
from sam_deploy.cli.options import Globals, program
from sam_deploy.errors import ConfigError

if TYPE_CHECKING:
    from sam_deploy.config.model import Queue

SEND_EPILOG = """\b
Examples:
  sam-deploy cloud send-queue Jobs --body '{"id": 1}'
  sam-deploy cloud send-queue Jobs --file message.json --environment prod
  sam-deploy cloud send-queue Orders --body '{}' --group-id customer-7
  jq -c .order order.json | sam-deploy cloud send-queue Jobs --body -
"""
PUT_EPILOG = """\b
Examples:
  sam-deploy cloud put-object dzgro-report-data report.csv
  sam-deploy cloud put-object dzgro-report-data report.csv --key in/7.csv
"""
FILE = click.Path(dir_okay=False, allow_dash=True, path_type=Path)


@click.command("send-queue", epilog=SEND_EPILOG, short_help="Send a message to a queue.")
@click.argument("queue")
@click.option("--body", metavar="TEXT", help="The message; - reads standard input.")
@click.option("--file", type=FILE, help="The message is in this file.")
@click.option("--group-id", metavar="ID", help="Message group of a FIFO queue; default: default.")
@addressed.where_options
@options.json_option
@click.pass_obj
def send_queue(
    chosen: Globals,
    queue: str,
    body: str | None,
    file: Path | None,
    group_id: str | None,
    region: str | None,
    environment: str | None,
    as_json: bool,  # noqa: FBT001 - click passes options by name
) -> None:
    """Send a message to QUEUE, a name in deploy.py, as its sender would.

    The function that the queue triggers gets it. `cloud queues` shows what waits, and what ended in
    the dead-letter queue; `logs` shows what the function said.
    """
    from sam_deploy.aws import Queues  # noqa: PLC0415 - half a second

    text = texts.given(body, file, "--body")
    found = addressed.find(chosen, "queues", queue, region, environment)
    name = addressed.aws_name(found.app, found.thing, found.environment)
    queues = Queues(found.aws, found.region)
    url = queues.url(name)
    if not url:
        raise found.absent("Queue", name)
    message_id = queues.send(url, text, **_order(found.thing, group_id))
    sent = {"queue": name, "region": found.region, "message_id": message_id}
    click.echo(json.dumps(sent, indent=2) if as_json else f"sent {message_id} to {name}")


def _order(queue: Queue, group_id: str | None) -> dict[str, str]:
    """Return what a FIFO queue needs: every message sent here is one of its own."""
    if not queue.fifo:
        if group_id:
            raise ConfigError(
                f"`{queue.name}` takes no message group",
                why="only FIFO queues have them",
                hint="leave `--group-id` out, or declare the queue with `fifo=True`",
            )
        return {}
    own = {} if queue.content_based_deduplication else {"deduplication": uuid.uuid4().hex}
    return {"group": group_id or "default", **own}


@click.command("put-object", epilog=PUT_EPILOG, short_help="Upload a file to a bucket.")
@click.argument("bucket")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key", metavar="KEY", help="Default: the file's name.")
@addressed.where_options
@options.json_option
@click.pass_obj
def put_object(
    chosen: Globals,
    bucket: str,
    file: Path,
    key: str | None,
    region: str | None,
    environment: str | None,
    as_json: bool,  # noqa: FBT001 - click passes options by name
) -> None:
    """Upload FILE to BUCKET, a name in deploy.py; functions that wait for uploads are called."""
    from sam_deploy.aws import AwsCallError, Buckets  # noqa: PLC0415 - half a second
    from sam_deploy.cli.wiring import EMBEDDED_ACCOUNT  # noqa: PLC0415 - beside its use

    _check_file(file)
    found = addressed.find(chosen, "buckets", bucket, region, environment)
    name = addressed.aws_name(found.app, found.thing, found.environment, found.region)
    key = key or file.name
    kind = mimetypes.guess_type(file.name)[0] or ""
    try:
        Buckets(found.aws, found.region, EMBEDDED_ACCOUNT).put(name, key, file, kind)
    except AwsCallError as error:
        if error.code == "NoSuchBucket":
            raise found.absent("Bucket", name) from error
        raise
    put = {"bucket": name, "key": key, "region": found.region, "size_bytes": file.stat().st_size}
    click.echo(json.dumps(put, indent=2) if as_json else f"put s3://{name}/{key}")
    click.echo(f"see `{program()} logs` for what it set off", err=True)


def _check_file(file: Path) -> None:
    """Raise `ConfigError` for what is no file, or cannot be read."""
    try:
        with file.open("rb"):
            return
    except OSError as error:
        raise ConfigError(
            f"`{file}` could not be read",
            why=error.strerror or str(error),
            hint="name a file that exists",
        ) from error
