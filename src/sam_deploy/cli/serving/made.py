"""Makes what is served of an app: dependencies built once, functions from their folders.

May touch: what building touches, and where code and layers are placed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from sam_deploy import build, plan
from sam_deploy.config import physical
from sam_deploy.config.tree import feature_set_of, variables_of
from sam_deploy.local.serving import placing
from sam_deploy.local.serving.model import ServedApp
from sam_deploy.local.workers.model import Function as Served
from sam_deploy.local.workers.model import Placed
from sam_deploy.plan.model import BuildUnit, Unit
from sam_deploy.plan.runtime import template_handler

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sam_deploy.build import Artifacts
    from sam_deploy.config import App
    from sam_deploy.config.model import Cors, Function
    from sam_deploy.events import Report
    from sam_deploy.local.workers.place import Places
    from sam_deploy.plan.model import Target

EMBEDDED_KEY: Final = "test"
NOBODY: Final = "http://127.0.0.1:9"
"""Where AWS is when no cloud runs: nobody answers, and nothing reaches the real one."""


@dataclass(frozen=True, slots=True)
class Maker:
    """What stays the same while an app is served."""

    project: Path
    places: Places
    host: Target
    environment: str
    region: str
    endpoint: str
    debugged: Mapping[str, int]
    """Function -> port at which a debugger may attach."""
    debugpy: str
    report: Report
    python: Path
    """The interpreter of functions, which `host` describes."""

    def make(self, app: App, generation: int) -> ServedApp:
        """Return the app as it is served now. Raises the errors of planning and of building.

        `generation` tells the functions of one reading of the project from those of another.
        """
        planned = plan.make(app, self.project, plan.Request(host_target=self.host))
        store = build.Store.default()
        artifacts = build.run(planned.builds, self.project, store, self.report)
        units = {unit.key: unit for unit in planned.builds}
        functions = {
            function.name: self._function(app, function, units, artifacts, generation)
            for function in app.functions
        }
        return ServedApp(
            region=self.region,
            alias=self.environment,
            functions=functions,
            routes=tuple(_routes(app)),
            cors=_cors(app.http_api.cors) if app.http_api else None,
        )

    def _function(
        self,
        app: App,
        function: Function,
        units: Mapping[str, Unit],
        artifacts: Artifacts,
        generation: int,
    ) -> Served:
        unit = units[f"function/{function.name}"]
        source = unit.source if isinstance(unit, BuildUnit) else None
        built = artifacts[unit.key].path
        layers = [artifacts[f"layer/{name}"].path for name in function.layers]
        own = placing.own_entries(built, source) if source else frozenset()

        def place() -> Placed:
            archive, below = built.read_bytes(), [layer.read_bytes() for layer in layers]
            if source is not None:
                return placing.from_source(self.places, source, archive, own, below)
            return placing.unpacked(self.places, archive, below)

        port = self.debugged.get(function.name)
        return Served(
            key=(function.name, str(generation)),
            name=physical.function_name(app, function, self.environment),
            version="$LATEST",
            runtime=function.runtime or app.runtime,
            handler=template_handler(app, function),
            region=self.region,
            place=place,
            timeout_seconds=float(function.timeout_seconds),
            memory_mb=function.memory_mb,
            variables=self._variables(function, port),
            credentials={
                "AWS_ACCESS_KEY_ID": EMBEDDED_KEY,
                "AWS_SECRET_ACCESS_KEY": EMBEDDED_KEY,
            },
            endpoint=self.endpoint,
            debug_port=port,
        )

    def _variables(self, function: Function, port: int | None) -> dict[str, str]:
        own = variables_of(function, self.environment)
        # A compiled file is told from its source by seconds, and a save may follow in the same.
        ours = {"SAM_DEPLOY_ENVIRONMENT": self.environment, "PYTHONDONTWRITEBYTECODE": "1"}
        if port is not None:
            ours |= {"SAM_DEPLOY_DEBUGPY": self.debugpy}
        return {**own, **ours}


def renewed(app: ServedApp, names: set[str], generation: int) -> ServedApp:
    """Return the app with new workers for these functions, whose files were saved."""
    functions = {
        name: replace(function, key=(name, str(generation))) if name in names else function
        for name, function in app.functions.items()
    }
    return replace(app, functions=functions)


def region_of(app: App) -> str:
    """Return the first region of what has routes, else the app's home region."""
    routed = [each for each in app.functions if each.routes]
    named = str(feature_set_of(app, routed[0])) if routed else ""
    found = next((each for each in app.feature_sets if each.name == named), None)
    return found.regions[0] if found and found.regions else app.home_region


def _routes(app: App) -> list[tuple[str, str]]:
    return [
        (f"{route.method} {route.path}", function.name)
        for function in app.functions
        for route in function.routes
    ]


def _cors(cors: Cors | None) -> dict[str, object] | None:
    if cors is None:
        return None
    return {
        "allowOrigins": list(cors.origins) or ["*"],
        "allowMethods": list(cors.methods),
        "allowHeaders": list(cors.headers),
        "maxAge": cors.max_age_seconds,
        **({"allowCredentials": True} if cors.credentials else {}),
    }
