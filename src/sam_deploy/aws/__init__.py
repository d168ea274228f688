"""One thin gateway per AWS service: the only place with boto3 and botocore.

Each gateway has only the calls that are used, under AWS's names, returns frozen values, and
turns SDK errors into ours. Nothing here decides anything.
"""

from sam_deploy.aws import identity
from sam_deploy.aws.buckets import Buckets
from sam_deploy.aws.certificates import Certificate, Certificates, DnsRecord
from sam_deploy.aws.checksums import Checksums
from sam_deploy.aws.cloudformation import CloudFormation
from sam_deploy.aws.errors import (
    AwsCallError,
    DeniedError,
    ExpiredError,
    UnansweredError,
    is_transient,
)
from sam_deploy.aws.functions import Alias, Functions, FunctionState, LayerVersion
from sam_deploy.aws.identity import Credentials, Heard
from sam_deploy.aws.layers import FunctionLayers, Layers, StoredLayer
from sam_deploy.aws.logs import LogEvent, Logs, QueryState
from sam_deploy.aws.objects import Objects
from sam_deploy.aws.parameters import Parameters, Secrets, SettingKind, Stored
from sam_deploy.aws.pools import PoolDomain, Pools
from sam_deploy.aws.records import Record, Records
from sam_deploy.aws.session import Aws, Caller, Endpoint
from sam_deploy.aws.stack_values import (
    Change,
    ChangeSet,
    Stack,
    StackEventRecord,
    StackResource,
)
from sam_deploy.aws.tables import Tables
from sam_deploy.aws.zones import Zone, Zones

__all__ = [
    "Alias",
    "Aws",
    "AwsCallError",
    "Buckets",
    "Caller",
    "Certificate",
    "Certificates",
    "Change",
    "ChangeSet",
    "Checksums",
    "CloudFormation",
    "Credentials",
    "DeniedError",
    "DnsRecord",
    "Endpoint",
    "ExpiredError",
    "FunctionLayers",
    "FunctionState",
    "Functions",
    "Heard",
    "LayerVersion",
    "Layers",
    "LogEvent",
    "Logs",
    "Objects",
    "Parameters",
    "PoolDomain",
    "Pools",
    "QueryState",
    "Record",
    "Records",
    "Secrets",
    "SettingKind",
    "Stack",
    "StackEventRecord",
    "StackResource",
    "Stored",
    "StoredLayer",
    "Tables",
    "UnansweredError",
    "Zone",
    "Zones",
    "identity",
    "is_transient",
]
