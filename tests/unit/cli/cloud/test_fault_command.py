"""What `cloud fault` takes, refuses and says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
import pytest

from sam_deploy.aws import services
from sam_deploy.cli.cloud.fault_command import elsewhere, said, seconds_of
from sam_deploy.cli.main import main
from sam_deploy.cli.options import Globals
from sam_deploy.errors import ConfigError
from sam_deploy.local.faults.fault import Fault
from sam_deploy.local.faults.rules import When


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(outage=True), "every service in every region: outage"),
        (
            Fault(When("lambda", "UpdateAlias", "eu-west-1"), error="Boom", share=0.5, times=3),
            "lambda:UpdateAlias in eu-west-1: Boom of 50%, 3 times at most",
        ),
        (
            Fault(When("s3"), throttle=0.2, latency_seconds=0.3),
            "s3 in every region: throttles 20%, 300 ms later",
        ),
    ],
)
def test_a_fault_is_said_in_words(fault: Fault, words: str) -> None:
    """Which calls, where, and what becomes of them."""
    assert words == said(fault)


@pytest.mark.parametrize(
    ("text", "seconds"), [("300ms", 0.3), ("2s", 2.0), ("1.5s", 1.5), ("0ms", 0.0)]
)
def test_a_latency_has_a_unit(text: str, seconds: float) -> None:
    """Milliseconds or seconds; nobody has to guess what a bare number means."""
    assert seconds == seconds_of(None, None, text)


@pytest.mark.parametrize("text", ["300", "-1s", "soon", "901s", "1m"])
def test_what_is_no_latency_is_refused(text: str) -> None:
    """With an example."""
    with pytest.raises(click.BadParameter, match="such as 300ms or 2s"):
        seconds_of(None, None, text)


@pytest.mark.parametrize(
    ("name", "signs"),
    [
        ("lambda", "lambda"),
        ("cloudwatch", "monitoring"),
        ("monitoring", "monitoring"),
        ("sesv2", "ses"),
        ("apigatewayv2", "apigateway"),
        ("stepfunctions", "states"),
    ],
)
def test_a_service_is_known_by_the_name_of_its_sdk_client(name: str, signs: str) -> None:
    """Its calls carry another one in their signature, at times."""
    assert signs == services.signing_name(name)


def test_unknown_names_come_with_the_nearest() -> None:
    """Of services and of operations; a star stands for any rest."""
    services.check_operation("sesv2", "SendEmail")
    services.check_operation("ses", "Send*")
    with pytest.raises(ConfigError) as refused:
        services.check_operation("lambda", "updatealias")
    assert "did you mean `UpdateAlias`?" == refused.value.hint
    with pytest.raises(ConfigError):
        services.check_operation("lambda", "Fly*")
    with pytest.raises(ConfigError) as refused:
        services.signing_name("dynamo")
    assert "did you mean `dynamodb`?" == refused.value.hint


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "say what happens"),
        (("--outage", "--error", "Boom"), "exclude each other"),
        (("--throttle", "0.5", "--share", "0.5"), "--share is of --outage"),
        (("--operation", "GetAlias", "--outage"), "--operation is of a --service"),
        (("--throttle", "2", "--service", "lambda"), "0<=x<=1"),
        (("--region", "eu-wst-1", "--outage"), "did you mean `eu-west-1`?"),
        (("--region", "everywhere", "--outage"), "leave `--region` out"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], words: str
) -> None:
    """Before anything is asked of a cloud."""
    assert 2 == main(["-C", str(tmp_path), "cloud", "fault", "add", *options])
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [("remove",), ("remove", "f1", "--all")])
def test_a_removal_names_what_it_removes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    """Either ids or all."""
    assert 2 == main(["-C", str(tmp_path), "cloud", "fault", *arguments])
    assert "name the faults to end" in capsys.readouterr().err


def test_a_fault_where_the_app_is_not_is_warned_of(
    write_project: Callable[[str], Path], tmp_path: Path
) -> None:
    """It is put in force: other clients may call there. Where there is no app, nobody knows."""
    app = Globals(
        write_project(
            'app = App(name="shop", home_region="eu-west-1", environments=[Environment("dev")], '
            'feature_sets=[FeatureSet("core", regions=["us-east-1", "eu-west-1"])])'
        ),
        None,
    )
    assert "warning: `shop` is not in `us-west-2`, but in eu-west-1, us-east-1" == elsewhere(
        app, "us-west-2"
    )
    assert ["", ""] == [elsewhere(app, region) for region in ("us-east-1", "")]
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    assert "" == elsewhere(Globals(nothing, None), "us-west-2")
    (app.project / "deploy.py").write_text("app = Ap(", encoding="utf-8")
    assert "" == elsewhere(app, "us-west-2")
