"""Lets a command that is no deployment change an app while nobody else does."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from sam_deploy import provide
from sam_deploy.aws import Aws, Records
from sam_deploy.deploy import journal as journals
from sam_deploy.deploy import promotions
from sam_deploy.deploy.journal import Entry
from sam_deploy.deploy.lock import locked
from sam_deploy.deploy.owner import this_process
from sam_deploy.errors import RefusedError
from sam_deploy.lanes import Stop


@contextlib.contextmanager
def exclusive(
    name: str, home_region: str, aws: Aws, stop: Stop, *, command: str, account: str
) -> Iterator[Entry]:
    """The app's lock is held while the block runs; yields what the journal says.

    Raises `RefusedError` when somebody else holds it.
    """
    bucket = provide.artifact_bucket(name, account, home_region, aws)
    bucket.ensure_bucket()
    documents = Records(aws, home_region, bucket.bucket, account)
    caller = aws.caller(home_region)
    owner = this_process(command, caller.arn or caller.account)
    with locked(documents, name, owner, stop):
        promotions.refuse_open(documents, name)
        yield journals.read(documents, name).entry


def refuse_open(entry: Entry, what: str) -> None:
    """Raise `RefusedError` while a deployment has not come to its end."""
    if entry.is_open:
        raise RefusedError(
            f"{what} while a deployment is not finished",
            why=f"`{entry.command}`, begun {entry.started} by {entry.who}, may still need it",
            hint="run `sam-deploy resume` first",
        )
