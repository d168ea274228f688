"""Lambda: what a function or a version of it is made of, as one value to compare."""

from __future__ import annotations

import hashlib
import json
from typing import Final

from sam_deploy.aws.errors import AwsCallError, calling
from sam_deploy.aws.functions import NOT_FOUND
from sam_deploy.aws.session import Aws

PASSING: Final = frozenset(
    {
        "ConfigSha256",
        "Description",
        "FunctionArn",
        "LastModified",
        "LastUpdateStatus",
        "LastUpdateStatusReason",
        "LastUpdateStatusReasonCode",
        "MasterArn",
        "ResponseMetadata",
        "RevisionId",
        "RuntimeVersionConfig",
        "SnapStart",
        "State",
        "StateReason",
        "StateReasonCode",
        "Version",
    }
)
"""What tells of a version's name and state, not of what it does."""


class Configurations:
    """The functions of one region. No variable of theirs leaves this class: only its hash does."""

    def __init__(self, aws: Aws, region: str) -> None:
        self.region = region
        self._client = aws.client("lambda", region)

    def fingerprint(self, function: str, qualifier: str = "") -> str:
        """Return what is the same for two versions that do the same; '' when it does not exist.

        SHA-256, hexadecimal, of code, variables, layers, memory and all else that a version
        freezes. Without a qualifier that of $LATEST. Source: GetFunctionConfiguration.
        """
        arguments = {"Qualifier": qualifier} if qualifier else {}
        try:
            with calling("lambda:GetFunctionConfiguration", self.region):
                answer = self._client.get_function_configuration(FunctionName=function, **arguments)
        except AwsCallError as error:
            if error.code == NOT_FOUND:
                return ""
            raise
        lasting = {name: value for name, value in answer.items() if name not in PASSING}
        text = json.dumps(lasting, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()
