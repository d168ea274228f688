"""Rules on buckets. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sam_deploy.template.checks.audit.policies import Statement, resource_statements
from sam_deploy.template.checks.audit.rule import Hits, Rule, hit, rule
from sam_deploy.template.checks.audit.shapes import at, many, mapping, names, no, text
from sam_deploy.template.checks.audit.view import Entry, View

BUCKET: Final = "AWS::S3::Bucket"
BLOCKS: Final = (
    "BlockPublicAcls",
    "BlockPublicPolicy",
    "IgnorePublicAcls",
    "RestrictPublicBuckets",
)


@rule(
    "bucket-public-access",
    "warning",
    why="one wrong policy or ACL makes a bucket public; the four blocks make that impossible",
    fix="set all four of PublicAccessBlockConfiguration; serve files through CloudFront",
)
def bucket_public_access(view: View) -> Hits:
    """Yield buckets without the four blocks: an error when a block is taken away on purpose."""
    for bucket in view.of(BUCKET):
        access = text(bucket.get("AccessControl"))
        if access.startswith("PublicRead"):
            yield hit(bucket, "AccessControl", f"is {access}", "error")
        where = "PublicAccessBlockConfiguration"
        given = mapping(bucket.get(where))
        off = [name for name in BLOCKS if no(given.get(name))]
        if off:
            yield hit(bucket, f"{where}.{off[0]}", "lets the bucket be public", "error")
        elif missing := [name for name in BLOCKS if given.get(name) is None]:
            yield hit(bucket, where, f"does not say {', '.join(missing)}")


@rule(
    "bucket-encryption",
    "warning",
    why="what lies in it should be encrypted by a key that the template names",
    fix="set BucketEncryption to AES256 or aws:kms",
)
def bucket_encryption(view: View) -> Hits:
    """Yield buckets that do not say how they are encrypted."""
    for bucket in view.of(BUCKET):
        if bucket.get("BucketEncryption", "ServerSideEncryptionConfiguration") is None:
            yield hit(bucket, "BucketEncryption", "is not set")


@rule(
    "bucket-tls",
    "warning",
    why="S3 answers plain HTTP, too, unless a policy denies it",
    fix="add a BucketPolicy that denies s3:* when aws:SecureTransport is false",
)
def bucket_tls(view: View) -> Hits:
    """Yield buckets without a policy that denies plain HTTP."""
    yield from without_tls(view, (BUCKET,), "AWS::S3::BucketPolicy", "Bucket")


@rule(
    "bucket-versioning",
    "warning",
    why="without versions, what a bug overwrites or deletes is gone",
    fix="set VersioningConfiguration to Enabled, with a lifecycle for old versions",
)
def bucket_versioning(view: View) -> Hits:
    """Yield buckets without versions."""
    for bucket in view.of(BUCKET):
        if text(bucket.get("VersioningConfiguration", "Status")) in {"", "Suspended"}:
            given = bucket.get("VersioningConfiguration", "Status")
            if given is None or given == "Suspended":
                yield hit(bucket, "VersioningConfiguration", "is not enabled")


@rule(
    "bucket-ownership",
    "warning",
    why="with ACLs, who uploads an object may keep it from the bucket's owner",
    fix="set OwnershipControls to BucketOwnerEnforced",
)
def bucket_ownership(view: View) -> Hits:
    """Yield buckets in which ACLs count."""
    for bucket in view.of(BUCKET):
        rules = [each for _, each in many(bucket.get("OwnershipControls", "Rules"))]
        told = [at(each, "ObjectOwnership") for each in rules]
        if "BucketOwnerEnforced" not in told and not any(mapping(each) for each in told):
            yield hit(bucket, "OwnershipControls", "is not BucketOwnerEnforced")


def without_tls(view: View, kinds: tuple[str, ...], policy: str, key: str) -> Hits:
    """Yield resources of these kinds that no policy closes to plain HTTP.

    `key` is the policy's property that names them: `Bucket`, `Queues`, `Topics`.
    """
    closed = {
        name
        for statement in resource_statements(view)
        if statement.entry.kind == policy and _denies_plain_http(statement)
        for name in _meant(statement.entry, key)
    }
    for entry in view.of(*kinds):
        name = next((text(entry.get(n)) for n in ("BucketName", "QueueName", "TopicName")), "")
        if entry.logical_id not in closed and (not name or name not in closed):
            yield hit(entry, "", "may be reached without TLS")


def _denies_plain_http(statement: Statement) -> bool:
    if statement.body.get("Effect") != "Deny":
        return False
    return any(
        key == "aws:securetransport" and "bool" in operator.lower() and "false" in _lower(values)
        for operator, key, values in statement.conditions()
    )


def _lower(values: list[str]) -> list[str]:
    return [value.lower() for value in values]


def _meant(policy: Entry, key: str) -> Iterator[str]:
    for _, each in many(policy.get(key)):
        yield from names(each)
        yield text(each)


RULES: Final[tuple[Rule, ...]] = (
    bucket_public_access,
    bucket_encryption,
    bucket_tls,
    bucket_versioning,
    bucket_ownership,
)
