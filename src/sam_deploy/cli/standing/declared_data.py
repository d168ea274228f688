"""Which data the stacks of `deploy.py` make, by the names that follow from it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sam_deploy import naming

if TYPE_CHECKING:
    from sam_deploy.config.model import App
    from sam_deploy.deploy.standing import Part
    from sam_deploy.deploy.survey import Place
    from sam_deploy.plan import StackPlan


def declared(app: App, stacks: Sequence[StackPlan]) -> tuple[tuple[Place, Part], ...]:
    """Return every bucket and table that these stacks make, and where. None is `existing=True`.

    Pools are not among them: their ids follow from nothing.
    """
    return tuple(
        found
        for stack in stacks
        for region in stack.regions
        for environment in stack.environments
        for found in _of(app, stack, region, environment)
    )


def listened_to(app: App, stacks: Sequence[StackPlan]) -> frozenset[str]:
    """Return the logical ids of buckets with an `on_upload`: they cannot be `existing=True`."""
    from sam_deploy.config.model.triggers import UploadTrigger  # noqa: PLC0415 - pydantic

    buckets = {
        trigger.bucket
        for function in app.functions
        for trigger in function.triggers
        if isinstance(trigger, UploadTrigger)
    }
    environments = {environment for stack in stacks for environment in stack.environments}
    return frozenset(naming.bucket_id(name, each) for name in buckets for each in environments)


def _of(app: App, stack: StackPlan, region: str, environment: str) -> Iterator[tuple[Place, Part]]:
    from sam_deploy.config import physical  # noqa: PLC0415 - pydantic
    from sam_deploy.config.tree import feature_set_of  # noqa: PLC0415 - the same
    from sam_deploy.deploy.standing import Part  # noqa: PLC0415 - boto3
    from sam_deploy.template.storage.ids import distribution_part_id  # noqa: PLC0415 - pydantic

    place = (stack.name, region)
    local = stack.topology == "local"
    for bucket in app.buckets:
        if not bucket.existing and (local or feature_set_of(app, bucket) == stack.feature_set):
            name = physical.bucket_name(bucket, environment)
            name += naming.region_suffix(region, app.home_region)
            yield place, Part(naming.bucket_id(bucket.name, environment), name, "AWS::S3::Bucket")
    for each in () if local else app.distributions:
        if region == stack.first_region and feature_set_of(app, each) == stack.feature_set:
            logical_id = distribution_part_id(each.name, environment, "Bucket")
            name = naming.bucket_name(each.bucket, environment)
            name += naming.region_suffix(region, app.home_region)
            yield place, Part(logical_id, name, "AWS::S3::Bucket")
    for table in () if local else app.tables:
        if table.existing or feature_set_of(app, table) != stack.feature_set:
            continue
        if table.replicas and region != stack.first_region:
            continue
        kind = "AWS::DynamoDB::GlobalTable" if table.replicas else "AWS::DynamoDB::Table"
        name = physical.table_name(app, table, environment)
        yield place, Part(naming.table_id(table.name, environment), name, kind)
