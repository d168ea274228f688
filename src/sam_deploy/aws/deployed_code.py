"""What Lambda holds: how a function is set up, and its code and that of its layers.

Source of every call: Lambda API. `Location` is an address that is good for ten minutes and needs no
credentials.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast
from urllib.parse import urlsplit

from sam_deploy.aws.errors import AwsCallError, UnansweredError, calling
from sam_deploy.aws.functions import NOT_FOUND
from sam_deploy.aws.session import Aws

SECONDS: Final = 60.0
MOST_BYTES: Final = 262_144_000
"""AWS's limit of what a function and its layers have unpacked; an archive is smaller."""
BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class DeployedFunction:
    """A function as it is. Source: GetFunction, `Configuration` and `Code`."""

    name: str
    package: str
    """Zip or Image."""
    runtime: str
    handler: str
    architecture: str
    memory_mb: int
    timeout_seconds: int
    description: str = ""
    ephemeral_storage_mb: int = 512
    tracing: bool = False
    variables: Mapping[str, str] = field(default_factory=dict)
    layers: tuple[str, ...] = ()
    """ARNs of layer versions."""
    location: str = ""
    """Address of its archive."""


class DeployedCode:
    """The functions and layers of one region, for reading."""

    def __init__(self, aws: Aws, region: str) -> None:
        self.region = region
        self._client = aws.client("lambda", region)

    def function(self, name: str) -> DeployedFunction | None:
        """Return a function; nothing when it does not exist (GetFunction)."""
        try:
            with calling("lambda:GetFunction", self.region):
                answer = self._client.get_function(FunctionName=name)
        except AwsCallError as error:
            if error.code == NOT_FOUND:
                return None
            raise
        return _function(answer)

    def layer(self, arn: str) -> str:
        """Return the address of a layer version's archive (GetLayerVersionByArn).

        Raises `DeniedError` for one of another account that may only be used.
        """
        with calling("lambda:GetLayerVersion", self.region):
            answer = self._client.get_layer_version_by_arn(Arn=arn)
        return str(answer["Content"]["Location"])

    def download(self, location: str) -> bytes:
        """Return what lies at an address that Lambda gave.

        Raises `UnansweredError` when it cannot be had, or is larger than AWS lets it be.
        """
        if urlsplit(location).scheme not in {"https", "http"}:
            raise UnansweredError(
                f"Lambda in `{self.region}` gave no address",
                why=location[:20],
                hint="run it again; when it stays so, look at the function in the console",
            )
        blocks: list[bytes] = []
        try:
            with urllib.request.urlopen(location, timeout=SECONDS) as answer:  # noqa: S310 - checked
                while block := answer.read(BLOCK):
                    blocks.append(block)
                    if sum(map(len, blocks)) > MOST_BYTES:
                        break
        except (OSError, urllib.error.URLError) as error:
            # the address carries a signature: it is not told
            raise UnansweredError(
                f"An archive could not be had from Lambda in `{self.region}`",
                why=str(error),
                hint="see that the network lets you reach S3, and run it again",
            ) from error
        if sum(map(len, blocks)) > MOST_BYTES:
            raise UnansweredError(
                f"An archive from Lambda in `{self.region}` has no end",
                why=f"it has more than {MOST_BYTES} bytes, and AWS allows no more",
                hint="run it again; a proxy may have answered in its place: `sam-deploy doctor`",
            )
        return b"".join(blocks)


def _function(answer: Any) -> DeployedFunction:  # noqa: ANN401 - the SDK has no types
    found = answer["Configuration"]
    variables = cast("Mapping[str, str]", (found.get("Environment") or {}).get("Variables") or {})
    return DeployedFunction(
        name=found["FunctionName"],
        package=found.get("PackageType") or "Zip",
        runtime=found.get("Runtime") or "",
        handler=found.get("Handler") or "",
        architecture=(found.get("Architectures") or ["x86_64"])[0],
        memory_mb=int(found.get("MemorySize") or 128),
        timeout_seconds=int(found.get("Timeout") or 3),
        description=found.get("Description") or "",
        ephemeral_storage_mb=int((found.get("EphemeralStorage") or {}).get("Size") or 512),
        tracing=(found.get("TracingConfig") or {}).get("Mode") == "Active",
        variables=dict(variables),
        layers=tuple(str(each["Arn"]) for each in found.get("Layers") or ()),
        location=(answer.get("Code") or {}).get("Location") or "",
    )
