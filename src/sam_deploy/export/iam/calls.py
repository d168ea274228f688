"""The calls that commands make, as recorded while the tests ran; see `scripts/iam.py`."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

from sam_deploy.export.iam.operations import Duty, actions_of, duty_of

FILE: Final = Path(str(files("sam_deploy.export.iam") / "calls.toml"))


@dataclass(frozen=True, slots=True)
class Call:
    """A call, and who makes it."""

    call: str
    """Such as s3:HeadObject: IAM's name of the service, the API's of the operation."""
    place: str
    """Which of the app's things it is about; '' where the action says it."""
    commands: tuple[str, ...]
    tests: tuple[str, ...]

    @property
    def actions(self) -> tuple[str, ...]:
        """Return what IAM asks for."""
        return actions_of(self.call)

    @property
    def duty(self) -> Duty:
        """Return what it is for."""
        return duty_of(self.call, self.place)


@functools.cache
def rows() -> tuple[Call, ...]:
    """Return every recorded call."""
    found = tomllib.loads(FILE.read_text(encoding="utf-8")).get("call", [])
    return tuple(
        Call(
            each["call"],
            each.get("place", ""),
            tuple(each["commands"]),
            tuple(each.get("tests", ())),
        )
        for each in found
    )
