from __future__ import annotations

import ast
import runpy
from decimal import Decimal
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from notifications_v2.mails import KINDS, SUBJECT_CHARACTERS, mail
from notifications_v2.metrics import metrics
from shared.events import Order, TradeExecuted

EXAMPLE = Path(__file__).parents[1]


def executed(**more: object) -> TradeExecuted:
    order = Order(symbol="SPY", side="BUY", quantity=Decimal("1.5"), price=Decimal("100.10"))
    given = {
        "correlation_id": "w1",
        "trades": (order,),
        "rejected": (),
        "cash": Decimal("25.00"),
        "equity": Decimal("100.00"),
        "realized": Decimal("-3.10"),
    }
    return TradeExecuted.model_validate({**given, **more})


def test_trades_are_told_line_by_line() -> None:
    """Numbers as they are, without a float in between."""
    subject, text = mail("TradeExecuted", "dev", executed().model_dump(mode="json"))
    assert "[dev] 1 trades" == subject
    assert text.startswith("BUY 1.5 SPY at 100.10\n")
    assert "Equity 100.00, cash 25.00, realized so far -3.10." in text


def test_a_rejected_order_is_in_the_subject() -> None:
    """Somebody has to look at it."""
    order = executed().trades[0]
    detail = executed(trades=(), rejected=(order,)).model_dump(mode="json")
    subject, text = mail("TradeExecuted", "prod", detail)
    assert "[prod] 0 trades, 1 rejected" == subject
    assert "Nothing had to be traded." in text
    assert "REJECTED BUY 1.5 SPY at 100.10" in text


def test_a_subject_is_one_that_sns_takes() -> None:
    """One line of ASCII, not too long, whatever somebody asks to be told."""
    detail = {"subject": "zwei\nZeilen Ü " + "x" * 200, "text": "t", "correlation_id": "c"}
    subject, _ = mail("ErrorNotificationRequested", "dev", detail)
    assert SUBJECT_CHARACTERS == len(subject)
    assert subject.startswith("[dev] error: zwei Zeilen ? x")


def test_a_mail_with_a_gap_is_not_sent() -> None:
    """What is missing is an error, not an empty place."""
    with pytest.raises(UndefinedError):
        mail("WorkflowFailed", "dev", {"step": "portfolio"})


def test_there_is_a_mail_for_each_kind_that_the_function_is_called_with() -> None:
    """deploy.py and the templates name the same events."""
    deploy = runpy.run_path(str(EXAMPLE / "deploy.py"))
    (notifications,) = [f for f in deploy["app"].functions if f.name == "Notifications"]
    (trigger,) = notifications.triggers
    assert set(KINDS) == set(trigger.detail_types)


def test_metrics_are_what_is_earned_and_what_is_at_work() -> None:
    """75 of 100 dollars are 75 percent; of nothing, nothing is."""
    assert {
        "RealizedPnL": (Decimal("-3.10"), "None"),
        "CapitalDeployedPct": (Decimal(75), "Percent"),
    } == (metrics(executed()))
    assert Decimal(0) == metrics(executed(equity=Decimal(0)))["CapitalDeployedPct"][0]


def test_every_variable_names_a_module_with_a_handler() -> None:
    """lambda_handler.py and deploy.py agree on the eight functions."""
    deploy = runpy.run_path(str(EXAMPLE / "deploy.py"))
    wanted = {function.environment["APP__FUNCTION"] for function in deploy["app"].functions}
    code = EXAMPLE / "the_alchemiser"
    tree = ast.parse((code / "lambda_handler.py").read_text(encoding="utf-8"))
    (modules,) = [
        ast.literal_eval(each.value)
        for each in tree.body
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Dict)
    ]
    assert wanted == set(modules)
    assert 8 == len(wanted)
    for module in modules.values():
        text = (code / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")
        assert "\ndef handle(event" in text
