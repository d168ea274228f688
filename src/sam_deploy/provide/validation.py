"""Says how certificates stand: what people have to put into their DNS, and what is in the way.

`tell` and `summary` speak of what `certificates.ensure` did; `look` looks without writing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sam_deploy.aws import Aws, Certificate, Certificates, Zones
from sam_deploy.aws.certificates import PENDING
from sam_deploy.errors import RefusedError
from sam_deploy.events import Listing, Note, Report
from sam_deploy.plan.domains import CertificateNeed
from sam_deploy.provide.certificates import Ensured, Wanted, given_up, of_domain, reusable

COLUMNS = ("name", "type", "value")


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at certificates and zones found."""

    problems: tuple[RefusedError, ...]
    """What would stop a deployment."""
    remarks: tuple[str, ...]
    """What is not as it will be: missing, pending, of no more use."""
    certificates: tuple[Ensured, ...]
    """Those that would be used as they are."""


def summary(ensured: Iterable[Ensured]) -> str:
    """Return "2 issued, 1 waiting for DNS"; "none" for no certificates."""
    every = tuple(ensured)
    issued = sum(bool(each.arn) for each in every)
    counts = ((issued, "issued"), (len(every) - issued, "waiting for DNS"))
    return ", ".join(f"{count} {word}" for count, word in counts if count) or "none"


def tell(ensured: Iterable[Ensured], report: Report) -> None:
    """Report the records that are to be copied, all in one table, and what is left out.

    ACM asks for the same record in every region, so it is told once.
    """
    every = tuple(ensured)
    astray = [each for each in every if not each.zone_fits]
    if astray:
        zones = ", ".join(dict.fromkeys(f"`{e.wanted.need.hosted_zone_id}`" for e in astray))
        what = f"Hosted zone {zones} is not here or cannot hold {_names(astray)}"
        report(Note(f"{what}: the stacks are deployed without these addresses", "warning"))
    waiting = [each for each in every if not each.arn]
    if not waiting:
        return
    rows: dict[tuple[str, ...], None] = {}
    for each in waiting:
        record = each.certificate.record
        if record is not None and each.certificate.status == PENDING and not each.in_zone:
            rows[record.name, record.kind, record.value] = None
    if rows:
        title = "Put these records into your DNS and leave them there: they renew certificates, too"
        report(Listing(title, COLUMNS, tuple(rows)))
    mailed = [each for each in waiting if each.certificate.by_mail]
    if mailed:
        report(Note(f"AWS asked the owner of {_names(mailed)} by mail; the link in it validates"))
    report(
        Note(
            f"Left out until their certificates are issued: {_names(waiting)}. Everything else "
            "goes on; once DNS answers (minutes, seldom hours), run the same command again",
            "warning",
        )
    )


def _names(ensured: Iterable[Ensured]) -> str:
    return ", ".join(dict.fromkeys(f"`{e.wanted.need.domain_name}`" for e in ensured))


def look(wanted: Iterable[Wanted], aws: Aws) -> Looked:
    """Return how each certificate stands and whether each zone is there. Writes nothing."""
    every = tuple(wanted)
    problems: list[RefusedError] = []
    remarks: list[str] = []
    used: list[Ensured] = []
    for region in dict.fromkeys(each.region for each in every):
        here = [each for each in every if each.region == region]
        try:
            _look_in(here, Certificates(aws, region), problems, remarks, used)
        except RefusedError as error:  # may not be read
            problems.append(error)
    try:
        problems += _zones({each.need: None for each in every}, Zones(aws))
    except RefusedError as error:
        problems.append(error)
    return Looked(tuple(problems), tuple(remarks), tuple(used))


def _look_in(
    wanted: list[Wanted],
    acm: Certificates,
    problems: list[RefusedError],
    remarks: list[str],
    used: list[Ensured],
) -> None:
    listed = acm.listed()
    for each in wanted:
        same = of_domain(listed, each.need.domain_name)
        found = reusable(same)
        if found is not None:
            used.append(Ensured(each, found))
            if found.status == PENDING:
                remarks.append(_pending(each, found))
            continue
        refused = given_up(acm, each, same)
        if refused is not None:
            problems.append(refused)
            continue
        state = f"is {same[-1].status}; another" if same else "is missing; it"
        where = f"`{each.need.domain_name}` in `{acm.region}`"
        remarks.append(f"the certificate of {where} {state} will be requested")


def _pending(wanted: Wanted, found: Certificate) -> str:
    since = f" since {found.created:%Y-%m-%d %H:%M}" if found.created else ""
    where = f"`{wanted.need.domain_name}` in `{wanted.region}`"
    return f"the certificate of {where} has been waiting for DNS{since}"


def _zones(needs: Iterable[CertificateNeed], zones: Zones) -> list[RefusedError]:
    """Return what is wrong with the hosted zones that records have to go into."""
    found: list[RefusedError] = []
    by_zone: dict[str, list[str]] = {}
    for need in needs:
        if need.hosted_zone_id:
            by_zone.setdefault(need.hosted_zone_id, []).append(need.domain_name)
    for zone_id, domains in by_zone.items():
        zone = zones.zone(zone_id)
        outside = [e for e in dict.fromkeys(domains) if zone is None or not zone.covers(e)]
        if zone is None:
            why = "Route 53 knows no zone of that id in this account"
        elif zone.private:
            why = f"the zone of `{zone.name}` is private; AWS could not see the records"
        elif outside:
            names = ", ".join(f"`{each}`" for each in outside)
            why = f"it is the zone of `{zone.name}`, which {names} cannot be in"
        else:
            continue
        hint = "correct `hosted_zone_id` in `deploy.py`, or leave it out and keep DNS yourself"
        found.append(
            RefusedError(f"Records cannot go into hosted zone `{zone_id}`", why=why, hint=hint)
        )
    return found
