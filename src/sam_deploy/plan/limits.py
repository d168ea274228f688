"""Finds names that come out longer than AWS takes, before anything is built. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from sam_deploy import naming
from sam_deploy.config.model import App
from sam_deploy.config.tree import feature_set_of, line_of

ANY_ACCOUNT = "0" * 12
"""An account id is twelve digits, whichever it is."""


def find_long_names(app: App) -> list[str]:
    """Return a sentence for each name over AWS's limit, with its place in the configuration."""
    return [
        f"deploy.py:{line}: {owner}: `{name}` has {len(name)} characters; AWS takes {most}"
        for line, owner, name, most in _names(app)
        if len(name) > most
    ]


def _names(app: App) -> Iterator[tuple[int, str, str, int]]:
    regions = {each.name: each.regions for each in app.feature_sets}
    every = dict.fromkeys(region for listed in regions.values() for region in listed)
    longest = max(every, key=len)
    artifacts = naming.artifact_bucket_name(app.name, ANY_ACCOUNT, longest)
    yield line_of(app), "name", artifacts, naming.BUCKET_NAME_MAX
    for bucket in app.buckets:
        suffix = max(
            (
                naming.region_suffix(region, app.home_region)
                for region in regions[str(feature_set_of(app, bucket))]
            ),
            key=len,
        )
        for environment in app.environments:
            name = naming.bucket_name(bucket.name, environment.name) + suffix
            yield line_of(bucket), f'buckets["{bucket.name}"]', name, naming.BUCKET_NAME_MAX
    for function in app.functions:
        owner = f'functions["{function.name}"]'
        name = naming.function_name(function.name)
        yield line_of(function), owner, name, naming.FUNCTION_NAME_MAX
    for queue in app.queues:
        for environment in app.environments:
            name = naming.dead_letter_queue_name(queue.name, environment.name)
            yield line_of(queue), f'queues["{queue.name}"]', name, naming.QUEUE_NAME_MAX
