"""Renders what a stack tells its users: addresses, names and ids, each explained. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sam_deploy import naming
from sam_deploy.config import physical
from sam_deploy.config.model import HttpApi, RestApi
from sam_deploy.template.apis.domains import KIND as DOMAIN
from sam_deploy.template.apis.domains import domain_id, domain_target
from sam_deploy.template.apis.gateways import http_apis, rest_apis
from sam_deploy.template.document import Json, get_att, ref, sub
from sam_deploy.template.messages import ids as message_ids
from sam_deploy.template.regional import IS_FIRST_REGION
from sam_deploy.template.scope import Scope
from sam_deploy.template.storage.ids import distribution_id, distribution_part_id


@dataclass(frozen=True, slots=True)
class Output:
    """One entry of `Outputs`."""

    name: str
    description: str
    value: Json
    condition: str = ""

    def as_json(self) -> Json:
        """Return it as CloudFormation writes it."""
        written: dict[str, Json] = {"Description": self.description, "Value": self.value}
        return written | ({"Condition": self.condition} if self.condition else {})


def outputs(scope: Scope) -> dict[str, Json]:
    """Return every output of the stack by name."""
    found = (
        *_apis(scope),
        *_functions(scope),
        *_per_environment(scope),
        *_messages(scope),
        *_tables(scope),
        *_distributions(scope),
    )
    return {each.name: each.as_json() for each in found}


def _apis(scope: Scope) -> Iterator[Output]:
    for gateway in (*http_apis(scope), *rest_apis(scope)):
        rest = gateway.logical_id == naming.REST_API
        kind = naming.REST_API if rest else naming.http_api_id()
        words = f"Id of the {'REST' if rest else 'HTTP'} API"
        whose = f" of {gateway.own}" if gateway.own else ""
        yield Output(f"{gateway.logical_id}Id", words + whose, ref(gateway.logical_id))
        for environment in gateway.environments:
            host = f"${{{gateway.logical_id}.ApiEndpoint}}"
            if rest:
                host = f"https://${{{kind}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}"
            yield Output(
                naming.api_part_id(kind, environment.name, "Url"),
                f"Address of the {environment.name} stage",
                sub(f"{host}/{naming.stage_name(environment.name)}"),
            )
    for api in (scope.http_api, scope.rest_api):
        if api is not None and api.custom_domain:
            yield from _domains(scope, api)


def _domains(scope: Scope, api: HttpApi | RestApi) -> Iterator[Output]:
    """Yield the addresses under the app's domain, and where its DNS records have to lead."""
    for environment in scope.environments:
        domain, name = domain_id(api, environment), environment.name
        condition = naming.certificate_condition(DOMAIN, name)
        address = f"https://{physical.api_domain_name(scope.app, environment)}"
        yield Output(f"{domain}Url", f"Address of {name} for people", address, condition)
        target = get_att(domain, domain_target(api)[0])
        words = f"Where the DNS record of {name}'s address leads"
        yield Output(f"{domain}Target", words, target, condition)


def _functions(scope: Scope) -> Iterator[Output]:
    for function in scope.functions:
        name = scope.function_id(function.name)
        yield Output(f"{name}Name", f"Name of the function {function.name}", ref(name))
        for environment in scope.environments if function.url else ():
            url_id = naming.function_url_id(function.name, environment.name)
            words = f"Address of {function.name} in {environment.name}"
            yield Output(url_id, words, get_att(url_id, "FunctionUrl"))


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
            for client in pool.clients:
                client_id = naming.user_pool_client_name(pool.name, where, client.name or "")
                words = f"Id of the web client of {pool_id}"
                yield Output(f"{client_id}Id", words, ref(client_id))


def _messages(scope: Scope) -> Iterator[Output]:
    for environment in scope.environments:
        for topic in scope.topics:
            topic_id = message_ids.topic_id(topic.name, environment.name)
            words = f"ARN of the topic {topic.name} of {environment.name}"
            yield Output(f"{topic_id}Arn", words, ref(topic_id))
        for bus in scope.event_buses:
            bus_id = message_ids.event_bus_id(bus.name, environment.name)
            words = f"Name of the event bus {bus.name} of {environment.name}"
            yield Output(f"{bus_id}Name", words, ref(bus_id))


def _tables(scope: Scope) -> Iterator[Output]:
    for table in scope.tables:
        for environment in scope.environments:
            table_id = naming.table_id(table.name, environment.name)
            words = f"Name of the table {table.name} of {environment.name}"
            # By name: of a global table only the first region's stack has the resource.
            name = physical.table_name(scope.app, table, environment.name)
            yield Output(f"{table_id}Name", words, name)


def _distributions(scope: Scope) -> Iterator[Output]:
    for distribution in scope.distributions:
        for environment in scope.environments:
            name, where = distribution.name, environment.name
            cdn = distribution_id(name, where)
            address = sub(f"https://${{{cdn}.DomainName}}")
            words = f"Address of the CDN {name} of {where}"
            yield Output(f"{cdn}Url", words, address, IS_FIRST_REGION)
            bucket = distribution_part_id(name, where, "Bucket")
            words = f"Name of the bucket whose files the CDN {name} of {where} serves"
            yield Output(f"{bucket}Name", words, ref(bucket), IS_FIRST_REGION)
