"""Checks what one declaration says of another: unknown names, duplicates, what AWS forbids.

Works on the tree as declared, so that these mistakes are found together with wrong values:
whatever has not the right form is left to `validate.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from sam_deploy.config.model import App, Cors, Environment, HttpApi, Layer, RestApi, UserPoolClient
from sam_deploy.config.text import REGIONS, is_unknown_region
from sam_deploy.config.tree import (
    RESOURCES,
    Problem,
    entries,
    label,
    line_of,
    listed,
    named,
    names,
    texts,
    unknown_name,
)


def problems(app: App) -> Iterator[Problem]:
    """Yield every mistake about names, regions, environments and feature sets."""
    checks: tuple[Callable[[App], Iterator[Problem]], ...] = (
        _duplicates,
        _regions,
        _environments,
        _feature_sets,
        _layers,
        _web_origins,
    )
    for check in checks:
        yield from check(app)


def _duplicates(app: App) -> Iterator[Problem]:
    for family in ("environments", "feature_sets", "functions", "layers", "settings"):
        yield from _twice(app, (family,))
    yield from _twice(app, RESOURCES)


def _twice(app: App, families: tuple[str, ...]) -> Iterator[Problem]:
    """Resources share one space of names, since `uses=` refers to them by name alone."""
    counts = Counter(names(app, *families))
    seen: set[str] = set()
    for family in families:
        for path, each in entries(app, family):
            name = getattr(each, "name", None)
            if isinstance(name, str) and counts[name] > 1:
                if name in seen:
                    yield Problem(path, f"the name {name!r} is given twice", line_of(each))
                seen.add(name)


def _regions(app: App) -> Iterator[Problem]:
    every: list[str] = []
    for path, feature_set in entries(app, "feature_sets"):
        regions = texts(getattr(feature_set, "regions", ()))
        every += regions
        for region in regions:
            if is_unknown_region(region):
                yield unknown_name(
                    f"{path}.regions", "region", region, REGIONS, line_of(feature_set)
                )
        for region, count in Counter(regions).items():
            if count > 1:
                message = f"the region {region!r} is listed twice"
                yield Problem(f"{path}.regions", message, line_of(feature_set))
    home = app.home_region
    if is_unknown_region(home):
        yield unknown_name("home_region", "region", home, REGIONS, line_of(app))
    elif home in REGIONS and every and home not in every and set(every) <= set(REGIONS):
        message = f"no feature set is deployed to {home!r}, the home region"
        yield Problem("home_region", message, line_of(app))


def _environments(app: App) -> Iterator[Problem]:
    known = names(app, "environments")
    sources: dict[str, str | None] = {}
    for path, each in entries(app, "environments"):
        if not isinstance(each, Environment):
            continue
        name: object = each.name
        source: object = each.promote_from
        # what is no text is told by `validate.py`, and cannot be looked up
        if not isinstance(name, str) or not isinstance(source, (str, type(None))):
            continue
        sources[name] = source
        if source is not None and source not in known:
            yield unknown_name(f"{path}.promote_from", "environment", source, known, line_of(each))
        if name == "local":
            message = "'local' is kept for the local environment; take another name"
            yield Problem(path, message, line_of(each))
    if sources and all(source is not None for source in sources.values()):
        message = "one environment must have no `promote_from`: the one that deploying moves"
        yield Problem("environments", message, line_of(app))
    if sum(1 for source in sources.values() if source is None) > 1:
        message = "only one environment can be without `promote_from`: the one that deploying moves"
        yield Problem("environments", message, line_of(app))
    for start in sources:
        if _circular(start, sources):
            message = f"promotion to {start!r} leads back to itself"
            yield Problem(f'environments["{start}"].promote_from', message, line_of(app))


def _circular(start: str, sources: dict[str, str | None]) -> bool:
    here, seen = sources.get(start), set[str]()
    while here is not None and here not in seen:
        if here == start:
            return True
        seen.add(here)
        here = sources.get(here)
    return False


def _feature_sets(app: App) -> Iterator[Problem]:
    known = names(app, "feature_sets")
    if not known:
        return
    every = [
        entry
        for family in ("functions", "rules", "distributions", "settings", *RESOURCES)
        for entry in entries(app, family)
    ]
    for family in ("http_api", "rest_api"):
        api = getattr(app, family)
        if isinstance(api, (HttpApi, RestApi)):
            every.append((family, api))
    for path, each in every:
        name = getattr(each, "feature_set", None)
        if isinstance(name, str) and name not in known:
            yield unknown_name(f"{path}.feature_set", "feature set", name, known, line_of(each))


def _layers(app: App) -> Iterator[Problem]:
    for path, each in entries(app, "layers"):
        if not isinstance(each, Layer):
            continue
        given = [
            name for name in ("requirements", "requirements_file", "source") if getattr(each, name)
        ]
        if not given:
            message = "is empty; give it `requirements`, a `requirements_file` or a `source`"
            yield Problem(path, message, line_of(each))
        if len(given) > 1:
            message = f"has {' and '.join(f'`{name}`' for name in given)}; only one can fill it"
            if each.source:
                message += (
                    ". For code with packages keep `source` alone, and name the packages in"
                    " `dependencies` of a pyproject.toml in that folder"
                )
            yield Problem(path, message, line_of(each))


def _web_origins(app: App) -> Iterator[Problem]:
    """Whoever is called from a browser must know from where: the app's domain, or origins."""
    for index, environment in enumerate(named(app, "environments")):
        extra: object = getattr(environment, "extra_origins", None)
        if app.domain is not None or extra:
            continue
        where = label(environment, index)
        apis = (("http_api", app.http_api), ("rest_api", app.rest_api))
        for path, each in (*entries(app, "buckets"), *apis):
            cors = getattr(each, "cors", None)
            if isinstance(cors, Cors) and not cors.origins:
                message = f"has no web origin in {where}; give the app a `domain`, or `origins`"
                yield Problem(f"{path}.cors", message, line_of(cors))
        for path, each in entries(app, "user_pools"):
            for number, client in enumerate(listed(each, "clients")):
                if isinstance(client, UserPoolClient) and client.callback_path:
                    message = f"has no web origin in {where} to return to; give the app a `domain`"
                    here = f"{path}.clients[{label(client, number)}]"
                    yield Problem(here, message, line_of(client))
