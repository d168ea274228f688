"""One thin gateway per AWS service: the only place with boto3 and botocore.

Each gateway has only the calls that are used, under AWS's names, returns frozen values, and
turns SDK errors into ours. Nothing here decides anything.
"""

from sam_deploy.aws.certificates import Certificate, Certificates, DnsRecord
from sam_deploy.aws.cloudformation import Change, ChangeSet, CloudFormation, Stack
from sam_deploy.aws.errors import AwsCallError
from sam_deploy.aws.functions import Alias, Functions, FunctionState, LayerVersion
from sam_deploy.aws.objects import Objects
from sam_deploy.aws.parameters import Parameters, Secrets, SettingKind, Stored
from sam_deploy.aws.pools import PoolDomain, Pools
from sam_deploy.aws.session import Aws, Endpoint
from sam_deploy.aws.tables import Tables
from sam_deploy.aws.zones import Zone, Zones

__all__ = [
    "Alias",
    "Aws",
    "AwsCallError",
    "Certificate",
    "Certificates",
    "Change",
    "ChangeSet",
    "CloudFormation",
    "DnsRecord",
    "Endpoint",
    "FunctionState",
    "Functions",
    "LayerVersion",
    "Objects",
    "Parameters",
    "PoolDomain",
    "Pools",
    "Secrets",
    "SettingKind",
    "Stack",
    "Stored",
    "Tables",
    "Zone",
    "Zones",
]
