"""Renders settings that `deploy.py` gives a value, and secrets that AWS makes up. Pure.

A setting is in every region of its feature set, as its readers are. A secret is made up once, by
the first region, and copied by Secrets Manager to the others: two regions with different values
could not read each other's tokens. What people set by `sam-deploy settings set` is not here.
"""

from __future__ import annotations

from typing import Final

from sam_deploy import naming
from sam_deploy.config.model import Environment, Secret, Setting
from sam_deploy.template.document import Entries, Json, Resource
from sam_deploy.template.regional import IS_FIRST_REGION
from sam_deploy.template.scope import Scope
from sam_deploy.template.storage.ids import secret_id, setting_id

STANDARD_BYTES: Final = 4096
"""A longer value needs the advanced tier, which costs. Source: Systems Manager user guide,
"Managing parameter tiers"."""
SECRET_CHARACTERS: Final = 40


def settings(scope: Scope) -> Entries:
    """Yield a parameter for each value, and each secret that is made up, per environment."""
    for each in scope.settings:
        for environment in scope.environments:
            if isinstance(each, Secret):
                if each.generate:
                    logical_id = secret_id(each.name, environment.name)
                    yield logical_id, _secret(scope, each, environment)
            elif (value := value_in(each, environment.name)) is not None:
                logical_id = setting_id(each.name, environment.name)
                yield logical_id, _parameter(scope, each, environment, value)


def value_in(setting: Setting, environment: str) -> str | None:
    """Return the value that `deploy.py` gives a setting in an environment, if it gives one."""
    if setting.value is None or isinstance(setting.value, str):
        return setting.value
    return setting.value.get(environment)


def _parameter(scope: Scope, setting: Setting, environment: Environment, value: str) -> Resource:
    properties: dict[str, Json] = {
        "Name": naming.setting_name(scope.app.name, environment.name, setting.name),
        "Type": "String",
        "Value": value,
    }
    if len(value.encode()) > STANDARD_BYTES:
        properties["Tier"] = "Advanced"
    if setting.description:
        properties["Description"] = setting.description
    properties["Tags"] = scope.tags(environment)
    return Resource(
        "AWS::SSM::Parameter", properties, environment=environment.name, declared=setting
    )


def _secret(scope: Scope, secret: Secret, environment: Environment) -> Resource:
    properties: dict[str, Json] = {
        "Name": naming.setting_name(scope.app.name, environment.name, secret.name)
    }
    if secret.description:
        properties["Description"] = secret.description
    properties["GenerateSecretString"] = {
        "PasswordLength": SECRET_CHARACTERS,
        "ExcludePunctuation": True,
    }
    others = [each for each in scope.feature_set.regions if each != scope.stack.first_region]
    if others:
        properties["ReplicaRegions"] = [{"Region": each} for each in others]
    properties["Tags"] = scope.tag_list(environment)
    return Resource(
        "AWS::SecretsManager::Secret",
        properties,
        retention="RetainExceptOnCreate",
        condition=IS_FIRST_REGION,
        environment=environment.name,
        declared=secret,
    )
