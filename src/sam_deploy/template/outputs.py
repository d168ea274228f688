"""Renders what a stack tells its users: addresses, names and ids, each explained. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sam_deploy import naming
from sam_deploy.template.document import Json, ref, sub
from sam_deploy.template.scope import Scope


@dataclass(frozen=True, slots=True)
class Output:
    """One entry of `Outputs`."""

    name: str
    description: str
    value: Json


def outputs(scope: Scope) -> dict[str, Json]:
    """Return every output of the stack by name."""
    found = (*_http_api(scope), *_functions(scope), *_per_environment(scope))
    return {each.name: {"Description": each.description, "Value": each.value} for each in found}


def _http_api(scope: Scope) -> Iterator[Output]:
    if scope.http_api is None:
        return
    api = naming.http_api_id()
    yield Output(f"{api}Id", "Id of the HTTP API", ref(api))
    for environment in scope.environments:
        name = f"{api}{naming.title(environment.name)}Url"
        address = sub(f"${{{api}.ApiEndpoint}}/{naming.stage_name(environment.name)}")
        yield Output(name, f"Address of the {environment.name} stage", address)


def _functions(scope: Scope) -> Iterator[Output]:
    for function in scope.functions:
        name = naming.function_name(function.name)
        yield Output(f"{name}Name", f"Name of the function {function.name}", ref(name))


def _per_environment(scope: Scope) -> Iterator[Output]:
    for environment in scope.environments:
        where = environment.name
        for queue in scope.queues:
            for made in (naming.queue_name, naming.dead_letter_queue_name):
                queue_id = made(queue.name, where)
                yield Output(f"{queue_id}Url", f"URL of the queue {queue_id}", ref(queue_id))
        for bucket in scope.buckets:
            bucket_id = naming.bucket_id(bucket.name, where)
            words = f"Name of the bucket {bucket.name} of {where}"
            yield Output(f"{bucket_id}Name", words, ref(bucket_id))
        for pool in scope.user_pools:
            pool_id = naming.user_pool_name(pool.name, where)
            words = f"Id of the user pool {pool.name} of {where}"
            yield Output(f"{pool_id}Id", words, ref(pool_id))
            if pool.client:
                client_id = naming.user_pool_client_name(pool.name, where)
                words = f"Id of the web client of {pool_id}"
                yield Output(f"{client_id}Id", words, ref(client_id))
