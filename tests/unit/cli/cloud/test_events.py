"""What the commands that send events refuse before they look for a cloud, and what they make."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from sam_deploy import config
from sam_deploy.aws import Target
from sam_deploy.cli.cloud import addressed, mail_command, queues_command, schedule_command, texts
from sam_deploy.cli.cloud.queues_command import Shown
from sam_deploy.cli.main import main
from sam_deploy.errors import ConfigError
from sam_deploy.local import Mail

APP = """
app = App(
    name="events",
    home_region="eu-west-1",
    environments=[Environment("dev"), Environment("prod", promote_from="dev")],
    feature_sets=[
        FeatureSet("core", regions=["us-east-1", "eu-west-1"]),
        FeatureSet("east", regions=["us-east-1"]),
    ],
    queues=[Queue("Jobs"), Queue("East", feature_set="east", fifo=True)],
    buckets=[Bucket("files")],
    http_api=HttpApi(feature_set="east"),
    functions=[
        Function(
            "Worker", source="worker", memory_mb=256,
            triggers=[
                on_schedule("rate(1 day)", name="Usual", first_region_only=True),
                on_schedule("rate(2 days)", name="Prod", environments=["prod"]),
            ],
        ),
        Function(
            "Report", source="worker", memory_mb=256, triggers=[on_schedule("rate(1 day)")]
        ),
    ],
)
"""
NOW = datetime(2026, 11, 29, 2, 30, 15, 123456, tzinfo=UTC)
ARN = "arn:aws:scheduler:eu-west-1:000000000000:schedule/default/events-Worker-Usual-dev"


@pytest.fixture
def project(write_project: Callable[[str], Path]) -> Path:
    folder = write_project(APP)
    (folder / "worker").mkdir()
    (folder / "worker" / "handler.py").write_text("def handler(e, c): ...\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("invoke", "Wroker"), "did you mean `Worker`?"),
        (("invoke", "Worker", "--payload", "{"), "The event is no JSON"),
        (("invoke", "Worker", "--payload-file", "absent"), "`absent` could not be read"),
        (("invoke", "Worker", "--region", "ap-south-1"), "is not in `ap-south-1`"),
        (("invoke", "Worker", "--environment", "pord"), "did you mean `prod`?"),
        (("invoke", "Worker", "--environment", "local"), "There is no environment `local`"),
        (
            ("send-queue", "Jobs", "--body", "x", "--environment", "qa"),
            "has dev, prod; beside these",
        ),
        (("send-queue", "Jbos", "--body", "x"), "did you mean `Jobs`?"),
        (("send-queue", "Jobs"), "give --body TEXT"),
        (("send-queue", "Jobs", "--body", "x", "--file", "y"), "exclude each other"),
        (("send-queue", "East", "--body", "x", "--region", "eu-west-1"), "not in `eu-west-1`"),
        (("put-object", "flies", "deploy.py"), "did you mean `files`?"),
        (("put-object", "files", "absent.csv"), "No such file"),
        (("schedule", "Worker", "--environment", "prod"), "Worker.Usual"),
        (("schedule", "Worker.Prod"), "There is no schedule `Worker.Prod`"),
        (("queues", "--region", "eu-west-2"), "There is no region `eu-west-2`"),
        (("url", "--region", "eu-wst-1"), "did you mean `eu-west-1`?"),
        (("url", "--environment", "pord"), "did you mean `prod`?"),
        (("url", "--region", "us-west-2"), "There is no region `us-west-2`"),
        (("url", "--region", "eu-west-1"), "The HTTP API is not in `eu-west-1`"),
    ],
)
def test_a_mistake_is_one_clear_error(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    words: str,
) -> None:
    """Exit 2, with the nearest name, also while no cloud runs."""
    monkeypatch.chdir(project)
    assert 2 == main(["cloud", *arguments])
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ("invoke", "Worker"),
        ("send-queue", "JobsDevQ", "--body", "x"),
        ("schedule", "Report"),
        ("schedule", "Worker.Prod", "--environment", "prod"),
        ("queues",),
        ("url",),
        ("mail", "--follow"),
        ("fault", "list"),
    ],
)
def test_without_a_cloud_it_is_said_how_to_start_one(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    """Exit 5, once all names are right: those in AWS are known, too."""
    assert 5 == main(["-C", str(project), "cloud", *arguments])
    said = capsys.readouterr().err
    assert "error: The embedded cloud of this project does not run" in said
    assert "cloud start`, or `" in said


def test_an_app_without_an_http_api_is_told_so(
    write_project: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """No deployment brings one, so none is advised."""
    folder = write_project(APP.replace('http_api=HttpApi(feature_set="east"),', ""))
    (folder / "worker").mkdir()
    (folder / "worker" / "handler.py").write_text("def handler(e, c): ...\n", encoding="utf-8")
    assert 2 == main(["-C", str(folder), "cloud", "url"])
    said = capsys.readouterr().err
    assert "error: `events` has no API" in said
    assert "deploy`" not in said.partition("hint:")[2]


def test_names_in_aws_follow_from_environment_and_region(project: Path) -> None:
    """A bucket outside of the home region carries the region; a FIFO queue its suffix."""
    app = config.load(project)
    jobs, east = app.queues
    assert "JobsProdQ" == addressed.aws_name(app, jobs, "prod")
    assert "EastDevQ.fifo" == addressed.aws_name(app, east, "dev")
    (files,) = app.buckets
    assert "files-dev" == addressed.aws_name(app, files, "dev", "eu-west-1")
    assert "files-dev-us-east-1" == addressed.aws_name(app, files, "dev", "us-east-1")
    assert "WorkerFunction" == addressed.aws_name(app, app.functions[0], "dev")


def test_schedules_go_by_their_function_and_their_name(project: Path) -> None:
    """By the function alone where it has one; only those of the environment."""
    app = config.load(project)
    assert ["Worker.Prod", "Worker.Usual", "Report"] == sorted(
        schedule_command.schedules(app, "prod"), key=lambda name: (name == "Report", name)
    )
    assert {"Worker", "Worker.Usual", "Report"} == set(schedule_command.schedules(app, "dev"))


def test_the_scheduler_sends_its_own_event_or_the_input_of_the_schedule() -> None:
    """Whole seconds in UTC; context attributes in the input are filled in."""
    usual = json.loads(schedule_command.event(Target(ARN, "f", None, True), "eu-west-1", NOW))
    assert 36 == len(usual.pop("id"))
    assert {
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": "000000000000",
        "time": "2026-11-29T02:30:15Z",
        "region": "eu-west-1",
        "resources": [ARN],
        "detail": "{}",
    } == usual
    given = '{"at": "<aws.scheduler.scheduled-time>", "who": "<aws.scheduler.schedule-arn>"}'
    own = schedule_command.event(Target(ARN, "f", given, True), "eu-west-1", NOW)
    assert {"at": "2026-11-29T02:30:15Z", "who": ARN} == json.loads(own)


def test_text_comes_from_one_place(tmp_path: Path) -> None:
    """The option or the file; a file that is no text is refused."""
    file = tmp_path / "message"
    file.write_text("ä", encoding="utf-8")
    assert ("x", "ä", "{}") == (
        texts.given("x", None, "--body"),
        texts.given(None, file, "--body"),
        texts.given(None, None, "--payload", "{}"),
    )
    with pytest.raises(click.UsageError):
        texts.given("x", file, "--body")
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="could not be read"):
        texts.given(None, file, "--body")


def test_queues_are_a_table_with_their_latest_dead_letter() -> None:
    """A long letter is cut, and only queues that have one have a paragraph."""
    said = queues_command.text(
        [
            Shown("Jobs", "dev", "eu-west-1", 3, 1, 0, 2, "x" * 300),
            Shown("Jobs", "prod", "eu-west-1", 0, 0, 0, 0, ""),
        ]
    )
    assert said == (
        "queue  environment  region     waiting  in flight  delayed  dead letters\n"
        "-----  -----------  ---------  -------  ---------  -------  ------------\n"
        "Jobs   dev          eu-west-1  3        1          0        2\n"
        "Jobs   prod         eu-west-1  0        0          0        0\n"
        "\n"
        "latest dead letter of Jobs, dev, eu-west-1:\n"
        f"  {'x' * 200}..."
    )


def test_a_mail_is_read_from_top_to_bottom() -> None:
    """When, from whom to whom, what about, and the text."""
    mail = Mail("a@x.org", ("b@x.org", "c@x.org"), "Code", "one\ntwo\n", "", "2026-11-29")
    expected = "2026-11-29  a@x.org -> b@x.org, c@x.org\n  Code\n\n  one\n  two\n"
    assert expected == mail_command.text(mail)


def test_when_a_mail_was_sent_is_a_date_that_people_read() -> None:
    """SES in the embedded cloud gives Unix seconds; the newest code is found by its time."""
    mail = Mail("a@x.org", ("b@x.org",), "Code", "one", "", "1795959505.4504795")
    assert "2026-11-29 13:38:25 UTC  a@x.org -> b@x.org" == mail_command.text(mail).splitlines()[0]


def test_a_schedule_of_the_first_region_says_so_in_any_other(project: Path) -> None:
    """No deployment brings it there, so the hint names the region in which it is."""
    app = config.load(project)
    function, trigger = schedule_command.schedules(app, "dev")["Worker.Usual"]
    error = schedule_command.elsewhere(app, function, trigger, "us-east-1")
    assert error is not None
    assert "The schedule of `Worker` is not in `us-east-1`" == error.what
    assert "`first_region_only=True`" in error.why
    assert error.hint.startswith("run it there, with `--region eu-west-1`")
    assert schedule_command.elsewhere(app, function, trigger, "eu-west-1") is None
    usual = schedule_command.schedules(app, "dev")["Report"]
    assert schedule_command.elsewhere(app, *usual, "us-east-1") is None
