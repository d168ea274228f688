from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sam_deploy.aws import ChangeSet, Stack, StackEventRecord
from sam_deploy.deploy.cases import Case, Kind, Wish, all_in_one, case_of, kind_of, refusals
from sam_deploy.deploy.guard import HOLD_DATA
from sam_deploy.deploy.standing import Part, Standing, with_reasons
from sam_deploy.errors import RefusedError

PLACE = ("shop-sam", "eu-west-1")
OURS = ChangeSet("arn:ours", "CREATE_COMPLETE", "", execution="AVAILABLE", name="sd-1")
THEIRS = ChangeSet("arn:theirs", "CREATE_COMPLETE", "", execution="AVAILABLE", name="console-1")
EVERY_STATUS = (
    ("", "absent"),
    ("CREATE_IN_PROGRESS", "busy"),
    ("CREATE_FAILED", "delete"),
    ("CREATE_COMPLETE", "fine"),
    ("ROLLBACK_IN_PROGRESS", "busy"),
    ("ROLLBACK_FAILED", "delete"),
    ("ROLLBACK_COMPLETE", "anew"),
    ("DELETE_IN_PROGRESS", "busy"),
    ("DELETE_FAILED", "delete"),
    ("UPDATE_IN_PROGRESS", "busy"),
    ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "busy"),
    ("UPDATE_COMPLETE", "fine"),
    ("UPDATE_FAILED", "fine"),
    ("UPDATE_ROLLBACK_IN_PROGRESS", "busy"),
    ("UPDATE_ROLLBACK_FAILED", "continue"),
    ("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "busy"),
    ("UPDATE_ROLLBACK_COMPLETE", "fine"),
    ("REVIEW_IN_PROGRESS", "discard"),
    ("IMPORT_IN_PROGRESS", "busy"),
    ("IMPORT_COMPLETE", "fine"),
    ("IMPORT_ROLLBACK_IN_PROGRESS", "busy"),
    ("IMPORT_ROLLBACK_FAILED", "unknown"),
    ("IMPORT_ROLLBACK_COMPLETE", "fine"),
)
"""Source: CloudFormation API, Stack, `StackStatus`."""


def standing(status: str, *parts: Part, sets: tuple[ChangeSet, ...] = ()) -> Standing:
    """Return a stack in a status; '' is no stack."""
    stack = Stack("shop-sam", status, "", {}, arn="arn:shop", updated="2026-01-02T03:04:05Z")
    return Standing(PLACE, stack if status else None, parts, sets)


def bucket(status: str = "CREATE_COMPLETE", policy: str = "") -> Part:
    return Part("Files", "shop-files", "AWS::S3::Bucket", status, "it is not empty", policy)


ROLE = Part("Role", "shop-role", "AWS::IAM::Role", "CREATE_COMPLETE")


@pytest.mark.parametrize(("status", "kind"), EVERY_STATUS)
def test_every_status_has_its_way_out(status: str, kind: Kind) -> None:
    """Fault 34, 35, 36: nothing is unsaid, and nothing that has served is ever deleted."""
    assert kind == kind_of(standing(status))


@pytest.mark.parametrize("status", [status for status, _ in EVERY_STATUS])
@pytest.mark.fault(35)
def test_only_what_never_served_is_deleted(status: str) -> None:
    """Fault 35: no state that an update leads to ends in a deletion, whatever is named."""
    wish = Wish(frozenset({"Files"}), frozenset({"Files"}), frozenset({"Files"}))
    case = case_of(standing(status, bucket("DELETE_FAILED")), wish)
    assert (case.kind == "delete") == (
        status in {"CREATE_FAILED", "ROLLBACK_FAILED", "DELETE_FAILED"}
    )
    if "UPDATE" in status:
        assert ((), ()) == (case.wiped, case.lost)


@pytest.mark.parametrize(
    ("sets", "parts", "kind"),
    [
        ((), (), "discard"),
        ((OURS,), (), "discard"),
        ((THEIRS,), (), "elsewhere"),
        ((OURS, THEIRS), (), "elsewhere"),
        ((OURS,), (ROLE,), "elsewhere"),
    ],
)
def test_a_stack_in_review_goes_only_when_it_is_ours_and_empty(
    sets: tuple[ChangeSet, ...], parts: tuple[Part, ...], kind: Kind
) -> None:
    """Fault 34: a change set that somebody else is reviewing stays."""
    assert kind == kind_of(standing("REVIEW_IN_PROGRESS", *parts, sets=sets))


@pytest.mark.parametrize("execution", ["AVAILABLE", "UNAVAILABLE", "OBSOLETE", "EXECUTE_FAILED"])
def test_change_sets_that_were_left_behind_are_removed(execution: str) -> None:
    """Fault 34: those of ours, and only they."""
    left = ChangeSet("arn:left", "CREATE_COMPLETE", "", execution=execution, name="sd-9")
    case = case_of(standing("UPDATE_COMPLETE", sets=(left, THEIRS)), Wish())
    assert (("arn:left",), True) == (case.orphans, case.acts)


@pytest.mark.parametrize("status", ["CREATE_PENDING", "CREATE_IN_PROGRESS"])
def test_a_change_set_that_is_being_made_is_left_alone(status: str) -> None:
    """AWS would not delete it."""
    made = ChangeSet("arn:made", status, "", execution="UNAVAILABLE", name="sd-9")
    case = case_of(standing("UPDATE_COMPLETE", sets=(made,)), Wish())
    assert ((), False) == (case.orphans, case.acts)


def test_a_change_set_under_way_is_left_alone() -> None:
    """It does something."""
    busy = ChangeSet("arn:busy", "CREATE_COMPLETE", "", execution="EXECUTE_IN_PROGRESS", name="sd")
    case = case_of(standing("UPDATE_COMPLETE", sets=(busy,)), Wish())
    assert ((), False) == (case.orphans, case.acts)


def refused(found: Standing, wish: Wish) -> tuple[Case, list[RefusedError]]:
    case = case_of(found, wish)
    return case, list(refusals({PLACE: case}, wish))


@pytest.mark.parametrize("kind", HOLD_DATA)
@pytest.mark.parametrize("status", ["CREATE_FAILED", "ROLLBACK_FAILED", "DELETE_FAILED"])
@pytest.mark.fault(35)
def test_no_data_is_deleted_that_was_not_named(status: str, kind: str) -> None:
    """Fault 35: every kind that holds data, in every state in which a stack is deleted."""
    part = Part("Data", "shop-data", kind, "DELETE_FAILED")
    case, errors = refused(standing(status, part, ROLE), Wish())
    assert (part,) == case.lost
    assert ["Deleting `shop-sam` in `eu-west-1` would delete data"] == [e.what for e in errors]
    assert f"{kind} `Data` (shop-data)" == errors[0].why
    assert "sam-deploy recover --delete-data Data" in errors[0].hint
    for name in ("Data", "shop-data"):
        case, errors = refused(standing(status, part, ROLE), Wish(delete_data=frozenset({name})))
        assert ((), (part,), []) == (case.lost, case.wiped, errors)


@pytest.mark.parametrize("policy", ["Retain", "RetainExceptOnCreate"])
def test_what_its_template_retains_needs_no_name(policy: str) -> None:
    """It outlives the stack anyway, and that is said."""
    part = bucket(policy=policy)
    case, errors = refused(standing("DELETE_FAILED", part), Wish())
    assert ((part,), (), []) == (case.stays, case.lost, errors)


@pytest.mark.parametrize(
    ("status", "part", "stays"),
    [
        ("DELETE_FAILED", "DELETE_FAILED", True),
        ("DELETE_FAILED", "CREATE_COMPLETE", False),
        ("ROLLBACK_FAILED", "DELETE_FAILED", False),
    ],
)
def test_only_what_could_not_be_deleted_can_be_retained(
    status: str, part: str, *, stays: bool
) -> None:
    """CloudFormation takes `RetainResources` in DELETE_FAILED alone, so data is not risked."""
    case, errors = refused(standing(status, bucket(part)), Wish(retain=frozenset({"Files"})))
    assert stays == (bucket(part) in case.stays)
    assert stays == (errors == [])


def test_a_resource_that_is_gone_is_no_loss() -> None:
    """Neither what was never made, nor what was deleted already."""
    parts = (bucket("DELETE_COMPLETE"), bucket("CREATE_FAILED"), Part("B", "", "AWS::S3::Bucket"))
    case, errors = refused(standing("ROLLBACK_FAILED", *parts), Wish())
    assert ((), []) == (case.lost, errors)


def test_termination_protection_is_respected() -> None:
    """With the command that lifts it."""
    found = Standing(PLACE, Stack("shop-sam", "DELETE_FAILED", "", {}, protected=True))
    _, (error,) = refused(found, Wish())
    assert "Stack `shop-sam` in `eu-west-1` is protected" == error.what
    assert "--no-enable-termination-protection --stack-name shop-sam --region eu-west-1" in (
        error.hint
    )


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (Wish(skip=frozenset({"Rol"})), "`--skip Rol` names nothing that kept a rollback"),
        (Wish(skip=frozenset({"role"})), "`--skip role` names nothing"),
        (Wish(retain=frozenset({"Role"})), "`--retain Role` names nothing that could not be"),
        (Wish(delete_data=frozenset({"Role"})), "`--delete-data Role` names nothing that holds"),
    ],
)
def test_a_name_that_fits_nothing_is_refused(wish: Wish, words: str) -> None:
    """Exactly, letter by letter: nothing is guessed from what is nearly right."""
    stuck = Part("Role", "shop-role", "AWS::IAM::Role", "UPDATE_FAILED", "no permission")
    _, (error,) = refused(standing("UPDATE_ROLLBACK_FAILED", stuck), wish)
    assert words in error.what
    assert error.hint


def test_what_is_named_exactly_is_taken() -> None:
    """And what is stuck is said with AWS's reason."""
    stuck = Part("Role", "shop-role", "AWS::IAM::Role", "UPDATE_FAILED", "no permission")
    case, errors = refused(
        standing("UPDATE_ROLLBACK_FAILED", stuck, ROLE), Wish(skip=frozenset({"Role"}))
    )
    assert ((stuck,), []) == (case.stuck, errors)


def test_all_that_is_in_the_way_is_said_at_once() -> None:
    """One error for several, each with its own hint; a single one as it is."""
    one = RefusedError("One", why="first", hint="do this")
    two = RefusedError("Two", why="second", hint="do that")
    assert one is all_in_one([one], "recovering")
    both = all_in_one([one, two], "recovering")
    assert "2 things are in the way of recovering" == both.what
    assert ("One: first\ndo this", "Two: second\ndo that") == both.problems


def event(number: int, logical_id: str, status: str, reason: str = "") -> StackEventRecord:
    return StackEventRecord(f"e-{number}", logical_id, "AWS::IAM::Role", status, reason, "")


def test_reasons_come_from_the_events_of_the_last_operation() -> None:
    """An older failure is not told again, and what is no longer listed is added."""
    events = [
        event(1, "shop-sam", "UPDATE_IN_PROGRESS"),
        event(2, "Old", "UPDATE_FAILED", "of the update itself"),
        event(3, "shop-sam", "UPDATE_ROLLBACK_IN_PROGRESS"),
        event(4, "Role", "UPDATE_IN_PROGRESS"),
        event(5, "Role", "UPDATE_FAILED", "no permission"),
        event(6, "New", "DELETE_FAILED", "in use"),
        event(7, "Late", "DELETE_FAILED", "at first"),
        event(8, "Late", "DELETE_COMPLETE"),
        event(9, "shop-sam", "UPDATE_ROLLBACK_FAILED", "[Role, New]"),
    ]
    role, new = with_reasons([ROLE], events, "shop-sam")
    assert ("UPDATE_FAILED", "no permission", "shop-role") == (
        role.status,
        role.reason,
        role.physical_id,
    )
    assert ("New", "", "DELETE_FAILED", "in use") == (
        new.logical_id,
        new.physical_id,
        new.status,
        new.reason,
    )


NAMES = some.frozensets(some.sampled_from(["Files", "shop-files", "Role", "Other"]))


@given(
    some.sampled_from([status for status, _ in EVERY_STATUS]),
    some.lists(some.sampled_from(HOLD_DATA), max_size=3),
    some.sampled_from(["CREATE_COMPLETE", "DELETE_FAILED", "UPDATE_FAILED"]),
    some.sampled_from(["", "Retain", "Delete"]),
    some.builds(Wish, NAMES, NAMES, NAMES),
)
def test_data_is_lost_by_name_or_not_at_all(
    status: str, kinds: list[str], state: str, policy: str, wish: Wish
) -> None:
    """Fault 35, for any stack and any wish: what holds data stays, was named, or stops it all."""
    parts = [Part(f"D{n}", f"d-{n}", kind, state, "", policy) for n, kind in enumerate(kinds)]
    case, errors = refused(standing(status, *parts), wish)
    if case.kind == "delete":
        for each in parts:
            places = [each in case.stays, each in case.wiped, each in case.lost]
            assert 1 == sum(places)
            assert not places[1] or {each.logical_id, each.physical_id} & wish.delete_data
        assert not case.lost or errors
    else:
        assert ((), ()) == (case.wiped, case.lost)
