"""What a Lambda function knows about the call it is answering.

`sam-deploy` packs this folder into every Python function. After a promotion dev, staging and
prod are aliases of one version and share its warm processes, so the environment belongs to the
call, never to the process: ask inside the handler, keep nothing per process. Standard library
only, Python 3.9 and newer; boto3 is imported when a setting is first read.

    from sam_deploy_runtime import environment, resource_name, setting

    def handler(event, context):
        bucket = resource_name("orders")        # orders-dev, orders-prod-eu-west-1, ...
        topic = resource_arn("Invoices")        # for what wants an ARN, such as SNS Publish
        key = setting("PAYMENT_KEY")            # /{app}/{environment}/PAYMENT_KEY
        size = setting("BATCH_SIZE", type=int, default=10)

`node/` is the same for Node functions, which import it as `sam-deploy-runtime`.
"""

from sam_deploy_runtime.current import (
    EnvironmentUnknownError,
    environment,
    in_environment,
    per_environment,
)
from sam_deploy_runtime.errors import (
    SettingInvalidError,
    SettingMissingError,
    SettingUnavailableError,
)
from sam_deploy_runtime.manifest import ResourceUnknownError
from sam_deploy_runtime.resources import resource_arn, resource_name
from sam_deploy_runtime.settings import setting
from sam_deploy_runtime.user_pools import user_pool_client_id, user_pool_id
from sam_deploy_runtime.values import Secret

__all__ = [
    "EnvironmentUnknownError",
    "ResourceUnknownError",
    "Secret",
    "SettingInvalidError",
    "SettingMissingError",
    "SettingUnavailableError",
    "environment",
    "in_environment",
    "per_environment",
    "resource_arn",
    "resource_name",
    "setting",
    "user_pool_client_id",
    "user_pool_id",
]
