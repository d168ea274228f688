"""What is said to somebody who does not agree to a promotion, or mistypes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, cast

import pytest
from tests.unit.cli.releasing.test_subject import PLAN

from sam_deploy import App, Environment, FeatureSet, Promotion
from sam_deploy.cli.releasing.approving import Asking
from sam_deploy.cli.terminal.console import PlainConsole
from sam_deploy.cli.terminal.questions import Kind, Questions
from sam_deploy.errors import RefusedError
from sam_deploy.lanes import Stop

if TYPE_CHECKING:
    from sam_deploy.promotion import Session

APP = App(
    name="shop",
    home_region="eu-west-1",
    environments=[Environment("dev"), Environment("prod", promote_from="dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    promotion=Promotion(recipients=["ops@example.com"], sender="ops@example.com"),
)


class Saying(Questions):
    """Somebody who answers each kind of question with the same words."""

    def __init__(self, **answers: str) -> None:
        super().__init__(Stop())
        self.answers = answers

    def ask(self, text: str, default: str = "no", kind: Kind = "confirm") -> str:
        """Return the words for this kind."""
        del text
        return self.answers.get(kind, default)


def declined(**answers: str) -> RefusedError:
    asking = Asking(APP, PlainConsole(io.StringIO()), Saying(**answers), there=lambda: True)
    with pytest.raises(RefusedError) as raised:
        asking(cast("Session", None), PLAN)
    return raised.value


def test_a_mistyped_name_says_that_the_name_is_wanted() -> None:
    """`yes` was said already."""
    error = declined(confirm="yes", name="shpo")
    assert "the app's name was not typed, but `shpo`" == error.why
    assert (
        "when it is meant, run the same command again and type the app's name, `shop`, to go on"
        == error.hint
    )


def test_any_other_answer_than_yes_says_that_yes_is_wanted() -> None:
    """Also `y`."""
    error = declined(confirm="y")
    assert "the answer was `y`, not `yes`" == error.why
    assert "when it is meant, run the same command again and say `yes` to go on" == error.hint
