"""The menu that `sam-deploy` alone opens in a terminal, with the command for each choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from sam_deploy.cli.options import Globals
from sam_deploy.config.tree import first_environment

if TYPE_CHECKING:
    from sam_deploy.config import App


@dataclass(frozen=True, slots=True)
class Choice:
    """A line of the menu and the command line that it stands for."""

    title: str
    arguments: tuple[str, ...]


def choices(app: App | None) -> tuple[Choice, ...]:
    """Return what can be done here: with an app its feature sets, without one the demo."""
    if app is None:
        return (Choice("Try it: deploy an example to a cloud on this laptop", ("demo",)),)
    first, *others = app.feature_sets
    every = ", ".join(dict.fromkeys(r for each in app.feature_sets for r in each.regions))
    target = first_environment(app)
    deploys = [Choice(_line(first.title or first.name, every, target), ("deploy",))]
    deploys += [
        Choice(
            _line(each.title or each.name, ", ".join(each.regions), target), ("deploy", each.name)
        )
        for each in others
    ]
    return (
        *deploys,
        Choice("Status: which version every function serves", ("status",)),
        Choice("Build: the archives for AWS Lambda, nothing deployed", ("build",)),
        Choice("Embedded cloud: where it runs", ("cloud", "status")),
    )


def _line(title: str, regions: str, environment: str) -> str:
    return f"{title} ({regions}); publishes to {environment}"


def open_menu(context: click.Context) -> None:
    """Ask what to do and run it, showing the command that does the same."""
    import questionary  # noqa: PLC0415 - half a second that only the menu pays

    chosen: Globals = context.obj
    listed = choices(_app(chosen))
    answer = questionary.select(
        "Select what to do:",
        choices=[
            *[questionary.Choice(each.title, each) for each in listed],
            questionary.Choice("Quit", None),
        ],
        use_shortcuts=True,
    ).ask()
    if answer is None:
        return
    click.echo(f"$ sam-deploy {' '.join(answer.arguments)}", err=True)
    group = context.command
    if not isinstance(group, click.Group):
        raise TypeError("the menu belongs to the command group")
    found = group.get_command(context, answer.arguments[0])
    if found is not None:
        with found.make_context(
            answer.arguments[0], list(answer.arguments[1:]), parent=context
        ) as inner:
            found.invoke(inner)


def _app(chosen: Globals) -> App | None:
    from sam_deploy import config  # noqa: PLC0415 - costs pydantic

    if not (chosen.project / "deploy.py").is_file():
        return None
    return config.load(chosen.project)
