"""Renders what tables and global tables have in common: attributes, keys, projections. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from sam_deploy.config.model import Index, Key, Table
from sam_deploy.template.document import Json


def attribute_definitions(table: Table) -> Json:
    """Return the key attributes of a table and its indexes, each once.

    No others: DynamoDB refuses the definition of an attribute that is no key. Source: DynamoDB
    API CreateTable, `AttributeDefinitions`.
    """
    kinds = {key.name: key.kind for key in keys_of(table)}
    return [{"AttributeName": name, "AttributeType": kind} for name, kind in kinds.items()]


def keys_of(table: Table) -> Iterator[Key]:
    """Yield every key of a table and of its indexes."""
    pairs = [(table.partition_key, table.sort_key)]
    pairs += [(index.partition_key, index.sort_key) for index in table.indexes]
    for pair in pairs:
        yield from (key for key in pair if key is not None)


def key_schema(partition_key: Key | None, sort_key: Key | None) -> Json:
    """Return the keys in the order that DynamoDB wants: HASH, RANGE."""
    both = (("HASH", partition_key), ("RANGE", sort_key))
    return [{"AttributeName": key.name, "KeyType": kind} for kind, key in both if key]


def projection(index: Index) -> Json:
    """Return which attributes an index carries."""
    if index.keys_only:
        return {"ProjectionType": "KEYS_ONLY"}
    if index.include:
        return {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(index.include)}
    return {"ProjectionType": "ALL"}
