"""Every domain has a certificate, or one that waits for DNS; none is requested twice (fault 54).

`share_out` says which certificates which region sees to, `ensure` sees to them, `tell` says what
people have to do in their DNS, and `parameters` what the stacks are given. DNS can take days, so
what is not issued yet fails nothing: its domain is left out, and the next run looks again.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from sam_deploy.aws import Aws, Certificate, Certificates, Zone, Zones
from sam_deploy.aws.certificates import FAILED, ISSUED, PENDING
from sam_deploy.errors import RefusedError, UnreachableError
from sam_deploy.events import Note, Report, Waiting
from sam_deploy.lanes import Stop
from sam_deploy.plan.domains import CertificateNeed

POLL_SECONDS: Final = 10.0
ZONE_SECONDS: Final = 300.0
"""How long DNS of our own is waited for; ACM mostly needs one to three minutes."""
RECORD_SECONDS: Final = 30.0
"""How long ACM may take to say which record it wants to see."""
RECORD_POLL_SECONDS: Final = 2.0
MOST_FAILED: Final = 3
"""So many failed certificates of one domain, and another request would fail, too."""
TOKEN_CHARACTERS: Final = 32


@dataclass(frozen=True, slots=True)
class Wanted:
    """A certificate that is needed, and the region in which it has to be."""

    need: CertificateNeed
    region: str


@dataclass(frozen=True, slots=True)
class Ensured:
    """What came of a certificate that is wanted."""

    wanted: Wanted
    certificate: Certificate
    in_zone: bool = False
    """Whether the record that proves the domain is in a hosted zone of ours."""
    zone_fits: bool = True
    """False when the hosted zone is not there or cannot hold the domain: a stack with the
    domain's record would be rolled back."""

    @property
    def arn(self) -> str:
        """Its ARN once it is issued; '' until then."""
        return self.certificate.arn if self.certificate.status == ISSUED else ""


def share_out(
    stacks: Iterable[tuple[Iterable[CertificateNeed], Iterable[str]]], home: str
) -> dict[str, tuple[Wanted, ...]]:
    """Return what each region sees to, given each stack's needs and the regions it goes to.

    What exists once, in us-east-1, is seen to with the home region, whatever is deployed there.
    """
    found: dict[str, dict[tuple[str, str], Wanted]] = {}
    for needs, regions in stacks:
        everywhere = tuple(regions)
        for need in needs:
            if need.used_in and need.used_in not in everywhere:
                continue
            for lane in (home,) if need.region else everywhere:
                wanted = Wanted(need, need.region or lane)
                found.setdefault(lane, {}).setdefault((need.domain_name, wanted.region), wanted)
    return {lane: tuple(each.values()) for lane, each in found.items()}


def parameters(
    needs: Iterable[CertificateNeed],
    region: str,
    ensured: Iterable[Ensured],
    standing: Mapping[str, str],
) -> dict[str, str]:
    """Return the ARN for each parameter of a stack in this region; '' for no domain yet.

    `standing` are the parameters of the stack as it is: a domain that stands keeps its
    certificate until another one is issued, whatever became of it. Without that, a certificate
    that has expired would take the domain away.
    """
    arns = {
        (each.wanted.need.domain_name, each.wanted.region): each.arn * each.zone_fits
        for each in ensured
    }
    return {
        need.parameter: arns.get((need.domain_name, need.region or region), "")
        or standing.get(need.parameter, "")
        for need in needs
        if need.parameter
    }


def arns(ensured: Iterable[Ensured], region: str) -> dict[str, str]:
    """Return domain name -> ARN of one region's certificates; '' of those not yet issued."""
    return {e.wanted.need.domain_name: e.arn for e in ensured if e.wanted.region == region}


def ensure(
    wanted: Iterable[Wanted],
    aws: Aws,
    *,
    tags: Mapping[str, str],
    report: Report,
    stop: Stop,
    wait_seconds: float | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[Ensured, ...]:
    """Each certificate is issued, or waits for DNS; records are in our zones where there are any.

    An issued or a pending one of exactly that domain is used as it is. Waits for what has a zone
    of ours, at most `wait_seconds` (five minutes when not given; given, for all of them). `clock`
    counts seconds. Raises `RefusedError` for a certificate that cannot be had.
    """
    run = _Run(aws, tags, report, stop)
    under_way = [run.begin(each) for each in wanted]
    started, told = clock(), False
    while True:
        under_way = [run.prove(each) for each in under_way]
        left = [_seconds_left(each, wait_seconds, clock() - started) for each in under_way]
        if not any(seconds > 0 for seconds in left):
            return tuple(under_way)
        if not told or max(left) > RECORD_SECONDS:
            report(_waiting(under_way, left))
            told = True
        no_record = any(s > 0 and _lacks_record(e) for e, s in zip(under_way, left, strict=True))
        stop.pause(min(RECORD_POLL_SECONDS if no_record else POLL_SECONDS, max(left)))
        under_way = [
            run.look_again(each) if seconds > 0 else each
            for each, seconds in zip(under_way, left, strict=True)
        ]


def _seconds_left(each: Ensured, wait_seconds: float | None, elapsed: float) -> float:
    """Return for how long a certificate is still waited for."""
    if each.certificate.status != PENDING:
        return 0.0
    at_most = wait_seconds if wait_seconds is not None else ZONE_SECONDS * each.in_zone
    if _lacks_record(each):
        at_most = max(at_most, RECORD_SECONDS)
    return at_most - elapsed


def _lacks_record(each: Ensured) -> bool:
    return each.certificate.record is None and not each.certificate.by_mail


def _waiting(under_way: list[Ensured], left: list[float]) -> Waiting:
    open_ones = [e.wanted for e, seconds in zip(under_way, left, strict=True) if seconds > 0]
    names = ", ".join(dict.fromkeys(f"`{each.need.domain_name}`" for each in open_ones))
    regions = ", ".join(dict.fromkeys(each.region for each in open_ones))
    what = f"DNS to validate the certificate of {names} ({regions})"
    return Waiting(what, max(left), open_ones[0].region)


@dataclass(slots=True)
class _Run:
    aws: Aws
    tags: Mapping[str, str]
    report: Report
    stop: Stop
    listed: dict[str, tuple[Certificate, ...]] = field(default_factory=dict)
    zones: dict[str, Zone | None] = field(default_factory=dict)

    def begin(self, wanted: Wanted) -> Ensured:
        """There is a certificate: found, or requested just now."""
        self.stop.check()
        acm = Certificates(self.aws, wanted.region)
        if wanted.region not in self.listed:
            self.listed[wanted.region] = acm.listed()
        same = of_domain(self.listed[wanted.region], wanted.need.domain_name)
        found = reusable(same) or self._request(acm, wanted, same)
        now = acm.describe(found.arn) or found
        return Ensured(wanted, now, zone_fits=self._zone_fits(wanted.need))

    def _request(
        self, acm: Certificates, wanted: Wanted, spent: tuple[Certificate, ...]
    ) -> Certificate:
        domain_name = wanted.need.domain_name
        refused = given_up(acm, wanted, spent)
        if refused is not None:
            raise refused
        # another token once there is one more that is of no use: for an hour the same token
        # would bring that one back
        known = (acm.region, domain_name, *sorted(each.arn for each in spent))
        token = hashlib.sha256("\n".join(known).encode()).hexdigest()[:TOKEN_CHARACTERS]
        tags = {**self.tags, "Environment": wanted.need.environment}
        try:
            arn = acm.request(domain_name, token, tags)
        except UnreachableError:
            # the answer may be lost although ACM has done it
            found = reusable(of_domain(acm.listed(), domain_name))
            if found is None:
                raise
            return found
        if spent:
            was = f"the one before is {spent[-1].status}"
            message = f"Requested a certificate of `{domain_name}` in `{acm.region}`; {was}"
            self.report(Note(message, region=acm.region))
        return Certificate(arn, domain_name, PENDING)

    def prove(self, each: Ensured) -> Ensured:
        """The record that ACM wants to see is in our zone, when there is one."""
        certificate, need = each.certificate, each.wanted.need
        if each.in_zone or certificate.status != PENDING or certificate.record is None:
            return each
        if not need.hosted_zone_id or not each.zone_fits:
            return each
        Zones(self.aws).put(need.hosted_zone_id, [certificate.record])
        return replace(each, in_zone=True)

    def _zone_fits(self, need: CertificateNeed) -> bool:
        if not need.hosted_zone_id:
            return True
        if need.hosted_zone_id not in self.zones:
            self.zones[need.hosted_zone_id] = Zones(self.aws).zone(need.hosted_zone_id)
        zone = self.zones[need.hosted_zone_id]
        return zone is not None and zone.covers(need.domain_name) and not zone.private

    def look_again(self, each: Ensured) -> Ensured:
        """Return the certificate as it is now. Raises `RefusedError` when it has failed."""
        acm = Certificates(self.aws, each.wanted.region)
        # none: ACM does not know everywhere yet what it has just been asked for
        now = acm.describe(each.certificate.arn) or each.certificate
        if now.status == FAILED:
            raise _failed(each.wanted, now)
        if now.status == ISSUED:
            message = f"The certificate of `{now.domain_name}` in `{acm.region}` is issued"
            self.report(Note(message, region=acm.region))
        return replace(each, certificate=now)


def of_domain(listed: Iterable[Certificate], domain_name: str) -> tuple[Certificate, ...]:
    """Return those of exactly that domain, the oldest first as far as their age is known."""
    same = [each for each in listed if each.domain_name == domain_name.lower()]
    dated = sorted(
        (each for each in same if each.created), key=lambda each: (str(each.created), each.arn)
    )
    return (*sorted((e for e in same if not e.created), key=lambda e: e.arn), *dated)


def reusable(same: Iterable[Certificate]) -> Certificate | None:
    """Return the one to use: issued before pending, in use before idle, old before new.

    Always the same of several, or a domain would change its certificate with every run.
    """
    usable = [each for each in same if each.status in {ISSUED, PENDING}]
    return min(usable, key=lambda e: (e.status != ISSUED, not e.in_use), default=None)


def given_up(acm: Certificates, wanted: Wanted, same: Iterable[Certificate]) -> RefusedError | None:
    """Return why no other one is requested, once several of the domain have failed."""
    failed = [each for each in same if each.status == FAILED]
    if len(failed) < MOST_FAILED:
        return None
    return _failed(wanted, acm.describe(failed[-1].arn) or failed[-1])


def _failed(wanted: Wanted, certificate: Certificate) -> RefusedError:
    domain_name, region = wanted.need.domain_name, wanted.region
    return RefusedError(
        f"AWS issues no certificate of `{domain_name}` in `{region}`",
        why=f"the request FAILED: {certificate.failure or 'no reason given'}",
        hint="correct that (CAA_ERROR: a CAA record of the domain must allow amazon.com), delete "
        f"it by `aws acm delete-certificate --region {region} --certificate-arn "
        f"{certificate.arn}`, then run the same command again",
    )
