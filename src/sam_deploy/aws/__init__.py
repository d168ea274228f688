"""One thin gateway per AWS service: the only place with boto3 and botocore.

Each gateway has only the calls that are used, under AWS's names, returns frozen values, and
turns SDK errors into ours. Nothing here decides anything.
"""

from sam_deploy.aws.checksums import Checksums
from sam_deploy.aws.cloudformation import Change, ChangeSet, CloudFormation, Stack
from sam_deploy.aws.errors import AwsCallError
from sam_deploy.aws.functions import Alias, Functions, FunctionState, LayerVersion
from sam_deploy.aws.layers import FunctionLayers, Layers, StoredLayer
from sam_deploy.aws.objects import Objects
from sam_deploy.aws.parameters import Parameters, Secrets, SettingKind, Stored
from sam_deploy.aws.session import Aws, Endpoint
from sam_deploy.aws.tables import Tables
from sam_deploy.aws.transient import is_transient

__all__ = [
    "Alias",
    "Aws",
    "AwsCallError",
    "Change",
    "ChangeSet",
    "Checksums",
    "CloudFormation",
    "Endpoint",
    "FunctionLayers",
    "FunctionState",
    "Functions",
    "LayerVersion",
    "Layers",
    "Objects",
    "Parameters",
    "Secrets",
    "SettingKind",
    "Stack",
    "Stored",
    "StoredLayer",
    "Tables",
    "is_transient",
]
