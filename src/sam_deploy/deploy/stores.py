"""Deletes layers and artifact buckets, which all stacks of an app share: at a `destroy`'s end."""

from __future__ import annotations

from collections.abc import Iterator

from sam_deploy.aws import Buckets, Layers
from sam_deploy.deploy import journal as journals
from sam_deploy.deploy import lock
from sam_deploy.deploy.going import Farewell
from sam_deploy.deploy.ground import Ground
from sam_deploy.events import Note


def delete_layers(ground: Ground, farewell: Farewell) -> Iterator[int]:
    """Yield how many versions of each layer are gone now, by region."""
    for region in farewell.regions if farewell.layers else ():
        layers = Layers(ground.aws, region)
        for name in farewell.layers:
            versions = layers.versions(name)
            for each in versions:
                layers.delete(name, each.version)
            yield len(versions)


def delete_buckets(ground: Ground, farewell: Farewell) -> Iterator[str]:
    """Yield each artifact bucket that is gone; that of the home region holds the lock until then.

    Its archives go already, since they take the time.
    """
    held = {lock.key_of(ground.name), journals.key_of(ground.name)}
    every = dict.fromkeys((*farewell.regions, ground.home_region)) if farewell.artifacts else ()
    for region in every:
        bucket = ground.bucket(region).bucket
        buckets = Buckets(ground.aws, region, ground.account)
        if region == ground.home_region:
            buckets.empty(bucket, keep=held.__contains__)
            continue
        buckets.empty(bucket)
        if buckets.delete(bucket):
            yield bucket


def delete_home_bucket(ground: Ground) -> list[str]:
    """The last artifact bucket goes, unless somebody has taken the lock since it was free."""
    if lock.look(ground.documents, ground.name) is not None:
        words = f"`{ground.bucket(ground.home_region).bucket}` stays: somebody deploys again"
        ground.report(Note(words, "warning"))
        return []
    buckets = Buckets(ground.aws, ground.home_region, ground.account)
    bucket = ground.bucket(ground.home_region).bucket
    buckets.empty(bucket)
    return [bucket] if buckets.delete(bucket) else []
