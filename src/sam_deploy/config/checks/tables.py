"""Checks tables and what reads their streams: keys, indexes, capacity, replicas.

Works on the tree as declared, like `references.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from sam_deploy.config.checks.reach import reach
from sam_deploy.config.checks.regions import regions_of, unreached, users_of
from sam_deploy.config.declare import Declaration
from sam_deploy.config.model import App, Capacity, Index, Key, Queue, Table, TableTrigger
from sam_deploy.config.text import REGIONS, is_unknown_region
from sam_deploy.config.tree import (
    Problem,
    entries,
    feature_set_of,
    line_of,
    listed,
    named,
    names,
    texts,
    unknown_name,
)

PROJECTED_ATTRIBUTES: Final = 100
"""Of all indexes of a table together. Source: DynamoDB developer guide, "Quotas"."""
REPLICATED_STREAM: Final = "NEW_AND_OLD_IMAGES"


def problems(app: App) -> Iterator[Problem]:
    """Yield every mistake in tables and in the triggers on them."""
    checks: tuple[Callable[[App, Table, str], Iterator[Problem]], ...] = (
        _keys,
        _indexes,
        _capacity,
        _replicas,
        _existing,
        _readers,
    )
    for path, table in entries(app, "tables"):
        if isinstance(table, Table):
            for check in checks:
                yield from check(app, table, path)
    yield from _triggers(app)


def _keys(app: App, table: Table, path: str) -> Iterator[Problem]:
    """One attribute has one kind, in the table and in all of its indexes."""
    del app
    if table.partition_key is None and not table.existing:
        yield Problem(path, "`partition_key` is missing", line_of(table))
    kinds: dict[str, object] = {}
    for where, key in _every_key(table):
        known = kinds.setdefault(str(key.name), key.kind)
        if known != key.kind:
            message = f"the attribute {key.name!r} is {key.kind} here and {known} elsewhere"
            yield Problem(f"{path}{where}", message, line_of(key))
    for where, one in _keyed(table):
        first, second = one.partition_key, one.sort_key
        same = isinstance(first, Key) and isinstance(second, Key) and first.name == second.name
        if same:
            message = f"{getattr(first, 'name', '')!r} is the partition key already"
            yield Problem(f"{path}{where}.sort_key", message, line_of(second))


def _keyed(table: Table) -> Iterator[tuple[str, Table | Index]]:
    """Yield the table and its indexes, each with its path below the table's."""
    yield "", table
    for index in listed(table, "indexes"):
        if isinstance(index, Index):
            yield f'.indexes["{index.name}"]', index


def _every_key(table: Table) -> Iterator[tuple[str, Key]]:
    for where, one in _keyed(table):
        for argument in ("partition_key", "sort_key"):
            key = getattr(one, argument)
            if isinstance(key, Key):
                yield f"{where}.{argument}", key


def _indexes(app: App, table: Table, path: str) -> Iterator[Problem]:
    del app
    seen: set[str] = set()
    projected = 0
    for where, index in _keyed(table):
        if not isinstance(index, Index):
            continue
        if isinstance(index.name, str) and index.name in seen:
            message = f"the name {index.name!r} is given twice"
            yield Problem(f"{path}{where}", message, line_of(index))
        seen.add(str(index.name))
        included = texts(index.include)
        projected += len(included)
        if included and index.keys_only is True:
            message = "`keys_only` carries no attributes; leave one of the two out"
            yield Problem(f"{path}{where}.include", message, line_of(index))
    if projected > PROJECTED_ATTRIBUTES:
        message = f"carry {projected} attributes; DynamoDB takes {PROJECTED_ATTRIBUTES} in all"
        yield Problem(f"{path}.indexes", message, line_of(table))
    expires = table.time_to_live
    if isinstance(expires, str) and expires in [key.name for _, key in _every_key(table)]:
        message = f"{expires!r} is a key; items expire by an attribute that is none"
        yield Problem(f"{path}.time_to_live", message, line_of(table))


def _capacity(app: App, table: Table, path: str) -> Iterator[Problem]:
    del app
    capacity = table.capacity
    if not isinstance(capacity, Capacity):
        return
    for least, most in (("read", "max_read"), ("write", "max_write")):
        low, high = getattr(capacity, least), getattr(capacity, most)
        if isinstance(low, int) and isinstance(high, int) and high < low:
            message = f"is {high}, less than `{least}`, which is {low}"
            yield Problem(f"{path}.capacity.{most}", message, line_of(capacity))
    if texts(table.replicas) and capacity.max_write is None:
        message = (
            "is missing: every replica takes every write, so a global table must scale them; "
            "or leave `capacity` out and pay per request"
        )
        yield Problem(f"{path}.capacity.max_write", message, line_of(capacity))


def _replicas(app: App, table: Table, path: str) -> Iterator[Problem]:
    replicas, here, line = texts(table.replicas), f"{path}.replicas", line_of(table)
    for number, region in enumerate(replicas):
        if is_unknown_region(region):
            yield unknown_name(here, "region", region, REGIONS, line)
        if region in replicas[:number]:
            yield Problem(here, f"the region {region!r} is listed twice", line)
    owners = regions_of(app, feature_set_of(app, table))
    if replicas and owners and owners[0] not in replicas:
        message = f"{owners[0]!r}, the first region of its feature set, makes it and must be one"
        yield Problem(here, message, line)
    if len(replicas) > 1 and table.stream not in (None, REPLICATED_STREAM):
        message = f"must be {REPLICATED_STREAM!r}: replication works with it"
        yield Problem(f"{path}.stream", message, line)


def _existing(app: App, table: Table, path: str) -> Iterator[Problem]:
    """What another stack made is not changed, so nothing about how it is can be said here."""
    del app
    if table.existing is not True:
        return
    for argument in ("capacity", "stream", "time_to_live", "deletion_protection", "replicas"):
        if getattr(table, argument):
            message = "has no effect: the table exists already and is left as it is"
            yield Problem(f"{path}.{argument}", message, line_of(table))


def _readers(app: App, table: Table, path: str) -> Iterator[Problem]:
    """A function looks for a table in its own region, so the table must be in each of them."""
    if table.existing is True:
        return
    there = texts(table.replicas) or regions_of(app, feature_set_of(app, table))
    hint = "add `replicas`" if not texts(table.replicas) else "add them to `replicas`"
    for where, function in users_of(app).get(str(table.name), ()):
        missing = unreached(app, function, there)
        if missing:
            message = (
                f"the table {table.name!r} is not in {', '.join(missing)}, where the function "
                f"runs; {hint} of {path}, or put both into one feature set"
            )
            yield Problem(f"{where}.uses", message, line_of(function))


def _triggers(app: App) -> Iterator[Problem]:
    tables = {str(getattr(each, "name", "")): each for each in named(app, "tables")}
    for path, function in entries(app, "functions"):
        seen: set[str] = set()
        for number, trigger in enumerate(listed(function, "triggers")):
            if not isinstance(trigger, TableTrigger):
                continue
            here, line = f"{path}.triggers[{number}]", line_of(trigger)
            if str(trigger.table) in seen:
                message = f"the table {trigger.table!r} already calls this function"
                yield Problem(f"{here}.table", message, line)
            seen.add(str(trigger.table))
            table = tables.get(str(trigger.table))
            if not isinstance(table, Table):
                known = names(app, "tables")
                yield unknown_name(f"{here}.table", "table", trigger.table, known, line)
                continue
            for message in _unreadable(app, function, table):
                yield Problem(f"{here}.table", message, line)
            yield from _failures(app, function, trigger, here)


def _unreadable(app: App, function: object, table: Table) -> Iterator[str]:
    owners = feature_set_of(app, table), feature_set_of(app, function)
    if table.existing is True:
        yield (
            f"{table.name!r} exists already, and AWS makes up the name of its stream; make the "
            "event source mapping by `resources={...}`"
        )
    elif owners[0] != owners[1]:
        yield (
            f"table {table.name!r} is of the feature set {owners[0]!r}, the function of "
            f"{owners[1]!r}; a trigger needs both in one stack"
        )
    elif table.stream is None and len(texts(table.replicas)) < 2:  # noqa: PLR2004 - one is none
        yield f"{table.name!r} has no stream; give it `stream={REPLICATED_STREAM!r}`"


def _failures(
    app: App, function: Declaration, trigger: TableTrigger, here: str
) -> Iterator[Problem]:
    name = trigger.on_failure
    queues = {str(getattr(each, "name", "")): each for each in named(app, "queues")}
    if not isinstance(name, str):
        return
    if name not in queues:
        known = names(app, "queues")
        yield unknown_name(f"{here}.on_failure", "queue", name, known, line_of(trigger))
        return
    queue = queues[name]
    yield from reach(app, function, queue, f"{here}.on_failure", "the queue", line_of(trigger))
    if isinstance(queue, Queue) and queue.fifo is True:
        message = f"{name!r} is FIFO, which Lambda cannot send to"
        yield Problem(f"{here}.on_failure", message, line_of(trigger))
