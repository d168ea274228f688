"""Which settings the app knows, where they should have values, and what is there.

Decides and reads; `settings_writing` writes. Reaches AWS through the gateways only.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from sam_deploy import lanes, naming
from sam_deploy.config.model import App, Secret, Setting
from sam_deploy.config.pool_ids import id_settings, pools_with_parameters
from sam_deploy.config.tree import CONFIG_FILE, feature_set_of, nearest
from sam_deploy.errors import ConfigError
from sam_deploy.lanes import Stop

if TYPE_CHECKING:
    from sam_deploy.aws import Aws, Stored

T = TypeVar("T")
AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class Known:
    """A setting that `deploy.py` names, in `settings` of the app or of functions."""

    name: str
    secret: bool
    regions: tuple[str, ...]
    """Where functions that read it are deployed, the first region of the feature set first."""
    readers: tuple[str, ...] = ()
    valued: frozenset[str] = frozenset()
    """Environments whose value `deploy.py` gives: their stacks keep it."""
    made_in: str = ""
    """The region whose stack makes the secret up; Secrets Manager copies it to the others."""
    declared: bool = True

    @property
    def written_in(self) -> tuple[str, ...]:
        """The regions that a new value is written to."""
        return (self.made_in,) if self.made_in else self.regions


@dataclass(frozen=True, slots=True)
class Found:
    """A setting in one environment and region; nothing is `stored` where it is missing."""

    name: str
    environment: str
    region: str
    stored: Stored | None
    secret: bool = False
    """Whether it is one by `deploy.py`, or by what keeps it."""
    declared: bool = True
    """Whether `deploy.py` names it."""
    read: bool = True
    """Whether a function of the app reads it; what `deploy.py` declares may be read elsewhere."""

    @property
    def missing(self) -> bool:
        """Whether functions that read it fail here."""
        return self.stored is None or not self.stored.filled


def known_settings(app: App) -> dict[str, Known]:
    """Return every setting that the app names, in alphabetical order."""
    declared = {each.name: each for each in app.settings}
    named = sorted({*declared, *(name for each in app.functions for name in each.settings)})
    return {name: _known(app, name, declared.get(name)) for name in named}


def _known(app: App, name: str, declared: Setting | Secret | None) -> Known:
    readers = [each for each in app.functions if name in each.settings]
    owners: Sequence[object] = readers or ([declared] if declared else [])
    sets = {feature_set_of(app, each) for each in owners}
    regions = (region for each in app.feature_sets if each.name in sets for region in each.regions)
    valued = declared.value if isinstance(declared, Setting) else None
    environments = [each.name for each in app.environments]
    generated = isinstance(declared, Secret) and declared.generate
    return Known(
        name=name,
        secret=isinstance(declared, Secret),
        regions=tuple(dict.fromkeys(regions)),
        readers=tuple(each.name for each in readers),
        valued=frozenset(environments if isinstance(valued, str) else valued or ()),
        made_in=_first_region(app, declared) if generated else "",
    )


def _first_region(app: App, declared: object) -> str:
    """Return the first region of a feature set, as its stack sees it."""
    owner = feature_set_of(app, declared)
    regions = next(each.regions for each in app.feature_sets if each.name == owner)
    return app.home_region if app.home_region in regions else regions[0]


def regions_of(app: App) -> tuple[str, ...]:
    """Return every region of the app, the home region first."""
    every = [region for each in app.feature_sets for region in each.regions]
    return tuple(dict.fromkeys(sorted(every, key=lambda region: region != app.home_region)))


def checked_environment(app: App, name: str) -> str:
    """Return the environment. Raises `ConfigError` when the app has none of that name."""
    return _checked("environment", name, [each.name for each in app.environments])


def checked_regions(app: App, names: Iterable[str]) -> tuple[str, ...]:
    """Return the regions. Raises `ConfigError` for one that the app is not deployed to."""
    return tuple(_checked("region", name, regions_of(app)) for name in names)


def _checked(what: str, name: str, known: Sequence[str]) -> str:
    if name in known:
        return name
    near = nearest(name, known)
    raise ConfigError(
        f"There is no {what} `{name}`",
        why=f"`{CONFIG_FILE}` has {', '.join(known)}",
        hint=f"did you mean `{near}`?" if near else f"choose one of {', '.join(known)}",
    )


def checked_name(app: App, name: str, *, anyway: bool) -> Known:
    """Return what is known of a setting.

    Raises `ConfigError` for a name that `deploy.py` lacks, unless it is meant anyway: then it is a
    parameter of all regions.
    """
    known = known_settings(app)
    if name in known:
        return known[name]
    if anyway:
        return Known(name, secret=False, regions=regions_of(app), declared=False)
    near = nearest(name, known)
    raise ConfigError(
        f"No function of the app reads `{name}`",
        why=f"`{CONFIG_FILE}` names {', '.join(known) or 'no settings'}",
        hint=f"did you mean `{near}`?"
        if near
        else f"add it to `settings=[...]` of a function, or add `--anyway` if `{name}` is meant",
    )


def survey(
    app: App,
    aws: Aws,
    environments: Sequence[str],
    regions: Sequence[str] = (),
    *,
    uncover: Callable[[str], bool] | None = None,
) -> tuple[Found, ...]:
    """Return every setting in these environments and regions: by name, environment, region.

    What is stored although `deploy.py` does not name it is found, too. Hidden values are read only
    where `uncover` says so of a name.
    """
    chosen = [region for region in regions_of(app) if not regions or region in regions]
    places = [(environment, region) for environment in environments for region in chosen]
    read = functools.partial(_stored, app, aws, uncover or (lambda _name: False))
    stored = at_once({place: functools.partial(read, *place) for place in places})
    known = known_settings(app)
    names = [*known, *sorted({name for each in stored.values() for name in each} - {*known})]
    return tuple(
        _found(known.get(name), name, place, stored[place].get(name))
        for name in names
        for place in places
        if name in stored[place] or (name in known and place[1] in known[name].regions)
    )


def _found(known: Known | None, name: str, place: tuple[str, str], stored: Stored | None) -> Found:
    secret = known.secret if known else stored is not None and stored.kind == "secret"
    read = known is not None and bool(known.readers)
    return Found(name, *place, stored, secret, declared=known is not None, read=read)


def _stored(
    app: App, aws: Aws, uncover: Callable[[str], bool], environment: str, region: str
) -> dict[str, Stored]:
    """Return what is stored for an environment in a region, by name.

    Of a name that `deploy.py` has, what functions read: the secret, or the parameter.
    """
    from sam_deploy.aws import Parameters, Secrets  # noqa: PLC0415 - half a second

    parameters, secrets = Parameters(aws, region), Secrets(aws, region)
    path = naming.setting_name(app.name, environment, "").rstrip("/")
    known = known_settings(app)
    ids = {name for pool in pools_with_parameters(app) for name in id_settings(pool)}
    found: dict[str, Stored] = {}
    for each in (*secrets.below(path), *parameters.below(path)):
        name = each.path.removeprefix(f"{path}/")
        if name in ids and each.kind != "secret":
            continue  # the stacks', and different in every environment and region
        if name not in known or known[name].secret == (each.kind == "secret"):
            found[name] = each
    for name, each in found.items():
        if each.kind != "plain" and each.filled and uncover(name):
            gateway = secrets if each.kind == "secret" else parameters
            found[name] = gateway.get(each.path) or each
    return found


def at_once(work: Mapping[tuple[str, str], Callable[[], T]]) -> Mapping[tuple[str, str], T]:
    """Do all of it side by side. Raises the first error."""
    outcomes = lanes.run(work, after={}, at_once=AT_ONCE, stop=Stop())
    for error in outcomes.failed.values():
        raise error
    return outcomes.done
