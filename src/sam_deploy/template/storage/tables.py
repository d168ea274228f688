"""Renders tables: their keys, indexes, stream and recovery; kept when their stack goes. Pure.

Tables with replicas are in `global_tables.py`, scaling is in `scaling.py`.
"""

from __future__ import annotations

from typing import Final

from sam_deploy import naming
from sam_deploy.config import physical
from sam_deploy.config.model import Capacity, Environment, Index, Table
from sam_deploy.template.document import Entries, Json, Resource
from sam_deploy.template.scope import Scope
from sam_deploy.template.storage.global_tables import global_table
from sam_deploy.template.storage.keys import attribute_definitions, key_schema, projection
from sam_deploy.template.storage.scaling import scaling

RETENTION: Final = "RetainExceptOnCreate"
"""Removing a table from its stack keeps it; a first deployment that fails takes it away again.

No DeletionProtection beside it unless it is asked for, as with user pools: with it the table of a
first deployment that fails could not be taken away, and the stack would end in ROLLBACK_FAILED.
"""


def tables(scope: Scope) -> Entries:
    """Yield each table of each environment, with what scales its capacity."""
    for table in scope.tables:
        for environment in scope.environments:
            table_id = naming.table_id(table.name, environment.name)
            if table.replicas:
                yield table_id, global_table(scope, table, environment, RETENTION)
                continue
            resource = Resource(
                "AWS::DynamoDB::Table",
                _properties(scope, table, environment),
                retention=RETENTION,
                environment=environment.name,
                declared=table,
            )
            yield table_id, resource
            yield from scaling(table, environment)


def _properties(scope: Scope, table: Table, environment: Environment) -> dict[str, Json]:
    properties: dict[str, Json] = {
        "TableName": physical.table_name(scope.app, table, environment.name),
        "AttributeDefinitions": attribute_definitions(table),
        "KeySchema": key_schema(table.partition_key, table.sort_key),
        "BillingMode": "PROVISIONED" if table.capacity else "PAY_PER_REQUEST",
    }
    if table.capacity:
        properties["ProvisionedThroughput"] = _throughput(table.capacity)
    if table.indexes:
        properties["GlobalSecondaryIndexes"] = [
            _index(index, table.capacity) for index in table.indexes
        ]
    if table.stream:
        properties["StreamSpecification"] = {"StreamViewType": table.stream}
    if table.time_to_live:
        properties["TimeToLiveSpecification"] = {
            "AttributeName": table.time_to_live,
            "Enabled": True,
        }
    properties["PointInTimeRecoverySpecification"] = {
        "PointInTimeRecoveryEnabled": table.point_in_time_recovery
    }
    properties["SSESpecification"] = _encryption(table)
    if table.deletion_protection:
        properties["DeletionProtectionEnabled"] = True
    return properties | {"Tags": scope.tag_list(environment)}


def _index(index: Index, capacity: Capacity | None) -> Json:
    rendered: dict[str, Json] = {
        "IndexName": index.name,
        "KeySchema": key_schema(index.partition_key, index.sort_key),
        "Projection": projection(index),
    }
    if capacity:
        rendered["ProvisionedThroughput"] = _throughput(capacity)
    return rendered


def _throughput(capacity: Capacity) -> Json:
    return {"ReadCapacityUnits": capacity.read, "WriteCapacityUnits": capacity.write}


def _encryption(table: Table) -> Json:
    """Return by which key it is encrypted: the user's, else AWS's own key of the account."""
    own: dict[str, Json] = {"KMSMasterKeyId": table.kms_key} if table.kms_key else {}
    return {"SSEEnabled": True, "SSEType": "KMS", **own}
