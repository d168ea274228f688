"""The broker as it is asked from here: the real one, in memory, and answers that get lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.unit.broker.conftest import ACCOUNT, API, HOME, OTHER, Place, plan_of

from sam_deploy.aws import Alias, AliasWrite, AwsCallError, UnansweredError
from sam_deploy.broker.client import Broker, BrokerAnswerError, BrokerApprovalError, writer
from sam_deploy.errors import RefusedError

LOST = UnansweredError("no answer", why="lost", hint="again")


@dataclass
class Wire:
    """Calls the broker in memory. `faults` come in the place of the next answers."""

    place: Place
    region: str = HOME
    faults: list[Exception | None] = field(default_factory=list)
    calls: int = 0

    def call(self, function: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Return what it answers, or lose that."""
        assert "orders-broker" == function
        self.calls += 1
        told = self.place.ask(**payload)
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None:
            raise fault
        return told


@pytest.fixture
def wire(broker: Place) -> Wire:
    """The way to the broker; dev serves version 2."""
    for region in (HOME, OTHER):
        broker.aliases.set((region, API, "dev"), ("2", ()))
    return Wire(broker)


@pytest.fixture
def client(wire: Wire) -> Broker:
    """The broker, from here."""
    return Broker(wire, "orders-broker")


@pytest.fixture
def write(client: Broker) -> Callable[[AliasWrite], Alias | None]:
    """What moves aliases of deployments; it does not wait."""
    return writer(client, lambda _: None)


def wanted(wire: Wire, version: str, alias: str = "prod", function: str = API) -> AliasWrite:
    """A version for an alias, behind its revision."""
    found = wire.place.aliases.alias(HOME, function, alias)
    return AliasWrite(HOME, function, alias, version, found.revision_id if found else "r", "d", ())


def test_a_plan_is_agreed_to_and_carried_out(wire: Wire, client: Broker) -> None:
    """Begin, confirm, move: the alias comes back as Lambda would tell it."""
    plan = plan_of()
    begun = client.begin(plan.written())
    assert (("lead@orders.example",), 3, 10) == (begun.recipients, begun.attempts, begun.minutes)
    assert client.confirm(plan.digest, wire.place.mailbox.code).right
    made = client.move(wanted(wire, "2"), plan.digest)
    assert ("prod", "2", (), "d") == (made.name, made.version, made.weights, made.description)
    assert wire.place.aliases.alias(HOME, API, "prod").revision_id == made.revision_id  # type: ignore[union-attr]


def test_a_refusal_says_what_and_why(wire: Wire, client: Broker) -> None:
    """In the broker's words; nothing was changed."""
    with pytest.raises(BrokerAnswerError, match="does not move `prod`") as refused:
        client.move(wanted(wire, "2"))
    assert "nothing was changed" == refused.value.state
    assert "promote prod" in refused.value.hint


def test_what_lambda_refuses_looks_as_if_lambda_had_been_asked(wire: Wire, client: Broker) -> None:
    """Whoever moves aliases knows what to do with its codes."""
    asked = wanted(wire, "2", "dev")
    client.move(asked)
    with pytest.raises(AwsCallError) as refused:
        client.move(asked)
    assert "PreconditionFailedException" == refused.value.code


@pytest.mark.parametrize("kind", ["malformed", "expired", "void"])
def test_every_way_of_no_approval_has_a_kind(wire: Wire, client: Broker, kind: str) -> None:
    """Exit code 6 all of them; the terminal says more of each."""
    plan = plan_of()
    client.begin(plan.written())
    code = wire.place.mailbox.code
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    typed = {"malformed": ["x"], "expired": [wrong], "void": [wrong] * 3}[kind]
    wire.place.now += 600 if kind == "expired" else 0
    with pytest.raises(BrokerApprovalError) as refused:
        [client.confirm(plan.digest, each) for each in typed]
    assert (kind, 6) == (refused.value.kind, refused.value.exit_code)


def test_a_lost_answer_to_a_code_is_asked_for_again(wire: Wire, client: Broker) -> None:
    """The code was taken, and the second answer says so."""
    plan = plan_of()
    client.begin(plan.written())
    wire.faults = [LOST]
    assert client.confirm(plan.digest, wire.place.mailbox.code).right


def test_a_wrong_code_whose_answer_was_lost_counts_once(wire: Wire, client: Broker) -> None:
    """Also the last one; the same digits, typed again, are another try."""
    plan = plan_of()
    client.begin(plan.written())
    wrong = "000000" if wire.place.mailbox.code != "000000" else "000001"
    wire.faults = [LOST]
    assert 2 == client.confirm(plan.digest, wrong).left
    assert 1 == client.confirm(plan.digest, wrong).left
    wire.faults = [LOST]
    with pytest.raises(BrokerApprovalError, match="Maximum attempts exceeded"):
        client.confirm(plan.digest, wrong)


def test_a_lost_answer_to_a_move_is_a_revision_that_is_over(
    wire: Wire, write: Callable[[AliasWrite], Alias | None]
) -> None:
    """The second try meets the first one, which whoever moves aliases reads back."""
    wire.faults = [LOST]
    with pytest.raises(AwsCallError) as refused:
        write(wanted(wire, "2", "dev"))
    assert ("PreconditionFailedException", 2) == (refused.value.code, wire.calls)
    assert "2" == wire.place.aliases.alias(HOME, API, "dev").version  # type: ignore[union-attr]


def test_a_broker_that_never_answers_is_asked_six_times(
    wire: Wire, write: Callable[[AliasWrite], Alias | None]
) -> None:
    """Then the last error is told."""
    wire.faults = [LOST] + [AwsCallError("x", HOME, "TooManyRequestsException", "", "")] * 9
    with pytest.raises(AwsCallError):
        write(wanted(wire, "1", "dev", "ApiFunction"))
    assert 6 == wire.calls


def test_what_the_broker_does_not_know_is_left_to_lambda(
    wire: Wire, write: Callable[[AliasWrite], Alias | None]
) -> None:
    """A function that came after its template; what it guards is never left."""
    assert write(wanted(wire, "2", "dev", "NewFunction")) is None
    with pytest.raises(BrokerAnswerError):
        write(wanted(wire, "2"))


def test_a_broker_that_is_not_there_says_how_to_get_one(wire: Wire, client: Broker) -> None:
    """Also when only its name is wrong."""
    missing = AwsCallError("lambda:InvokeFunction", HOME, "ResourceNotFoundException", "", "")
    wire.faults = [missing]
    with pytest.raises(RefusedError, match="There is no broker `orders-broker`") as refused:
        client.status()
    assert "broker template" in refused.value.hint


def test_it_says_what_it_guards(client: Broker) -> None:
    """As `broker status` shows it."""
    told = client.status()
    assert ("orders", ACCOUNT, ()) == (told.app, told.account, told.around)
    assert (HOME, OTHER) == told.guarded["prod"][API]
