"""How somebody goes on after a deployment that died: here or on another computer, by which command.

"Another computer" is a copy of the project that remembers nothing, with a lock that names another
machine, so that nobody can tell whether its holder lives. The clocks of the two are far apart: one
that lives seems silent by them, and one that has been silent seems to live.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.faults import world
from tests.faults.place import Place, Ran
from tests.faults.rules import Aged, When

from sam_deploy.build import Store
from sam_deploy.deploy.lock import EXPIRES_SECONDS

RESUME: Final = ("resume", "--target", "aws", "--auto-approve", "--progress", "plain")
UNLOCK: Final = ("unlock", "--target", "aws")
NOTHING: Final = "Nothing to resume"
REFUSED: Final = 5
APART_SECONDS: Final = 2 * EXPIRES_SECONDS
LOOKS: Final = When("s3", "GetObject", detail="locks/")
_LEFT_BEHIND: Final = shutil.ignore_patterns(".sam-deploy", "__pycache__")


@dataclass(frozen=True, slots=True)
class Recovered:
    """The last command that was run, and what was not as it should be before it."""

    last: Ran
    wrong: tuple[str, ...] = ()
    resumed: bool = False
    """Whether `resume` had something to do, and did it."""


def same_command(place: Place, command: Sequence[str]) -> Recovered:
    """Run the same command again where the first one died; its lock is that of a dead process."""
    return Recovered(place.run(*command))


def same_command_elsewhere(place: Place, command: Sequence[str]) -> Recovered:
    """Run it on another computer, which is refused until the lock is ended by its id."""
    with elsewhere(place) as other:
        wrong = _ended_by_id(other, command)
        return Recovered(other.run(*command), wrong)


def resume_after_silence(place: Place, command: Sequence[str]) -> Recovered:
    """Run `resume` on a computer without sources or archives; the lock has been silent for long."""
    with elsewhere(place, silent_seconds=2 * EXPIRES_SECONDS) as other:
        return _resume(other, command, ())


def resume_after_unlock(place: Place, command: Sequence[str]) -> Recovered:
    """Run `resume` there when the lock may still be alive: refused until it is ended by its id."""
    with elsewhere(place) as other:
        wrong = _ended_by_id(other, RESUME)
        return _resume(other, command, wrong)


Way = Callable[[Place, Sequence[str]], Recovered]
WAYS: Final[Mapping[str, Way]] = {
    "the same command": same_command,
    "the same command elsewhere": same_command_elsewhere,
    "resume after silence": resume_after_silence,
    "resume after unlock": resume_after_unlock,
}


@contextmanager
def elsewhere(place: Place, *, silent_seconds: float = 0.0) -> Iterator[Place]:
    """Yield the same app on another computer; by S3's clock the lock is silent for so long."""
    for region, bucket, key in world.documents(place, "locks/"):
        store = place.client("s3", region)
        held = json.loads(store.get_object(Bucket=bucket, Key=key)["Body"].read())
        held["owner"] |= {"host": "another-computer", "machine": "another-machine"}
        held["beat"] = time.time() + (APART_SECONDS if silent_seconds else -APART_SECONDS)
        store.put_object(Bucket=bucket, Key=key, Body=json.dumps(held).encode())
    aged = place.proxy.rule(LOOKS, Aged(silent_seconds))
    with aged, tempfile.TemporaryDirectory(prefix="elsewhere-") as base:
        folder = shutil.copytree(place.folder, Path(base, "project"), ignore=_LEFT_BEHIND)
        cached = os.environ.get("SAM_DEPLOY_CACHE_DIR") or str(Store.default().root)
        variables = {"HOME": str(Path(base, "home")), "SAM_DEPLOY_CACHE_DIR": cached}
        yield dataclasses.replace(place, folder=folder, more={**place.more, **variables})


def _ended_by_id(place: Place, command: Sequence[str]) -> tuple[str, ...]:
    """The lock is ended by its id, as somebody does who knows that its holder is gone."""
    locks = [_id(place, *each) for each in world.documents(place, "locks/")]
    if not locks:
        return ()
    wrong = []
    refused = place.run(*command)
    if refused.code != REFUSED and NOTHING not in refused.err:
        wrong.append(f"`{command[0]}` was not refused by the lock of another computer: {refused}")
    for each in locks:
        ended = place.run(UNLOCK[0], each, *UNLOCK[1:])
        if ended.code:
            wrong.append(f"`unlock` ended with {ended.code}: {ended.err}")
    return tuple(wrong)


def _resume(place: Place, command: Sequence[str], wrong: tuple[str, ...]) -> Recovered:
    """Run `resume` without sources and archives; the same command where nothing was begun yet."""
    with tempfile.TemporaryDirectory(prefix="no-archives-") as empty:
        bare = dataclasses.replace(place, folder=Path(empty, "project"))
        bare.folder.mkdir()
        shutil.copy(place.folder / "deploy.py", bare.folder)
        bare.more = {**place.more, "SAM_DEPLOY_CACHE_DIR": str(Path(empty, "cache"))}
        ran = bare.run(*RESUME)
    if ran.code or NOTHING not in ran.err:
        return Recovered(ran, wrong, resumed=not ran.code)
    # what died had begun nothing, or had ended everything but its hold of the lock
    wrong += _ended_by_id(place, command)
    return Recovered(place.run(*command), wrong)


def _id(place: Place, region: str, bucket: str, key: str) -> str:
    found = place.client("s3", region).get_object(Bucket=bucket, Key=key)["Body"].read()
    return str(json.loads(found)["owner"]["id"])
