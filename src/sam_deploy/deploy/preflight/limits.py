"""Whether the account has room for what comes: Lambda's concurrency and code, stacks, buckets.

May call: GetAccountSettings once a region whose functions change; DescribeAccountLimits and
ListStacks (a page a hundred stacks) once a region with a new stack; ListBuckets once when a bucket
is new.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sam_deploy.amounts import bytes_text, plural
from sam_deploy.aws.prerequisites import LambdaAccount, Prerequisites
from sam_deploy.deploy.preflight.asking import ask, on_aws
from sam_deploy.deploy.preflight.changing import Changing, Document, changing
from sam_deploy.deploy.preflight.facts import Facts, Finding
from sam_deploy.deploy.preflight.named import new_names
from sam_deploy.errors import RefusedError
from sam_deploy.manifest import Manifest

KEPT_FREE: Final = 100
"""Calls at once that no function may reserve. Source: Lambda API PutFunctionConcurrency."""
NEARLY: Final = 0.9
BUCKETS_MOST: Final = 10_000
"""Buckets of an account, unless AWS was asked for more. Source: Amazon S3 endpoints and quotas."""
FUNCTIONS: Final = frozenset({"AWS::Lambda::Function", "AWS::Serverless::Function"})
UNKNOWN: Final = "whether there is room below AWS's quotas is not known"


def limits(facts: Facts) -> Iterator[Finding]:
    """Yield what the account has no room for. Quotas of another endpoint than AWS mean nothing."""
    if not on_aws(facts):
        return
    changes = changing(facts)
    by_region = {
        region: [each for each in changes if each.region == region]
        for region in dict.fromkeys(each.region for each in changes)
    }
    yield from _lambda(facts, by_region)
    yield from _stacks(facts, by_region)
    yield from _buckets(facts, changes)


def _lambda(facts: Facts, by_region: dict[str, list[Changing]]) -> Iterator[Finding]:
    needs = {
        region: (
            sum(map(reserved_more, changes)),
            sum(code_more(c, facts.manifest) for c in changes),
        )
        for region, changes in by_region.items()
    }
    accounts, untold = ask(
        facts,
        {
            region: Prerequisites(facts.aws, region).lambda_account
            for region, (reserved, code) in needs.items()
            if reserved > 0 or code
        },
        UNKNOWN,
    )
    yield from untold
    for region, account in accounts.items():
        yield from concurrency(region, account, needs[region][0])
        yield from code_size(region, account, needs[region][1])


def reserved_more(change: Changing) -> int:
    """Return how many calls at once are reserved that were not before. Pure."""
    return _reserved(change.after) - _reserved(change.before)


def _reserved(document: Document) -> int:
    given = (
        document.property(logical_id, "ReservedConcurrentExecutions")
        for logical_id in document.resources
        if document.kind(logical_id) in FUNCTIONS and document.made(logical_id)
    )
    return sum(int(each) for each in given if str(each).isdigit())


def code_more(change: Changing, manifest: Manifest) -> int:
    """Return the bytes of archives that functions get, each once more as a version. Pure."""
    before = change.live.template
    return sum(
        each.size_bytes * change.template.body.count(each.object_key)
        for each in manifest.needs.archives
        if each.object_key not in before
    )


def concurrency(region: str, account: LambdaAccount, more: int) -> Iterator[Finding]:
    """Yield an error when too few calls at once would be left for everybody else. Pure."""
    left = account.unreserved - more
    # AWS keeps a hundred free, or all there is in accounts that have less
    kept = min(KEPT_FREE, account.concurrency)
    if more > 0 and left < kept:
        yield Finding(
            error=RefusedError(
                f"Lambda cannot reserve {more} more calls at once in `{region}`",
                why=f"{account.unreserved} of {account.concurrency} are not reserved, and {kept} "
                "must stay so",
                hint="lower `reserved_concurrency`, or ask AWS for a higher quota (Lambda, "
                "Concurrent executions)",
            ),
            region=region,
        )


def code_size(region: str, account: LambdaAccount, more: int) -> Iterator[Finding]:
    """Yield an error when the archives would not fit, a warning when it gets narrow. Pure."""
    then, most = account.code_bytes + more, account.code_bytes_most
    stands = f"{bytes_text(account.code_bytes)} of {bytes_text(most)}"
    if more and then > most:
        yield Finding(
            error=RefusedError(
                f"Lambda has no room for {bytes_text(more)} more code in `{region}`",
                why=f"functions, versions and layers take {stands}",
                hint="delete old versions and layers, or ask AWS for a higher quota (Lambda, "
                "Function and layer storage)",
            ),
            region=region,
        )
    elif more and then > NEARLY * most:
        yield Finding(warning=f"code of Lambda takes {stands} in `{region}`", region=region)


def _stacks(facts: Facts, by_region: dict[str, list[Changing]]) -> Iterator[Finding]:
    new = {region: sum(each.is_new for each in found) for region, found in by_region.items()}
    places = {region: Prerequisites(facts.aws, region) for region, count in new.items() if count}
    most, untold = ask(facts, {k: each.stack_limit for k, each in places.items()}, UNKNOWN)
    yield from untold
    limited = {region: places[region].stacks for region, limit in most.items() if limit}
    counts, untold = ask(facts, limited, UNKNOWN)
    yield from untold
    for region, count in counts.items():
        yield from stacks_fit(region, count, new[region], most[region])


def stacks_fit(region: str, count: int, new: int, most: int) -> Iterator[Finding]:
    """Yield an error when there may not be so many stacks. Pure."""
    if count + new > most:
        yield Finding(
            error=RefusedError(
                f"CloudFormation takes no {plural(new, 'more stack')} in `{region}`",
                why=f"there are {count}, and this account may have {most}",
                hint="delete stacks that nobody needs, or ask AWS for a higher quota "
                "(CloudFormation, Stack count)",
            ),
            region=region,
        )


def _buckets(facts: Facts, changes: Sequence[Changing]) -> Iterator[Finding]:
    new = sum(each.thing == "bucket" for change in changes for each in new_names(change))
    home = facts.manifest.home_region
    asked = {home: Prerequisites(facts.aws, home).buckets} if new else {}
    counts, untold = ask(facts, asked, UNKNOWN)
    yield from untold
    for count in counts.values():
        yield from buckets_fit(count, new)


def buckets_fit(count: int, new: int) -> Iterator[Finding]:
    """Yield a warning when the account may have no more buckets. Pure."""
    if count + new > BUCKETS_MOST:
        yield Finding(
            warning=f"the account has {count:,} buckets and gets {new} more; unless AWS was asked "
            f"for more, it may have {BUCKETS_MOST:,}"
        )
