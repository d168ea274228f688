"""DynamoDB: tables and the replicas of global ones. Source of every call: DynamoDB API."""

from __future__ import annotations

from typing import Final

from sam_deploy.aws.errors import AwsCallError, calling
from sam_deploy.aws.session import Aws

NOT_FOUND: Final = "ResourceNotFoundException"


class Tables:
    """DynamoDB in one region."""

    def __init__(self, aws: Aws, region: str) -> None:
        self.region = region
        self._client = aws.client("dynamodb", region)

    def replicas(self, table: str) -> tuple[str, ...]:
        """Return the other regions that hold the table. Source: DescribeTable, `Replicas`."""
        with calling("dynamodb:DescribeTable", self.region):
            answer = self._client.describe_table(TableName=table)
        found = [each["RegionName"] for each in answer["Table"].get("Replicas") or ()]
        return tuple(region for region in found if region != self.region)

    def add_replica(self, table: str, region: str) -> None:
        """Let another region hold the table, too. Source: UpdateTable, `ReplicaUpdates`."""
        with calling("dynamodb:UpdateTable", self.region):
            self._client.update_table(
                TableName=table, ReplicaUpdates=[{"Create": {"RegionName": region}}]
            )

    def exists(self, table: str) -> bool:
        """Whether there is such a table, also while it is being deleted (DescribeTable)."""
        try:
            with calling("dynamodb:DescribeTable", self.region):
                self._client.describe_table(TableName=table)
        except AwsCallError as error:
            if error.code == NOT_FOUND:
                return False
            raise
        return True

    def delete(self, table: str) -> bool:
        """The table and what it holds are being deleted; say whether there was one (DeleteTable).

        Of a global table that is the replica of this region.
        """
        try:
            with calling("dynamodb:DeleteTable", self.region):
                self._client.delete_table(TableName=table)
        except AwsCallError as error:
            if error.code == NOT_FOUND:
                return False
            raise
        return True
