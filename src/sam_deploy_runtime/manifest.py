"""The facts packed beside the code: the app, its environments and the names of its resources.

`app.json` is written by `sam-deploy build`. It is the same in every environment and region.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any


class ResourceUnknownError(KeyError):
    """The function's `uses=` and `triggers=` in deploy.py name no such resource."""

    def __str__(self) -> str:
        """Return the sentence itself: KeyError would put quotes around it."""
        return str(self.args[0])


@dataclass(frozen=True)
class Resource:
    """A queue, bucket or user pool. `names` maps each environment to the physical name."""

    kind: str
    names: Mapping[str, str]


@dataclass(frozen=True)
class Manifest:
    """`app.json`, read."""

    app: str
    home_region: str
    topology: str
    handler: str
    environments: tuple[str, ...]
    resources: Mapping[str, Resource]

    def physical_name(self, name: str, environment: str, region: str) -> str:
        """Return what AWS calls `name`. Bucket names are global: abroad they carry the region.

        Raises ResourceUnknownError, with the nearest name that the function uses.
        """
        resource = self.resources.get(name)
        if resource is None:
            near = difflib.get_close_matches(name, self.resources, n=1)
            known = f"did you mean '{near[0]}'?" if near else f"known: {_list(self.resources)}."
            raise ResourceUnknownError(f"This function does not use '{name}'; {known}")
        if environment not in resource.names:
            raise ResourceUnknownError(
                f"'{name}' does not exist in '{environment}', only in {_list(resource.names)}."
            )
        physical = resource.names[environment]
        abroad = resource.kind == "bucket" and region != self.home_region
        return f"{physical}-{region}" if abroad else physical

    def environment_of(self, kind: str, physical: str, region: str) -> str | None:
        """Return the environment that owns the resource AWS calls `physical` in `region`."""
        for name, resource in self.resources.items():
            if resource.kind == kind:
                for environment in resource.names:
                    if self.physical_name(name, environment, region) == physical:
                        return environment
        return None


def parse(text: str) -> Manifest:
    """Read the text of an `app.json`."""
    raw: dict[str, Any] = json.loads(text)
    return Manifest(
        app=raw["app"],
        home_region=raw["home_region"],
        topology=raw["topology"],
        handler=raw["handler"],
        environments=tuple(raw["environments"]),
        resources={
            name: Resource(kind=each["kind"], names=each["names"])
            for name, each in raw["resources"].items()
        },
    )


@lru_cache(maxsize=1)
def load() -> Manifest:
    """Read the `app.json` packed beside this module; it says nothing about an environment."""
    return parse(Path(__file__).with_name("app.json").read_text(encoding="utf-8"))


def _list(names: Mapping[str, object]) -> str:
    return ", ".join(sorted(names)) or "none"
