"""`sam-deploy export diagram | terraform | github-actions | gitlab | iam`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import click

from sam_deploy.cli import options
from sam_deploy.cli.options import Globals
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.cli.terminal.console import Progress

if TYPE_CHECKING:
    from sam_deploy.export.iam import Form, RoleName

EPILOG: Final = """\b
Examples:
  sam-deploy export diagram                         Mermaid text for a README
  sam-deploy export diagram --format svg --out app.svg
  sam-deploy export terraform                       modules, environments
  sam-deploy export github-actions                  into .github/workflows
  sam-deploy export iam --role deployer --out iam   what its role may do
"""

force_option = click.option("--force", is_flag=True, help="Write over files that differ.")


@click.group("export", epilog=EPILOG)
def command() -> None:
    """Write the app in another form: a picture, Terraform, a pipeline, policies.

    What is written is read from the rendered templates, so it is what would be deployed.
    """


@command.command("diagram", short_help="A picture: Mermaid text or SVG.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["mermaid", "svg"]),
    default="mermaid",
    show_default=True,
    help="Text for Markdown, or a picture.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Into a file, instead of standard output.",
)
@click.option("--template", "template_file", metavar="FILE", help="Of this SAM template.")
@options.environment_option
@click.pass_obj
def diagram(
    chosen: Globals,
    form: str,
    out: Path | None,
    template_file: str | None,
    environment: str | None,
) -> None:
    """Draw the app: regions, APIs, functions, stores, and who calls whom.

    Each declaration is one box, however many environments it has.
    """
    from sam_deploy.cli.exporting import rendered  # noqa: PLC0415 - only here
    from sam_deploy.export import diagram as diagrams  # noqa: PLC0415 - costs yaml
    from sam_deploy.export import files  # noqa: PLC0415 - the same

    name, sources = rendered.sources(chosen, environment, template_file or "")
    graph = diagrams.graph_of(name, sources)
    text = diagrams.svg(graph) if form == "svg" else diagrams.mermaid(graph)
    if out is None:
        click.echo(text, nl=False)
        return
    files.write(out, text)
    click.echo(f"{options.relative(out)}: {len(graph.vertices)} resources", err=True)


@command.command("terraform", short_help="Modules, and a folder per environment.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Into this folder, `infra` of the project if not given; it must be empty.",
)
@options.progress_option
@click.pass_obj
def terraform(chosen: Globals, out: Path | None, progress: Progress) -> None:
    """Write modules and environments that a Terraform team can own.

    Native resources of the AWS provider, one module for each service, the built archives with
    their hashes, and a canary by variable. What has no counterpart is told, and nothing is written.
    """
    from sam_deploy.cli.exporting import terraform_folder  # noqa: PLC0415 - only here

    console, folder = consoles.make(progress), out or chosen.project / "infra"
    try:
        count = terraform_folder.write(chosen, folder, console)
    finally:
        console.close()
    click.echo(f"{options.relative(folder)}: {count} files; begin with its README.md", err=True)


@command.command("github-actions", short_help="Workflows for GitHub Actions.")
@force_option
@click.pass_obj
def github_actions(chosen: Globals, force: bool) -> None:  # noqa: FBT001 - click
    """Write workflows: check, build once, deploy, promote with an approval.

    Credentials come by OIDC; no key is stored. docs/concepts/pipelines.md says what to set up.
    """
    from sam_deploy.cli.exporting import pipeline_files  # noqa: PLC0415 - only here
    from sam_deploy.export.pipelines import github_files  # noqa: PLC0415 - only here

    pipeline_files.write(chosen, github_files, force=force)


@command.command("gitlab", short_help="A pipeline for GitLab.")
@force_option
@click.pass_obj
def gitlab(chosen: Globals, force: bool) -> None:  # noqa: FBT001 - click
    """Write `.gitlab-ci.yml`: check, build once, deploy, promote with an approval."""
    from sam_deploy.cli.exporting import pipeline_files  # noqa: PLC0415 - only here
    from sam_deploy.export.pipelines import gitlab_files  # noqa: PLC0415 - only here

    pipeline_files.write(chosen, gitlab_files, force=force)


@command.command("iam", short_help="IAM policies of the roles around it.")
@click.option(
    "--role",
    type=click.Choice(["reader", "deployer", "promoter", "approver", "execution"]),
    default="deployer",
    show_default=True,
    help="Whose: see docs/guides/policies.md.",
)
@options.environment_option
@click.option("--account", default="", metavar="ID", help="Account; else that of the settings.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "terraform", "cloudformation"]),
    default="json",
    show_default=True,
    help="Documents, native resources, or a template.",
)
@click.option(
    "--trust",
    default="",
    metavar="FORGE:PROJECT",
    help="Let pipelines take the role: github:OWNER/REPOSITORY or gitlab:GROUP/PROJECT.",
)
@click.option(
    "--branch",
    default="main",
    show_default=True,
    metavar="NAME",
    help="The protected branch, for GitLab's tokens.",
)
@click.option("--with-destroy", is_flag=True, help="The deployer may also take the app down.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Into this folder, instead of standard output.",
)
@click.pass_obj
def iam(
    chosen: Globals,
    role: str,
    environment: str | None,
    account: str,
    form: str,
    trust: str,
    branch: str,
    with_destroy: bool,  # noqa: FBT001 - click
    out: Path | None,
) -> None:
    """Write what a role around this app needs in IAM, and nothing more.

    Actions are those that the commands were seen to call, and those that CloudFormation needs for
    what is in the templates; resources are the app's own, by name, in its account and regions.
    """
    from sam_deploy.cli.exporting import iam_policies  # noqa: PLC0415 - only here

    wanted = iam_policies.Wanted(
        cast("RoleName", role), environment or "", account, trust, branch, with_destroy
    )
    iam_policies.write(chosen, wanted, cast("Form", form), out)
