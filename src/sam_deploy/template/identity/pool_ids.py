"""Renders the ids of a user pool and of its clients, for the functions that use the pool. Pure."""

from __future__ import annotations

from sam_deploy import naming
from sam_deploy.config.model import Environment, UserPool
from sam_deploy.config.pool_ids import client_id_setting, pool_id_setting, pools_with_parameters
from sam_deploy.template.document import Entries, Resource, ref
from sam_deploy.template.scope import Scope
from sam_deploy.template.storage.ids import setting_id


def pool_ids(scope: Scope, pool: UserPool, environment: Environment) -> Entries:
    """Yield a parameter for each id of the pool in an environment; none if nobody uses the pool."""
    if all(each.name != pool.name for each in pools_with_parameters(scope.app)):
        return
    where = environment.name
    ids = {pool_id_setting(pool): naming.user_pool_name(pool.name, where)}
    for client in pool.clients:
        client_id = naming.user_pool_client_name(pool.name, where, client.name or "")
        ids[client_id_setting(pool, client)] = client_id
    for setting, logical_id in ids.items():
        yield (
            setting_id(setting, where),
            Resource(
                "AWS::SSM::Parameter",
                {
                    "Name": naming.setting_name(scope.app.name, where, setting),
                    "Type": "String",
                    "Value": ref(logical_id),
                    "Tags": scope.tags(environment),
                },
                environment=where,
                declared=pool,
            ),
        )
