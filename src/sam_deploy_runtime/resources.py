"""Physical names of the app's resources, for the environment of the call."""

from __future__ import annotations

import os

from sam_deploy_runtime.current import environment
from sam_deploy_runtime.manifest import load


def resource_name(name: str) -> str:
    """Return what AWS calls the app's resource `name` in this call's environment and region.

    Raises ResourceUnknownError and EnvironmentUnknownError.
    """
    return load().physical_name(name, environment(), os.environ["AWS_REGION"])
