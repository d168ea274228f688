"""Lambda layers as they are stored, and everything in a region that refers to one.

Source of every call: Lambda API. Publishing and finding a version is in `functions.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sam_deploy.aws.errors import AwsCallError, calling
from sam_deploy.aws.functions import NOT_FOUND
from sam_deploy.aws.session import Aws


@dataclass(frozen=True, slots=True)
class StoredLayer:
    """A layer version as ListLayerVersions tells it. `created` is AWS's text, ISO 8601."""

    arn: str
    version: int
    description: str
    created: str
    runtimes: tuple[str, ...] = ()
    architectures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FunctionLayers:
    """A function's $LATEST or one of its published versions, and the layer versions it has."""

    function: str
    version: str
    layer_arns: tuple[str, ...]


class Layers:
    """The layers of one region, and the functions that have them."""

    def __init__(self, aws: Aws, region: str) -> None:
        self.region = region
        self._client = aws.client("lambda", region)

    def versions(self, name: str) -> tuple[StoredLayer, ...]:
        """Return every version of a layer, newest first; none when there is no such layer.

        Source: ListLayerVersions.
        """
        found: list[StoredLayer] = []
        marker: dict[str, str] = {}
        while True:
            with calling("lambda:ListLayerVersions", self.region):
                answer = self._client.list_layer_versions(LayerName=name, **marker)
            found += [_stored(each) for each in answer.get("LayerVersions", [])]
            if not answer.get("NextMarker"):
                return tuple(sorted(found, key=lambda each: -each.version))
            marker = {"Marker": answer["NextMarker"]}

    def size_bytes(self, name: str, version: int) -> int | None:
        """Return how large a version's archive is; nothing when it is gone (GetLayerVersion)."""
        try:
            with calling("lambda:GetLayerVersion", self.region):
                answer = self._client.get_layer_version(LayerName=name, VersionNumber=version)
        except AwsCallError as error:
            if error.code == NOT_FOUND:
                return None
            raise
        return int(answer["Content"]["CodeSize"])

    def delete(self, name: str, version: int) -> None:
        """The version is gone; deleting one that is not there is no error (DeleteLayerVersion).

        Functions that have it keep a copy, but it cannot be given to any function again.
        """
        with calling("lambda:DeleteLayerVersion", self.region):
            self._client.delete_layer_version(LayerName=name, VersionNumber=version)

    def of_all_functions(self) -> tuple[FunctionLayers, ...]:
        """Return the layers of every function of the region, whosever it is, with all versions.

        Source: ListFunctions, `FunctionVersion=ALL`.
        """
        return tuple(self._pages("lambda:ListFunctions", "Functions", FunctionVersion="ALL"))

    def of_function(self, function: str) -> tuple[FunctionLayers, ...]:
        """Return the layers of $LATEST and of every published version (ListVersionsByFunction).

        Nothing when the function does not exist.
        """
        action = "lambda:ListVersionsByFunction"
        try:
            return tuple(self._pages(action, "Versions", FunctionName=function))
        except AwsCallError as error:
            if error.code == NOT_FOUND:
                return ()
            raise

    def _pages(self, action: str, key: str, **arguments: str) -> Iterator[FunctionLayers]:
        calls = {
            "lambda:ListFunctions": self._client.list_functions,
            "lambda:ListVersionsByFunction": self._client.list_versions_by_function,
        }
        marker: dict[str, str] = {}
        while True:
            with calling(action, self.region):
                answer = calls[action](**arguments, **marker)
            yield from (_function(each) for each in answer.get(key, []))
            if not answer.get("NextMarker"):
                return
            marker = {"Marker": answer["NextMarker"]}


def _stored(answer: Any) -> StoredLayer:  # noqa: ANN401 - the SDK has no types
    return StoredLayer(
        arn=answer["LayerVersionArn"],
        version=int(answer["Version"]),
        description=answer.get("Description", ""),
        created=str(answer.get("CreatedDate", "")),
        runtimes=tuple(answer.get("CompatibleRuntimes") or ()),
        architectures=tuple(answer.get("CompatibleArchitectures") or ()),
    )


def _function(answer: Any) -> FunctionLayers:  # noqa: ANN401 - the SDK has no types
    return FunctionLayers(
        function=answer["FunctionName"],
        version=str(answer.get("Version", "$LATEST")),
        layer_arns=tuple(each["Arn"] for each in answer.get("Layers") or ()),
    )
