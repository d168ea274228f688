"""Functions of a template with their routes, queues and rights, as a `deploy.py` declares them.

Source: AWS SAM specification, "AWS::Serverless::Function", "HttpApi", "SQS", "Policy templates".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, get_args

from sam_deploy import naming
from sam_deploy.cli.starting.deriving.data import OWN_NAME
from sam_deploy.cli.starting.deriving.reading import Reading, refers, unusual
from sam_deploy.cli.starting.deriving.written import Call, Written
from sam_deploy.config.text import HttpMethod, Runtime
from sam_deploy.sam.resources import Placed

POLICIES: Final = {
    "SQSSendMessagePolicy": ("QueueName", "Queue", ".write"),
    "SQSPollerPolicy": ("QueueName", "Queue", ".read"),
    "DynamoDBCrudPolicy": ("TableName", "Table", ""),
    "DynamoDBReadPolicy": ("TableName", "Table", ".read"),
    "DynamoDBWritePolicy": ("TableName", "Table", ".write"),
    "S3CrudPolicy": ("BucketName", "Bucket", ""),
    "S3ReadPolicy": ("BucketName", "Bucket", ".read"),
    "S3WritePolicy": ("BucketName", "Bucket", ".write"),
}
"""Policy template -> the parameter that names a resource, its class, and what `uses` adds."""
UNDERSTOOD: Final = (
    *("CodeUri", "Handler", "Runtime", "MemorySize", "Timeout", "Description", "Architectures"),
    *("Environment", "Events", "Policies", "Tracing", "ReservedConcurrentExecutions"),
    *("EphemeralStorage", "PackageType"),
)
REASONS: Final = {
    "FunctionName": OWN_NAME,
    "Role": "sam-deploy makes its role from `uses`, `settings` and `statements`",
    "Layers": "`Layer(...)` in `layers`; dependencies may also stay in its requirements.txt",
    "AutoPublishAlias": "each environment is an alias, and releases move it",
    "DeploymentPreference": "`sam-deploy promote prod --canary 10,50` shifts traffic",
    "VpcConfig": "`vpc=Vpc(...)`, by region",
}
ASKED: Final = "it is no resource of the draft"


def function(reading: Reading, placed: Placed) -> None:
    """Add a function; left whole when it cannot be built from a folder by sam-deploy."""
    logical_id = placed.logical_id
    code, runtime = placed.property("CodeUri"), reading.values.of(placed.property("Runtime"))
    reason = _unfit(reading, code, runtime)
    if not isinstance(reading.values.of(placed.property("Handler")), str):
        reason = "its handler is not known before a deployment"
    if reason:
        reading.leave(logical_id, reason)
        return
    taken = {str(each.first[0]) for each in reading.families.get("functions", ())}
    routes, triggers = _events(reading, placed)
    named: dict[str, Written] = {
        "source": str(code).rstrip("/").removeprefix("./"),
        "handler": str(reading.values.of(placed.property("Handler"))),
        "runtime": str(runtime),
        "timeout_seconds": reading.number(placed, "Timeout", 3),
        **_settings(reading, placed),
        **({"environment": found} if (found := _variables(reading, placed)) else {}),
        **_layers(reading, logical_id),
        **({"routes": routes} if routes else {}),
        **({"triggers": triggers} if triggers else {}),
        **({"uses": uses} if (uses := list(dict.fromkeys(_uses(reading, placed)))) else {}),
    }
    reading.rest(placed, UNDERSTOOD, REASONS)
    name = _name(reading, logical_id, taken)
    reading.named[logical_id] = ("Function", name)
    reading.add("functions", Call("Function", (name,), named))


def _layers(reading: Reading, logical_id: str) -> dict[str, Written]:
    found = reading.standing.layers.get(logical_id, ()) if reading.standing else ()
    return {"layers": list(found)} if found else {}


def _name(reading: Reading, logical_id: str, taken: Iterable[str]) -> str:
    """Return a name whose function on AWS is none of those that stand already."""
    name = reading.name(logical_id, taken)
    there = reading.standing.functions if reading.standing else frozenset()
    if naming.function_name(name) not in there:
        return name
    other = naming.title(reading.app) + name
    message = f"it is `{other}` here: `{naming.function_name(name)}` is the old one's name"
    reading.leave(f"{logical_id}.FunctionName", message)
    return other


def _unfit(reading: Reading, code: object, runtime: object) -> str:
    if not isinstance(code, str) or code.startswith("s3://"):
        return "its code is no folder beside the template"
    folder = reading.template.file.parent
    source = (folder / code).resolve()
    if not source.is_dir() or folder.resolve() not in source.parents:
        return "its code is no folder of its own below the template's"
    if runtime not in get_args(Runtime):
        return f"its runtime is {runtime!r}; a `deploy.py` has functions in Python and Node"
    if str(runtime).startswith("nodejs"):
        return "sam-deploy bundles Node functions by options of its own (`bundle=Bundle(...)`)"
    return ""


def _settings(reading: Reading, placed: Placed) -> dict[str, Written]:
    where = placed.logical_id
    machines = placed.property("Architectures")
    known = None if machines is None else reading.known(machines, f"{where}.Architectures")
    machine = known[0] if isinstance(known, list) and known else "x86_64"
    tracing = reading.text(placed.property("Tracing"), f"{where}.Tracing")
    storage = placed.property("EphemeralStorage")
    given = None if storage is None else reading.known(storage, f"{where}.EphemeralStorage")
    size = str(given.get("Size", 512)) if isinstance(given, Mapping) else "512"
    text = reading.text(placed.property("Description"), f"{where}.Description")
    limit = placed.property("ReservedConcurrentExecutions")
    return unusual(
        memory_mb=(reading.number(placed, "MemorySize", 128), 128),
        description=(text, ""),
        architecture=(str(machine), "x86_64"),
        ephemeral_storage_mb=(int(size) if size.isdigit() else 512, 512),
        tracing=(tracing == "Active", False),
        reserved_concurrency=(
            None if limit is None else reading.number(placed, "ReservedConcurrentExecutions", 0),
            None,
        ),
    )


def _variables(reading: Reading, placed: Placed) -> dict[str, Written]:
    """Return the variables that are known; the others are told, with what to use instead."""
    found: dict[str, Written] = {}
    # Globals are added to, not replaced. Source: AWS SAM specification, "Globals section"
    for given in (placed.inherited.get("Environment"), placed.own.get("Environment")):
        variables = given.get("Variables") if isinstance(given, Mapping) else None
        if given is not None and not isinstance(variables, Mapping):
            reading.leave(f"{placed.logical_id}.Environment", "it is no plain list of variables")
        for name, value in variables.items() if isinstance(variables, Mapping) else ():
            where = f"{placed.logical_id}.Environment.{name}"
            target = reading.named.get(refers(value))
            if target and target[0] != "Function":
                message = f'ask for it in each call: `resource_name("{target[1]}")`'
                reading.leave(where, message)
                continue
            known = reading.known(value, where)
            if isinstance(known, (list, Mapping)):
                reading.leave(where, "it is no text")
            elif known is not None:
                found[name] = str(known).lower() if isinstance(known, bool) else str(known)
    return found


def _events(reading: Reading, placed: Placed) -> tuple[list[Written], list[Written]]:
    """Return routes and triggers; events of other kinds are told."""
    routes: list[Written] = []
    triggers: list[Written] = []
    events = placed.property("Events")
    if events is not None and not isinstance(events, Mapping):
        reading.leave(f"{placed.logical_id}.Events", "it is no plain list of events")
    for name, event in events.items() if isinstance(events, Mapping) else ():
        where = f"{placed.logical_id}.Events.{name}"
        kind = event.get("Type") if isinstance(event, Mapping) else None
        given = event.get("Properties") if isinstance(event, Mapping) else None
        properties = given if isinstance(given, Mapping) else {}
        if kind == "HttpApi":
            made = _route(reading, properties, where)
            routes += [made] if made else []
        elif kind == "SQS":
            made = _queue_trigger(reading, properties, where)
            triggers += [made] if made else []
        else:
            said = f"events of the kind {kind}" if kind else "events under a condition"
            reading.leave(where, f"{said} are not derived")
    return routes, triggers


def _route(reading: Reading, given: Mapping[str, Any], where: str) -> Call | None:
    method, path = str(given.get("Method", "")).upper(), given.get("Path")
    odd = [
        name for name in given if name not in {"Path", "Method", "ApiId", "PayloadFormatVersion"}
    ]
    if method not in get_args(HttpMethod) or not isinstance(path, str):
        reading.leave(where, "it is no route with a method and a path")
    elif given.get("PayloadFormatVersion", "2.0") != "2.0":
        reading.leave(where, "sam-deploy's routes have the payload format 2.0")
    elif odd:
        reading.leave(where, f"its {', '.join(odd)} cannot be said of a route in the same way")
    elif "ApiId" in given and not _is_only_api(reading, given["ApiId"]):
        reading.leave(where, "its API is not the only one of the template")
    else:
        return Call("Route", (method, path))
    return None


def _is_only_api(reading: Reading, given: object) -> bool:
    resources = reading.template.document.get("Resources", {})
    types = {k: v.get("Type") for k, v in resources.items() if isinstance(v, Mapping)}
    apis = [name for name, kind in types.items() if kind == "AWS::Serverless::HttpApi"]
    return [refers(given)] == apis


def _queue_trigger(reading: Reading, given: Mapping[str, Any], where: str) -> Call | None:
    queue = reading.target(given.get("Queue"), "Queue")
    known = {"Queue", "BatchSize", "MaximumBatchingWindowInSeconds", "FunctionResponseTypes"}
    odd = [name for name in given if name not in known]
    sizes = [
        reading.values.of(given.get("BatchSize", 10)),
        reading.values.of(given.get("MaximumBatchingWindowInSeconds", 0)),
    ]
    if not queue:
        reading.leave(where, f"its queue: {ASKED}")
    elif odd or not all(str(each).isdigit() for each in sizes):
        reading.leave(where, f"its {', '.join(odd) or 'numbers'} are not derived")
    else:
        if "FunctionResponseTypes" not in given:
            message = (
                "sam-deploy asks for ReportBatchItemFailures: it must answer nothing, or those"
            )
            reading.leave(f"{where}.FunctionResponseTypes", message)
        batch, window = (int(str(each)) for each in sizes)
        more = unusual(batch_size=(batch, 10), batching_window_seconds=(window, 0))
        return Call("on_queue", (queue,), more)
    return None


def _uses(reading: Reading, placed: Placed) -> Iterator[str]:
    given = placed.property("Policies")
    for policy in given if isinstance(given, list) else [given] if given else []:
        where = f"{placed.logical_id}.Policies"
        if isinstance(policy, Mapping) and len(policy) == 1:
            name, values = next(iter(policy.items()))
            parameter, kind, way = POLICIES.get(name, ("", "", ""))
            target = values.get(parameter) if isinstance(values, Mapping) else None
            found = reading.target(target, kind)
            if found:
                yield found + way
                continue
            where = f"{where}.{name}"
        reading.leave(where, "say it by `uses`, or by `statements`")
