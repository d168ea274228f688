"""Notes every call that a command makes, for the policies that are made from these notes.

Off unless SAM_DEPLOY_CALLS names a file. A line a call, as JSON: command, service, operation,
region, and the names that the call is about. No value, body, code or credential is noted.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

VARIABLE: Final = "SAM_DEPLOY_CALLS"
TEST: Final = "PYTEST_CURRENT_TEST"
"""Set by pytest, and so known to the commands that a test runs."""
NAMES: Final = (
    "Bucket",
    "Key",
    "Prefix",
    "CopySource",
    "StackName",
    "ChangeSetName",
    "FunctionName",
    "Qualifier",
    "Name",
    "LayerName",
    "RoleName",
    "PolicySourceArn",
    "TableName",
    "QueueName",
    "QueueUrl",
    "TopicArn",
    "EventBusName",
    "GroupName",
    "Domain",
    "DomainName",
    "UserPoolId",
    "CertificateArn",
    "Id",
    "HostedZoneId",
    "SecretId",
    "Path",
    "EmailIdentity",
    "FromEmailAddress",
    "logGroupName",
    "logGroupNamePrefix",
    "logGroupNames",
    "PhysicalResourceId",
)
"""Parameters that say what a call is about, and never what is written there."""


def names_in(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a call is about, of its parameters."""
    return {key: params[key] for key in NAMES if key in params}


@dataclass(frozen=True, slots=True)
class Recorder:
    """Notes the calls of one command in a file that other commands add to at the same time."""

    file: Path
    command: str
    test: str = ""

    @classmethod
    def chosen(cls, command: str, environ: Mapping[str, str] | None = None) -> Self | None:
        """Return the recorder that SAM_DEPLOY_CALLS asks for; nothing when it does not."""
        found = os.environ if environ is None else environ
        file = found.get(VARIABLE, "")
        test = found.get(TEST, "").partition("::")[0]
        return cls(Path(file), command, test) if file else None

    def watch(self, client: Any) -> None:  # noqa: ANN401 - the SDK has no types
        """From now on each call of this client is noted before it is sent."""
        region = str(client.meta.region_name)

        def about_to_call(params: Any, model: Any, **_: Any) -> None:  # noqa: ANN401 - the SDK's own
            service = model.service_model
            self._note(str(service.signing_name), str(model.name), region, names_in(params))

        client.meta.events.register("provide-client-params", about_to_call)

    def _note(self, service: str, operation: str, region: str, names: Mapping[str, object]) -> None:
        line = {
            "command": self.command,
            "test": self.test,
            "service": service,
            "operation": operation,
            "region": region,
            "names": names,
        }
        text = json.dumps(line, default=str) + "\n"
        # one write of one short line, appended: lines of several processes do not mix
        handle = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, text.encode())
        finally:
            os.close(handle)
