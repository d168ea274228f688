"""Checks the APIs themselves: whose tokens they take, their domains, limits and firewalls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sam_deploy.config.model import App, Authorizer, Cors, Firewall, HttpApi, RestApi, UserPool
from sam_deploy.config.tree import (
    Problem,
    feature_set_of,
    line_of,
    named,
    names,
    texts,
    unknown_name,
)

Api = HttpApi | RestApi


def problems(app: App) -> Iterator[Problem]:
    """Yield every mistake in the app's APIs."""
    checks: tuple[Callable[[App, str, Api], Iterator[Problem]], ...] = (
        _cors,
        _authorizer,
        _domain,
        _firewall,
    )
    for path in ("http_api", "rest_api"):
        api: object = getattr(app, path)
        if isinstance(api, (HttpApi, RestApi)):
            for check in checks:
                yield from check(app, path, api)


def _cors(_: App, path: str, api: Api) -> Iterator[Problem]:
    """What browsers refuse, or read as a name, once cookies are sent. Source: Fetch standard."""
    cors: object = api.cors
    if not isinstance(cors, Cors) or cors.credentials is not True:
        return
    if "*" in texts(cors.origins):
        message = (
            "`credentials` with the origin `*` would let every page act as whoever is signed in; "
            "name the origins, or leave them out for the app's own"
        )
        yield Problem(f"{path}.cors", message, line_of(cors))
    if "*" in texts(cors.headers):
        message = "with `credentials` browsers take `*` for a header of that name; list the headers"
        yield Problem(f"{path}.cors.headers", message, line_of(cors))


def _authorizer(app: App, path: str, api: Api) -> Iterator[Problem]:
    authorizer: object = api.authorizer
    if not isinstance(authorizer, Authorizer):
        return
    here, line = f"{path}.authorizer", line_of(authorizer)
    if (authorizer.pool is None) == (authorizer.issuer is None):
        message = "needs either a `pool` of the app or an `issuer`: one of them, not both"
        yield Problem(here, message, line)
    if isinstance(api, RestApi):
        yield from _of_rest_api(authorizer, here, line)
    elif authorizer.issuer is not None and not texts(authorizer.audience):
        message = "needs an `audience`; without one, tokens for any other app would do"
        yield Problem(here, message, line)
    if authorizer.pool is None:
        return
    pool = next((e for e in named(app, "user_pools") if _name(e) == authorizer.pool), None)
    if pool is None:
        known = names(app, "user_pools")
        yield unknown_name(f"{here}.pool", "user pool", authorizer.pool, known, line)
    elif isinstance(pool, UserPool):
        yield from _pool(app, api, authorizer, pool, here)


def _of_rest_api(authorizer: Authorizer, path: str, line: int) -> Iterator[Problem]:
    if authorizer.issuer is not None:
        message = "a REST API takes tokens of Cognito pools only; name a `pool`, or use an HTTP API"
        yield Problem(f"{path}.issuer", message, line)
    if texts(authorizer.audience):
        message = (
            "a REST API takes the tokens of every client of the pool; check the client in the "
            "function, or use an HTTP API"
        )
        yield Problem(f"{path}.audience", message, line)


def _pool(
    app: App, api: Api, authorizer: Authorizer, pool: UserPool, path: str
) -> Iterator[Problem]:
    line = line_of(authorizer)
    ids = _texts_by_name(pool.existing_ids)
    if not ids:
        if feature_set_of(app, pool) != feature_set_of(app, api):
            message = f"the user pool {pool.name!r} is of another feature set; its id is unknown"
            yield Problem(f"{path}.pool", f"{message} here", line)
        several = len(_regions(app, api)) > 1
        if several and api.custom_domain:
            message = (
                f"each region has its own {pool.name!r} pool, but one address answers from any of "
                "them and would refuse the others' tokens; use `issuer=`, an existing pool, one "
                "region, or no `custom_domain`"
            )
            yield Problem(f"{path}.pool", message, line)
        if isinstance(api, HttpApi) and not (pool.clients or texts(authorizer.audience)):
            message = f"the user pool {pool.name!r} has no client whose tokens could be accepted"
            yield Problem(f"{path}.pool", message, line)
        return
    clients = _texts_by_name(pool.existing_client_ids)
    for environment in names(app, "environments"):
        missing = "existing_ids" if environment not in ids else ""
        if isinstance(api, HttpApi) and not texts(authorizer.audience) and not missing:
            missing = "" if environment in clients else "existing_client_ids"
        if missing:
            message = f"the user pool {pool.name!r} has no `{missing}` for {environment!r}"
            yield Problem(f"{path}.pool", message, line)
    regions = {each.partition("_")[0] for each in ids.values()}
    if isinstance(api, RestApi) and len(regions) > 1 and app.topology != "isolated":
        message = f"a REST API can take its pools from one region only, not {sorted(regions)}"
        yield Problem(f"{path}.pool", message, line)


def _domain(app: App, path: str, api: Api) -> Iterator[Problem]:
    if api.custom_domain is not True:
        return
    here, line = f"{path}.custom_domain", line_of(api)
    if app.domain is None:
        message = 'has no domain to be below; give the app a `domain="example.com"`'
        yield Problem(here, message, line)
    other: object = app.http_api
    if isinstance(api, RestApi) and isinstance(other, HttpApi) and other.custom_domain is True:
        message = "the HTTP API has the same address already; only one of them can answer there"
        yield Problem(here, message, line)
    regions = _regions(app, api)
    if isinstance(api, RestApi) and api.endpoint == "EDGE" and len(regions) > 1:
        message = (
            f"an EDGE address exists once in the world, but the API is in {', '.join(regions)}; "
            'take endpoint="REGIONAL"'
        )
        yield Problem(here, message, line)


def _firewall(app: App, path: str, api: Api) -> Iterator[Problem]:
    firewall: object = api.firewall
    if not isinstance(firewall, Firewall):
        return
    line = line_of(firewall)
    if isinstance(api, HttpApi):
        message = (
            "AWS WAF cannot stand in front of an HTTP API; use a `RestApi`, put a CDN with a "
            "firewall in front of it, or keep callers down with `throttle`"
        )
        yield Problem(f"{path}.firewall", message, line)
        return
    given = _texts_by_name(firewall.web_acls)
    missing = [region for region in _regions(app, api) if given and region not in given]
    if missing:
        message = f"names no web ACL for {', '.join(missing)}, where the API is, too"
        yield Problem(f"{path}.firewall.web_acls", message, line)
    for region, arn in given.items():
        if arn.startswith("arn:") and f":{region}:" not in arn:
            message = f"the web ACL for {region!r} is of another region: {arn}"
            yield Problem(f"{path}.firewall.web_acls", message, line)


def _regions(app: App, api: Api) -> list[str]:
    wanted = feature_set_of(app, api)
    found = (each for each in named(app, "feature_sets") if _name(each) == wanted)
    return [region for each in found for region in texts(getattr(each, "regions", ()))]


def _name(declared: object) -> object:
    return getattr(declared, "name", None)


def _texts_by_name(value: object) -> dict[str, str]:
    items = value.items() if isinstance(value, Mapping) else ()
    return {key: each for key, each in items if isinstance(key, str) and isinstance(each, str)}
