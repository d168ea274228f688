"""The example's handlers as plain Python: their folders on the path, a bucket in memory.

Modules that a handler gets from its layers are tested where they are installed (dependency group
`examples`); the rest runs everywhere.
"""
# ruff: noqa: N803 - arguments have the names that boto3 gives them

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sam_deploy_runtime import in_environment

EXAMPLE = Path(__file__).parents[3] / "examples" / "dzgro"
LAYERS = ("dzgroshared", "api", "secrets")

sys.path += [str(EXAMPLE / "layers" / name) for name in LAYERS]

from dzgroshared.provenance import Provenance  # noqa: E402 - found once the path is set
from dzgroshared.storage import Bucket  # noqa: E402 - the same


class MemoryS3:
    """As much of S3 as the handlers use, in a dictionary. `fails` answers the next put."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.fails = ""

    def put_object(self, *, Key: str, Body: bytes, IfNoneMatch: str = "", **_: str) -> None:
        """Source: S3 API PutObject."""
        if self.fails:
            raise refused(self.fails, "PutObject")
        if IfNoneMatch == "*" and Key in self.objects:
            raise refused("PreconditionFailed", "PutObject")
        self.objects[Key] = Body

    def get_object(self, *, Key: str, **_: str) -> dict[str, Any]:
        """Source: S3 API GetObject."""
        if Key not in self.objects:
            raise refused("NoSuchKey", "GetObject")
        return {"Body": io.BytesIO(self.objects[Key])}

    def list_objects_v2(
        self,
        *,
        Prefix: str,
        StartAfter: str,
        MaxKeys: int,
        **_: str,
    ) -> dict[str, Any]:
        """Source: S3 API ListObjectsV2."""
        keys = sorted(key for key in self.objects if key.startswith(Prefix) and key > StartAfter)
        return {"Contents": [{"Key": key} for key in keys[:MaxKeys]]} if keys else {}


def refused(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, operation)


@pytest.fixture
def s3() -> MemoryS3:
    return MemoryS3()


@pytest.fixture
def objects(s3: MemoryS3) -> dict[str, bytes]:
    """What is in the bucket, by key."""
    return s3.objects


@pytest.fixture
def bucket(s3: MemoryS3) -> Bucket:
    return Bucket("bucket-dev", s3)


@pytest.fixture
def call() -> Provenance:
    return Provenance(environment="dev", alias="dev", version="7", region="ap-south-1")


@pytest.fixture
def dev() -> Iterator[None]:
    """The test runs as if a call in dev were being handled."""
    with in_environment("dev"):
        yield


@pytest.fixture
def function(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], ModuleType]:
    """Import a module of a function, as Lambda would: its folder is the root of its imports."""

    def load(name: str, module: str = "handler") -> ModuleType:
        folder = EXAMPLE / "functions" / name
        monkeypatch.syspath_prepend(folder)
        for each in folder.glob("*.py"):
            monkeypatch.delitem(sys.modules, each.stem, raising=False)
        return importlib.import_module(module)

    return load
