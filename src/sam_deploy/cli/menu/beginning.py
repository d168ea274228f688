"""What the menu offers where there is no `deploy.py`: ways to begin. Pure."""

from __future__ import annotations

from typing import Final

from sam_deploy.cli.menu.choices import Choice
from sam_deploy.cli.menu.surroundings import Surroundings

DEMO: Final = Choice(
    "Demo: see it work, without an account",
    ("demo",),
    "Deploys an example to a cloud on this laptop, calls it, and shows what to try next",
)
DOCTOR: Final = Choice("Doctor", ("doctor",), "Shows what could be wrong on this machine")
STACK: Final = Choice(
    "From a stack that is deployed",
    ("init", "--from-stack"),
    "Reads a CloudFormation or SAM stack, its functions' code included, and writes a project of "
    "it; changes nothing there",
    asks="stack",
)
NEW: Final = (
    "Writes typed configuration, functions that work, tests and a README; nothing that exists is "
    "overwritten"
)


def of_folder(here: Surroundings) -> tuple[Choice, ...]:
    """Return the ways to begin: with the template that is there, from nothing, from a stack."""
    own = _around(here.template, configured=here.configured) if here.template else _new()
    return (*own, DEMO, DOCTOR)


def _around(template: str, *, configured: bool) -> tuple[Choice, ...]:
    """Return what can be done with a SAM template; deployed at once where a samconfig says how."""
    around = ("init", "--from-template", template)
    deploy = f"Deploys `{template}` as it is, as its samconfig says"
    build = "Builds the archives for AWS Lambda; nothing is deployed"
    stays = "The template stays as it is; written is only what is missing for a deployment"
    draft = "The same, and a draft of what a `deploy.py` would say in its place"
    return (
        *((Choice(f"Deploy {template}", ("deploy",), deploy),) if configured else ()),
        *((Choice(f"Build {template}", ("build",), build),) if configured else ()),
        Choice(f"A project around {template}", around, stays),
        Choice("The same, with a draft of deploy.py", (*around, "--derive"), draft),
    )


def _new() -> tuple[Choice, ...]:
    from sam_deploy.cli.starting.projects import KINDS  # noqa: PLC0415 - not while main is imported

    kinds = (
        Choice(f"New project: {e.title}", ("init", "--template", e.name), NEW, asks="folder")
        for e in KINDS
    )
    return (*kinds, STACK)
