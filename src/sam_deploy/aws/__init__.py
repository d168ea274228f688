"""One thin gateway per AWS service: the only place with boto3 and botocore.

Each gateway has only the calls that are used, under AWS's names, returns frozen values, and
turns SDK errors into ours. Nothing here decides anything.
"""

from sam_deploy.aws import identity
from sam_deploy.aws.cloudformation import Change, ChangeSet, CloudFormation, Stack, StackResource
from sam_deploy.aws.errors import AwsCallError
from sam_deploy.aws.functions import Alias, Functions, FunctionState, LayerVersion
from sam_deploy.aws.identity import Caller, Credentials
from sam_deploy.aws.logs import LogEvent, Logs, QueryState
from sam_deploy.aws.objects import Objects
from sam_deploy.aws.parameters import Parameters, Secrets, SettingKind, Stored
from sam_deploy.aws.session import Aws, Endpoint
from sam_deploy.aws.tables import Tables

__all__ = [
    "Alias",
    "Aws",
    "AwsCallError",
    "Caller",
    "Change",
    "ChangeSet",
    "CloudFormation",
    "Credentials",
    "Endpoint",
    "FunctionState",
    "Functions",
    "LayerVersion",
    "LogEvent",
    "Logs",
    "Objects",
    "Parameters",
    "QueryState",
    "Secrets",
    "SettingKind",
    "Stack",
    "StackResource",
    "Stored",
    "Tables",
    "identity",
]
