"""What an app shares on AWS: its artifact bucket, lock and journal, and the mails of its codes."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator

from sam_deploy.aws import Aws, Mail, Records
from sam_deploy.cli.doctor.finding import Finding, of_error, ok, problem, warning
from sam_deploy.config.model import Promotion
from sam_deploy.deploy import journal, lock
from sam_deploy.deploy.way_on import way_on
from sam_deploy.errors import IncompleteError, SamDeployError


def bucket(records: Records) -> Iterator[Finding]:
    """Find whether the artifact bucket can be read; where there is none, a deployment makes it."""
    try:
        found = any(True for _ in records.keys("locks/")) or any(True for _ in records.keys(""))
    except SamDeployError as error:
        yield of_error("artifacts", error)
        return
    state = "can be read" if found else "is empty, or not there yet: the first deployment makes it"
    yield ok("artifacts", f"`{records.bucket}` in {records.region} {state}")


def held(records: Records, name: str, now: float | None = None) -> Iterator[Finding]:
    """Find a lock that is left over, and a deployment or promotion that was not finished."""
    at = time.time() if now is None else now
    found = lock.look(records, name)
    if found is None:
        yield ok("lock", "nobody deploys")
    elif found.expired(at):
        yield warning(
            "lock",
            f"`{found.owner.command}` of {found.owner.who} on {found.owner.host} has it and gave "
            f"no sign of life for {found.silence(at):.0f} s",
            f"when that process is gone: `sam-deploy unlock {found.owner.id}`",
        )
    else:
        yield warning(
            "lock",
            f"`{found.owner.command}` of {found.owner.who} on {found.owner.host} is at work",
            "wait until it has ended, or deploy with `--wait`",
        )


def unfinished(records: Records, name: str) -> Iterator[Finding]:
    """Find a deployment or a promotion that has not come to its end; each has its journal."""
    entries = [journal.read(records, each).entry for each in (name, journal.release_name(name))]
    for entry in (each for each in entries if each.is_open):
        yield problem(
            "journal",
            f"a {entry.kind} of {entry.who or 'somebody'}, begun {entry.started or 'earlier'}, is "
            "not finished",
            "run `sam-deploy destroy` again: it goes on"
            if entry.kind == "destroy"
            else f"`sam-deploy {shlex.join(way_on(entry))}` goes on with it",
            IncompleteError.exit_code,
        )
    if not any(each.is_open for each in entries):
        yield ok("journal", "nothing is unfinished")


def mail(aws: Aws, home_region: str, promotion: Promotion | None) -> Iterator[Finding]:
    """Find whether SES would send one-time codes: the sender verified, out of the sandbox."""
    if promotion is None or promotion.broker:
        return
    region = promotion.region or home_region
    try:
        found = Mail(aws, region).sending(promotion.sender)
    except SamDeployError as error:
        yield warning(
            "mail", f"SES in {region} could not be asked: {error}", "see whether codes can be sent"
        )
        return
    identity = f"aws sesv2 create-email-identity --region {region} --email-identity"
    if not found.enabled:
        yield problem(
            "mail", f"AWS has paused sending in {region}", "ask AWS support for the cause"
        )
    if not found.verified:
        yield problem(
            "mail",
            f"{promotion.sender} is not verified by SES in {region}: no one-time code can be sent",
            f"`{identity} {promotion.sender}`, and follow the mail that comes",
        )
    if not found.production:
        yield warning(
            "mail",
            f"SES in {region} is in its sandbox: it sends to verified recipients only",
            f"verify each (`{identity} ADDRESS`), or ask for production access in the console",
        )
    if found.enabled and found.verified and found.production:
        yield ok("mail", f"SES in {region} sends codes from {promotion.sender}")
