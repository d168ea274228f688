"""The emulator that both tools deploy to: started by our own code, emptied between runs."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from bench.app import PYTHON
from bench.measure import RunFailedError
from sam_deploy import local
from sam_deploy.events import ignore

SECONDS: Final = 60.0
KEY: Final = "test"
LOOPBACK: Final = "127.0.0.1"
NO_CONSTRAINT: Final = "us-east-1"
"""S3 takes no location constraint there. Source: S3 API CreateBucket."""


@dataclass(frozen=True, slots=True)
class Emulator:
    """An emulator of AWS that runs. `endpoint` is what AWS_ENDPOINT_URL takes."""

    folder: Path
    endpoint: str

    def empty(self) -> None:
        """Nothing is deployed in any region; the emulator and its modules stay warm."""
        local.reset(self.folder)

    def make_bucket(self, name: str, region: str) -> None:
        """A bucket exists: the SAM CLI is given one, sam-deploy makes its own."""
        constraint = f"<LocationConstraint>{region}</LocationConstraint>"
        body = (
            '<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"{constraint}</CreateBucketConfiguration>"
        )
        self._ask("PUT", f"/{name}", "s3", region, "" if region == NO_CONSTRAINT else body)

    def functions(self, region: str) -> int:
        """Return how many functions there are in a region. Source: Lambda API ListFunctions."""
        answer = self._ask("GET", "/2015-03-31/functions/", "lambda", region)
        found: list[dict[str, Any]] = answer.json()["Functions"]
        return len(found)

    def _ask(
        self, method: str, path: str, service: str, region: str, body: str = ""
    ) -> httpx.Response:
        # The emulator reads the region from the scope and does not check the signature.
        scope = f"{KEY}/20260101/{region}/{service}/aws4_request"
        signed = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
        answer = httpx.request(
            method,
            f"{self.endpoint}{path}",
            content=body,
            headers={"Authorization": signed},
            timeout=SECONDS,
            trust_env=False,
        )
        if answer.is_error:
            raise RunFailedError(f"{method} {path} in {region}: {answer.text[:300]}")
        return answer


@contextlib.contextmanager
def started(folder: Path) -> Iterator[Emulator]:
    """Run an emulator of its own; it ends with the benchmark."""
    folder.mkdir(parents=True)
    cloud = local.start(folder, ignore, python=PYTHON)
    try:
        yield Emulator(folder, cloud.endpoint)
    finally:
        local.stop(folder)


def variables(endpoint: str) -> Mapping[str, str]:
    """Return what tells either tool to go to this endpoint instead of AWS, and by no detour."""
    return {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": LOOPBACK,
        "no_proxy": LOOPBACK,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": KEY,
    }
