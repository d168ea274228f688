"""The functions in the embedded cloud, over real events and the real queue."""

from __future__ import annotations

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
import yaml
from boto3.dynamodb.conditions import Key


def trades(stack: Any, workflow: str) -> list[dict[str, Any]]:
    query = Key("PK").eq(f"PLAN#{workflow}") & Key("SK").begins_with("TRADE#")
    items: list[dict[str, Any]] = stack.table("trade-ledger").query(KeyConditionExpression=query)[
        "Items"
    ]
    return items


def account(stack: Any) -> dict[str, dict[str, Any]]:
    items = stack.table("trade-ledger").query(KeyConditionExpression=Key("PK").eq("ACCOUNT"))
    return {each["SK"]: each for each in items["Items"]}


def held(stack: Any) -> dict[str, Decimal]:
    return {
        name.removeprefix("POSITION#"): each["Quantity"]
        for name, each in account(stack).items()
        if name.startswith("POSITION#") and each["Quantity"]
    }


def signal(stack: Any, workflow: str, weights: dict[str, str]) -> None:
    detail = {
        "correlation_id": workflow,
        "weights": weights,
        "as_of": "2025-11-28",
        "strategies": ["test"],
    }
    stack.publish("alchemiser.strategy", "SignalGenerated", detail)


def test_a_signal_becomes_a_plan_becomes_trades_becomes_a_mail(stack: Any, workflow: str) -> None:
    """The whole chain: SignalGenerated, RebalancePlanned, the queue, TradeExecuted, a notice."""
    said = stack.call("Strategy", {"mode": "trade", "correlation_id": workflow})
    assert Decimal(1) == sum(Decimal(weight) for weight in said["weights"].values())
    assert "2025-11-28" == said["as_of"]
    notice = stack.noticed(workflow)
    assert "[dev]" in notice["Subject"]
    done = trades(stack, workflow)
    assert set(said["weights"]) == {trade["symbol"] for trade in done}
    told = [line.split() for line in notice["Message"].splitlines() if line.startswith("BUY ")]
    assert {(trade["symbol"], trade["quantity"]) for trade in done} == {
        (symbol, Decimal(quantity)) for _, quantity, symbol, *_ in told
    }
    assert set(said["weights"]) == set(held(stack))
    money = account(stack)["CASH"]
    assert (True, Decimal(0)) == (0 <= money["Cash"] < 1, money["Realized"])


def test_many_strategies_are_asked_side_by_side_and_answered_once(
    stack: Any, workflow: str
) -> None:
    """Coordinator, seven calls of Strategy, Aggregator: the same weights as of one call."""
    alone = stack.call("Strategy", {"mode": "trade", "correlation_id": f"{workflow}-alone"})
    stack.noticed(f"{workflow}-alone")
    asked = stack.call("Coordinator", {"correlation_id": workflow})
    assert 7 == len(asked["strategies"])
    stack.noticed(workflow)
    sessions = stack.table("aggregation-sessions")
    key = {"PK": f"SESSION#{workflow}", "SK": "METADATA"}
    done = stack.app.wait_for(
        lambda: item if (item := sessions.get_item(Key=key)["Item"])["Done"] else None,
        seconds=60,
        what="the session's end",
    )
    assert (7, 7) == (int(done["Received"]), len(done["Expected"]))
    plan = stack.table("trade-ledger").get_item(Key={"PK": f"PLAN#{workflow}", "SK": "PLAN"})
    # It is held already what the same weights ask for: nothing is traded.
    assert [] == json.loads(plan["Item"]["Plan"])["orders"]
    assert set(alone["weights"]) == set(held(stack))

    again = stack.call("Coordinator", {"correlation_id": workflow})
    assert f"there is a session {workflow} already" == again["failed"]
    assert "gave up" in stack.noticed(f"session {workflow} already")["Subject"]


def test_a_signal_that_comes_twice_is_traded_once(stack: Any, workflow: str) -> None:
    """EventBridge delivers at least once; a plan counts by the id of its workflow."""
    before = held(stack)
    signal(stack, workflow, {"SPY": "0.5", "TLT": "0.5"})
    stack.noticed(workflow)
    first, money = held(stack), account(stack)["CASH"]
    assert ({"SPY", "TLT"}, True) == (set(first), before != first)
    # and with other weights: the plan of before is the one that counts
    signal(stack, workflow, {"GLD": "1"})
    signal(stack, f"{workflow}-next", {"SPY": "0.5", "TLT": "0.5"})
    stack.noticed(f"{workflow}-next")
    assert (first, money) == (held(stack), account(stack)["CASH"])


def test_what_is_sold_is_earned_and_booked(stack: Any, workflow: str) -> None:
    """Cash, cost and what sales brought: the account is worth what it was, at the same prices."""
    signal(stack, workflow, {"GLD": "0.4", "SLV": "0.6"})
    stack.noticed(workflow)
    signal(stack, f"{workflow}-b", {"GLD": "1"})
    notice = stack.noticed(f"{workflow}-b")
    (sale,) = [each for each in trades(stack, f"{workflow}-b") if each["side"] == "SELL"]
    assert ("SLV", f"SELL {sale['quantity']} SLV") == (
        sale["symbol"],
        notice["Message"].splitlines()[0].partition(" at ")[0],
    )
    assert ["GLD"] == list(held(stack))
    now = account(stack)
    total = now["CASH"]["Cash"] + now["POSITION#GLD"]["Cost"]
    assert abs(total - now["CASH"]["Realized"] - 100_000) < Decimal("0.01")
    assert sale["symbol"] in {
        each["symbol"]
        for each in stack.table("trade-ledger").query(
            IndexName="GSI2",
            KeyConditionExpression=Key("GSI2PK").eq(f"DAY#{dt.datetime.now(dt.UTC).date()}"),
        )["Items"]
    }


def test_a_workflow_that_cannot_go_on_tells_why(stack: Any, workflow: str) -> None:
    """A symbol without prices: no plan, no trade, one mail."""
    signal(stack, workflow, {"NOBODY": "1"})
    notice = stack.noticed(workflow)
    assert "[dev] portfolio gave up" == notice["Subject"]
    assert "there are no prices of NOBODY" in notice["Message"]
    assert [] == trades(stack, workflow)


@pytest.mark.parametrize(
    ("function", "event", "reason"),
    [
        ("Strategy", {"mode": "gamble"}, "unknown mode 'gamble': there is trade"),
        ("Strategy", {"strategy": "../main.py", "share": "1"}, "there is no strategy '../main.py'"),
        ("Data", {"action": "sell"}, "unknown action 'sell': there is get_bars"),
    ],
)
def test_a_call_that_makes_no_sense_is_told(
    stack: Any, workflow: str, function: str, event: dict[str, Any], reason: str
) -> None:
    """Answered, and mailed: somebody set a schedule up wrongly."""
    said = stack.call(function, {**event, "correlation_id": workflow})
    assert {"failed": reason} == said
    assert reason in stack.noticed(workflow)["Message"]


def order(side: str, symbol: str, quantity: str, price: str) -> dict[str, str]:
    return {"side": side, "symbol": symbol, "quantity": quantity, "price": price}


def plan(workflow: str, *orders: dict[str, str]) -> dict[str, Any]:
    return {"correlation_id": workflow, "orders": list(orders), "equity": "100000"}


def test_orders_that_the_account_cannot_pay_are_rejected(stack: Any, workflow: str) -> None:
    """The rest of the plan is carried out; the mail says what was not."""
    signal(stack, f"{workflow}-all", {"GLD": "1"})
    stack.noticed(f"{workflow}-all")
    planned = plan(
        workflow,
        order("BUY", "XLK", "1000000", "500"),
        order("SELL", "XLE", "5", "10"),
        order("SELL", "GLD", "1", "10"),
        order("BUY", "XLF", "1", "9.5"),
    )
    stack.publish("alchemiser.portfolio", "RebalancePlanned", planned)
    notice = stack.noticed(workflow)
    assert "[dev] 2 trades, 2 rejected" == notice["Subject"]
    assert {"GLD", "XLF"} == {trade["symbol"] for trade in trades(stack, workflow)}


def test_plans_at_the_same_time_never_spend_a_dollar_twice(stack: Any, workflow: str) -> None:
    """Each trade changes cash and position in one transaction, on what it has read.

    The function is called as its queue calls it, three times at once: money is there for two.
    """

    def carry_out(name: str, *orders: dict[str, str]) -> Any:
        body = json.dumps({"detail": plan(f"{workflow}-{name}", *orders)})
        return stack.call("Execution", {"Records": [{"messageId": name, "body": body}]})

    signal(stack, workflow, {"GLD": "1"})
    stack.noticed(workflow)
    carry_out("sale", order("SELL", "GLD", "1", "10"))
    before = account(stack)["CASH"]["Cash"]
    assert 10 <= before < 11
    with ThreadPoolExecutor(3) as threads:
        said = list(threads.map(lambda name: carry_out(name, order("BUY", "IWM", "1", "4")), "abc"))
    assert [{"batchItemFailures": []}] * 3 == said
    bought = [trade for name in "abc" for trade in trades(stack, f"{workflow}-{name}")]
    after = account(stack)
    assert (2, before - 8) == (len(bought), after["CASH"]["Cash"])
    assert (2, 8) == (after["POSITION#IWM"]["Quantity"], after["POSITION#IWM"]["Cost"])


def test_a_message_that_is_no_plan_ends_with_the_dead_letters(stack: Any, workflow: str) -> None:
    """After three times; good messages beside it are not held up."""
    sqs = stack.app.client("sqs")
    url = stack.app.queue_url("Execution")
    policy = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    redrive = json.loads(policy["RedrivePolicy"])
    assert ("900", "345600", 3) == (
        policy["VisibilityTimeout"],
        policy["MessageRetentionPeriod"],
        int(redrive["maxReceiveCount"]),
    )
    dead = sqs.get_queue_url(QueueName=redrive["deadLetterTargetArn"].rpartition(":")[2])[
        "QueueUrl"
    ]
    # Nobody waits for three times a quarter of an hour here.
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    try:
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"no plan": workflow}))
        good = {"correlation_id": workflow, "orders": [], "equity": "1"}
        stack.publish("alchemiser.portfolio", "RebalancePlanned", good)
        stack.noticed(workflow)

        def arrived() -> bool:
            answer = sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=1)
            return any(workflow in each["Body"] for each in answer.get("Messages", []))

        stack.app.wait_for(arrived, seconds=60, what="the dead letter")
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "900"})


def test_metrics_are_put_where_prod_looks_for_them(stack: Any, workflow: str) -> None:
    """The function is called by prod's bus only; here by hand, with an event of the bus."""
    detail = {
        "correlation_id": workflow,
        "trades": [],
        "rejected": [],
        "cash": "25",
        "equity": "100",
        "realized": "12.5",
    }
    said = stack.call("Metrics", {"detail-type": "TradeExecuted", "detail": detail})
    assert {"RealizedPnL": "12.5", "CapitalDeployedPct": "75"} == said
    listed = stack.app.client("cloudwatch").list_metrics(Namespace="Alchemiser/Dev")["Metrics"]
    assert {"RealizedPnL", "CapitalDeployedPct"} <= {each["MetricName"] for each in listed}


@pytest.mark.parametrize(("environment", "rules"), [("dev", 4), ("prod", 5)])
def test_only_prod_measures(project: Any, environment: str, rules: int) -> None:
    """Dev's bus calls three functions and fills the queue; prod's calls Metrics as well."""
    text = project.run("template", "--environment", environment)
    resources = yaml.safe_load(text)["Resources"]
    found = [each for each in resources.values() if each["Type"] == "AWS::Events::Rule"]
    assert rules == len(found)
    assert (environment == "prod") == ("etrics" in json.dumps(found))
