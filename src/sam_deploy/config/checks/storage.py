"""Checks buckets, CDNs, settings and secrets against what uses them.

Works on the tree as declared, like `references.py`. Tables have a file of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import Final

from sam_deploy.config.checks.regions import regions_of, unreached
from sam_deploy.config.declare import Declaration
from sam_deploy.config.model import App, Bucket, Distribution, Secret, Setting, UploadTrigger
from sam_deploy.config.tree import (
    Problem,
    entries,
    feature_set_of,
    line_of,
    listed,
    named,
    names,
    texts,
    unknown_name,
)

S3_EVENTS: Final = (
    "s3:IntelligentTiering",
    "s3:LifecycleExpiration:*",
    "s3:LifecycleExpiration:Delete",
    "s3:LifecycleExpiration:DeleteMarkerCreated",
    "s3:LifecycleTransition",
    "s3:ObjectAcl:Put",
    "s3:ObjectCreated:*",
    "s3:ObjectCreated:CompleteMultipartUpload",
    "s3:ObjectCreated:Copy",
    "s3:ObjectCreated:Post",
    "s3:ObjectCreated:Put",
    "s3:ObjectRemoved:*",
    "s3:ObjectRemoved:Delete",
    "s3:ObjectRemoved:DeleteMarkerCreated",
    "s3:ObjectRestore:*",
    "s3:ObjectRestore:Completed",
    "s3:ObjectRestore:Delete",
    "s3:ObjectRestore:Post",
    "s3:ObjectTagging:*",
    "s3:ObjectTagging:Delete",
    "s3:ObjectTagging:Put",
    "s3:ReducedRedundancyLostObject",
    "s3:Replication:*",
    "s3:Replication:OperationFailedReplication",
    "s3:Replication:OperationMissedThreshold",
    "s3:Replication:OperationNotTracked",
    "s3:Replication:OperationReplicatedAfterThreshold",
)
"""Source: Amazon S3 user guide, "Supported event types for SQS, SNS, and Lambda"."""
LONGEST_SETTING_BYTES: Final = 8192
"""Of the advanced tier. Source: Systems Manager user guide, "Managing parameter tiers"."""
RESERVED_ROOTS: Final = ("aws", "ssm")
"""No parameter's name begins so. Source: Systems Manager API PutParameter, `Name`."""

Upload = tuple[str, UploadTrigger]


def problems(app: App) -> Iterator[Problem]:
    """Yield every mistake in buckets, distributions, settings and secrets."""
    checks: tuple[Callable[[App], Iterator[Problem]], ...] = (
        _buckets,
        _keys,
        _uploads,
        _distributions,
        _settings,
        _readers,
    )
    for check in checks:
        yield from check(app)


def _buckets(app: App) -> Iterator[Problem]:
    for path, bucket in entries(app, "buckets"):
        if not isinstance(bucket, Bucket):
            continue
        name = bucket.physical_name
        if isinstance(name, str) and re.search("[A-Z_]", name):
            message = f"{name!r}: S3 takes a-z, 0-9, . and - in the name of a bucket"
            yield Problem(f"{path}.physical_name", message, line_of(bucket))
        for argument in ("cors", "expire_days") if bucket.existing is True else ():
            if getattr(bucket, argument) is not None:
                message = (
                    "has no effect: the bucket exists already, and a stack cannot change what "
                    "another one made; set it where the bucket is made"
                )
                yield Problem(f"{path}.{argument}", message, line_of(bucket))


def _keys(app: App) -> Iterator[Problem]:
    """A key's ARN is of one region, and a bucket or table takes only a key of its own."""
    for family in ("buckets", "tables"):
        for path, each in entries(app, family):
            key = getattr(each, "kms_key", None)
            if not isinstance(key, str) or not key.startswith("arn:"):
                continue
            regions = texts(getattr(each, "replicas", ()))
            regions = regions or regions_of(app, feature_set_of(app, each))
            others = [region for region in regions if f":{region}:" not in key]
            if others:
                message = f"{key!r} is not of {', '.join(others)}; name the key by an `alias/...`"
                yield Problem(f"{path}.kms_key", message, line_of(each))


def _uploads(app: App) -> Iterator[Problem]:
    buckets = {str(getattr(each, "name", "")): each for each in named(app, "buckets")}
    of_bucket: dict[str, list[Upload]] = {}
    for path, function in entries(app, "functions"):
        for number, trigger in enumerate(listed(function, "triggers")):
            if not isinstance(trigger, UploadTrigger) or not _readable(trigger):
                continue
            here = f"{path}.triggers[{number}]"
            if trigger.event not in S3_EVENTS:
                event, line = trigger.event, line_of(trigger)
                yield unknown_name(f"{here}.event", "S3 event", event, S3_EVENTS, line)
            if getattr(buckets.get(trigger.bucket), "existing", False) is True:
                message = (
                    f"the bucket {trigger.bucket!r} exists already: its notifications are part of "
                    "the bucket, which only the stack that made it can change; let the stack make "
                    "one of its own, by another physical_name and without existing, or delete that "
                    "bucket first"
                )
                yield Problem(f"{here}.bucket", message, line_of(trigger))
            of_bucket.setdefault(trigger.bucket, []).append((here, trigger))
    for uploads in of_bucket.values():
        for (one, first), (other, second) in combinations(uploads, 2):
            if not _overlap(first, second):
                continue
            if _filter(first) == _filter(second):
                path, holder = (each.partition(".triggers")[0] for each in (other, one))
                words = f"an upload to {second.bucket!r} with this prefix and suffix"
                message = f"{words} already calls {holder}"
                yield Problem(f"{path}.triggers", message, line_of(second))
            else:
                message = (
                    f"some uploads to {second.bucket!r} match {one}, too, which S3 refuses; give "
                    "them prefixes or suffixes that exclude each other"
                )
                yield Problem(other, message, line_of(second))


def _readable(trigger: UploadTrigger) -> bool:
    given = (trigger.bucket, trigger.event, trigger.prefix, trigger.suffix)
    return all(isinstance(each, str) for each in given)


def _filter(trigger: UploadTrigger) -> tuple[str, str, str]:
    return trigger.event, trigger.prefix, trigger.suffix


def _overlap(one: UploadTrigger, other: UploadTrigger) -> bool:
    """Whether one object can match both.

    Source: Amazon S3 user guide, "Configuring event notifications using object key name filtering".
    """
    environments = set(texts(one.environments)), set(texts(other.environments))
    apart = all(environments) and not environments[0] & environments[1]
    kinds = one.event.removesuffix("*"), other.event.removesuffix("*")
    return (
        not apart
        and (kinds[0].startswith(kinds[1]) or kinds[1].startswith(kinds[0]))
        and (one.prefix.startswith(other.prefix) or other.prefix.startswith(one.prefix))
        and (one.suffix.endswith(other.suffix) or other.suffix.endswith(one.suffix))
    )


def _distributions(app: App) -> Iterator[Problem]:
    seen: set[str] = set()
    for path, each in entries(app, "distributions"):
        if not isinstance(each, Distribution):
            continue
        if each.domain_label is not None and app.domain is None:
            message = "needs the app's `domain`"
            yield Problem(f"{path}.domain_label", message, line_of(each))
        default, most = each.default_ttl_seconds, each.max_ttl_seconds
        if isinstance(default, int) and isinstance(most, int) and default > most:
            message = f"is {default}, more than `max_ttl_seconds`, which is {most}"
            yield Problem(f"{path}.default_ttl_seconds", message, line_of(each))
        if isinstance(each.name, str) and each.name in seen:
            yield Problem(path, f"the name {each.name!r} is given twice", line_of(each))
        seen.add(str(each.name))


def _settings(app: App) -> Iterator[Problem]:
    for path, setting in entries(app, "settings"):
        if not isinstance(setting, Setting):
            continue
        values = setting.value
        given = values.values() if isinstance(values, Mapping) else (values,)
        for value in given:
            for message in _unfit(value):
                yield Problem(f"{path}.value", message, line_of(setting))
        if values is not None and isinstance(app.name, str) and app.name.startswith(RESERVED_ROOTS):
            message = f"Parameter Store has no place for `/{app.name}/`: `aws` and `ssm` are AWS's"
            yield Problem(path, message, line_of(setting))


def _unfit(value: object) -> Iterator[str]:
    if not isinstance(value, str):
        return
    size = len(value.encode(errors="replace"))
    if not value:
        yield "is empty, which Parameter Store refuses; leave the setting out instead"
    if size > LONGEST_SETTING_BYTES:
        yield f"has {size} bytes; Parameter Store takes {LONGEST_SETTING_BYTES}"
    if "{{" in value:
        yield "holds `{{`, which Parameter Store refuses"


def _readers(app: App) -> Iterator[Problem]:
    """What stacks keep is in the regions of its feature set, and is read in the function's own.

    A name that is not declared is none of our business: `sam-deploy settings` keeps it. One that
    differs from a declared one in case or punctuation alone is a slip.
    """
    declared = {str(getattr(each, "name", "")): each for each in named(app, "settings")}
    plain = {_letters(name): name for name in names(app, "settings")}
    for path, function in entries(app, "functions"):
        for name in texts(getattr(function, "settings", ())):
            here, line = f"{path}.settings", line_of(function)
            if name not in declared and _letters(name) in plain:
                message = f"unknown setting {name!r}; did you mean {plain[_letters(name)]!r}?"
                yield Problem(here, message, line)
            elif name in declared and _kept(declared[name]):
                owner = feature_set_of(app, declared[name])
                missing = unreached(app, function, regions_of(app, owner))
                if missing:
                    message = (
                        f"{name!r} is of the feature set {owner!r} and not in "
                        f"{', '.join(missing)}, where the function runs"
                    )
                    yield Problem(here, message, line)


def _kept(each: Declaration) -> bool:
    """Whether stacks hold the value."""
    if isinstance(each, Secret):
        return each.generate is True
    return isinstance(each, Setting) and each.value is not None


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
