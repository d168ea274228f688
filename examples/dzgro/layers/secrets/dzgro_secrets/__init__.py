"""dzgro's settings by name. Values are in Parameter Store, one for each environment.

The path of a value is `/dzgro/{environment}/{name}`, so names carry no environment. A function
may read those that its `settings=[...]` in deploy.py lists.
"""

from enum import StrEnum

from sam_deploy_runtime import SettingMissingError, setting

__all__ = ["Secret", "SettingMissingError", "read"]


class Secret(StrEnum):
    """Every setting that dzgro keeps."""

    RAZORPAY_CLIENT_ID = "RAZORPAY_CLIENT_ID"
    RAZORPAY_CLIENT_SECRET = "RAZORPAY_CLIENT_SECRET"  # noqa: S105 - a name, not a value
    RAZORPAY_WEBHOOK_SECRET = "RAZORPAY_WEBHOOK_SECRET"  # noqa: S105 - a name, not a value
    SPAPI_CLIENT_ID = "SPAPI_CLIENT_ID"
    SPAPI_CLIENT_SECRET = "SPAPI_CLIENT_SECRET"  # noqa: S105 - a name, not a value
    ADS_CLIENT_ID = "ADS_CLIENT_ID"
    ADS_CLIENT_SECRET = "ADS_CLIENT_SECRET"  # noqa: S105 - a name, not a value


def read(secret: Secret) -> str:
    """Return the value of `secret` in this call's environment. Raises SettingMissingError."""
    return setting(secret.value)
