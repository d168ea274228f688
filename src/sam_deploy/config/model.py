"""What a user can declare in `deploy.py`. AWS's own terms, AWS's own units.

The classes only record (`declare.py`); their annotations are the rules that `load.py` holds
them to. After loading, every value in the tree has the type and the range written here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Annotated, Literal

from annotated_types import Interval, Len

from sam_deploy.config.declare import Declaration, declaration
from sam_deploy.config.resources import (
    AttributeReader,
    Bucket,
    Cors,
    Queue,
    ResourceServer,
    SnsPublisher,
    UserPool,
    UserPoolClient,
)
from sam_deploy.config.text import (
    AppName,
    Domain,
    Email,
    EnvironmentName,
    FileName,
    FilePath,
    HttpMethod,
    Matches,
    Name,
    PoolTrigger,
    Region,
    Runtime,
    Seconds,
    SettingName,
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


@declaration
class FeatureSet(Declaration):
    """A named part of the app with its own stack and regions."""

    name: Annotated[str, Matches(r"[a-z][a-z0-9-]{0,31}", "a-z, 0-9 and -, a letter first")]
    regions: Annotated[Sequence[Region], Len(1)]
    title: str = ""
    description: str = ""


@declaration
class Layer(Declaration):
    """Dependencies shared by functions, built once and published in every region."""

    name: FileName
    requirements: Sequence[str] = ()
    """Requirement specifiers (PEP 508)."""
    requirements_file: FilePath | None = None
    source: FilePath | None = None
    """Folder of a local Python package (with pyproject.toml) or of plain modules."""
    archive: FileName | None = None
    """File name of the built archive; `<name>-deps.zip`, or `<name>.zip` with a source."""
    include: Sequence[str] = ()
    """Patterns (gitwildmatch) of the source that are packed although a default leaves them out."""
    exclude: Sequence[str] = ()
    """Patterns of the source that are left out."""
    slim: Sequence[Slim] | None = None
    """What is left out of dependencies; the app's `slim` when not given."""
    budget_mb: Annotated[int, Interval(ge=1, le=250)] | None = None
    """The build fails when the archive has more than this, unpacked."""


@declaration
class Route(Declaration):
    """A route of the HTTP API, answered by the function that lists it."""

    method: HttpMethod
    path: Annotated[str, Matches(r"/\S*", "a path that starts with /")]


@declaration
class HttpApi(Declaration):
    """The app's HTTP API: one per region, one stage per environment."""

    feature_set: str | None = None
    cors: Cors | None = None
    description: str = ""


@declaration
class QueueTrigger(Declaration):
    """Call the function with messages of `queue`, in each environment through its alias."""

    queue: str
    batch_size: Annotated[int, Interval(ge=1, le=10000)] = 10
    batching_window_seconds: Annotated[int, Interval(ge=0, le=300)] = 0
    enabled: bool = True


@declaration
class UploadTrigger(Declaration):
    """Call the function when an object arrives in `bucket`, in each environment."""

    bucket: str
    prefix: str = ""
    suffix: str = ""
    event: Annotated[str, Matches(r"s3:\S+", "an S3 event such as s3:ObjectCreated:*")] = (
        "s3:ObjectCreated:*"
    )


@declaration
class UserPoolTrigger(Declaration):
    """Call the function at these moments of the pool's life, in each environment."""

    pool: str
    kinds: Annotated[Sequence[PoolTrigger], Len(1)]


Trigger = QueueTrigger | UploadTrigger | UserPoolTrigger


@declaration
class Bundle(Declaration):
    """How esbuild makes one file of a Node function (TypeScript or JavaScript)."""

    minify: bool = True
    source_maps: bool = False
    external: Sequence[str] = ("@aws-sdk/*",)
    """Modules that are not bundled, because the runtime has them."""


@declaration
class Function(Declaration):
    """A Lambda function: one per region, one alias per environment."""

    name: Name
    source: FilePath
    """Folder of the code, relative to `deploy.py`."""
    handler: Annotated[str, Matches(r"[\w/]+(\.\w+)+", "module.function")] = "handler.handler"
    feature_set: str | None = None
    description: Annotated[str, Len(0, 256)] = ""
    runtime: Runtime | None = None
    architecture: Literal["x86_64", "arm64"] | None = None
    memory_mb: Annotated[int, Interval(ge=128, le=10240)] = 128
    timeout_seconds: Seconds = 900
    layers: Annotated[Sequence[str], Len(0, 5)] = ()
    requirements: Sequence[str] = ()
    requirements_file: FilePath | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    """Plain environment variables, the same in every environment of the shared topology."""
    routes: Sequence[Route] = ()
    triggers: Sequence[Trigger] = ()
    uses: Sequence[str] = ()
    """Names of queues, buckets and pools it works with; `name.read` or `name.write` for less."""
    settings: Sequence[SettingName] = ()
    """Names below /{app}/{environment}/ in Parameter Store that it may read."""
    include: Sequence[str] = ()
    """Patterns (gitwildmatch) of the source that are packed although a default leaves them out."""
    exclude: Sequence[str] = ()
    """Patterns of the source that are left out."""
    slim: Sequence[Slim] | None = None
    """What is left out of dependencies; the app's `slim` when not given."""
    budget_mb: Annotated[int, Interval(ge=1, le=250)] | None = None
    """The build fails when the archive has more than this, unpacked."""
    bundle: Bundle | None = None
    """How a Node function is bundled."""


@declaration
class Promotion(Declaration):
    """Who receives the one-time code of a promotion, and from whom (R185)."""

    recipients: Annotated[Sequence[Email], Len(1)]
    sender: Email
    region: Region | None = None
    """Where SES sends from; the home region when empty."""


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
    buckets: Sequence[Bucket] = ()
    user_pools: Sequence[UserPool] = ()
    http_api: HttpApi | None = None
    domain: Domain | None = None
    promotion: Promotion | None = None
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


# Named for how they read in a function's `triggers=[...]`. Plain other names, not functions, so
# that a wrong argument is recorded like everywhere else.
on_queue = QueueTrigger
on_upload = UploadTrigger
on_user_pool = UserPoolTrigger

__all__ = [
    "App",
    "AttributeReader",
    "Bucket",
    "Bundle",
    "Cors",
    "Environment",
    "FeatureSet",
    "Function",
    "HttpApi",
    "Layer",
    "Promotion",
    "Queue",
    "QueueTrigger",
    "ResourceServer",
    "Route",
    "SnsPublisher",
    "Trigger",
    "UploadTrigger",
    "UserPool",
    "UserPoolClient",
    "UserPoolTrigger",
    "on_queue",
    "on_upload",
    "on_user_pool",
]
