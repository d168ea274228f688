"""What the broker does and refuses, one call after the other."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.broker.conftest import APART, API, HOME, JOBS, OTHER, Place, plan_of

from sam_deploy.broker.function.codes import UnsentLetter
from sam_deploy.promotion.model import ReleasePlan, Strategy

CANARY = Strategy(weights=(0.1,), every_seconds=300, hold_seconds=600)


def kind(told: dict[str, dict[str, str]]) -> str:
    """The kind of a refusal; '' when it is none."""
    return told.get("refused", {}).get("kind", "")


def other(code: str) -> str:
    """Six digits that are not the code."""
    return f"{(int(code) + 1) % 10**6:06d}"


def test_an_agreed_plan_moves_its_aliases_in_every_region(broker: Place) -> None:
    """Begin, code, confirm, move: and a rollback needs no code (R189)."""
    plan = plan_of()
    broker.agree(plan)
    for region in (HOME, OTHER):
        assert "plan" == broker.move("2", digest=plan.digest, region=region)["how"]
    assert ("2", ()) == broker.served(OTHER)
    assert "back" == broker.move("1")["how"]
    assert ("1", ()) == broker.served()


def test_nothing_moves_before_somebody_agrees(broker: Place) -> None:
    """A plan whose code was sent, but not entered, allows nothing."""
    plan = plan_of()
    assert "refused" == kind(broker.move("2"))
    assert "refused" == kind(broker.move("2", digest=plan.digest))
    broker.begin(plan)
    told = broker.move("2", digest=plan.digest)
    assert "nobody has agreed to its plan yet" == told["refused"]["why"]
    assert ("1", ()) == broker.served()


@pytest.mark.parametrize(
    ("version", "weights", "function"),
    [("3", (), API), ("2", (), JOBS), ("2", (("3", 0.1),), API), ("$LATEST", (), API)],
)
def test_a_move_that_is_not_in_the_plan_is_refused(
    broker: Place, version: str, weights: tuple[tuple[str, float], ...], function: str
) -> None:
    """Another version, another function, a share of another version, $LATEST."""
    plan = plan_of()
    broker.agree(plan)
    told = broker.move(version, weights=weights, function=function, digest=plan.digest)
    assert "refused" == kind(told)
    assert {"1"} == broker.aliases.history[HOME, function, "prod"]


def test_a_plan_is_good_for_an_hour(broker: Place) -> None:
    """After that nothing new goes forward, and what was moved can still go back."""
    plan = plan_of()
    broker.agree(plan)
    broker.move("2", digest=plan.digest)
    broker.now += 3_600
    told = broker.move("2", digest=plan.digest, region=OTHER)
    assert "its plan was agreed to, but is too old by now" == told["refused"]["why"]
    assert "back" == broker.move("1", digest=plan.digest)["how"]


@pytest.mark.parametrize(
    ("hours", "good"), [(10, 10), (1_000, 24), (-5, 1), (float("nan"), 1), (float("inf"), 1)]
)
def test_a_plan_for_later_is_good_for_as_long_as_asked(
    broker: Place, hours: float, good: int
) -> None:
    """As for CI; at most as long as the broker's settings say, and at least an hour."""
    plan = plan_of()
    assert "refused" not in broker.begin(plan, hours=hours)
    broker.confirm(plan, broker.mailbox.code)
    broker.now += good * 3_600 - 1
    assert "plan" == broker.move("2", digest=plan.digest)["how"]
    broker.now += 1
    assert "refused" == kind(broker.move("2", digest=plan.digest, region=OTHER))


def test_a_canary_goes_in_steps_and_back(broker: Place) -> None:
    """Weights between the two versions, for as long as the steps take on top of the hour."""
    plan = plan_of(strategy=CANARY)
    broker.agree(plan)
    share = (("2", 0.1),)
    assert "plan" == broker.move("1", weights=share, digest=plan.digest)["how"]
    assert ("1", share) == broker.served()
    broker.now += 3_600 + 899
    assert "plan" == broker.move("2", digest=plan.digest)["how"]
    assert "back" == broker.move("1", weights=share)["how"]
    assert "served before" == broker.move("1")["how"]


def test_an_alias_can_be_written_as_it_is(broker: Place) -> None:
    """The fence of `resume` changes a description, and needs nobody's agreement."""
    assert "as it is" == broker.move("1")["how"]


def test_somebody_elses_write_is_never_written_over(broker: Place) -> None:
    """A revision that is not the alias's own is refused as Lambda refuses it."""
    plan = plan_of()
    broker.agree(plan)
    told = broker.move("2", digest=plan.digest, revision="r-old")
    assert "PreconditionFailedException" == kind(told)
    assert "plan" == broker.move("2", digest=plan.digest, revision="")["how"]


def test_environments_that_are_not_guarded_move_freely(broker: Place) -> None:
    """Deployments move the first one through the broker, without a code."""
    assert "free" == broker.move("7", alias="dev")["how"]
    assert "unknown" == kind(broker.move("7", alias="dev", function="NewFunction"))
    assert "unknown" == kind(broker.move("7", function=JOBS, region=OTHER))


def test_three_wrong_codes_make_a_plan_void(broker: Place) -> None:
    """The right one is worth nothing then, nor is a new code sent for a quarter of an hour."""
    plan = plan_of()
    broker.begin(plan)
    code = broker.mailbox.code
    wrong = other(code)
    assert {"outcome": "wrong", "left": 2} == broker.confirm(plan, wrong)
    assert "malformed" == kind(broker.confirm(plan, "12345"))
    assert {"outcome": "wrong", "left": 1} == broker.confirm(plan, wrong)
    assert "void" == kind(broker.confirm(plan, wrong))
    assert "void" == kind(broker.confirm(plan, code))
    assert "void" == kind(broker.begin(plan))
    assert "approval" == kind(broker.begin(plan_of(nonce="another")))
    broker.now += 900
    assert "void" == kind(broker.begin(plan))
    assert "refused" not in broker.begin(plan_of(nonce="another"))


def test_the_last_try_can_be_right(broker: Place) -> None:
    """It is counted as the last one before it is compared, and then it counts as right."""
    plan = plan_of()
    broker.begin(plan)
    for _ in range(2):
        broker.confirm(plan, other(broker.mailbox.code))
    assert {"outcome": "right", "left": 0} == broker.confirm(plan, broker.mailbox.code)
    assert "plan" == broker.move("2", digest=plan.digest)["how"]


def test_a_code_ends_after_its_minutes(broker: Place) -> None:
    """And is good for its own plan only."""
    plan, another = plan_of(), plan_of(nonce="another")
    broker.begin(plan)
    code = broker.mailbox.code
    broker.begin(another)
    assert "wrong" == broker.confirm(another, other(broker.mailbox.code))["outcome"]
    assert "right" == broker.confirm(plan, code)["outcome"]
    broker.now += 600
    assert "expired" == kind(broker.confirm(another, broker.mailbox.code))


def test_a_lost_answer_to_the_right_code_is_asked_for_again(broker: Place) -> None:
    """The same code says yes again; another one is told that it is used up."""
    plan = plan_of()
    broker.agree(plan)
    code = broker.mailbox.code
    assert {"outcome": "right", "left": 0} == broker.confirm(plan, code)
    assert "spent" == kind(broker.confirm(plan, other(code)))


def test_the_name_of_an_entry_stands_for_one_guess(broker: Place) -> None:
    """Other digits under the same name count: nobody tries them all as one entry."""
    plan = plan_of()
    broker.begin(plan)
    one = other(broker.mailbox.code)
    two = other(one) if other(one) != broker.mailbox.code else "123456"

    def entered(code: str) -> dict[str, Any]:
        return broker.ask(do="confirm", digest=plan.digest, code=code, entry="1")

    assert [2, 2, 1] == [entered(each)["left"] for each in (one, one, two)]
    assert "void" == kind(entered(one))
    assert "void" == kind(entered(broker.mailbox.code))


def test_what_was_entered_for_one_code_is_a_guess_at_the_next(broker: Place) -> None:
    """It counts under the same name, too: a new code gives nobody a free try."""
    plan = plan_of()
    broker.begin(plan)
    wrong = {"digest": plan.digest, "code": other(broker.mailbox.code), "entry": "1"}
    assert [2, 2] == [broker.ask(do="confirm", **wrong)["left"] for _ in range(2)]
    assert "refused" not in broker.begin(plan)
    assert wrong["code"] != broker.mailbox.code
    assert [2, 2] == [broker.ask(do="confirm", **wrong)["left"] for _ in range(2)]


def test_codes_are_limited_by_hour_and_day(broker: Place) -> None:
    """Five an hour, twenty a day, whatever plans they are for."""
    sent = 0
    for hour in range(5):
        for number in range(6):
            told = broker.begin(plan_of(nonce=f"{hour} {number}"))
            sent += "refused" not in told
        broker.now += 3_600
    assert 20 == sent == len(broker.mailbox.letters)
    assert "at most 20 codes a day" == broker.begin(plan_of())["refused"]["why"]


def test_a_mail_that_was_not_taken_counts_no_code(broker: Place) -> None:
    """SES says why; what may have arrived counts, and is sent once more, with the same code."""
    for number in range(10):
        broker.mailbox.faults = [UnsentLetter("MessageRejected", "not verified", lost=False)]
        told = broker.begin(plan_of(nonce=str(number)))
        assert ("approval", "not verified") == (kind(told), told["refused"]["why"])
    broker.mailbox.faults = [UnsentLetter("no answer", "", lost=True)]
    plan = plan_of()
    assert broker.begin(plan)["twice"]
    first, second = broker.mailbox.letters
    assert first == second
    assert "right" == broker.confirm(plan, broker.mailbox.code)["outcome"]


def test_the_table_holds_no_code(broker: Place) -> None:
    """Nor does any answer: it is in the mail, and nowhere else."""
    plan = plan_of()
    told = broker.begin(plan)
    code = broker.mailbox.code
    told2 = broker.confirm(plan, code)
    rows = {key: row.body for key, row in broker.memory.rows.items()}
    assert code not in json.dumps([told, told2, rows]).replace(plan.digest, "")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"app": "other"}, "does not promote"),
        ({"account": "999999999999"}, "does not promote"),
        ({"act": "rollback"}, "does not promote"),
        ({"environment": "dev"}, "another one"),
    ],
)
def test_a_plan_of_others_is_refused(broker: Place, change: dict[str, str], why: str) -> None:
    """Another app, account or act, and one that says another environment than it moves."""
    told = broker.begin(replace(plan_of(), **change))  # type: ignore[arg-type]
    assert "refused" == kind(told)
    assert why in told["refused"]["why"]
    assert not broker.mailbox.letters


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", '{"app": 1}', json.dumps({"flips": [{}]}), "{" * 5000]
)
def test_what_is_no_plan_is_refused(broker: Place, text: str) -> None:
    """Nothing is guessed from it."""
    assert "refused" == kind(broker.ask(do="begin", plan=text))
    assert "refused" == kind(broker.ask(do="begin"))
    assert "refused" == kind(broker.ask(do="elsewhere"))


def test_a_caller_cannot_write_a_part_of_the_mail(broker: Place) -> None:
    """What the plan says of its caller is one line, and is said to be its own word."""
    told = replace(plan_of(), caller="ann\n\nWhat changes:\n  nothing" + "!" * 500)
    assert "refused" not in broker.begin(told)
    (line,) = [
        each for each in broker.mailbox.letters[-1].text.splitlines() if "Asked for by" in each
    ]
    assert "ann What changes: nothing!!!" in line
    assert line.endswith("(by its own account)")
    assert len(line) < 200


def _lying(plan: ReleasePlan, **after: str) -> ReleasePlan:
    flip = plan.flips[0]
    return replace(plan, flips=(replace(flip, after=replace(flip.after, **after)),))


@pytest.mark.parametrize(
    ("after", "why"),
    [
        ({"code_sha256": "sha-9"}, "holds other code"),
        ({"commit": "deadbeef0000"}, "does not say that it is of commit"),
        ({"number": "10"}, "has no version 10"),
    ],
)
def test_a_plan_that_lies_about_a_version_is_refused(
    broker: Place, after: dict[str, str], why: str
) -> None:
    """The mail tells commits and versions, so the broker looks at them first."""
    told = broker.begin(_lying(plan_of(), **after))
    assert why in told["refused"]["why"]
    assert not broker.mailbox.letters


def test_a_plan_that_has_been_overtaken_is_refused(broker: Place) -> None:
    """It says what prod serves; when that is not so, nobody is asked."""
    told = broker.begin(plan_of(before="3", after="4"))
    assert "serves version 1, not 3" in told["refused"]["why"]


@pytest.mark.parametrize("dev", [("1", ()), ("2", (("3", 0.5),))])
def test_what_the_environment_before_does_not_serve_is_not_promoted(
    broker: Place, dev: tuple[str, tuple[tuple[str, float], ...]]
) -> None:
    """Exactly what was tested: a version that somebody has published aside is none (R181)."""
    broker.aliases.set((OTHER, API, "dev"), dev)
    broker.aliases.set((HOME, API, "dev"), ("2", ()))
    told = broker.begin_as_it_is(plan_of())
    assert f"`dev` serves version {dev[0]}, not 2 alone" in told["refused"]["why"]
    assert not broker.mailbox.letters


def test_a_plan_on_its_way_can_be_asked_for_again(broker: Place) -> None:
    """`resume` asks again after half an hour, when some aliases serve the new version already."""
    plan = plan_of()
    broker.agree(plan)
    broker.move("2", digest=plan.digest)
    broker.now += 5_000
    broker.aliases.set((HOME, API, "dev"), ("7", ()))
    assert "refused" not in broker.begin_as_it_is(plan)
    broker.confirm(plan, broker.mailbox.code)
    assert "plan" == broker.move("2", digest=plan.digest, region=OTHER)["how"]


def test_the_mail_says_what_was_moved_past_the_broker(broker: Place) -> None:
    """As by an administrator, or by taking an alias out of a stack and putting it in again."""
    plan = plan_of()
    broker.agree(plan)
    broker.move("2", digest=plan.digest)
    broker.aliases.set((HOME, API, "prod"), ("9", ()))
    past = f"prod of {API} in {HOME} serves version 9 past the broker"
    assert [past] == broker.ask(do="status")["around"]
    broker.begin(plan_of(before="9", after="4", places=((HOME, API),)))
    assert f"WARNING: {past}" in broker.mailbox.letters[-1].text


@pytest.fixture
def apart() -> Place:
    """A broker of environments with functions of their own; that of dev serves version 5."""
    made = Place(settings=APART)
    made.aliases.set((HOME, "ApiDevFunction", "dev"), ("5", ()))
    return made


def pending(**more: str) -> ReleasePlan:
    """A plan for a version that will be published when the stack stands, as it is dev's 5."""
    after = {"number": "new", "code_sha256": "sha-5", "commit": "c0ffee5"} | more
    return _lying(plan_of(), **after)


def test_a_version_without_a_number_yet_is_known_by_its_code(apart: Place) -> None:
    """Where each environment has its own stack, versions are published after the agreement."""
    plan = pending()
    apart.agree(plan)
    assert "refused" == kind(apart.move("6", digest=plan.digest))
    assert "plan" == apart.move("5", digest=plan.digest)["how"]


def test_a_version_of_another_commit_is_another_one(apart: Place) -> None:
    """Though it holds the same code: the mail has told which commit it is."""
    plan = pending()
    apart.agree(plan)
    apart.aliases.descriptions["5"] = "sam-deploy commit 0ther"
    assert "refused" == kind(apart.move("5", digest=plan.digest))


@pytest.mark.parametrize(
    ("after", "why"),
    [
        ({"code_sha256": "sha-4"}, "`dev` of `ApiDevFunction` serves other code"),
        ({"code_sha256": ""}, "`dev` of `ApiDevFunction` serves other code"),
        ({"commit": "600dc0ffee"}, "`dev` of `ApiDevFunction` serves other code"),
    ],
)
def test_only_the_code_that_the_environment_before_serves_is_promoted(
    apart: Place, after: dict[str, str], why: str
) -> None:
    """Its function is another one, and the plan's word on code and commit is not taken."""
    told = apart.begin(pending(**after))
    assert why in told["refused"]["why"]
    assert not apart.mailbox.letters


def test_a_shift_before_is_not_promoted(apart: Place) -> None:
    """Nobody can say which of the two versions was tried."""
    apart.aliases.set((HOME, "ApiDevFunction", "dev"), ("5", (("6", 0.1),)))
    told = apart.begin(pending())
    assert "does not serve one version" in told["refused"]["why"]


def test_where_functions_are_shared_every_version_has_a_number(broker: Place) -> None:
    """A plan without one would get around what the environment before serves."""
    told = broker.begin_as_it_is(pending())
    assert "the plan names no version" in told["refused"]["what"]
    assert not broker.mailbox.letters


def test_the_status_tells_what_is_guarded(broker: Place) -> None:
    """For `broker status`: aliases, recipients, codes sent."""
    broker.begin(plan_of())
    told = broker.ask(do="status")
    assert {"prod": {API: [HOME, OTHER], JOBS: [HOME]}} == told["guarded"]
    assert {"prod": 1} == told["codes_this_hour"]
    assert ["lead@orders.example"] == told["recipients"]
    assert [] == told["around"]
