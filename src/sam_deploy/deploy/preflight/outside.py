"""What the app leans on that no stack makes: who sends its mail, and the zone of its domain.

May call, when anything changes: GetEmailIdentity once or twice, GetAccount (SES), GetHostedZone.
"""

from __future__ import annotations

from collections.abc import Iterator

from sam_deploy.aws import Zone, Zones
from sam_deploy.aws.prerequisites import Prerequisites
from sam_deploy.deploy.preflight.asking import ask, on_aws
from sam_deploy.deploy.preflight.changing import changing
from sam_deploy.deploy.preflight.facts import Facts, Finding
from sam_deploy.errors import RefusedError
from sam_deploy.manifest import Outside


def sender(facts: Facts) -> Iterator[Finding]:
    """Yield a warning when the code of a promotion could not be sent. No deployment needs it."""
    outside = facts.manifest.outside
    if not outside.sender or not on_aws(facts) or not changing(facts):
        return
    mail = Prerequisites(facts.aws, outside.sender_region)
    domain = outside.sender.rpartition("@")[2]

    def verified() -> bool:
        return mail.may_send_as(outside.sender) or mail.may_send_as(domain)

    answers, untold = ask(
        facts,
        {"verified": verified, "sandbox": mail.in_mail_sandbox},
        "whether codes of promotions can be sent is not known",
    )
    yield from untold
    yield from mail_trouble(
        outside, verified=answers.get("verified", True), sandbox=answers.get("sandbox", False)
    )


def mail_trouble(outside: Outside, *, verified: bool, sandbox: bool) -> Iterator[Finding]:
    """Yield what will be in the way of the first promotion. Pure."""
    region = outside.sender_region
    if not verified:
        yield Finding(
            warning=f"SES does not know `{outside.sender}` in `{region}`, so that no promotion "
            f"could send its code; verify it: `aws sesv2 create-email-identity --region {region} "
            f"--email-identity {outside.sender}`",
            region=region,
        )
    if sandbox:
        yield Finding(
            warning=f"SES is in its sandbox in `{region}`: codes of promotions reach verified "
            "addresses only",
            region=region,
        )


def zone(facts: Facts) -> Iterator[Finding]:
    """Yield an error when the hosted zone is not there, or not that of the app's domain."""
    outside = facts.manifest.outside
    if not outside.hosted_zone_id or not on_aws(facts) or not changing(facts):
        return
    zones = Zones(facts.aws)
    answers, untold = ask(
        facts,
        {"zone": lambda: zones.zone(outside.hosted_zone_id)},
        f"whether `{outside.hosted_zone_id}` is the zone of `{outside.domain}` is not known",
    )
    yield from untold
    if "zone" in answers:
        yield from zone_trouble(outside, answers["zone"])


def zone_trouble(outside: Outside, found: Zone | None) -> Iterator[Finding]:
    """Yield what is wrong with a zone. Pure."""
    named = f"Hosted zone `{outside.hosted_zone_id}`"
    hint = "`aws route53 list-hosted-zones` shows the right one; correct `hosted_zone_id`"
    if found is None:
        why = "this account has none of that id, so that no address of an API could be written"
        yield Finding(error=RefusedError(f"{named} does not exist", why=why, hint=hint))
    elif outside.domain and not found.covers(outside.domain):
        why = f"it is that of `{found.name}`"
        what = f"{named} is not that of `{outside.domain}`"
        yield Finding(error=RefusedError(what, why=why, hint=hint))
    elif found.private:
        yield Finding(
            warning=f"{named} is private: only its networks will find the app's addresses"
        )
