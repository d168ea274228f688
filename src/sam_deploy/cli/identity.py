"""Which app a command is about, when nothing has to be built: its name and its home region."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sam_deploy.cli import sam_options, wiring
from sam_deploy.cli.options import Globals
from sam_deploy.cli.sam_options import SamChoice
from sam_deploy.cli.terminal import console as consoles

if TYPE_CHECKING:
    from sam_deploy.aws import Records
    from sam_deploy.cli.wiring import Place


@dataclass(frozen=True, slots=True)
class Identity:
    """Name of the app or of the template's stack, as artifact buckets have it."""

    name: str
    home_region: str
    runtime: str


def of_project(chosen: Globals, sam: SamChoice, regions: tuple[str, ...] = ()) -> Identity:
    """Return what the project's `deploy.py`, or a SAM template and its settings, say."""
    if sam_options.is_template(chosen, sam):
        from sam_deploy import sam as templates  # noqa: PLC0415 - costs yaml

        found = sam_options.prepared(chosen, sam, regions, deploying=True)
        planned = templates.plan(found.template, found.request)
        if found.profile:
            # the credentials are those that samconfig or the command line names
            os.environ["AWS_PROFILE"] = found.profile
        return Identity(planned.name, planned.home_region, found.runtime)
    from sam_deploy import config  # noqa: PLC0415 - costs pydantic

    app = config.load(chosen.project)
    return Identity(app.name, app.home_region, app.runtime)


def reach(
    chosen: Globals,
    who: Identity,
    target: str | None,
    why_not: str = wiring.NOTHING_THERE,
    *,
    writing: bool = True,
) -> Place:
    """Return the place, without starting an embedded cloud: an empty one has nothing to tell.

    Raises `RefusedError` when it does not run; `why_not` says what follows from that. A command
    that is `writing` has to be told the target where there is no terminal (`ConfigError`).
    """
    named, _ = wiring.choose_target(chosen, target, writing=writing)
    return wiring.look_or_refuse(chosen, named, who.runtime, "deploy", why_not)


def records(who: Identity, place: Place) -> Records:
    """Return where lock and journal are. Raises `RefusedError` for another account."""
    from sam_deploy import provide  # noqa: PLC0415 - boto3
    from sam_deploy.aws import Records  # noqa: PLC0415 - the same

    account = provide.guard_account(place.aws, who.home_region, place.expected_account)
    bucket = provide.artifact_bucket(who.name, account, who.home_region, place.aws)
    return Records(place.aws, who.home_region, bucket.bucket, account)


def quiet() -> consoles.Console:
    """Return a console for a command that only says what it found."""
    return consoles.make("plain")
