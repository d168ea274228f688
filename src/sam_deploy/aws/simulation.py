"""IAM's own answer to what somebody may do. Source: IAM API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sam_deploy.aws.errors import calling
from sam_deploy.aws.session import Aws

ROLE: Final = ":assumed-role/"
ALLOWED: Final = "allowed"


class Simulation:
    """Asks IAM whether calls would be allowed, without making them."""

    def __init__(self, aws: Aws, region: str) -> None:
        self.region = region
        self._client = aws.client("iam", region)

    def principal(self, arn: str) -> str:
        """Return the user or role behind a caller's ARN; of a role with its path (GetRole)."""
        _, role, rest = arn.partition(ROLE)
        if not role:
            return arn
        with calling("iam:GetRole", self.region):
            return str(self._client.get_role(RoleName=rest.split("/")[0])["Role"]["Arn"])

    def allowed(
        self, who: str, actions: Sequence[str], resources: Sequence[str]
    ) -> tuple[tuple[str, str], ...]:
        """Return the (action, resource) that are allowed (SimulatePrincipalPolicy)."""
        found: list[tuple[str, str]] = []
        marker: dict[str, str] = {}
        while True:
            with calling("iam:SimulatePrincipalPolicy", self.region):
                answer = self._client.simulate_principal_policy(
                    PolicySourceArn=who,
                    ActionNames=list(actions),
                    ResourceArns=list(resources),
                    **marker,
                )
            found += [
                (str(each["EvalActionName"]), str(each["EvalResourceName"]))
                for each in answer["EvaluationResults"]
                if each["EvalDecision"] == ALLOWED
            ]
            if not answer.get("IsTruncated"):
                return tuple(found)
            marker = {"Marker": answer["Marker"]}
