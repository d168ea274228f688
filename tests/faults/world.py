"""What is deployed, as the cloud itself says, and how that differs from what it should be."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.faults.place import ACCOUNT, Place
from tests.faults.proxy import Call
from tests.faults.rules import CutBody, Drop, Fail, Kill, LoseAnswer

GOOD: Final = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})
FIRST: Final = "dev"
"""The environment that a deployment moves."""
ONCE: Final = (
    "cloudformation:ExecuteChangeSet",
    "lambda:PublishLayerVersion",
    "lambda:UpdateAlias",
)
"""Calls that are made no more often than by a quiet run."""


@dataclass(frozen=True, slots=True)
class World:
    """What there is in some regions. Stacks, layers and functions are (region, name)."""

    stacks: Mapping[tuple[str, str], str]
    """Their status."""
    change_sets: tuple[str, ...]
    """What was made and never executed, as `region: stack: name`."""
    layers: Mapping[tuple[str, str], tuple[str, ...]]
    """The descriptions of all versions, which tell the content."""
    deployed: Mapping[tuple[str, str], str]
    """The hash of each function's newest code."""
    served: Mapping[tuple[str, str, str], str]
    """By alias the hash of the code that is served, with weights if there are any."""
    versions: Mapping[tuple[str, str], int]
    """How many versions each function has."""
    unfinished: tuple[str, ...] = ()
    """Locks that are held, journals that are open, and a history that tells of something else."""


def look(place: Place) -> World:
    """Return what there is in the place's regions."""
    stacks, layers, deployed, served, versions = {}, {}, {}, {}, {}
    change_sets: list[str] = []
    for region in place.regions:
        for name, status, left in _stacks(place, region):
            stacks[region, name] = status
            change_sets += [f"{region}: {name}: {each}" for each in left]
        functions = place.client("lambda", region)
        for name in _names(functions, "list_layers", "Layers", "LayerName"):
            found = functions.list_layer_versions(LayerName=name)["LayerVersions"]
            layers[region, name] = tuple(sorted(each.get("Description", "") for each in found))
        for name in _names(functions, "list_functions", "Functions", "FunctionName"):
            deployed[region, name] = _hash(functions, name, "$LATEST")
            listed = functions.list_versions_by_function(FunctionName=name)["Versions"]
            versions[region, name] = len(listed) - 1
            for alias in functions.list_aliases(FunctionName=name)["Aliases"]:
                served[region, name, alias["Name"]] = _served(functions, name, alias)
    unfinished = (*_unfinished(place), *_untold(place, deployed=bool(deployed)))
    return World(stacks, tuple(change_sets), layers, deployed, served, versions, unfinished)


def documents(place: Place, prefix: str) -> Iterator[tuple[str, str, str]]:
    """Yield region, bucket and key of what lies under a prefix in the artifact buckets."""
    for region in place.regions:
        store = place.client("s3", region)
        for each in store.list_buckets()["Buckets"]:
            bucket = each["Name"]
            if bucket.endswith(f"-sam-{ACCOUNT}-{region}"):
                listed = store.list_objects_v2(Bucket=bucket, Prefix=prefix)
                yield from ((region, bucket, found["Key"]) for found in listed.get("Contents", []))


def _unfinished(place: Place) -> Iterator[str]:
    for _, _, key in documents(place, "locks/"):
        yield f"the lock {key} is held"
    for region, bucket, key in documents(place, "journal/"):
        if not key.endswith(".json"):
            continue  # set aside
        body = place.client("s3", region).get_object(Bucket=bucket, Key=key)["Body"].read()
        state = json.loads(body)["state"]
        if state != "done":
            yield f"the journal {key} is {state}"


def _untold(place: Place, *, deployed: bool) -> Iterator[str]:
    """Yield where the newest record of the first environment, or the audit, is not what is so."""
    records = [each for each in documents(place, "releases/") if f"/{FIRST}/" in each[2]]
    if not records:
        yield from [f"nothing that {FIRST} serves is on record"] if deployed else []
        return
    record = json.loads(_body(place, records[-1]))
    for function, regions in record["image"].items():
        for region, told in regions.items():
            alias = place.client("lambda", region).get_alias(FunctionName=function, Name=FIRST)
            if alias["FunctionVersion"] != told["version"]:
                yield f"{record['id']} does not tell what {function} in {region} serves"
    links = [each for each in documents(place, "audit/") if not each[2].endswith("/head.json")]
    told_of = [json.loads(_body(place, each))["facts"].get("release") for each in links]
    if told_of.count(record["id"]) != 1:
        yield f"the audit tells {told_of.count(record['id'])} times of {record['id']}"


def _body(place: Place, document: tuple[str, str, str]) -> bytes:
    region, bucket, key = document
    body: bytes = place.client("s3", region).get_object(Bucket=bucket, Key=key)["Body"].read()
    return body


def problems(found: World, calls: Iterable[Call] = ()) -> list[str]:
    """Return what is wrong after a success; `calls` are all that led to it.

    Every stack is complete, no change set is left, no lock is held, the journal is closed, the
    first environment serves what is deployed, and nothing was uploaded or published twice.
    """
    wrong = [
        f"{name} in {region} is {status}"
        for (region, name), status in found.stacks.items()
        if status not in GOOD
    ]
    wrong += [f"a change set is left in {each}" for each in found.change_sets]
    wrong += [
        f"layer {name} in {region}: {description} is published {count} times"
        for (region, name), all_of_them in found.layers.items()
        for description, count in Counter(all_of_them).items()
        if count > 1
    ]
    wrong += [
        f"`{FIRST}` of {name} in {region} does not serve what is deployed"
        for (region, name), code in found.deployed.items()
        if found.served.get((region, name, FIRST)) != code
    ]
    twice = (f"{path} was uploaded {n} times" for path, n in uploads(calls).items() if n > 1)
    return [*wrong, *found.unfinished, *twice]


def differences(found: World, expected: World) -> list[str]:
    """Return where a world is not as a quiet run leaves it; the kind of success is no matter."""
    wrong = []
    if set(found.stacks) != set(expected.stacks):
        wrong.append(f"stacks: {sorted(found.stacks)}, not {sorted(expected.stacks)}")
    for part in ("layers", "deployed", "served", "versions"):
        is_now, should_be = getattr(found, part), getattr(expected, part)
        other = sorted(
            key for key in {*is_now, *should_be} if is_now.get(key) != should_be.get(key)
        )
        wrong += [
            f"{part} of {'/'.join(key)}: {is_now.get(key)}, not {should_be.get(key)}"
            for key in other
        ]
    return wrong


def uploads(calls: Iterable[Call]) -> Counter[str]:
    """Return how often each archive was stored by an upload from this computer.

    One whose answer got lost is not counted: the SDK sends it again before anybody is asked.
    """
    return Counter(
        call.known.detail
        for call in carried_out(calls)
        if call.name == "s3:PutObject" and "/artifacts/" in call.known.detail
    )


def once(calls: Iterable[Call]) -> Counter[str]:
    """Return how often each of the calls was carried out that are made once for what they make."""
    return Counter(
        f"{call.name} {call.known.detail} in {call.known.region}"
        for call in carried_out(calls)
        if call.name in ONCE
    )


def carried_out(calls: Iterable[Call]) -> Iterator[Call]:
    """Yield the calls that reached the cloud, and whose answer was not lost on the way."""
    for call in calls:
        lost = isinstance(call.action, Drop | CutBody | Fail | LoseAnswer)
        if not lost and call.action != Kill("before"):
            yield call


def _stacks(place: Place, region: str) -> Iterator[tuple[str, str, list[str]]]:
    """Yield each stack with its status and the change sets that nobody executed."""
    formation = place.client("cloudformation", region)
    for page in formation.get_paginator("describe_stacks").paginate():
        for stack in page["Stacks"]:
            name = stack["StackName"]
            listed = formation.list_change_sets(StackName=name)["Summaries"]
            left = [
                each["ChangeSetName"]
                for each in listed
                if each.get("ExecutionStatus") != "EXECUTE_COMPLETE"
            ]
            yield name, stack["StackStatus"], left


def _names(functions: Any, operation: str, key: str, name: str) -> list[str]:
    pages = functions.get_paginator(operation).paginate()
    return [each[name] for page in pages for each in page[key]]


def _hash(functions: Any, name: str, qualifier: str) -> str:
    found = functions.get_function_configuration(FunctionName=name, Qualifier=qualifier)
    return str(found["CodeSha256"])


def _served(functions: Any, name: str, alias: Mapping[str, Any]) -> str:
    code = _hash(functions, name, alias["FunctionVersion"])
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights")
    return f"{code} with weights {weights}" if weights else code
