"""Publishes what $LATEST holds as a version, once it holds what was deployed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from sam_deploy.aws import AwsCallError, Functions, FunctionState
from sam_deploy.aws.functions import CONFLICT, PRECONDITION
from sam_deploy.errors import IncompleteError, SamDeployError
from sam_deploy.events import Note, Report
from sam_deploy.lanes import Stop
from sam_deploy.manifest import FunctionWork

ACTIVE_SECONDS: Final = 300.0
POLL_SECONDS: Final = 0.5
SOON_SECONDS: Final = 1.0
SOON_POLL_SECONDS: Final = 0.1
"""New code is settled within a second, mostly: until then it is looked at more often."""
TRIES: Final = 5
MOVED_UNDER_US: Final = frozenset({PRECONDITION, CONFLICT})
"""CloudFormation, or Lambda itself, is still settling: look again."""


@dataclass(frozen=True, slots=True)
class Versions:
    """The functions of one region; `bucket` holds their archives there."""

    functions: Functions
    bucket: str
    report: Report
    stop: Stop
    description: str = ""
    """Of the versions that are made: where their code comes from (`release/origin.py`)."""

    def publish(self, each: FunctionWork) -> str:
        """Return the version that holds what was deployed, made now unless it was there.

        What was put into the function outside of its stack is replaced: CloudFormation would not
        do it, since its template has not changed. Source: PublishVersion, UpdateFunctionCode.
        """
        for _ in range(TRIES):
            latest = self.settled(each.function_name, "")
            try:
                if latest.code_sha256 != each.code_sha256:
                    self._put_back(each, latest)
                    continue
                made = self.functions.publish_version(
                    each.function_name,
                    each.code_sha256,
                    latest.revision_id,
                    description=self.description,
                )
            except AwsCallError as error:
                if error.code not in MOVED_UNDER_US:
                    raise
                self.stop.pause(POLL_SECONDS)
                continue
            self.settled(each.function_name, made.version)
            return made.version
        raise IncompleteError(
            f"`{each.function_name}` in `{self.functions.region}` keeps changing while it is "
            "published",
            why="somebody else updates it at the same time",
            hint="run the same command again",
        )

    def _put_back(self, each: FunctionWork, latest: FunctionState) -> None:
        if not each.object_key:
            raise _foreign(self.functions.region, each.function_name)
        words = f"`{each.function_name}` was changed outside of its stack; putting its archive back"
        self.report(Note(words, region=self.functions.region))
        self.functions.update_code(
            each.function_name, self.bucket, each.object_key, latest.revision_id
        )

    def settled(self, function: str, qualifier: str) -> FunctionState:
        """Return a function, or a version of it, once nothing is in progress there."""
        began = time.monotonic()
        deadline = began + ACTIVE_SECONDS
        while time.monotonic() < deadline:
            found = self.functions.state(function, qualifier)
            if found is None:
                raise _foreign(self.functions.region, function)
            if found.failed:
                raise IncompleteError(
                    f"`{function}` in `{self.functions.region}` did not become active",
                    why=found.reason or found.state,
                    hint="correct the cause, then run `sam-deploy deploy` again",
                )
            if found.settled:
                return found
            soon = time.monotonic() - began < SOON_SECONDS
            self.stop.pause(SOON_POLL_SECONDS if soon else POLL_SECONDS)
        raise IncompleteError(
            f"Waited {ACTIVE_SECONDS:.0f} s for `{function}` in `{self.functions.region}`",
            why="it is neither active nor failed",
            hint="run the same command again; it goes on from there",
        )


def _foreign(region: str, function: str) -> SamDeployError:
    return IncompleteError(
        f"`{function}` in `{region}` does not hold the archive that was deployed",
        why="it was changed outside of its stack, or the stack was not updated",
        hint="run `sam-deploy deploy` again",
    )
