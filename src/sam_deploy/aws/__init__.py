"""One thin gateway per AWS service: the only place with boto3 and botocore.

Each gateway has only the calls that are used, under AWS's names, returns frozen values, and
turns SDK errors into ours. Nothing here decides anything.
"""

from sam_deploy.aws import identity
from sam_deploy.aws.alarms import Alarms, AlarmState, Metric
from sam_deploy.aws.alias_values import Alias, AliasWrite
from sam_deploy.aws.buckets import Buckets
from sam_deploy.aws.calls import Called, Calls
from sam_deploy.aws.certificates import Certificate, Certificates, DnsRecord
from sam_deploy.aws.checksums import Checksums
from sam_deploy.aws.cloudformation import CloudFormation
from sam_deploy.aws.configurations import Configurations
from sam_deploy.aws.errors import (
    AwsCallError,
    DeniedError,
    ExpiredError,
    UnansweredError,
    is_transient,
)
from sam_deploy.aws.function_states import FunctionState
from sam_deploy.aws.functions import Functions, LayerVersion
from sam_deploy.aws.identity import Credentials, Heard
from sam_deploy.aws.invocations import Invocations, Invoked
from sam_deploy.aws.layers import FunctionLayers, Layers, StoredLayer
from sam_deploy.aws.logs import LogEvent, Logs, QueryState
from sam_deploy.aws.mail import Mail, Sending
from sam_deploy.aws.objects import Objects, StoredObject
from sam_deploy.aws.parameters import Parameters, Secrets, SettingKind, Stored
from sam_deploy.aws.pools import PoolDomain, Pools
from sam_deploy.aws.queues import Depth, Queues
from sam_deploy.aws.recording import Recorder
from sam_deploy.aws.records import Record, Records
from sam_deploy.aws.roles import Role, Roles
from sam_deploy.aws.schedules import Schedule, Schedules, Target
from sam_deploy.aws.session import Aws, Caller, Endpoint
from sam_deploy.aws.simulation import Simulation
from sam_deploy.aws.stack_values import (
    Change,
    ChangeSet,
    FailedEvent,
    Stack,
    StackEventRecord,
    StackResource,
)
from sam_deploy.aws.tables import Tables
from sam_deploy.aws.zones import Zone, Zones

__all__ = [
    "AlarmState",
    "Alarms",
    "Alias",
    "AliasWrite",
    "Aws",
    "AwsCallError",
    "Buckets",
    "Called",
    "Caller",
    "Calls",
    "Certificate",
    "Certificates",
    "Change",
    "ChangeSet",
    "Checksums",
    "CloudFormation",
    "Configurations",
    "Credentials",
    "DeniedError",
    "Depth",
    "DnsRecord",
    "Endpoint",
    "ExpiredError",
    "FailedEvent",
    "FunctionLayers",
    "FunctionState",
    "Functions",
    "Heard",
    "Invocations",
    "Invoked",
    "LayerVersion",
    "Layers",
    "LogEvent",
    "Logs",
    "Mail",
    "Metric",
    "Objects",
    "Parameters",
    "PoolDomain",
    "Pools",
    "QueryState",
    "Queues",
    "Record",
    "Recorder",
    "Records",
    "Role",
    "Roles",
    "Schedule",
    "Schedules",
    "Secrets",
    "Sending",
    "SettingKind",
    "Simulation",
    "Stack",
    "StackEventRecord",
    "StackResource",
    "Stored",
    "StoredLayer",
    "StoredObject",
    "Tables",
    "Target",
    "UnansweredError",
    "Zone",
    "Zones",
    "identity",
    "is_transient",
]
