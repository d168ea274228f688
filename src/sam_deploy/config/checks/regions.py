"""In which regions something is: the ground of checks on what functions find beside them."""

from __future__ import annotations

from collections.abc import Sequence

from sam_deploy.config.declare import Declaration
from sam_deploy.config.model import App
from sam_deploy.config.remembered import remembered
from sam_deploy.config.tree import entries, feature_set_of, named, split_use, texts


def regions_of(app: App, feature_set: object) -> list[str]:
    """Return the regions of a feature set; none of one that does not exist."""
    return [
        region
        for each in named(app, "feature_sets")
        if getattr(each, "name", None) == feature_set
        for region in texts(getattr(each, "regions", ()))
    ]


@remembered
def users_of(app: App) -> dict[str, list[tuple[str, Declaration]]]:
    """Return the functions that say `uses=[name]`, each with its path, by that name."""
    found: dict[str, list[tuple[str, Declaration]]] = {}
    for path, function in entries(app, "functions"):
        for name in dict.fromkeys(split_use(u)[0] for u in texts(getattr(function, "uses", ()))):
            found.setdefault(name, []).append((path, function))
    return found


def unreached(app: App, function: object, regions: Sequence[str]) -> list[str]:
    """Return the regions of a function in which something with these regions is not."""
    wanted = regions_of(app, feature_set_of(app, function))
    return [region for region in wanted if region not in regions]
