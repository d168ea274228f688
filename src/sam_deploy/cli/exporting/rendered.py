"""The app's templates, or somebody's SAM template, as what is exported. Builds nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sam_deploy.cli import options, sam_options
from sam_deploy.cli.options import Globals
from sam_deploy.cli.sam_options import SamChoice

if TYPE_CHECKING:
    from sam_deploy.export.source import Source

NO_ARCHIVE: Final = f"{'0' * 64}.zip"
"""The name of an archive that is not built, for templates that are only looked at."""


def sources(
    chosen: Globals, environment: str | None, template_file: str
) -> tuple[str, tuple[Source, ...]]:
    """Return the app's name and its stacks; of an isolated app those of one environment.

    That is the one given, else the first. Raises `ConfigError` for whatever is wrong.
    """
    sam = SamChoice(template=template_file)
    if sam_options.is_template(chosen, sam):
        sam_options.refuse_parts((), environment)
        return _of_template(chosen, sam)
    return _of_app(chosen, environment)


def _of_app(chosen: Globals, environment: str | None) -> tuple[str, tuple[Source, ...]]:
    from sam_deploy import config, plan, template  # noqa: PLC0415 - costs pydantic
    from sam_deploy.export.source import source_of  # noqa: PLC0415 - costs yaml

    app = config.load(chosen.project)
    where = options.chosen_environment(chosen, app, environment)
    if not where and app.topology == "isolated":
        where = app.environments[0].name
    planned = plan.make(app, chosen.project, plan.Request((), (), where))
    keys = {unit.key: NO_ARCHIVE for unit in planned.builds}
    titles = {each.name: each.title or each.name for each in app.feature_sets}
    return app.name, tuple(
        source_of(
            template.render(app, stack, keys),
            titles.get(stack.feature_set, stack.feature_set),
            stack.regions,
        )
        for stack in planned.stacks
    )


def _of_template(chosen: Globals, sam: SamChoice) -> tuple[str, tuple[Source, ...]]:
    from sam_deploy import sam as templates  # noqa: PLC0415 - costs yaml
    from sam_deploy.cli.sam_options import ANY_REGION  # noqa: PLC0415 - the same
    from sam_deploy.export.source import source_of  # noqa: PLC0415 - the same

    found = sam_options.prepared(chosen, sam, (), deploying=False)
    made = templates.plan(found.template, found.request)
    keys = {unit.key: NO_ARCHIVE for unit in made.builds}
    stack = made.stacks[0]
    rendered = templates.render(found.template, stack, keys, found.request.parameter_overrides)
    regions = () if stack.regions == (ANY_REGION,) else stack.regions
    # a template has no declarations that several resources could come from
    source = source_of(replace(rendered, origins={}), found.template.file.name, regions)
    return stack.name, (source,)
