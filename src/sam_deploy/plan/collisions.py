"""Finds two resources that AWS would call by one name, before anything is built (C06).

Bucket names are unique in all of AWS, so they are compared over regions and environments;
functions, queues and pools per region; logical ids and layer parameters per stack.
"""

from __future__ import annotations

from collections.abc import Iterator

from sam_deploy import naming
from sam_deploy.config.model import App
from sam_deploy.config.tree import feature_set_of

Named = tuple[str, str, str]
"""(scope in words, name, who has it)."""


def find_collisions(app: App) -> list[str]:
    """Return a sentence for each pair of resources with one name in one scope."""
    seen: dict[tuple[str, str], str] = {}
    found = []
    for scope, name, owner in _names(app):
        other = seen.setdefault((scope, name), owner)
        if other != owner:
            found.append(f"{other} and {owner} are both `{name}` ({scope})")
    return found


def _names(app: App) -> Iterator[Named]:
    yield from _buckets(app)
    yield from _per_region(app)
    yield from _stacks(app)
    for layer in app.layers:
        owner = f'layers["{layer.name}"]'
        yield "stack parameters", naming.layer_parameter(layer.name), owner
        yield "layers of a region", naming.layer_name(app.name, layer.name), owner
        archive = layer.archive or naming.layer_archive(layer.name, local=bool(layer.source))
        yield "archives of a build", archive, owner
    for function in app.functions:
        yield "archives of a build", f"{function.name}.zip", f'functions["{function.name}"]'


def _buckets(app: App) -> Iterator[Named]:
    regions = {each.name: each.regions for each in app.feature_sets}
    for bucket in app.buckets:
        for region in regions[str(feature_set_of(app, bucket))]:
            for environment in app.environments:
                name = naming.bucket_name(bucket.name, environment.name)
                suffix = naming.region_suffix(region, app.home_region)
                owner = f'buckets["{bucket.name}"] ({environment.name}, {region})'
                yield "bucket names are global", f"{name}{suffix}", owner
        for environment in app.environments:
            owner = f'buckets["{bucket.name}"] ({environment.name})'
            yield "resources of a stack", naming.bucket_id(bucket.name, environment.name), owner


def _per_region(app: App) -> Iterator[Named]:
    for function in app.functions:
        owner = f'functions["{function.name}"]'
        yield "functions of a region", naming.function_name(function.name), owner
    for environment in app.environments:
        name = environment.name
        for queue in app.queues:
            owner = f'queues["{queue.name}"] ({name})'
            yield "queues of a region", naming.queue_name(queue.name, name), owner
            yield "queues of a region", naming.dead_letter_queue_name(queue.name, name), owner
        for pool in app.user_pools:
            owner = f'user_pools["{pool.name}"] ({name})'
            yield "user pools of a region", naming.user_pool_name(pool.name, name), owner


def _stacks(app: App) -> Iterator[Named]:
    first = app.feature_sets[0].name
    for each in app.feature_sets:
        stack = naming.stack_name(app.name, each.name, first=each.name == first)
        yield "stacks of a region", stack, f'feature_sets["{each.name}"]'
