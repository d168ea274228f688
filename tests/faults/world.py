"""What came of deployments, as the cloud itself says: what is not as one quiet run leaves it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final

from tests.faults.place import Place
from tests.faults.proxy import Call
from tests.faults.rules import CutBody, Drop, Fail, Kill

GOOD: Final = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})
FIRST: Final = "dev"
"""The environment that a deployment moves."""


def problems(place: Place, calls: Iterable[Call]) -> list[str]:
    """Return what is wrong after a deployment has succeeded; `calls` are all that led to it."""
    found: list[str] = []
    hashes: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for region in place.regions:
        found += _stacks(place, region)
        found += _layers(place, region)
        for function, dev, latest in _functions(place, region):
            hashes[function][region] = dev
            if dev != latest:
                found.append(f"`{FIRST}` of {function} in {region} does not serve what is deployed")
    for function, by_region in hashes.items():
        if len(set(by_region.values())) > 1 or set(by_region) != set(place.regions):
            found.append(f"`{FIRST}` of {function} is not one code in all regions: {by_region}")
    if not hashes:
        found.append("there is no function")
    return [*found, *_sent_twice(calls)]


def _stacks(place: Place, region: str) -> Iterator[str]:
    formation = place.client("cloudformation", region)
    stacks = formation.describe_stacks()["Stacks"]
    if not stacks:
        yield f"{region} has no stack"
    for stack in stacks:
        name, status = stack["StackName"], stack["StackStatus"]
        if status not in GOOD:
            yield f"{name} in {region} is {status}"
        for left in formation.list_change_sets(StackName=name)["Summaries"]:
            if left.get("ExecutionStatus") != "EXECUTE_COMPLETE":
                yield f"{name} in {region} has a change set left: {left['ChangeSetName']}"


def _layers(place: Place, region: str) -> Iterator[str]:
    functions = place.client("lambda", region)
    for layer in functions.list_layers()["Layers"]:
        name = layer["LayerName"]
        versions = functions.list_layer_versions(LayerName=name)["LayerVersions"]
        counted = Counter(version.get("Description", "") for version in versions)
        for description, count in counted.items():
            if count > 1:
                yield f"layer {name} in {region}: {description} is published {count} times"


def _functions(place: Place, region: str) -> Iterator[tuple[str, str, str]]:
    """Yield each function with the hash of the code that dev serves, and of the newest."""
    functions = place.client("lambda", region)
    for function in functions.list_functions()["Functions"]:
        name = function["FunctionName"]
        alias = functions.get_alias(FunctionName=name, Name=FIRST)
        weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights")
        served = functions.get_function_configuration(
            FunctionName=name, Qualifier=alias["FunctionVersion"]
        )
        code = f"{served['CodeSha256']} with weights {weights}" if weights else served["CodeSha256"]
        yield name, code, function["CodeSha256"]


def uploads(calls: Iterable[Call]) -> Counter[str]:
    """Return how often each archive was stored by an upload from this computer."""
    return Counter(
        call.known.detail
        for call in calls
        if call.name == "s3:PutObject"
        and "/artifacts/" in call.known.detail
        and not isinstance(call.action, Drop | CutBody | Fail)
        and call.action != Kill("before")
    )


def _sent_twice(calls: Iterable[Call]) -> Iterator[str]:
    for path, count in uploads(calls).items():
        if count > 1:
            yield f"{path} was uploaded {count} times"


def buckets_of_artifacts(place: Place, region: str) -> list[Any]:
    """Return the names of the artifact buckets that a region has."""
    found = place.client("s3", region).list_buckets()["Buckets"]
    return [each["Name"] for each in found if each["Name"].endswith(region)]
