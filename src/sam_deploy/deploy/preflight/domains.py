"""Whether certificates can be had, and the addresses of user pools are free (faults 54, 55)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sam_deploy.deploy import pool_domains
from sam_deploy.deploy.preflight.facts import Facts, Finding
from sam_deploy.plan.domains import CERTIFICATES_OF_CLOUDFRONT
from sam_deploy.provide import certificates, validation
from sam_deploy.provide.certificates import Wanted


def domains(facts: Facts) -> Iterator[Finding]:
    """Yield what would keep a domain from being made; asks nothing when no stack changes.

    A certificate that only waits for DNS is in nobody's way: its domain is left out until then.
    """
    manifest = facts.manifest
    changing = [
        place for place in manifest.places if place in facts.survey.live and facts.changes(place)
    ]
    if not changing:
        return
    needs = [(manifest.templates[each.name].certificates, each.regions) for each in manifest.stacks]
    shared = certificates.share_out(needs, manifest.home_region)
    # the zone has a check of its own, which knows whether it can be there at all
    wanted = [_without_zone(each) for lane in shared.values() for each in lane]
    looked = validation.look(wanted, facts.aws)
    for problem in looked.problems:
        yield Finding(error=problem)
    arns = certificates.arns(looked.certificates, CERTIFICATES_OF_CLOUDFRONT)
    for name, region in changing:
        mine = [each for each in manifest.templates[name].pool_domains if each.region == region]
        for problem in pool_domains.check(mine, name, arns, facts.aws):
            yield Finding(error=problem, region=region)


def _without_zone(wanted: Wanted) -> Wanted:
    return Wanted(replace(wanted.need, hosted_zone_id=""), wanted.region)
