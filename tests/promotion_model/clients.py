"""What the SDK's clients answer in this world, so that all code above `Aws` is the real one."""

from __future__ import annotations

import io
from bisect import bisect_right
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any

from tests.promotion_model.cloud import ACCOUNT, CLOCK, AliasState, Cloud, etag_of, refused
from tests.promotion_model.process import Process

from sam_deploy.aws import Aws
from sam_deploy.aws.objects import CLOSED
from sam_deploy.aws.session import Caller, Endpoint

PAGE = 1000


class MemoryAws(Aws):
    """The credentials of one process, for services in memory."""

    def __init__(self, cloud: Cloud, process: Process) -> None:
        super().__init__(Endpoint("memory"))
        self._lambdas: dict[str, _Lambda] = {}
        self._cloud, self._process = cloud, process
        self._s3 = _S3(cloud, process)

    def client(self, service: str, region: str, *, retries: bool = True) -> Any:
        """Return the client of a service in a region."""
        del retries
        if service == "s3":
            return self._s3
        assert "lambda" == service
        if region not in self._lambdas:
            self._lambdas[region] = _Lambda(self._cloud, self._process, region)
        return self._lambdas[region]

    def caller(self, region: str) -> Caller:
        """Return whom the credentials belong to."""
        del region
        return Caller(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/ops")


class _Lambda:
    def __init__(self, cloud: Cloud, process: Process, region: str) -> None:
        self._cloud, self._process, self._region = cloud, process, region

    def list_aliases(self, FunctionName: str) -> Any:  # noqa: N803 - as the API has it
        def act() -> Any:
            return {
                "Aliases": [
                    _alias(alias, found)
                    for (region, function, alias), found in self._cloud.aliases.items()
                    if (region, function) == (self._region, FunctionName)
                ]
            }

        return self._process.call("ListAliases", self._at(FunctionName), act)

    def get_alias(self, FunctionName: str, Name: str) -> Any:  # noqa: N803 - the same
        def act() -> Any:
            found = self._cloud.aliases.get((self._region, FunctionName, Name))
            if found is None:
                raise refused("GetAlias", "ResourceNotFoundException")
            return _alias(Name, found)

        return self._process.call("GetAlias", self._at(FunctionName), act)

    def update_alias(
        self,
        FunctionName: str,  # noqa: N803 - the same
        Name: str,  # noqa: N803 - the same
        FunctionVersion: str,  # noqa: N803 - the same
        RevisionId: str,  # noqa: N803 - the same
        Description: str,  # noqa: N803 - the same
        RoutingConfig: Any = None,  # noqa: N803 - the same
    ) -> Any:
        weights = RoutingConfig and RoutingConfig["AdditionalVersionWeights"]
        place = (self._region, FunctionName, Name)

        def act() -> Any:
            by = self._process.name
            return _alias(
                Name,
                self._cloud.update_alias(
                    by, place, FunctionVersion, RevisionId, Description, weights
                ),
            )

        what = f"{self._at(FunctionName)} to {FunctionVersion} as {Description or '-'}"
        return self._process.call("UpdateAlias", what, act, writes=True)

    def get_function_configuration(
        self,
        FunctionName: str,  # noqa: N803 - the same
        Qualifier: str,  # noqa: N803 - the same
    ) -> Any:
        def act() -> Any:
            if Qualifier not in self._cloud.versions[self._region, FunctionName]:
                raise refused("GetFunctionConfiguration", "ResourceNotFoundException")
            code = self._cloud.codes.get((self._region, Qualifier), f"code of {Qualifier}")
            return {"Version": Qualifier, "CodeSha256": code}

        return self._process.call("GetFunctionConfiguration", self._at(FunctionName), act)

    def _at(self, function: str) -> str:
        return f"{function} in {self._region}"


def _alias(name: str, found: AliasState) -> Any:
    return {
        "Name": name,
        "FunctionVersion": found.version,
        "RevisionId": found.revision,
        "Description": found.description,
        "RoutingConfig": {"AdditionalVersionWeights": dict(found.weights)},
    }


class _S3:
    """One bucket. Its calls go through the SDK's own retries, unlike those of aliases."""

    def __init__(self, cloud: Cloud, process: Process) -> None:
        self._cloud, self._process = cloud, process

    def head_bucket(self, **_: Any) -> Any:
        return {}

    def get_bucket_versioning(self, **_: Any) -> Any:
        return {"Status": "Enabled"}

    def get_public_access_block(self, **_: Any) -> Any:
        return {"PublicAccessBlockConfiguration": dict.fromkeys(CLOSED, True)}

    def get_object(self, Key: str, **_: Any) -> Any:  # noqa: N803 - as the API has it
        def act() -> Any:
            body = self._cloud.documents.get(Key)
            if body is None:
                raise refused("GetObject", "NoSuchKey")
            return {
                "Body": io.BytesIO(body),
                "ETag": etag_of(body),
                "LastModified": datetime.fromtimestamp(self._cloud.written.get(Key, CLOCK), UTC),
                "ResponseMetadata": {
                    "HTTPHeaders": {"date": formatdate(self._cloud.clock, usegmt=True)}
                },
            }

        return self._process.call("GetObject", Key, act)

    def put_object(
        self,
        Key: str,  # noqa: N803 - the same
        Body: bytes,  # noqa: N803 - the same
        IfMatch: str | None = None,  # noqa: N803 - the same
        IfNoneMatch: str = "",  # noqa: N803 - the same
        **_: Any,
    ) -> Any:
        def act() -> Any:
            by, absent = self._process.name, bool(IfNoneMatch)
            return {"ETag": self._cloud.put(by, Key, Body, IfMatch, absent=absent)}

        return self._process.call("PutObject", Key, act, writes=True, repeats=True)

    def delete_object(self, Key: str, IfMatch: str, **_: Any) -> Any:  # noqa: N803 - the same
        def act() -> Any:
            self._cloud.delete(self._process.name, Key, IfMatch)
            return {}

        return self._process.call("DeleteObject", Key, act, writes=True, repeats=True)

    def list_objects_v2(self, Prefix: str, StartAfter: str = "", **_: Any) -> Any:  # noqa: N803 - the same
        def act() -> Any:
            every = sorted(key for key in self._cloud.documents if key.startswith(Prefix))
            page = every[bisect_right(every, StartAfter) :]
            assert len(page) < PAGE
            return {"Contents": [{"Key": key} for key in page], "IsTruncated": False}

        return self._process.call("ListObjectsV2", Prefix, act)
