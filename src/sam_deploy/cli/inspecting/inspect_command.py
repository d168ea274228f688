"""`sam-deploy inspect`."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sam_deploy.amounts import bytes_text
from sam_deploy.cli import options
from sam_deploy.cli.options import Globals
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.cli.terminal.console import Console, Progress
from sam_deploy.cli.terminal.errors import show_error
from sam_deploy.cli.terminal.wrapping import columns_of, said
from sam_deploy.errors import BuildError, ConfigError, RefusedError

if TYPE_CHECKING:
    from sam_deploy.build.inspect import Conflict, Contents
    from sam_deploy.cli.inspecting.inspect_json import Findings
    from sam_deploy.plan.model import BuildUnit, Plan, Unit

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
EPILOG = """\b
Examples:
  sam-deploy inspect                          which package brought what
  sam-deploy inspect Api --depth 4            one function, in depth
  sam-deploy inspect pandas --svg pandas.svg  a layer as a treemap
  sam-deploy inspect --budget 60MB            exit 3 when one is larger
  sam-deploy inspect --archive lambda.zip     any Lambda zip
  sam-deploy inspect --diff old.zip new.zip   what changed between them
  sam-deploy inspect --import-time Api        time its handler's import
"""


def _size(context: click.Context, parameter: click.Parameter, value: str | None) -> int | None:
    """Return the bytes that `60MB` means."""
    from sam_deploy.build.inspect.limits import parse_size  # noqa: PLC0415 - when it is given

    if value is None:
        return None
    size_bytes = parse_size(value)
    if size_bytes is None:
        why = f"`{value}` is no size; write it as 60MB, 1.5GB or 64MiB"
        raise click.BadParameter(why, context, parameter)
    return size_bytes


@click.command("inspect", epilog=EPILOG)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--archive", "files", type=FILE, multiple=True, help="Any Lambda zip; repeatable.")
@click.option("--diff", nargs=2, type=FILE, metavar="OLD NEW", help="Compare two zip files.")
@click.option("--import-time", "timed", metavar="FUNCTION", help="Measure its handler's import.")
@click.option(
    "--depth",
    type=click.IntRange(0, 20),
    help="Levels of the tree of folders.  [default: 2 for one archive, 0 for several]",
)
@click.option(
    "--svg", type=click.Path(dir_okay=False, path_type=Path), help="Write a treemap to this file."
)
@click.option(
    "--budget",
    metavar="SIZE",
    callback=_size,
    help="The most each archive may be unpacked, such as 60MB; instead of the configured one.",
)
@options.json_option
@options.progress_options
@click.pass_obj
def command(
    chosen: Globals,
    names: tuple[str, ...],
    files: tuple[Path, ...],
    diff: tuple[Path, Path] | None,
    timed: str | None,
    depth: int | None,
    svg: Path | None,
    budget: int | None,
    as_json: bool,  # noqa: FBT001 - click passes options by name
    progress: Progress,
    verbose: bool,  # noqa: FBT001 - the same
) -> None:
    """Show what is in an archive and why: which package brought which bytes.

    NAME is a function or layer of the app; all of them when none is given. They are built first,
    so that nothing is stale.
    """
    _refuse_together(names, files, diff, timed)
    if (diff or timed) and (depth is not None or svg or budget is not None):
        raise click.UsageError("`--depth`, `--svg` and `--budget` are for the archives themselves")
    if diff:
        _compare(*diff, as_json=as_json)
        return
    console = consoles.make(progress, verbose=verbose)
    if timed:
        _time(chosen, timed, console, as_json=as_json)
        return
    findings = _read(files, budget) if files else _survey(chosen, names, console, budget)
    _show(findings, console, depth, svg, as_json=as_json)


def _refuse_together(
    names: Sequence[str], files: Sequence[Path], diff: tuple[Path, Path] | None, timed: str | None
) -> None:
    given = {"NAME": names, "`--archive`": files, "`--diff`": diff, "`--import-time`": timed}
    used = [name for name, value in given.items() if value]
    if len(used) > 1:
        raise click.UsageError(f"{' and '.join(used)} do not go together; choose one of them")


def _compare(old: Path, new: Path, *, as_json: bool) -> None:
    from sam_deploy.build import inspect  # noqa: PLC0415 - not for --help
    from sam_deploy.cli.inspecting import inspect_json, inspect_screens  # noqa: PLC0415 - the same

    before, after = (
        inspect.take_apart(inspect.Subject(path.absolute(), path.name)) for path in (old, new)
    )
    difference = inspect.compare(before, after)
    text = inspect_screens.difference_text(difference, columns_of())
    click.echo(inspect_json.difference_json(difference) if as_json else said(text, sys.stdout))


def _time(chosen: Globals, name: str, console: Console, *, as_json: bool) -> None:
    from sam_deploy import config  # noqa: PLC0415 - not for --help
    from sam_deploy.build import Store, inspect  # noqa: PLC0415 - the same
    from sam_deploy.build.interpreters import Interpreters  # noqa: PLC0415 - the same
    from sam_deploy.cli.inspecting import inspect_json, inspect_screens  # noqa: PLC0415 - the same
    from sam_deploy.config.tree import first_environment, variables_of  # noqa: PLC0415 - the same

    planned = _plan(chosen)
    unit = _python_function(planned, name)
    layers = _layers(planned, unit)
    contents = _contents([*layers, unit], chosen, console)
    app = config.load(chosen.project)
    function = next(each for each in app.functions if each.name == unit.name)
    region, store = planned.home_region, Store.default()
    variables = variables_of(function, first_environment(app))
    question = inspect.Question(
        handler=unit.handler,
        target=unit.target,
        function=contents[unit.key],
        layers=[contents[layer.key] for layer in layers],
        variables={"AWS_REGION": region, "AWS_DEFAULT_REGION": region, **variables},
        runtime=lambda: inspect.runtime_packages(
            unit.target, chosen.project, store, console.report
        ),
    )
    console.say(f"importing the handler of {unit.name} in fresh processes")
    measured = inspect.measure(question, Interpreters(store, chosen.project))
    text = inspect_screens.import_text(measured, columns_of())
    click.echo(inspect_json.import_json(measured) if as_json else said(text, sys.stdout))


def _python_function(planned: Plan, name: str) -> BuildUnit:
    from sam_deploy.plan.model import BuildUnit  # noqa: PLC0415 - not for --help

    units = _units(planned, (name,))
    functions = [unit for unit in units if unit.kind == "function"]
    if not functions:
        raise ConfigError(
            f"`{name}` is a layer", why="only functions have handlers", hint="name a function"
        )
    unit = functions[0]
    if not isinstance(unit, BuildUnit):
        raise RefusedError(
            f"The import time of `{unit.name}` cannot be measured",
            why=f"it runs on {getattr(unit, 'runtime', 'what is in its archive')}; only the "
            "imports of Python functions are measured",
            hint="look at what is in its bundle: `sam-deploy inspect " + unit.name + "`",
        )
    return unit


def _read(files: Sequence[Path], budget: int | None) -> Findings:
    from sam_deploy.build import inspect  # noqa: PLC0415 - not for --help
    from sam_deploy.cli.inspecting.inspect_json import Findings  # noqa: PLC0415 - the same

    subjects = [inspect.Subject(path.absolute(), path.name) for path in files]
    archives = [inspect.take_apart(subject) for subject in subjects]
    budgets = dict.fromkeys((each.key for each in archives), budget) if budget is not None else {}
    problems = inspect.problems(archives, (), budgets)
    return Findings(archives, budgets=budgets, problems=problems)


def _survey(
    chosen: Globals, names: Sequence[str], console: Console, budget: int | None
) -> Findings:
    """Build what is asked for, with the layers of its functions, and take it apart."""
    from sam_deploy.build import inspect  # noqa: PLC0415 - not for --help
    from sam_deploy.cli.inspecting.inspect_json import Findings  # noqa: PLC0415 - the same

    planned = _plan(chosen)
    units = _units(planned, names)
    layers_of = {unit.key: _layers(planned, unit) for unit in units if unit.kind == "function"}
    needed = {unit.key for unit in units}.union(
        layer.key for layers in layers_of.values() for layer in layers
    )
    every = [unit for unit in planned.builds if unit.key in needed]
    contents = _contents(every, chosen, console)
    usages = []
    conflicts: list[Conflict] = []
    for unit in (unit for unit in units if unit.kind == "function"):
        layers = {layer.name: contents[layer.key] for layer in layers_of[unit.key]}
        usages.append(inspect.usage(unit.name, contents[unit.key], layers))
        conflicts += inspect.find_conflicts(contents[unit.key], list(layers.values()))
    archives = [contents[unit.key] for unit in units]
    budgets = {
        unit.key: size_bytes
        for unit in units
        if (size_bytes := unit.budget_bytes if budget is None else budget) is not None
    }
    problems = inspect.problems(archives, usages, budgets)
    return Findings(archives, usages, conflicts, budgets, problems)


def _show(
    findings: Findings, console: Console, depth: int | None, svg: Path | None, *, as_json: bool
) -> None:
    """Show everything, and end with exit 3 when something is too large."""
    from sam_deploy.build import inspect  # noqa: PLC0415 - not for --help
    from sam_deploy.cli.inspecting import inspect_json, inspect_screens  # noqa: PLC0415 - the same
    from sam_deploy.events import Note  # noqa: PLC0415 - the same

    for conflict in findings.conflicts:
        console.report(Note(conflict.message, "warning"))
    if svg:
        _write(svg, inspect.draw(findings.archives, bytes_text))
        console.say(f"wrote {svg}")
    if as_json:
        click.echo(inspect_json.report_json(findings, depth))
    else:
        click.echo(said(inspect_screens.report_text(findings, depth, columns_of()), sys.stdout))
    if findings.problems:
        error = inspect.too_large(findings.problems)
        if not as_json:
            raise error
        # The document holds the problems: a second one would break who reads the first.
        show_error(error)
        raise click.exceptions.Exit(error.exit_code)


def _write(svg: Path, text: str) -> None:
    try:
        svg.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BuildError(
            f"`{svg}` could not be written", why=str(error), hint="name another file"
        ) from error


def _plan(chosen: Globals) -> Plan:
    from sam_deploy import config, plan  # noqa: PLC0415 - costs pydantic

    return plan.make(config.load(chosen.project), chosen.project, plan.Request())


def _units(planned: Plan, names: Sequence[str]) -> list[Unit]:
    """Return the units of these names, such as `Api`, `pandas` or `layer/pandas`."""
    if not names:
        return list(planned.builds)
    known = {name for unit in planned.builds for name in (unit.name, unit.key)}
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise ConfigError(
                f"There is no function or layer `{name}`",
                why=f"the app has {', '.join(unit.name for unit in planned.builds)}",
                hint=f"did you mean `{near[0]}`?" if near else "choose one of these",
            )
    return [unit for unit in planned.builds if {unit.name, unit.key} & set(names)]


def _layers(planned: Plan, unit: Unit) -> list[Unit]:
    """Return the layers of a function, in its order: Lambda lays them over each other so."""
    layers = {each.key: each for each in planned.builds if each.kind == "layer"}
    return [layers[key] for key in planned.layers.get(unit.key, ()) if key in layers]


def _contents(units: Sequence[Unit], chosen: Globals, console: Console) -> dict[str, Contents]:
    """Build units and take them apart; a budget does not stop the build, it is looked at later."""
    from sam_deploy import build  # noqa: PLC0415 - not for --help
    from sam_deploy.build import inspect  # noqa: PLC0415 - the same

    unlimited = [replace(unit, budget_bytes=None) for unit in units]
    store = build.Store.default()
    try:
        artifacts = build.run(unlimited, chosen.project, store, console.report)
    finally:
        console.close()
    return inspect.survey(units, artifacts, chosen.project)
