"""`sam-deploy settings list | get | set | diff | delete`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sam_deploy.cli import options, wiring
from sam_deploy.cli.options import Globals
from sam_deploy.cli.settings import settings_asking as asking
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.cli.terminal.wrapping import columns_of
from sam_deploy.errors import RefusedError

if TYPE_CHECKING:
    from sam_deploy.aws import Aws
    from sam_deploy.cli.settings.settings_survey import Found

EPILOG = """\b
Examples:
  sam-deploy settings list prod          what prod has, and what is missing
  sam-deploy settings diff staging prod  before a promotion
  sam-deploy settings set HOST example.com --environment prod
  sam-deploy settings set API_KEY --environment prod  # asks for the secret
  vault read key | sam-deploy settings set API_KEY - --environment prod
"""

environment_option = click.option(
    "--environment", metavar="NAME", help="Whose value; ENV preselects it."
)
anyway_option = click.option(
    "--anyway", is_flag=True, help="Although no function in deploy.py reads it."
)
approve_option = click.option(
    "--auto-approve", is_flag=True, help="Do not ask before writing to AWS."
)


@click.group("settings", epilog=EPILOG)
def command() -> None:
    """Show and change what functions read: settings and secrets, per environment.

    Values are in Parameter Store, those of a declared Secret in Secrets Manager, in every region
    that reads them. A change needs no deployment: functions see it within a minute.
    """


@command.command("list")
@click.argument("environment", required=False, metavar="[ENVIRONMENT]")
@options.region_option
@options.target_option
@options.json_option
@click.option("--exit-code", is_flag=True, help="Exit 5 when a setting that is read has no value.")
@click.pass_obj
def list_settings(
    chosen: Globals,
    environment: str | None,
    regions: tuple[str, ...],
    target: str | None,
    as_json: bool,  # noqa: FBT001 - click passes options by name
    exit_code: bool,  # noqa: FBT001 - the same
) -> int:
    """Show all settings: names x environments x regions. Secrets show as ***."""
    from sam_deploy import config  # noqa: PLC0415 - costs pydantic
    from sam_deploy.cli.settings import settings_screens, settings_survey  # noqa: PLC0415 - the same

    app = config.load(chosen.project)
    environments = [each.name for each in app.environments]
    if environment:
        environments = [settings_survey.checked_environment(app, environment)]
    settings_survey.checked_regions(app, regions)
    place = wiring.look_or_refuse(chosen, target, app.runtime, "settings set")
    found = settings_survey.survey(app, place.aws, environments, regions)
    console = consoles.make("plain")
    console.say(place.line(regions or settings_survey.regions_of(app)))
    text = settings_screens.list_text(found, columns_of())
    click.echo(settings_screens.list_json(found) if as_json else text)
    missing = [each for each in found if each.missing and each.read]
    if missing:
        console.say(f"\nmissing: {settings_screens.missing_text(missing)}")
        first = f"{missing[0].name} --environment {missing[0].environment}"
        console.say(f"\nhint: {options.program()} settings set {first}")
    return RefusedError.exit_code if missing and exit_code else 0


@command.command("get")
@click.argument("name")
@environment_option
@options.region_option
@click.option("--reveal", is_flag=True, help="Show it although it is a secret.")
@options.target_option
@options.json_option
@click.pass_obj
def get(
    chosen: Globals,
    name: str,
    environment: str | None,
    regions: tuple[str, ...],
    reveal: bool,  # noqa: FBT001 - click passes options by name
    target: str | None,
    as_json: bool,  # noqa: FBT001 - the same
) -> None:
    """Write the value of a setting to standard output."""
    from sam_deploy import config  # noqa: PLC0415 - costs pydantic
    from sam_deploy.cli.settings import settings_screens, settings_survey  # noqa: PLC0415 - the same

    app = config.load(chosen.project)
    known = settings_survey.checked_name(app, name, anyway=True)
    inside = asking.chosen_environment(chosen, app, environment)
    meant = settings_survey.checked_regions(app, regions) or known.regions
    place = wiring.look_or_refuse(chosen, target, app.runtime, "settings set")
    uncover = (lambda each: each == name) if reveal else None
    every = settings_survey.survey(app, place.aws, [inside], meant, uncover=uncover)
    found = [each for each in every if each.name == name and not each.missing]
    if not found:
        # a slip in the name is the likeliest reason
        settings_survey.checked_name(app, name, anyway=False)
        raise RefusedError(
            f"`{name}` has no value in `{inside}`",
            why=f"there is none in {', '.join(meant)}",
            hint=f"set it: `{options.program()} settings set {name} --environment {inside}`",
        )
    value = _one_value(found, reveal=reveal)
    if as_json:
        click.echo(settings_screens.value_json(found, value))
        return
    click.echo(settings_screens.HIDDEN if value is None else value)
    if value is None:
        consoles.make("plain").say("it is a secret; add `--reveal` to see it")


def _one_value(found: list[Found], *, reveal: bool) -> str | None:
    """Return the value that all regions have; nothing when it is hidden and stays so."""
    stored = [each.stored for each in found if each.stored]
    if not reveal and any(each.kind != "plain" for each in stored):
        return None
    if len({each.value for each in stored}) > 1:
        raise RefusedError(
            f"`{found[0].name}` has several values in `{found[0].environment}`",
            why=f"{', '.join(each.region for each in found)} do not have the same",
            hint="name one with `--region`, or see `sam-deploy settings list`",
        )
    return stored[0].value


@command.command("set")
@click.argument("name")
@click.argument("value", required=False)
@environment_option
@options.region_option
@click.option("--secret", is_flag=True, help="Encrypt the parameter; declared secrets always are.")
@anyway_option
@approve_option
@options.target_option
@options.json_option
@click.pass_obj
def set_value(
    chosen: Globals,
    name: str,
    value: str | None,
    environment: str | None,
    regions: tuple[str, ...],
    secret: bool,  # noqa: FBT001 - click passes options by name
    anyway: bool,  # noqa: FBT001 - the same
    auto_approve: bool,  # noqa: FBT001 - the same
    target: str | None,
    as_json: bool,  # noqa: FBT001 - the same
) -> None:
    """Give a setting its value in one environment, wherever it is read.

    VALUE is `-` for standard input. Without one a terminal asks for it and does not show it, which
    is the way for secrets: what is typed as an argument stays in the shell's history.
    """
    from sam_deploy import config  # noqa: PLC0415 - costs pydantic
    from sam_deploy.cli.settings import settings_screens, settings_survey  # noqa: PLC0415 - the same
    from sam_deploy.cli.settings import settings_writing as writing  # noqa: PLC0415 - the same

    app = config.load(chosen.project)
    known = settings_survey.checked_name(app, name, anyway=anyway)
    inside = asking.chosen_environment(chosen, app, environment)
    if inside in known.valued and not anyway:
        raise asking.kept_by_stack(known, inside)
    asking.refuse_argument(name, value, secret=secret or known.secret)
    meant = settings_survey.checked_regions(app, regions) or known.written_in
    text = asking.given_value(name, inside, value)
    writing.check_size(text, secret=known.secret)

    def write(aws: Aws) -> str:
        where = writing.Where(app, aws, known, inside, meant)
        asking.refuse_argument(name, value, secret=writing.encrypted_now(where))
        writing.write(where, text, encrypted=secret)
        return f"`{name}` of `{inside}` is set in {', '.join(meant)}"

    what = f"Set {name} of {inside}"
    said = asking.carried_out(
        chosen, target, app, meant, write, what, environment=inside, approved=auto_approve
    )
    consoles.make("plain").say(said)
    if as_json:
        click.echo(settings_screens.written_json(name, inside, meant))


@command.command("delete")
@click.argument("name")
@environment_option
@options.region_option
@anyway_option
@approve_option
@options.target_option
@options.json_option
@click.pass_obj
def delete(
    chosen: Globals,
    name: str,
    environment: str | None,
    regions: tuple[str, ...],
    anyway: bool,  # noqa: FBT001 - click passes options by name
    auto_approve: bool,  # noqa: FBT001 - the same
    target: str | None,
    as_json: bool,  # noqa: FBT001 - the same
) -> None:
    """Take the value of a setting away, in one environment.

    A secret can be had back for 30 days by setting it again.
    """
    from sam_deploy import config  # noqa: PLC0415 - costs pydantic
    from sam_deploy.cli.settings import settings_screens, settings_survey  # noqa: PLC0415 - the same
    from sam_deploy.cli.settings import settings_writing as writing  # noqa: PLC0415 - the same

    app = config.load(chosen.project)
    known = settings_survey.checked_name(app, name, anyway=anyway)
    inside = asking.chosen_environment(chosen, app, environment)
    if known.made_in or inside in known.valued:
        raise asking.kept_by_stack(known, inside)
    meant = settings_survey.checked_regions(app, regions) or known.regions
    gone: list[str] = []

    def remove(aws: Aws) -> str:
        where = writing.Where(app, aws, known, inside, meant)
        gone.extend(writing.delete(where))
        done = f"is deleted in {', '.join(gone)}" if gone else "had no value"
        return f"`{name}` of `{inside}` {done}"

    what = f"Delete {name} of {inside}"
    said = asking.carried_out(
        chosen, target, app, meant, remove, what, environment=inside, approved=auto_approve
    )
    consoles.make("plain").say(said)
    if as_json:
        click.echo(settings_screens.written_json(name, inside, gone))


@command.command("diff")
@click.argument("left", metavar="ENVIRONMENT")
@click.argument("right", metavar="ENVIRONMENT")
@options.region_option
@options.target_option
@options.json_option
@click.pass_obj
def diff(
    chosen: Globals,
    left: str,
    right: str,
    regions: tuple[str, ...],
    target: str | None,
    as_json: bool,  # noqa: FBT001 - click passes options by name
) -> int:
    """Show what is missing or differs between two environments.

    So are regions of one environment. Secrets are compared and never shown. Exit code 5 when a
    value is missing; that values differ is what environments are for.
    """
    from sam_deploy import config  # noqa: PLC0415 - costs pydantic
    from sam_deploy.cli.settings import settings_screens, settings_survey  # noqa: PLC0415 - the same

    app = config.load(chosen.project)
    both = [settings_survey.checked_environment(app, each) for each in (left, right)]
    settings_survey.checked_regions(app, regions)
    place = wiring.look_or_refuse(chosen, target, app.runtime, "settings set")
    found = settings_survey.survey(app, place.aws, both, regions, uncover=lambda _name: True)
    different = settings_screens.differences(found, left, right)
    consoles.make("plain").say(place.line(regions or settings_survey.regions_of(app)))
    names = len({each.name for each in found})
    click.echo(
        settings_screens.diff_json(different, left, right)
        if as_json
        else settings_screens.diff_text(different, names, left, right, columns_of())
    )
    missing = any(each.what == "missing" for each in different)
    return RefusedError.exit_code if missing else 0
