"""Puts one stack's template together: the map of what a stack holds. Pure.

The text depends on the configuration and on the archives alone. Whatever differs between regions
and accounts comes in as a stack parameter, so one template is reviewed once and deployed
everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

from sam_deploy import naming
from sam_deploy.config.model import App
from sam_deploy.errors import ConfigError
from sam_deploy.plan.model import StackPlan
from sam_deploy.template.buckets import buckets
from sam_deploy.template.document import Entries, Json, Resource, to_yaml
from sam_deploy.template.functions import functions
from sam_deploy.template.http_api import http_api
from sam_deploy.template.outputs import outputs
from sam_deploy.template.permissions import policies
from sam_deploy.template.queues import (
    event_source_mappings,
    queues,
    sender_conditions,
    sender_mappings,
)
from sam_deploy.template.roles import roles
from sam_deploy.template.scope import Scope
from sam_deploy.template.user_pools import user_pools


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


def render(app: App, stack: StackPlan, artifact_keys: Mapping[str, str]) -> Template:
    """Return the template of one stack.

    `artifact_keys` maps `function/Api` to the key of its archive in the artifact bucket. Raises
    `BuildError` for a function without one, and `ConfigError` for what cannot be one stack.
    """
    scope = Scope(app, stack)
    families = chain(
        roles(scope),
        policies(scope),
        functions(scope, artifact_keys),
        queues(scope),
        event_source_mappings(scope),
        buckets(scope),
        user_pools(scope),
        http_api(scope),
    )
    resources = _each_once(stack, families)
    parameters, told = _parameters(scope), outputs(scope)
    document: dict[str, Json] = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Description": f"{app.name} {stack.feature_set}: {', '.join(stack.environments)}",
        "Parameters": parameters,
        "Mappings": sender_mappings(scope),
        "Conditions": sender_conditions(scope),
        "Resources": {name: each.as_json() for name, each in resources.items()},
        "Outputs": told,
    }
    return Template(
        stack_name=stack.name,
        body=to_yaml({section: entries for section, entries in document.items() if entries}),
        parameters=tuple(parameters),
        layer_parameters={layer.name: naming.layer_parameter(layer.name) for layer in scope.layers},
        resource_count=len(resources),
        outputs=tuple(told),
    )


def _each_once(stack: StackPlan, entries: Entries) -> dict[str, Resource]:
    """Return all resources, or say which names in `deploy.py` lead to one logical id."""
    found: dict[str, Resource] = {}
    for logical_id, resource in entries:
        if logical_id in found:
            kinds = " and ".join(dict.fromkeys((found[logical_id].kind, resource.kind)))
            raise ConfigError(
                f"Stack `{stack.name}` would have two resources called `{logical_id}`",
                why=f"logical ids are letters and digits only; two names of {kinds} become one",
                hint="rename one of them in `deploy.py`",
            )
        found[logical_id] = resource
    return found


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
    return own | layers
