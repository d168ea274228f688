"""The last lines of a template's deployment."""

from __future__ import annotations

from sam_deploy.cli.deploying.deploy_screens import template_end
from sam_deploy.cli.sam_options import SamChoice, naming

URL = "http://127.0.0.1:3000/eu-west-1/abc/Prod"


def test_the_end_tells_where_the_apis_answer_and_what_to_run_next() -> None:
    """Each command works as it stands."""
    look = naming(SamChoice(template="my template.yaml"), "hey", "eu-west-1")
    named = "--template 'my template.yaml' --stack-name hey --region eu-west-1"
    assert [
        "",
        "its APIs answer at",
        f"  {URL}",
        "",
        f"next: sam-deploy logs {named}",
        f"      sam-deploy cloud url {named}",
    ] == template_end([URL], "sam-deploy", look, "embedded").splitlines()


def test_on_aws_the_next_command_goes_there() -> None:
    """Addresses are outputs there."""
    assert [
        "",
        "next: sam-deploy logs --stack-name hey --region eu-west-1 --target aws",
    ] == template_end([], "sam-deploy", "--stack-name hey --region eu-west-1", "aws").splitlines()


def test_what_was_named_otherwise_has_no_next_command() -> None:
    """A folder of archives, or what was resumed."""
    assert "" == template_end([], "sam-deploy", "", "embedded")
