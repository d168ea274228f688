"""Which faults a call meets, in which order, and what is counted."""

from __future__ import annotations

from sam_deploy.local.faults.calls import Known
from sam_deploy.local.faults.fault import Fault
from sam_deploy.local.faults.rules import Delay, Drop, Fail, When
from sam_deploy.local.faults.table import Table

FLIP = Known("lambda", "UpdateAlias", "eu-west-1", "rest-json")
READ = Known("lambda", "GetAlias", "us-east-1", "rest-json")


def counts(table: Table) -> list[tuple[str, int, int, int]]:
    return [(each.id, each.calls, each.failed, each.delayed) for each in table.faults()]


def test_latencies_add_up_and_the_first_failure_wins() -> None:
    """A slow region with a broken service is both; each fault counts what it did."""
    table = Table()
    table.add(Fault(When(region="eu-west-1"), latency_seconds=0.25))
    table.add(Fault(When("lambda", "Update*"), outage=True, latency_seconds=0.5))
    table.add(Fault(When("lambda"), error="Late"))
    assert Delay(0.75, Drop()) == table.decide(FLIP)
    assert Fail("Late", "injected by `cloud fault`", 400) == table.decide(READ)
    assert [("f1", 1, 0, 1), ("f2", 1, 1, 1), ("f3", 2, 1, 0)] == counts(table)


def test_a_fault_of_so_many_times_is_over_after_them() -> None:
    """The third call goes through, and is not counted."""
    table = Table()
    table.add(Fault(error="Twice", times=2))
    assert [True, True, False] == [table.decide(FLIP) is not None for _ in range(3)]
    assert [("f1", 2, 2, 0)] == counts(table)


def test_removed_faults_do_nothing_and_ids_are_not_given_again() -> None:
    """By id or all; a table without faults is false, so that the proxy need not look."""
    table = Table()
    first, second = table.add(Fault(outage=True)), table.add(Fault(outage=True))
    assert [first.id] == [each.id for each in table.remove({first.id, "f9"})]
    assert Drop() == table.decide(FLIP)
    assert [second.id] == [each.id for each in table.remove(None)]
    assert table.decide(FLIP) is None
    assert not table
    assert "f3" == table.add(Fault(outage=True)).id
    assert table
