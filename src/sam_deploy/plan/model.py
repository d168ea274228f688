"""What is to be done, decided before anything is touched: values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Architecture = Literal["x86_64", "arm64"]
UnitKind = Literal["function", "layer", "file"]
Topology = Literal["shared", "isolated", "local"]
"""shared: all environments in one stack; isolated: one; local: buckets and queues only (R230)."""


@dataclass(frozen=True, slots=True)
class Target:
    """The machine an archive is built for: a Lambda runtime, or the host for the embedded cloud.

    `python` is a full version such as 3.12.11, because environment markers can depend on the
    patch level. `glibc` decides which manylinux wheels fit (PEP 600): 2.26 up to python3.11
    (Amazon Linux 2), 2.34 from python3.12 on (Amazon Linux 2023).
    """

    runtime: str
    python: str
    architecture: Architecture
    glibc: tuple[int, int]
    host: bool = False
    """Built for this computer and the embedded cloud; never shipped to AWS."""

    @property
    def python_minor(self) -> tuple[int, int]:
        """(3, 12) of 3.12.11."""
        major, minor, *_ = self.python.split(".")
        return int(major), int(minor)

    @property
    def label(self) -> str:
        """The target in file names: `python3.12-x86_64`, or `host-python3.12-x86_64`."""
        major, minor = self.python_minor
        prefix = "host-" if self.host else ""
        return f"{prefix}python{major}.{minor}-{self.architecture}"


@dataclass(frozen=True, slots=True)
class ExtraFile:
    """A file that sam-deploy adds to an archive: the runtime module and what it must know."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True)
class BuildUnit:
    """One function or layer to build: what goes in, for which target, under which name."""

    key: str
    """Unique in a plan: `function/Api`, `layer/pymongo`."""
    name: str
    kind: UnitKind
    archive: str
    """File name of the result: `Api.zip`, `pymongo-deps.zip`."""
    target: Target
    source: Path | None = None
    """Absolute folder of the application code, or of a local package when `kind` is layer."""
    handler: str = ""
    """`module.attribute` that must exist in `source`; empty for a layer."""
    requirements: tuple[str, ...] = ()
    """Requirement specifiers written in the configuration (PEP 508)."""
    requirements_file: Path | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    extra_files: tuple[ExtraFile, ...] = ()
    slim: tuple[Literal["tests", "stubs"], ...] = ()
    """What is left out of dependencies."""
    bytecode: Literal["auto", "on", "off"] = "off"
    """Whether compiled files go in; `auto` decides by what is measured in docs/concepts."""
    managed: Literal["auto", "keep"] = "auto"
    """Whether packages that the runtime brings are left out where its version will do."""
    budget_bytes: int | None = None
    """More than this, unpacked, fails the build."""
    lock: str = ""
    """Name of the lock file, without its ending; empty for the archive's."""
    of_template: bool = False
    """Of somebody's own SAM template: a layer's folder is packed as it lies even when it is a
    package, and CloudFormation publishes it."""

    @property
    def prefix(self) -> str:
        """Where Lambda looks for Python code: the root for functions, `python/` for layers."""
        return "python/" if self.kind == "layer" else ""


@dataclass(frozen=True, slots=True)
class NodeUnit:
    """One Node function to bundle: TypeScript or JavaScript, made into one file by esbuild."""

    key: str
    name: str
    archive: str
    runtime: str
    """nodejs20.x, nodejs22.x, ...: what esbuild compiles for."""
    source: Path
    handler: str
    """`src/index.handler`: a file below `source`, without its ending, and an export of it."""
    minify: bool = True
    source_maps: bool = False
    external: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    """Further files of the source that are packed beside the bundle."""
    exclude: tuple[str, ...] = ()
    budget_bytes: int | None = None
    facts: str = ""
    """What the bundled `sam-deploy-runtime` knows of the app, as JSON; empty: it is not bundled."""
    kind: Literal["function"] = "function"
    entry: str = ""
    """The file that is bundled, relative to `source`; empty for the one that `handler` names."""
    output: str = "index"
    """The bundle's path in the archive, without its ending."""
    module_format: Literal["", "cjs", "esm"] = ""
    """Which kind of module it must be; empty for the one that fits."""
    language: str = ""
    """What esbuild compiles to, such as es2020; empty for what the runtime understands."""
    options: tuple[str, ...] = ()
    """Further options of esbuild, such as `--define:STAGE="dev"`."""
    host: bool = False
    """For the embedded cloud, which runs it with this machine's Node: that has no AWS SDK."""


@dataclass(frozen=True, slots=True)
class PlainUnit:
    """A folder or a file that goes up as it is: nothing is resolved, bundled or compiled."""

    key: str
    name: str
    kind: UnitKind
    archive: str
    source: Path
    """Absolute: a folder, which is zipped, or a file, whose bytes are the archive."""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    budget_bytes: int | None = None


Unit = BuildUnit | NodeUnit | PlainUnit


@dataclass(frozen=True, slots=True)
class StackPlan:
    """One CloudFormation stack, deployed under one name to each of its regions."""

    name: str
    feature_set: str
    regions: tuple[str, ...]
    """The first region is the gatekeeper: the others start when it has succeeded."""
    environments: tuple[str, ...]
    """The environments whose resources the stack holds."""
    first_region: str = ""
    """The first region of the feature set, whichever of its regions are asked for."""
    topology: Topology = "shared"


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that works but that the user may regret, with its place in the configuration."""

    rule: str
    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for: which part of the app, where, built for what."""

    feature_sets: tuple[str, ...] = ()
    """Empty: all of them."""
    regions: tuple[str, ...] = ()
    """Empty: every region of each feature set."""
    environment: str = ""
    """Whose stack (isolated topology), or `local`; empty for the one that deploying moves."""
    host_target: Target | None = None
    """Build everything for this target instead of the Lambda runtime (embedded cloud)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to build and which stacks to deploy where. Every offline check has passed.

    It names no app, so that a SAM template can be planned, too.
    """

    name: str
    """Of the app or of the template's stack: names the artifact bucket and the layers."""
    home_region: str
    project: Path
    stacks: tuple[StackPlan, ...]
    builds: tuple[Unit, ...]
    environment: str = ""
    """The environment whose aliases the deployment moves; empty when there is none."""
    layers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Key of a function's unit -> the keys of its layers, in their order."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Of every stack."""
    warnings: tuple[Warned, ...] = ()

    @property
    def regions(self) -> tuple[str, ...]:
        """Every region of the plan once, the gatekeeper first."""
        return tuple(dict.fromkeys(region for stack in self.stacks for region in stack.regions))
