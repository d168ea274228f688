"""The facts packed beside the code: the app, its environments and the names of its resources.

`app.json` is written by `sam-deploy build`. It is the same in every environment and region.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Union

IdSource = Union[str, Mapping[str, str]]  # noqa: UP007 - Python 3.9 evaluates it
"""Where an id that AWS made up is found: the name of a parameter, or environment -> the id."""
ARNS: Mapping[str, str] = {
    "bucket": "arn:{partition}:s3:::{name}",
    "bus": "arn:{partition}:events:{region}:{account}:event-bus/{name}",
    "function": "arn:{partition}:lambda:{region}:{account}:function:{name}",
    "queue": "arn:{partition}:sqs:{region}:{account}:{name}",
    "table": "arn:{partition}:dynamodb:{region}:{account}:table/{name}",
    "topic": "arn:{partition}:sns:{region}:{account}:{name}",
}
"""Kind -> what its ARNs look like. Source: Service Authorization Reference."""


class ResourceUnknownError(KeyError):
    """The function's `uses=` and `triggers=` in deploy.py name no such resource.

    Or it has nothing of what was asked for: no ARN by name, no such client.
    """

    def __str__(self) -> str:
        """Return the sentence itself: KeyError would put quotes around it."""
        return str(self.args[0])


@dataclass(frozen=True)
class Resource:
    """Something with a name in AWS. `names` maps each environment to it.

    `kind` is queue, bucket, table, topic, bus, user_pool or function.
    """

    kind: str
    names: Mapping[str, str]
    regional: bool = False
    """Whether the name carries the region outside the home region."""
    id: IdSource | None = None
    """Of a user pool that the function `uses`."""
    client_ids: Mapping[str, IdSource] = field(default_factory=dict)
    """Of its clients, by name; '' for one without."""


@dataclass(frozen=True)
class Manifest:
    """`app.json`, read."""

    app: str
    home_region: str
    topology: str
    handler: str
    environments: tuple[str, ...]
    resources: Mapping[str, Resource]
    settings: tuple[str, ...] = ()
    """Names of what the function may read."""
    secrets: frozenset[str] = frozenset()
    """Those of them that Secrets Manager keeps."""
    log_levels: Mapping[str, str] = field(default_factory=dict)
    """Environment -> level of the root logger."""

    def physical_name(self, name: str, environment: str, region: str) -> str:
        """Return what AWS calls `name`. Global names, of buckets, carry the region abroad.

        Raises ResourceUnknownError, with the nearest name that the function uses.
        """
        resource = self.resource(name, environment)
        physical = resource.names[environment]
        abroad = resource.regional and region != self.home_region
        return f"{physical}-{region}" if abroad else physical

    def resource(self, name: str, environment: str) -> Resource:
        """Return what is known of `name`, which `environment` has.

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
        return resource

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
            name: Resource(
                kind=each["kind"],
                names=each["names"],
                # buckets that say nothing of it have global names
                regional=each.get("regional", each["kind"] == "bucket"),
                id=each.get("id"),
                client_ids=each.get("client_ids", {}),
            )
            for name, each in raw["resources"].items()
        },
        settings=tuple(raw.get("settings", ())),
        secrets=frozenset(raw.get("secrets", ())),
        log_levels=raw.get("log_levels", {}),
    )


@lru_cache(maxsize=1)
def load() -> Manifest:
    """Read the `app.json` packed beside this module; it is the same in every environment.

    Raises RuntimeError outside of an archive, where there is none.
    """
    file = Path(__file__).with_name("app.json")
    if not file.is_file():
        raise RuntimeError(
            "This is no function packed by sam-deploy: the facts of the app (app.json) are not "
            "here. In tests, give the code under test its names and settings as arguments."
        )
    return parse(file.read_text(encoding="utf-8"))


def _list(names: Mapping[str, object]) -> str:
    return ", ".join(sorted(names)) or "none"
