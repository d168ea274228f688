"""DynamoDB: the replicas of global tables. Source of every call: DynamoDB API."""

from __future__ import annotations

from sam_deploy.aws.errors import calling
from sam_deploy.aws.session import Aws


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
