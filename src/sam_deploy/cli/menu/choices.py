"""What the menu offers, as values. Pure.

The first four lines of a project like the main document's are worded as there: two deployments, two
promotions. Everything else comes from `deploy.py` as well, so that no line leads to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from sam_deploy.amounts import plural
from sam_deploy.cli.menu.places import place_of
from sam_deploy.config.tree import feature_set_of, first_environment

if TYPE_CHECKING:
    from sam_deploy.cli.menu.records import Live
    from sam_deploy.config import App

Asks = Literal["", "regions", "environment", "function", "folder", "stack", "reload"]
"""What has to be chosen before the command is complete; reload: only look at the project again."""
LOCK: Final = "\N{LOCK}"


@dataclass(frozen=True, slots=True)
class Choice:
    """A line of the menu and the command line that it stands for."""

    title: str
    arguments: tuple[str, ...]
    does: str = ""
    """What it will do, in a sentence."""
    regions: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    """Those whose releases matter here: what they serve now is shown."""
    asks: Asks = ""
    names: tuple[str, ...] = field(default=())
    """What can be chosen where it asks for an environment or a function."""


def of_app(app: App, environment: str) -> tuple[Choice, ...]:
    """Return what can be done with an app; `environment` is what `ENV` preselects."""
    return (
        *((_local(app),) if environment == "local" else _deployments(app)),
        *_promotions(app),
        _rollback(app),
        Choice(
            "Status",
            ("status",),
            "Shows which version every function serves, by region and environment",
            regions=_every_region(app),
            environments=tuple(each.name for each in app.environments),
        ),
        Choice(
            "Logs",
            ("logs",),
            "Shows what functions logged in the last ten minutes, all regions in one order",
            regions=_every_region(app),
            asks="function" if app.functions[1:] else "",
            names=tuple(each.name for each in app.functions),
        ),
        Choice("Build", ("build",), "Builds the archives for AWS Lambda; nothing is deployed"),
        Choice("Doctor", ("doctor",), "Shows what could be wrong on this machine and here"),
        Choice("Embedded cloud", ("cloud", "status"), "Shows whether it runs, and where"),
    )


def of_open_work(live: Live) -> tuple[Choice, ...]:
    """Return the ways on with what was begun and not finished; nothing where all is well."""
    found = []
    for each in live.unfinished:
        found.append(Choice(f"Go on: {each.command}", each.arguments, each.said))
        if each.abortable:
            take_back = f"Take back: {each.command}"
            found.append(Choice(take_back, ("resume", "--abort"), "All aliases as they were"))
    return tuple(found)


def of_mistakes() -> tuple[Choice, ...]:
    """Return what is of use while `deploy.py` cannot be read."""
    return (
        Choice(
            "Look again", (), "Reads `deploy.py` again, once you have corrected it", asks="reload"
        ),
        Choice("Doctor", ("doctor",), "Shows what could be wrong on this machine and here"),
        Choice(
            "Explain", ("explain", "2"), "Says what a mistake of this kind means, and what to do"
        ),
    )


def _deployments(app: App) -> tuple[Choice, ...]:
    target = first_environment(app)
    first, *others = app.feature_sets
    every = _every_region(app)
    return (
        _deployment(app, first.title or first.name, every, target, ""),
        *(_deployment(app, e.title or e.name, tuple(e.regions), target, e.name) for e in others),
    )


def _deployment(
    app: App, title: str, regions: tuple[str, ...], target: str, feature_set: str
) -> Choice:
    """Return the deployment of a feature set; of all of them where none is named."""
    count = sum(not feature_set or feature_set_of(app, e) == feature_set for e in app.functions)
    what = f"all of {app.name}" if not feature_set else f"only {feature_set}"
    return Choice(
        f"{title} ({_shown(regions)})",
        ("deploy", feature_set) if feature_set else ("deploy",),
        f"Builds and deploys {what}: {plural(count, 'function')} to "
        f"{plural(len(regions), 'region')}; {target} serves them then",
        regions=regions,
        environments=(target,),
        asks="regions" if regions[1:] else "",
    )


def _shown(regions: tuple[str, ...]) -> str:
    if len(regions) > 1:
        return f"Multi-region: {', '.join(regions)}"
    name = place_of(regions[0])
    return f"{regions[0]} - {name}" if name else regions[0]


def _local(app: App) -> Choice:
    does = "Deploys buckets and queues for a program on this computer, and no functions"
    return Choice("Local: buckets and queues", ("deploy",), does, regions=(app.home_region,))


def _promotions(app: App) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            f"Deploy to {_title(each.name)} {LOCK} (Requires OTP)",
            ("promote", each.name),
            f"{each.name} serves what {each.promote_from} serves: "
            f"{plural(len(app.functions), 'function')}, in every region or in none; after a "
            "question and a one-time code",
            regions=_every_region(app),
            environments=(each.promote_from, each.name),
        )
        for each in app.environments
        if each.promote_from
    )


def _rollback(app: App) -> Choice:
    names = tuple(each.name for each in app.environments)
    promoted = tuple(each.name for each in app.environments if each.promote_from)
    return Choice(
        "Roll back",
        ("rollback",),
        "An environment serves an earlier release again, in every region or in none",
        regions=_every_region(app),
        environments=promoted or names,
        asks="environment",
        names=tuple(reversed(names)),
    )


def _title(environment: str) -> str:
    return "Production" if environment == "prod" else environment.capitalize()


def _every_region(app: App) -> tuple[str, ...]:
    return tuple(dict.fromkeys(r for each in app.feature_sets for r in each.regions))
