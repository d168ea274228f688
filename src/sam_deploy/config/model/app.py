"""The app: its environments, its feature sets, and everything that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Annotated, Literal

from annotated_types import Interval, Len

from sam_deploy.config.declare import Declaration, declaration
from sam_deploy.config.model.functions import Function, Layer
from sam_deploy.config.model.hooks import Hook
from sam_deploy.config.model.http import HttpApi, RestApi
from sam_deploy.config.model.identity import UserPool
from sam_deploy.config.model.messages import EventBus, Queue, Rule, Topic
from sam_deploy.config.model.storage import Bucket, Table
from sam_deploy.config.model.watching import Alarms, Distribution, Secret, Setting
from sam_deploy.config.text import (
    AppName,
    Domain,
    Email,
    EnvironmentName,
    FunctionReference,
    Json,
    LogDays,
    Matches,
    NamePattern,
    Reasons,
    Region,
    Runtime,
    Slim,
)


@declaration
class Environment(Declaration):
    """A place where the app runs for somebody: dev, staging, prod, or a name of your own."""

    name: EnvironmentName
    promote_from: EnvironmentName | None = None
    """The environment whose release this one receives; none for the one that deploys move."""
    domain_label: str | None = ""
    """Part of the domain before the app's: '' means the environment's name, None no label."""
    extra_origins: Sequence[str] = ()
    """Web origins allowed beside the environment's own, such as http://localhost:4200."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """Level of Python's root logger during its calls; `logLevel()` in Node.

    At DEBUG, boto3, botocore, urllib3, s3transfer, httpx and httpcore stay at INFO, since they log
    whole requests with their passwords and tokens, unless their loggers have a level of their own.
    """
    log_retention_days: LogDays = 30
    """How long logs are kept; what environments share is kept for the longest of them."""
    alarms: Literal["off", "normal", "strict"] = "off"
    """Which alarms watch it; see `Alarms`. Each alarm costs."""
    audit: Literal["normal", "strict"] = "normal"
    """strict: what the audit only warns about must not be deployed, either, unless it is waived."""


@declaration
class FeatureSet(Declaration):
    """A named part of the app with its own stack and regions."""

    name: Annotated[str, Matches(r"[a-z][a-z0-9-]{0,31}", "a-z, 0-9 and -, a letter first")]
    regions: Annotated[Sequence[Region], Len(1)]
    title: str = ""
    description: str = ""
    stack_name: NamePattern | None = None
    """What CloudFormation calls its stack, where it must be another name than the usual one."""
    resources: Mapping[str, Json] = field(default_factory=dict)
    """CloudFormation resources merged into the stack; of ours, what is given here wins."""
    outputs: Mapping[str, Json] = field(default_factory=dict)
    """CloudFormation outputs merged into the stack."""


@declaration
class Promotion(Declaration):
    """Who receives the one-time code of a promotion, from whom, and how often (R185)."""

    recipients: Annotated[Sequence[Email], Len(1, 50)]
    """All of them get the same mail, and see each other's addresses in it."""
    sender: Email
    """An address that SES has verified, or one of a verified domain."""
    region: Region | None = None
    """Where SES sends from; the home region when empty."""
    minutes: Annotated[int, Interval(ge=1, le=60)] = 10
    """How long a code is good."""
    attempts: Annotated[int, Interval(ge=1, le=10)] = 3
    """How often a code may be entered; after the last wrong one the plan is void."""
    codes_an_hour: Annotated[int, Interval(ge=1, le=20)] = 5
    """How many codes are sent for an environment within 60 minutes."""
    codes_a_day: Annotated[int, Interval(ge=1, le=100)] = 20
    """How many codes are sent for an environment within 24 hours."""
    approval_hours: Annotated[int, Interval(ge=1, le=168)] = 24
    """How long an approval file is good."""
    broker: FunctionReference | None = None
    """Name or ARN of the function that alone may move promoted environments."""


@declaration
class App(Declaration):
    """A serverless application: everything that `sam-deploy` needs to know about it."""

    name: AppName
    home_region: Region
    """Holds the first uploads, and later lock, journal and history."""
    environments: Annotated[Sequence[Environment], Len(1)]
    feature_sets: Annotated[Sequence[FeatureSet], Len(1)]
    functions: Sequence[Function] = ()
    layers: Sequence[Layer] = ()
    queues: Sequence[Queue] = ()
    topics: Sequence[Topic] = ()
    event_buses: Sequence[EventBus] = ()
    rules: Sequence[Rule] = ()
    buckets: Sequence[Bucket] = ()
    tables: Sequence[Table] = ()
    user_pools: Sequence[UserPool] = ()
    distributions: Sequence[Distribution] = ()
    http_api: HttpApi | None = None
    rest_api: RestApi | None = None
    settings: Sequence[Setting | Secret] = ()
    """Settings and secrets that functions read; others can be named by functions alone."""
    alarms: Alarms | None = None
    """Thresholds and recipients, when the given ones do not fit."""
    dashboard: bool = True
    """Whether a CloudWatch dashboard shows the app."""
    domain: Domain | None = None
    hosted_zone_id: Annotated[str, Matches(r"Z[A-Z0-9]{1,31}", "an id such as Z1D633PJN98FT9")] | (
        None
    ) = None
    """Route 53 zone of the domain; addresses of APIs get latency records there."""
    topology: Literal["shared", "isolated"] = "shared"
    """shared: one stack and one function for all environments; isolated: one of each."""
    promotion: Promotion | None = None
    hooks: Sequence[Hook] = ()
    """Commands that are run before and after promotions and rollbacks, and at canary steps."""
    runtime: Runtime = "python3.12"
    architecture: Literal["x86_64", "arm64"] = "x86_64"
    tags: Mapping[str, str] = field(default_factory=dict)
    include: Sequence[str] = ()
    """Patterns (gitwildmatch) packed into every archive although a default leaves them out."""
    exclude: Sequence[str] = ()
    """Patterns (gitwildmatch) left out of every archive."""
    slim: Sequence[Slim] = ()
    """What is left out of the dependencies of every function and layer."""
    bytecode: Literal["auto", "on", "off"] = "auto"
    """Whether archives carry compiled files: quicker cold starts for more bytes."""
    managed: Literal["auto", "keep"] = "auto"
    """`auto` leaves boto3 and what comes with it out where the runtime's version will do."""
    resources: Mapping[str, Json] = field(default_factory=dict)
    """CloudFormation resources merged into the first feature set's stack."""
    outputs: Mapping[str, Json] = field(default_factory=dict)
    """CloudFormation outputs merged into the first feature set's stack."""
    waive: Reasons = field(default_factory=dict)
    """Rule name -> the reason why its findings about the whole app do not apply."""
