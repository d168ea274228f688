"""Physical names and ARNs of the app's resources, for the environment of the call."""

from __future__ import annotations

import os

from sam_deploy_runtime.current import account_and_partition, environment
from sam_deploy_runtime.manifest import ARNS, ResourceUnknownError, load


def resource_name(name: str) -> str:
    """Return what AWS calls the app's resource `name` in this call's environment and region.

    Raises ResourceUnknownError and EnvironmentUnknownError.
    """
    return load().physical_name(name, environment(), os.environ["AWS_REGION"])


def resource_arn(name: str) -> str:
    """Return the ARN of the app's resource `name` in this call's environment, region and account.

    Of a function, that of its alias. Raises ResourceUnknownError, also for user pools, whose ids
    AWS makes up; EnvironmentUnknownError; and RuntimeError in a call whose context has no ARN.
    """
    physical, region = resource_name(name), os.environ["AWS_REGION"]
    kind = load().resource(name, environment()).kind
    if kind not in ARNS:
        raise ResourceUnknownError(
            f"'{name}' is a {kind.replace('_', ' ')}, whose ARN is not made of its name: AWS makes "
            f"up an id. Ask user_pool_id('{name}')."
        )
    account, partition = account_and_partition()
    return ARNS[kind].format(partition=partition, region=region, account=account, name=physical)
