"""Sign-in pages answer under the app's own domain, once the stack of their pool stands.

The name is global and its certificate is of us-east-1, so no template holds it (C06, C36).
`check` refuses before any stack changes what `ensure` could not do afterwards (fault 55).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from sam_deploy.aws import Aws, AwsCallError, CloudFormation, PoolDomain, Pools, Zones
from sam_deploy.aws.pools import INVALID
from sam_deploy.errors import IncompleteError, RefusedError, SamDeployError, UnreachableError
from sam_deploy.events import Listing, Note, Report, Waiting
from sam_deploy.lanes import Stop
from sam_deploy.plan.domains import CERTIFICATES_OF_CLOUDFRONT, PoolDomainNeed

WAIT_SECONDS: Final = 600.0
"""Cognito says five minutes. Source: CreateUserPoolDomain."""
POLL_SECONDS: Final = 10.0
ACTIVE, FAILED, DELETING = "ACTIVE", "FAILED", "DELETING"
AGAIN: Final = "then run the same command again"


def check(
    needs: Iterable[PoolDomainNeed],
    stack_name: str,
    certificate_arns: Mapping[str, str],
    aws: Aws,
) -> tuple[RefusedError, ...]:
    """Return why a pool could not have its domain. Writes nothing.

    `certificate_arns` maps domain names to what is issued already. Unseen stays a domain that
    another account or another region's pool has: only Cognito's refusal tells of it.
    """
    found: list[RefusedError] = []
    for need in needs:
        try:
            refused = _objection(need, stack_name, certificate_arns.get(need.domain_name, ""), aws)
        except RefusedError as error:  # may not be read
            refused = error
        if refused is not None:
            found.append(refused)
    return tuple(found)


def _objection(
    need: PoolDomainNeed, stack_name: str, certificate_arn: str, aws: Aws
) -> RefusedError | None:
    what = f"`{need.pool}` cannot answer as `{need.domain_name}`"
    if certificate_arn and certificate_arn.split(":")[3] != CERTIFICATES_OF_CLOUDFRONT:
        return RefusedError(
            what,
            why=f"`{certificate_arn}` is not of {CERTIFICATES_OF_CLOUDFRONT}, the only region "
            "from which Cognito takes certificates",
            hint=f"request one there: `aws acm request-certificate --region "
            f"{CERTIFICATES_OF_CLOUDFRONT} --validation-method DNS "
            f"--domain-name {need.domain_name}`, {AGAIN}",
        )
    pools = Pools(aws, need.region)
    pool_id = CloudFormation(aws, need.region).physical_id(stack_name, need.pool)
    there = pools.domain(need.domain_name)
    if there is not None and there.pool_id != pool_id:
        owner = f"`{there.pool_id}` in `{need.region}` has that domain"
        return RefusedError(what, why=f"the pool {owner}", hint=_take_away(there, need.region))
    if there is not None and there.status in {FAILED, DELETING}:
        return RefusedError(what, why=f"its domain is {there.status}", hint=_way_out(there, need))
    other = pools.custom_domain_of(pool_id) if pool_id and there is None else ""
    if pool_id and other and other != need.domain_name:
        taken = PoolDomain(other, pool_id, "", "")
        why = f"the pool answers as `{other}`, and Cognito gives a pool one domain only"
        return RefusedError(what, why=why, hint=_take_away(taken, need.region))
    return None


def _take_away(domain: PoolDomain, region: str) -> str:
    return (
        f"`aws cognito-idp delete-user-pool-domain --region {region} --user-pool-id "
        f"{domain.pool_id} --domain {domain.domain_name}` takes it away; {AGAIN}. Or give the "
        "pool another `domain_label` in `deploy.py`"
    )


def _way_out(domain: PoolDomain, need: PoolDomainNeed) -> str:
    if domain.status == DELETING:
        return f"wait until Cognito has deleted it (up to 15 minutes), {AGAIN}"
    return _take_away(domain, need.region)


def ensure(
    needs: Iterable[PoolDomainNeed],
    stack_name: str,
    region: str,
    certificate_arns: Mapping[str, str],
    aws: Aws,
    *,
    report: Report,
    stop: Stop,
    wait_seconds: float = WAIT_SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[PoolDomain, ...]:
    """Every pool of this region whose certificate is issued has its domain, and DNS its record.

    Waits until they are ACTIVE, at most `wait_seconds`; one that takes longer is told and goes on
    by itself. `clock` counts seconds. Raises `IncompleteError` when one is refused or FAILED: the
    stack stands by then.
    """
    work = _Work(stack_name, Pools(aws, region), aws, report)
    mine = [each for each in needs if each.region == region]
    made: dict[str, PoolDomain] = {}
    for need in mine:
        stop.check()
        found = work.have(need, certificate_arns.get(need.domain_name, ""))
        if found is not None:
            made[need.domain_name] = found
    deadline = clock() + wait_seconds
    while waiting := [each for each in made.values() if each.status != ACTIVE]:
        left = deadline - clock()
        names = ", ".join(f"`{each.domain_name}`" for each in waiting)
        if left <= 0:
            message = f"{names} is not ACTIVE yet; Cognito goes on, and the next run looks again"
            report(Note(message, "warning", region))
            break
        report(Waiting(f"Cognito to bring up {names}", left, region))
        stop.pause(min(POLL_SECONDS, left))
        for each in waiting:
            made[each.domain_name] = work.again(each)
    for name in work.unled & made.keys():
        work.lead(next(each for each in mine if each.domain_name == name), made[name])
    return tuple(made.values())


@dataclass(frozen=True, slots=True)
class _Work:
    stack_name: str
    pools: Pools
    aws: Aws
    report: Report
    unled: set[str] = field(default_factory=set)
    """New domains of which Cognito did not say yet where their record has to lead."""

    def have(self, need: PoolDomainNeed, certificate_arn: str) -> PoolDomain | None:
        """The domain is there or on its way; nothing as long as it has no certificate."""
        if not certificate_arn:
            return None
        region = self.pools.region
        pool_id = CloudFormation(self.aws, region).physical_id(self.stack_name, need.pool)
        if pool_id is None:
            message = f"`{self.stack_name}` has no `{need.pool}`: `{need.domain_name}` is left out"
            self.report(Note(message, "warning", region))
            return None
        there = self.pools.domain(need.domain_name)
        if there is None:
            made = self._create(need, pool_id, certificate_arn)
            if made is not None:
                self.lead(need, made)
            return made
        if there.pool_id != pool_id:
            why = f"the pool `{there.pool_id}` has that domain"
            raise self._refused(need.domain_name, why, _take_away(there, region))
        self._alive(there)
        if need.hosted_zone_id or there.status != ACTIVE:
            self.lead(need, there)
        if there.certificate_arn in {"", certificate_arn} or there.status != ACTIVE:
            return there
        self.pools.change_certificate(there, certificate_arn)
        return self.pools.domain(need.domain_name) or there

    def _create(
        self, need: PoolDomainNeed, pool_id: str, certificate_arn: str
    ) -> PoolDomain | None:
        refused: SamDeployError | None = None
        try:
            self.pools.create_domain(need.domain_name, pool_id, certificate_arn)
        except (AwsCallError, UnreachableError) as error:
            refused = error
        # also after an error: the answer may be lost although Cognito has done it
        there = self.pools.domain(need.domain_name)
        if there is not None and there.pool_id == pool_id:
            return there
        if refused is None:
            return PoolDomain(need.domain_name, pool_id, "CREATING", "", certificate_arn)
        if not isinstance(refused, AwsCallError) or refused.code != INVALID:
            raise refused
        parent = need.domain_name.partition(".")[2]
        if "resolve" in refused.message:
            self.report(
                Note(
                    f"`{need.domain_name}` is left out: Cognito wants `{parent}` to have an A "
                    f"record first ({refused.message}). Make one, {AGAIN}",
                    "warning",
                    self.pools.region,
                )
            )
            return None
        hint = "free the name there, or give the pool another `domain_label` in `deploy.py`"
        raise self._refused(need.domain_name, refused.message, f"{hint}; {AGAIN}")

    def again(self, before: PoolDomain) -> PoolDomain:
        """Return the domain as it is now. Raises `IncompleteError` when it has failed (R103)."""
        now = self.pools.domain(before.domain_name)
        if now is None:
            return before
        self._alive(now)
        if now.status == ACTIVE:
            message = f"`{now.domain_name}` is ACTIVE"
            self.report(Note(message, region=self.pools.region))
        return now

    def _alive(self, domain: PoolDomain) -> None:
        if domain.status == FAILED:
            hint = _take_away(domain, self.pools.region)
            raise self._refused(domain.domain_name, "its status is FAILED", hint)
        if domain.status == DELETING:
            hint = f"wait until Cognito has deleted it (up to 15 minutes), {AGAIN}"
            raise self._refused(domain.domain_name, "its status is DELETING", hint)

    def _refused(self, domain_name: str, why: str, hint: str) -> IncompleteError:
        return IncompleteError(
            f"`{domain_name}` does not lead to its user pool in `{self.pools.region}`",
            why=why,
            state=f"`{self.stack_name}` is deployed; sign-in pages have no address of their own",
            hint=hint,
        )

    def lead(self, need: PoolDomainNeed, there: PoolDomain) -> None:
        """DNS leads to the pages, or people are told which record does."""
        if not there.distribution:
            self.unled.add(need.domain_name)
            return
        if need.hosted_zone_id:
            zones = Zones(self.aws)
            zone = zones.zone(need.hosted_zone_id)
            if zone is not None and zone.covers(need.domain_name) and not zone.private:
                zones.put_alias(need.hosted_zone_id, need.domain_name, there.distribution)
                return
        if self.aws.endpoint.target == "embedded":
            return  # nobody else's DNS leads to a laptop
        row = (need.domain_name, "CNAME", there.distribution)
        title = "Put this record into your DNS, so that sign-in pages can be reached"
        self.report(Listing(title, ("name", "type", "value"), (row,)))
