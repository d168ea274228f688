"""The value itself. It holds no path of the machine that made it, and no secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sam_deploy.plan import StackPlan
from sam_deploy.provide import Needs
from sam_deploy.template import Template


@dataclass(frozen=True, slots=True)
class FunctionWork:
    """A function of one stack, and what a release has to know of it."""

    stack: str
    name: str
    """As in `deploy.py`."""
    function_name: str
    """As on AWS, such as ApiFunction."""
    code_sha256: str
    """Of its archive, as Lambda reports it."""
    object_key: str = ""
    """Of its archive in the artifact bucket."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Environment -> logical id of its alias, for the environments of the stack."""
    provisioned: Mapping[str, int] = field(default_factory=dict)
    """Environment -> warm processes that its alias keeps."""
    answers_start: bool = False
    """It has our runtime, which answers `sam_deploy_runtime.calls.START` without its handler."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a manifest comes from, for people."""

    made_at: str = ""
    """UTC, ISO 8601."""
    tool_version: str = ""
    commit: str = ""
    """Of the project's repository; empty when it is in none."""
    dirty: bool = False
    """The working tree had changes that no commit holds."""


@dataclass(frozen=True, slots=True)
class Codes:
    """Who receives one-time codes, and how they may be used: `Promotion` of `deploy.py`."""

    recipients: tuple[str, ...]
    minutes: int = 10
    attempts: int = 3
    codes_an_hour: int = 5
    codes_a_day: int = 20
    approval_hours: int = 24


@dataclass(frozen=True, slots=True)
class Outside:
    """What an app leans on that none of its stacks makes. Empty where it needs no such thing."""

    sender: str = ""
    """Address that codes of promotions come from."""
    sender_region: str = ""
    """Where SES sends them."""
    domain: str = ""
    hosted_zone_id: str = ""
    codes: Codes | None = None
    """Who agrees to what changes for environments that are promoted to; nobody when not said."""
    broker: str = ""
    """Name or ARN of the function that moves aliases."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What goes where. `templates` maps the names of `stacks`."""

    name: str
    """Of the app or of the template's stack."""
    home_region: str
    environment: str
    """The environment whose aliases are moved; empty when there is none."""
    stacks: tuple[StackPlan, ...]
    templates: Mapping[str, Template]
    needs: Needs
    functions: tuple[FunctionWork, ...] = ()
    predecessors: Mapping[str, str | None] = field(default_factory=dict)
    """Environment -> the one that it is promoted from, in the order of the app."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Of every stack."""
    targets: tuple[str, ...] = ()
    """What the archives were built for, such as python3.12-x86_64."""
    provenance: Provenance = field(default_factory=Provenance)
    outside: Outside = field(default_factory=Outside)

    @property
    def regions(self) -> tuple[str, ...]:
        """Every region once, the gatekeeper first."""
        return tuple(dict.fromkeys(region for stack in self.stacks for region in stack.regions))

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """(stack name, region) of all that is deployed, in order."""
        return tuple((stack.name, region) for stack in self.stacks for region in stack.regions)

    def functions_of(self, stack: str) -> tuple[FunctionWork, ...]:
        """Return the functions that a stack holds."""
        return tuple(each for each in self.functions if each.stack == stack)
