"""Functions and layers: what runs, with which dependencies, how large, called by what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Annotated, Literal

from annotated_types import Interval, Len

from sam_deploy.config.declare import Declaration, declaration
from sam_deploy.config.model.http import Cors, Route
from sam_deploy.config.model.triggers import Trigger
from sam_deploy.config.text import (
    FileName,
    FilePath,
    Json,
    Matches,
    Name,
    NamePattern,
    Reasons,
    Region,
    Runtime,
    Seconds,
    SettingName,
    Slim,
)


@declaration
class Layer(Declaration):
    """Dependencies shared by functions, built once and published in every region.

    One of `requirements`, `requirements_file` and `source` fills it; they exclude each other.
    """

    name: FileName
    requirements: Sequence[str] = ()
    """Requirement specifiers (PEP 508) of a layer that is packages alone."""
    requirements_file: FilePath | None = None
    """A file of such specifiers, instead of `requirements`."""
    source: FilePath | None = None
    """Folder of your own code: a Python package, or plain modules. Packages that it needs are in
    `dependencies` of a pyproject.toml in that folder, or in a requirements.txt; they are packed
    with it."""
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
class Bundle(Declaration):
    """How esbuild makes one file of a Node function (TypeScript or JavaScript)."""

    minify: bool = True
    source_maps: bool = False
    external: Sequence[str] = ("@aws-sdk/*",)
    """Modules that are not bundled, because the runtime has them."""


@declaration
class Vpc(Declaration):
    """The subnets and security groups of a function, by region. Without a NAT no internet."""

    subnets: Mapping[Region, Sequence[str]]
    security_groups: Mapping[Region, Sequence[str]]


@declaration
class AsyncInvoke(Declaration):
    """Calls that nobody waits for: how often and how long they are tried, who hears of failures."""

    retries: Annotated[int, Interval(ge=0, le=2)] = 2
    max_age_seconds: Annotated[int, Interval(ge=60, le=21600)] = 21600
    on_failure: str | None = None
    """A queue or a topic of the app: its dead letters."""
    on_success: str | None = None


@declaration
class FunctionUrl(Declaration):
    """An https address for each alias. `auth="NONE"` lets everybody in and needs a waiver."""

    auth: Literal["AWS_IAM", "NONE"] = "AWS_IAM"
    cors: Cors | None = None


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
    environment: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)
    """Plain environment variables. A value per environment only in the isolated topology."""
    ephemeral_storage_mb: Annotated[int, Interval(ge=512, le=10240)] = 512
    """Size of /tmp."""
    tracing: bool = False
    """Whether X-Ray records calls."""
    reserved_concurrency: Annotated[int, Interval(ge=0, le=10000)] | None = None
    """Most calls at the same time, of all aliases together; taken out of the account's limit."""
    provisioned_concurrency: Mapping[str, Annotated[int, Interval(ge=0, le=10000)]] = field(
        default_factory=dict
    )
    """Environment -> warm processes of its alias; a release sets it, 0 takes it away."""
    vpc: Vpc | None = None
    asynchronous: AsyncInvoke | None = None
    """What happens to calls that nobody waits for."""
    url: FunctionUrl | None = None
    """An address of its own for the alias of each environment."""
    routes: Sequence[Route] = ()
    triggers: Sequence[Trigger] = ()
    uses: Sequence[str] = ()
    """Names of queues, buckets, tables, topics, event buses and pools that it works with;
    `name.read` or `name.write` for less."""
    invokes: Sequence[str] = ()
    """Functions that it calls, in the same environment."""
    statements: Sequence[Mapping[str, Json]] = ()
    """IAM statements beyond what `uses` gives, such as cloudwatch:PutMetricData."""
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
    physical_name: NamePattern | None = None
    waive: Reasons = field(default_factory=dict)
    """Rule name -> the reason why its finding does not apply here."""
