"""What AWS's refusals mean, and the way out of each. Pure: codes and messages in, words out."""

from __future__ import annotations

import re
from typing import Final

OPT_IN_REGIONS: Final = frozenset(
    {"af-south-1", "ap-east-1", "ap-east-2", "ap-south-2", "ap-southeast-3", "ap-southeast-4"}
    | {"ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-west-1", "eu-central-2"}
    | {"eu-south-1", "eu-south-2", "il-central-1", "me-central-1", "me-south-1", "mx-central-1"}
)
"""Regions that an account has to enable. Source: Account Management reference guide, "Enable or
disable AWS Regions in your account"."""
SET_CLOCK: Final = "set the clock (`sudo timedatectl set-ntp true`, in WSL `sudo hwclock -s`)"
_SKEWED: Final = frozenset({"RequestTimeTooSkewed", "RequestInTheFuture"})
_LATE: Final = re.compile(r"Signature (expired|not yet current)|is (?:earlier|later) than|skewed")
_DENIED: Final = re.compile(
    r"not authorized to perform: (?P<action>[\w-]+:\w+)(?: on resource: (?P<resource>\S+))?"
)
_POLICIES: Final = (
    (
        "service control policy",
        "a service control policy of the organization forbids {what}: ask whoever keeps it",
    ),
    (
        "resource control policy",
        "a resource control policy of the organization forbids {what}: ask whoever keeps it",
    ),
    ("permissions boundary", "add {what} to the permissions boundary of that user or role"),
    ("session policy", "the policy of the session lacks {what}: assume the role without it"),
    ("vpc endpoint policy", "add {what} to the policy of the VPC endpoint"),
    ("resource-based policy", "look at the policy of the resource itself: it decides about {what}"),
    ("explicit deny", "take {what} out of the `Deny` statement in a policy of that user or role"),
)
"""Words of AWS in a refusal -> which policy to look at. Source: IAM user guide, "Troubleshoot
access denied error messages"."""
_WAYS: Final = {
    "ServiceQuotaExceededException": "ask for more in Service Quotas, or remove what is not needed",
    "CodeStorageExceededException": "`sam-deploy layers prune` removes old layer versions; old "
    "function versions can be deleted, or ask for more in Service Quotas",
    "InsufficientCapabilitiesException": "name it: `--capabilities CAPABILITY_NAMED_IAM`",
    "InsufficientCapabilities": "name it: `--capabilities CAPABILITY_NAMED_IAM`",
    "ResourceConflictException": "something else changes it at the moment: wait a minute, then run "
    "the same command again",
    "OperationAbortedException": "something else changes it at the moment: wait a minute, then run "
    "the same command again",
    "NoSuchBucket": "`sam-deploy deploy` makes the artifact bucket anew; another bucket must be "
    "made first",
    "KMSAccessDeniedException": "let the role use the key: `kms:Decrypt` in its policy, and the "
    "role in the key's policy",
    "ParamValidationError": "correct the value that it names",
    "NoRegionError": "name a region in `deploy.py`, or set AWS_REGION",
}


def clock_is_wrong(code: str, message: str) -> bool:
    """Whether AWS refuses a signature for its time only."""
    return code in _SKEWED or ("ignature" in code and bool(_LATE.search(message)))


def renewal(region: str) -> str:
    """Return what to do when credentials are not taken in a region."""
    renewed = "renew them (`aws sso login`, or new keys), then run the same command again"
    if region not in OPT_IN_REGIONS:
        return renewed
    return f"{renewed}; a region that is not enabled answers like this, too: {enabling(region)}"


def enabling(region: str) -> str:
    """Return how a region is enabled for the account."""
    return f"`aws account enable-region --region-name {region}` enables it, in some minutes"


def denied_action(message: str, asked: str) -> tuple[str, str]:
    """Return the action that IAM misses and its resource; that of the call where it names none."""
    found = _DENIED.search(message)
    if found is None:
        return asked, ""
    return found["action"], (found["resource"] or "").rstrip(".,")


def way_to(action: str, resource: str, message: str) -> str:
    """Return which policy has to change so that an action is allowed."""
    what = f"`{action}`" + (f" on `{resource}`" if resource and resource != "*" else "")
    told = message.lower()
    for words, way in _POLICIES:
        if words in told:
            return way.format(what=what)
    return (
        f"give them the permission {what} in a policy of that user or role, "
        "or use another AWS_PROFILE"
    )


def way_out(code: str, *, throttled: bool) -> str:
    """Return what to do about any other refusal."""
    if throttled and "Limit" not in code:
        return (
            "AWS asks to call less often, and was asked several times: wait a minute, then run the "
            "same command again"
        )
    if code.startswith("LimitExceeded"):
        return (
            "a quota of the account is used up, or calls come too fast: wait a minute, then look "
            "at Service Quotas"
        )
    return _WAYS.get(code, "nothing is lost; correct the cause and run the same command again")
