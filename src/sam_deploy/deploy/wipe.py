"""Deletes what holds data, and was named by the user to be deleted.

May call: S3, DynamoDB, Cognito and Secrets Manager. Everything can be done twice: what is gone is
no error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sam_deploy.aws import Aws, AwsCallError, Buckets, Pools, Secrets, Tables
from sam_deploy.aws.parameters import is_deleted
from sam_deploy.deploy.ground import Ground
from sam_deploy.deploy.standing import Part
from sam_deploy.events import Note

GONE_SECONDS: Final = 1800.0
"""At most for a table or a domain to be gone."""
RECOVERY_DAYS: Final = 30
"""In which a deleted secret can be had back (`aws secretsmanager restore-secret`)."""
BUCKET, POOL, SECRET = "AWS::S3::Bucket", "AWS::Cognito::UserPool", "AWS::SecretsManager::Secret"
TABLE, GLOBAL_TABLE = "AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"
IN_USE: Final = "ResourceInUseException"
QUEUE: Final = "AWS::SQS::Queue"
Act = Callable[[Ground, str, str], None]
"""Is given the region and the physical id."""


def prepare(ground: Ground, region: str, part: Part) -> None:
    """CloudFormation can delete the resource: its bucket is empty, its pool has no domain."""
    act = BEFORE.get(part.kind)
    if act is not None:
        act(ground, region, part.physical_id)


def delete(ground: Ground, region: str, part: Part) -> None:
    """The resource is gone, also when its stack has left it behind."""
    AFTER[part.kind](ground, region, part.physical_id)


def _empty(ground: Ground, region: str, bucket: str) -> None:
    def told(count: int) -> None:
        ground.stop.check()
        ground.report(Note(f"`{bucket}`: {count} object versions deleted", region=region))

    Buckets(ground.aws, region, ground.account).empty(bucket, told=told)


def _delete_bucket(ground: Ground, region: str, bucket: str) -> None:
    _empty(ground, region, bucket)
    Buckets(ground.aws, region, ground.account).delete(bucket)


def _take_domains(ground: Ground, region: str, pool_id: str) -> None:
    """Cognito deletes no pool that has a domain."""
    pools = Pools(ground.aws, region)
    for domain in pools.domains_of(pool_id) or ():
        pools.delete_domain(domain, pool_id)
        ground.report(Note(f"`{domain}` is being taken from `{pool_id}`", region=region))

    def has_none() -> bool | None:
        return True if not pools.domains_of(pool_id) else None

    ground.patience(region).until(has_none, f"the domains of `{pool_id}` to be gone", GONE_SECONDS)


def _delete_pool(ground: Ground, region: str, pool_id: str) -> None:
    pools = Pools(ground.aws, region)
    if pools.domains_of(pool_id) is None:
        return
    _take_domains(ground, region, pool_id)
    pools.delete(pool_id)


def _delete_table(ground: Ground, region: str, table: str) -> None:
    _gone(ground, ground.aws, region, table)


def _delete_global_table(ground: Ground, region: str, table: str) -> None:
    """Its replicas go first; they are tables of their own regions."""
    here = Tables(ground.aws, region)
    if not here.exists(table):
        return
    for other in here.replicas(table):
        _gone(ground, ground.aws, other, table)
    _gone(ground, ground.aws, region, table)


def _gone(ground: Ground, aws: Aws, region: str, table: str) -> None:
    tables = Tables(aws, region)
    try:
        if not tables.delete(table):
            return
    except AwsCallError as error:
        # an earlier run has begun already; what only looks like that is still there at the limit
        if error.code != IN_USE:
            raise

    def is_gone() -> bool | None:
        return None if tables.exists(table) else True

    ground.patience(region).until(is_gone, f"the table `{table}` to be gone", GONE_SECONDS)


def _delete_secret(ground: Ground, region: str, secret: str) -> None:
    try:
        if not Secrets(ground.aws, region).delete(secret, recovery_days=RECOVERY_DAYS):
            return
    except AwsCallError as error:
        if not is_deleted(error):
            raise
    words = f"`{secret}` can be had back for {RECOVERY_DAYS} days; until then its name is taken"
    ground.report(Note(words, region=region))


def _nothing(ground: Ground, region: str, physical_id: str) -> None:
    """CloudFormation does all of it: a queue is retained by nobody."""
    del ground, region, physical_id


BEFORE: Final[dict[str, Act]] = {BUCKET: _empty, POOL: _take_domains}
AFTER: Final[dict[str, Act]] = {
    BUCKET: _delete_bucket,
    POOL: _delete_pool,
    TABLE: _delete_table,
    GLOBAL_TABLE: _delete_global_table,
    SECRET: _delete_secret,
    QUEUE: _nothing,
}
