"""Whole screens, as golden text: what a user sees of a command at 80 columns."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from sam_deploy.cli.main import COMMANDS

Screen = Callable[..., str]
GOLDEN = Path(__file__).parent / "golden"

SCREENS: dict[str, tuple[str, ...]] = {
    "version": ("--version",),
    "version_short": ("-V",),
    "help": ("--help",),
    "no_arguments": (),
    "schema": ("schema",),
    "schema_of_a_group": ("schema", "cloud"),
    "schema_of_nothing": ("schema", "deplyo"),
    "help_cloud_start": ("cloud", "start", "--help"),
    "help_cloud_stop": ("cloud", "stop", "--help"),
    "help_cloud_status": ("cloud", "status", "--help"),
    "help_cloud_reset": ("cloud", "reset", "--help"),
    "help_cloud_mail": ("cloud", "mail", "--help"),
    "help_cloud_url": ("cloud", "url", "--help"),
    "help_cloud_invoke": ("cloud", "invoke", "--help"),
    "help_cloud_send_queue": ("cloud", "send-queue", "--help"),
    "help_cloud_put_object": ("cloud", "put-object", "--help"),
    "help_cloud_schedule": ("cloud", "schedule", "--help"),
    "help_cloud_queues": ("cloud", "queues", "--help"),
    "help_cloud_fault": ("cloud", "fault", "--help"),
    "help_cloud_fault_add": ("cloud", "fault", "add", "--help"),
    "help_cloud_fault_list": ("cloud", "fault", "list", "--help"),
    "help_cloud_fault_remove": ("cloud", "fault", "remove", "--help"),
    "cloud_invoke_unknown": ("cloud", "invoke", "Apy"),
    "cloud_queues_without_a_cloud": ("cloud", "queues"),
    "cloud_fault_unknown_service": ("cloud", "fault", "add", "--service", "lamda", "--outage"),
    "cloud_fault_of_nothing": ("cloud", "fault", "add", "--service", "lambda"),
    "help_shift_status": ("shift", "status", "--help"),
    "help_shift_advance": ("shift", "advance", "--help"),
    "help_shift_abort": ("shift", "abort", "--help"),
    "help_export_diagram": ("export", "diagram", "--help"),
    "help_export_terraform": ("export", "terraform", "--help"),
    "help_export_github_actions": ("export", "github-actions", "--help"),
    "help_export_gitlab": ("export", "gitlab", "--help"),
    "export_diagram": ("export", "diagram"),
    "export_diagram_of_nothing": ("export", "diagram", "--template", "nowhere.yaml"),
    "export_terraform_into_something": ("export", "terraform", "--out", "functions"),
    "unknown_command": ("deplyo",),
    "unknown_command_far": ("frobnicate",),
    "unknown_option": ("deploy", "--regoin", "eu-west-1"),
    "unknown_option_far": ("status", "--frobnicate"),
    "unknown_target": ("--target", "azure", "status"),
    "unknown_feature_set": ("template", "cor"),
    "unknown_region": ("status", "--region", "eu-west-2"),
    "unknown_function": ("logs", "Apy"),
    "unknown_environment": ("outputs", "--environment", "qa"),
    "unknown_moment": ("logs", "--since", "yesterdayish"),
    "logs_to_follow_until": ("logs", "-f", "--until", "1m"),
    "outputs_without_a_cloud": ("outputs",),
    "no_such_folder": ("-C", "nowhere", "status"),
    "status_without_a_cloud": ("status",),
    "status_without_a_cloud_json": ("status", "--json"),
    "deploy_without_a_target": ("deploy",),
    "deploy_to_aws_unasked": ("deploy", "--target", "aws"),
    "cloud_status_without_a_cloud": ("cloud", "status"),
    "cloud_status_without_a_cloud_json": ("cloud", "status", "--json"),
    "cloud_stop_without_a_cloud": ("cloud", "stop"),
    "cloud_reset_without_a_cloud": ("cloud", "reset"),
    "cloud_url_without_an_api": ("cloud", "url"),
    "runs_show_unknown": ("runs", "show", "nosuch"),
    "runs_json_before_show": ("runs", "--json", "show"),
    "help_runs_show": ("runs", "show", "--help"),
    "explain": ("explain",),
    "explain_7": ("explain", "7"),
    "explain_a_rule": ("explain", "pass-role"),
    "explain_a_limit": ("explain", "limit-resources"),
    "explain_another_code": ("explain", "9"),
    "explain_nothing": ("explain", "refusd"),
    "init_unasked": ("init", "new"),
    "init_unasked_with_all": ("init", "My Shop", "--name", "shop", "--region", "us-east-1"),
    "init_no_name": ("init", "new", "--template", "api", "--name", "New"),
    "completion_of_no_shell": ("completion", "tcsh"),
}
SCREENS |= {f"help_{name}": (name, "--help") for name in COMMANDS}


@pytest.fixture(scope="module")
def seen(screen: Screen) -> dict[str, Future[str]]:
    """All screens, being made side by side: each is a process that mostly imports."""
    pool = ThreadPoolExecutor(max(2, os.cpu_count() or 2))
    try:
        return {name: pool.submit(screen, *arguments) for name, arguments in SCREENS.items()}
    finally:
        pool.shutdown(wait=False)


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_is_the_golden_one(seen: dict[str, Future[str]], name: str) -> None:
    """Exit code, standard output and standard error. UPDATE_GOLDEN=1 writes them anew."""
    text = seen[name].result()
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert golden.read_text(encoding="utf-8") == text


def test_every_golden_screen_is_used() -> None:
    """A screen that lost its command would otherwise stay."""
    assert sorted(SCREENS) == sorted(path.stem for path in GOLDEN.glob("*.txt"))


def test_no_screen_is_wider_than_80_columns() -> None:
    """Help is made for the width of the terminal; messages may be longer, and wrap there."""
    wide = [
        f"{path.stem}: {line}"
        for path in sorted(GOLDEN.glob("help*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if len(line) > 80
    ]
    assert [] == wide


@pytest.mark.parametrize("name", SCREENS)
def test_data_and_people_do_not_mix(name: str) -> None:
    """An error never stands on standard output, unless it is a JSON document."""
    text = (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
    head, _, errors = text.partition("--- stderr\n")
    code, _, output = head.partition("--- stdout\n")
    failed = "exit 0" not in code
    assert failed == bool(errors) or name == "cloud_stop_without_a_cloud"
    assert not failed or not output or "--json" in code
    assert "Traceback" not in text


def test_a_template_is_yaml_on_standard_output_and_nothing_else(
    screen: Screen, tiny_project: Path
) -> None:
    """Ready for `> out.yaml`; the same for every region, with the archive's hash as its key."""
    seen = screen("template", "ams")
    head, _, rest = seen.partition("--- stdout\n")
    body, _, errors = rest.partition("--- stderr\n")
    assert ("$ sam-deploy template ams\nexit 0\n", "") == (head, errors)
    document = yaml.safe_load(body)
    assert "shop ams: dev, prod" == document["Description"]
    code = document["Resources"]["AmsFunction"]["Properties"]["CodeUri"]
    assert {"Bucket": {"Ref": "ArtifactBucket"}, "Key": "artifacts/[SHA256].zip"} == code
    assert "ApiFunction" not in document["Resources"]
    assert [".sam-deploy", "deploy.py", "functions"] == sorted(
        e.name for e in tiny_project.iterdir()
    )


def test_without_a_project_the_error_says_how_to_get_one(screen: Screen, tmp_path: Path) -> None:
    """In an empty folder."""
    seen = screen("build", project=tmp_path)
    assert (
        "$ sam-deploy build\n"
        "exit 2\n"
        "--- stdout\n"
        "--- stderr\n"
        "error: There is no `deploy.py` in `[PATH]`\n"
        "  why: a project is a folder whose `deploy.py` defines one `App`\n"
        "\n"
        "hint: go to the project's folder, or name it: `sam-deploy -C FOLDER ...`; "
        "`sam-deploy init` writes one, `sam-deploy demo` shows an example\n"
    ) == seen


def test_every_mistake_of_a_configuration_is_on_one_screen(screen: Screen, tmp_path: Path) -> None:
    """As exit code 2, before anything is built."""
    (tmp_path / "deploy.py").write_text(
        'from sam_deploy import App, Function\n\napp = App("Shop", functions=[Function("A")])\n',
        encoding="utf-8",
    )
    seen = screen("build", project=tmp_path)
    assert "exit 2\n--- stdout\n--- stderr\nerror: `deploy.py` has 5 mistakes\n" in seen
    ours = tmp_path / ".sam-deploy"
    log = next((ours / "runs").iterdir())
    expected = {tmp_path / "deploy.py", log, ours / ".gitignore"}
    assert expected == {each for each in tmp_path.rglob("*") if each.is_file()}


def test_a_reader_that_goes_away_is_no_failure(tiny_project: Path) -> None:
    """`sam-deploy --help | head -1` ends well and says nothing on standard error."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "sam_deploy", "--help"],
            cwd=tiny_project,
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    finally:
        os.close(writing)
    assert (0, "") == (ended.returncode, ended.stderr)
