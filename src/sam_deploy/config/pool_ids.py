"""Where functions find the ids of user pools, which AWS makes up. Pure.

A variable with the id would be a circle, since a pool names the aliases of the functions it calls.
So the stack of a pool that some function uses keeps the ids in Parameter Store, where the runtime
reads them like settings (R104). Ids of existing pools are in `deploy.py` and need no parameter.
"""

from __future__ import annotations

from sam_deploy import naming
from sam_deploy.config.model import App, Function, UserPool, UserPoolClient
from sam_deploy.config.remembered import remembered
from sam_deploy.config.tree import split_use


def pool_id_setting(pool: UserPool) -> str:
    """PeopleUserPoolId: the last part of the name of the parameter."""
    return f"{pool.name}UserPoolId"


def client_id_setting(pool: UserPool, client: UserPoolClient) -> str:
    """PeopleClientId; PeopleAdminClientId for a client with a name."""
    return f"{pool.name}{naming.title(client.name or '')}ClientId"


def id_settings(pool: UserPool) -> tuple[str, ...]:
    """Return the names of the parameters of a pool: of its id, and of those of its clients."""
    return (pool_id_setting(pool), *(client_id_setting(pool, each) for each in pool.clients))


def pools_used_by(app: App, function: Function) -> tuple[UserPool, ...]:
    """Return the pools whose ids a function may know: those that its `uses` name."""
    used = {split_use(use)[0] for use in function.uses}
    return tuple(pool for pool in app.user_pools if pool.name in used)


@remembered
def pools_with_parameters(app: App) -> tuple[UserPool, ...]:
    """Return the app's own pools that some function uses."""
    used = {split_use(use)[0] for function in app.functions for use in function.uses}
    return tuple(pool for pool in app.user_pools if pool.name in used and not pool.existing_ids)


def id_sources(pool: UserPool) -> dict[str, object]:
    """Return where the ids are found, as the runtime is told: `id`, and `client_ids` by name.

    Each is the name of a parameter or, of an existing pool, the id in each environment.
    """
    if pool.existing_ids:
        clients = {"": dict(pool.existing_client_ids)} if pool.existing_client_ids else {}
        return {"id": dict(pool.existing_ids), "client_ids": clients}
    return {
        "id": pool_id_setting(pool),
        "client_ids": {each.name or "": client_id_setting(pool, each) for each in pool.clients},
    }
