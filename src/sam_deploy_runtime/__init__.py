"""What a Lambda function knows about the call it is answering.

`sam-deploy` packs this folder into every Python function. After a promotion dev, staging and
prod are aliases of one version and share its warm processes, so the environment belongs to the
call, never to the process: ask inside the handler, keep nothing per process. Standard library
only, Python 3.9 and newer; boto3 is imported when a setting is first read.

    from sam_deploy_runtime import environment, resource_name, setting

    def handler(event, context):
        bucket = resource_name("orders")        # orders-dev, orders-prod-eu-west-1, ...
        key = setting("PAYMENT_KEY")            # Parameter Store: /{app}/{environment}/PAYMENT_KEY
"""

from sam_deploy_runtime.current import (
    EnvironmentUnknownError,
    environment,
    in_environment,
    per_environment,
)
from sam_deploy_runtime.manifest import ResourceUnknownError
from sam_deploy_runtime.resources import resource_name
from sam_deploy_runtime.settings import SettingMissingError, setting

__all__ = [
    "EnvironmentUnknownError",
    "ResourceUnknownError",
    "SettingMissingError",
    "environment",
    "in_environment",
    "per_environment",
    "resource_name",
    "setting",
]
