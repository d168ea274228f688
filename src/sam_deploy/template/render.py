"""Puts one stack's template together: the map of what a stack holds. Pure.

The text depends on the configuration and on the archives alone. Whatever differs between regions
and accounts comes in as a stack parameter, so one template is reviewed once and deployed
everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain

from sam_deploy import naming
from sam_deploy.config.model import App
from sam_deploy.config.remembered import remembered
from sam_deploy.config.tree import CONFIG_FILE, Problem, declarations, line_of
from sam_deploy.errors import ConfigError
from sam_deploy.plan.domains import CertificateNeed, PoolDomainNeed
from sam_deploy.plan.health import HealthNeed
from sam_deploy.plan.model import StackPlan
from sam_deploy.template.apis.domains import domain_conditions, domain_parameters
from sam_deploy.template.apis.firewall import firewall_mappings
from sam_deploy.template.apis.http_api import http_api
from sam_deploy.template.apis.rest_api import rest_api
from sam_deploy.template.compute.asynchronous import invoke_configs
from sam_deploy.template.compute.functions import functions, vpc_mappings
from sam_deploy.template.compute.permissions import policies
from sam_deploy.template.compute.roles import roles
from sam_deploy.template.compute.urls import function_urls
from sam_deploy.template.document import Entries, Json, Resource
from sam_deploy.template.identity.user_pools import user_pools
from sam_deploy.template.messages.event_source_mappings import event_source_mappings
from sam_deploy.template.messages.events import events
from sam_deploy.template.messages.queue_policies import sender_conditions, sender_mappings
from sam_deploy.template.messages.queues import queues
from sam_deploy.template.messages.schedules import schedules
from sam_deploy.template.messages.topics import topics
from sam_deploy.template.needs import certificates, health, pool_domains
from sam_deploy.template.outputs import outputs
from sam_deploy.template.raw import merged, whole_outputs
from sam_deploy.template.regional import (
    exists_once,
    first_region_condition,
    first_region_parameter,
)
from sam_deploy.template.scope import Scope
from sam_deploy.template.storage.buckets import buckets
from sam_deploy.template.storage.distributions import (
    distribution_conditions,
    distribution_parameters,
    distributions,
)
from sam_deploy.template.storage.settings import settings
from sam_deploy.template.storage.streams import stream_mappings
from sam_deploy.template.storage.tables import tables
from sam_deploy.template.watching import alarms, dashboard
from sam_deploy.template.yaml_text import to_yaml


@dataclass(frozen=True, slots=True)
class Origin:
    """What in `deploy.py` caused a resource: `queues["Orders"]`, its line, its environment."""

    path: str
    line: int = 0
    environment: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A rendered SAM template: the same text for every region and account."""

    stack_name: str
    body: str
    """YAML, as it goes to CloudFormation."""
    parameters: tuple[str, ...]
    """Every parameter that it declares, the layers' among them."""
    layer_parameters: Mapping[str, str]
    """Name of a layer -> the parameter that takes the ARN of one of its versions."""
    resource_count: int
    outputs: tuple[str, ...]
    origins: Mapping[str, Origin] = field(default_factory=dict)
    """Logical id -> what caused it."""
    kinds: Mapping[str, str] = field(default_factory=dict)
    """Logical id -> type, such as AWS::SQS::Queue."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Values of parameters that are the same in every region."""
    hidden: tuple[str, ...] = ()
    """Parameters whose values AWS shows to nobody (NoEcho): they are written down nowhere."""
    certificates: tuple[CertificateNeed, ...] = ()
    """What has to be issued before the stack's domains can be made."""
    pool_domains: tuple[PoolDomainNeed, ...] = ()
    """Addresses of user pools, made once the stack stands."""
    health: HealthNeed | None = None
    """Which call shows that its API works."""
    source: str = "deploy.py"
    """The file that it was made of, by its name."""


def render(app: App, stack: StackPlan, artifact_keys: Mapping[str, str]) -> Template:
    """Return the template of one stack.

    `artifact_keys` maps `function/Api` to the key of its archive in the artifact bucket. Raises
    `BuildError` for a function without one, and `ConfigError` for what cannot be one stack.
    """
    scope = Scope(app, stack)
    resources = _each_once(app, stack, _families(scope, artifact_keys))
    written: dict[str, Mapping[str, Json]] = {n: each.as_json() for n, each in resources.items()}
    raw = _raw(scope)
    merged_resources = merged(written, raw.resources, raw.where)
    once = exists_once(resources)
    parameters = _parameters(scope) | (first_region_parameter() if once else {})
    conditions = sender_conditions(scope) | domain_conditions(scope)
    conditions |= first_region_condition() if once else {}
    conditions |= distribution_conditions(scope)
    told: dict[str, Json] = {**outputs(scope), **whole_outputs(raw.outputs, raw.where)}
    document: dict[str, Json] = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Description": f"{app.name} {stack.feature_set}: {', '.join(stack.environments)}",
        "Parameters": parameters,
        "Mappings": {**vpc_mappings(scope), **sender_mappings(scope), **firewall_mappings(scope)},
        "Conditions": conditions,
        "Resources": merged_resources,
        "Outputs": told,
    }
    return Template(
        stack_name=stack.name,
        body=to_yaml({section: entries for section, entries in document.items() if entries}),
        parameters=tuple(parameters),
        layer_parameters={layer.name: naming.layer_parameter(layer.name) for layer in scope.layers},
        resource_count=len(merged_resources),
        outputs=tuple(told),
        origins=_origins(app, resources, raw),
        kinds={name: each.kind for name, each in resources.items()} | raw.kinds,
        certificates=certificates(scope),
        pool_domains=pool_domains(scope),
        health=health(scope),
    )


def _families(scope: Scope, artifact_keys: Mapping[str, str]) -> Entries:
    """Return every resource of the stack, family by family: the map of a template."""
    return chain(
        roles(scope),
        policies(scope),
        functions(scope, artifact_keys),
        invoke_configs(scope),
        function_urls(scope),
        queues(scope),
        event_source_mappings(scope),
        topics(scope),
        events(scope),
        schedules(scope),
        buckets(scope),
        tables(scope),
        stream_mappings(scope),
        settings(scope),
        distributions(scope),
        user_pools(scope),
        http_api(scope),
        rest_api(scope),
        alarms(scope),
        dashboard(scope),
    )


@dataclass(frozen=True, slots=True)
class _Raw:
    """The escape hatch of one stack: what the app says for its first feature set, and its own."""

    path: str
    line: int
    resources: Mapping[str, object]
    outputs: Mapping[str, Json]

    @property
    def where(self) -> str:
        """The path, with the line in front of it."""
        return f"{CONFIG_FILE}:{self.line}: {self.path}" if self.line else self.path

    @property
    def kinds(self) -> dict[str, str]:
        """Logical id -> type of each, as far as it is given."""
        given = {
            name: each.get("Type")
            for name, each in self.resources.items()
            if isinstance(each, Mapping)
        }
        return {name: kind for name, kind in given.items() if isinstance(kind, str)}


def _raw(scope: Scope) -> _Raw:
    mine, app = scope.feature_set, scope.app
    if scope.stack.topology == "local":
        return _Raw("resources", 0, {}, {})
    first = app.feature_sets[0].name == mine.name
    resources = {**(app.resources if first else {}), **mine.resources}
    outputs = {**(app.outputs if first else {}), **mine.outputs}
    path, line = f'feature_sets["{mine.name}"].resources', line_of(mine)
    if first and app.resources:
        path, line = "resources", line_of(app)
    return _Raw(path, line, resources, outputs)  # type: ignore[arg-type] # JSON, held to it by `load`


def _origins(app: App, resources: Mapping[str, Resource], raw: _Raw) -> dict[str, Origin]:
    """Return what in `deploy.py` caused each resource."""
    paths = _paths(app)
    found = {
        logical_id: Origin(
            paths.get(id(each.declared), ""), line_of(each.declared), each.environment
        )
        for logical_id, each in resources.items()
    }
    for logical_id in raw.resources:
        if logical_id not in found:
            found[logical_id] = Origin(f'{raw.path}["{logical_id}"]', raw.line)
    return found


@remembered
def _paths(app: App) -> dict[int, str]:
    """Return the path of each declaration by its identity."""
    return {id(each): path for path, each in declarations(app)}


def _each_once(app: App, stack: StackPlan, entries: Entries) -> dict[str, Resource]:
    """Return all resources, or say which names in `deploy.py` lead to one logical id."""
    found: dict[str, Resource] = {}
    for logical_id, resource in entries:
        if logical_id in found:
            both = (found[logical_id], resource)
            kinds = " and ".join(dict.fromkeys(each.kind for each in both))
            raise ConfigError(
                f"Stack `{stack.name}` would have two resources called `{logical_id}`",
                why=f"logical ids are letters and digits only; two names of {kinds} become one",
                hint="rename one of them in `deploy.py`",
                problems=tuple(dict.fromkeys(_cause(app, each) for each in both)),
            )
        found[logical_id] = resource
    return found


def _cause(app: App, resource: Resource) -> str:
    path = _paths(app).get(id(resource.declared), "")
    return str(Problem(path, f"makes an {resource.kind}", line_of(resource.declared)))


def _parameters(scope: Scope) -> dict[str, Json]:
    """Return what a deployment has to say: where the archives are, the region, the layers."""
    own: dict[str, Json] = {
        "ArtifactBucket": {
            "Type": "String",
            "Description": "Bucket of this region that holds the functions' archives",
        },
        "RegionSuffix": {
            "Type": "String",
            "Default": "",
            "Description": "Makes bucket names unique outside the home region, as in -eu-west-1",
        },
    }
    layers: dict[str, Json] = {
        naming.layer_parameter(layer.name): {
            "Type": "String",
            "Description": f"ARN of the version of layer {layer.name} to use in this region",
        }
        for layer in scope.layers
    }
    return own | layers | domain_parameters(scope) | distribution_parameters(scope)
