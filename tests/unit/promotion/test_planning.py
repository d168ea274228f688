from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.promotion_model.commands import app
from tests.unit.promotion.conftest import REGIONS, seen_in, state_of

from sam_deploy.aws import Alias, UnansweredError
from sam_deploy.errors import RefusedError, SamDeployError, UnreachableError
from sam_deploy.history import ReleaseRecord, ServedVersion
from sam_deploy.promotion import planning
from sam_deploy.promotion.planning import Frame
from sam_deploy.promotion.reading import Seen, Sight, version_of

HERE, THERE = REGIONS
FRAME = Frame(
    act="promote",
    app="shop",
    account="000000000000",
    caller="arn:aws:sts::000000000000:assumed-role/ci/run-17",
    home_region=THERE,
    environment="prod",
    alias="prod",
    source="staging",
    nonce="0123",
)


def problems(*seen: Seen, contents: dict[str, str] | None = None) -> list[str]:
    """What speaks against a promotion of what was seen."""
    sight = Sight(seen, contents or {})
    return list(planning.promotion_problems(sight, "prod", "staging", "promote staging"))


def staging(version: str, **more: object) -> Alias:
    """The alias that is promoted from."""
    return Alias("staging", version, "r", **more)  # type: ignore[arg-type] # as given


def test_what_is_the_same_everywhere_may_be_promoted() -> None:
    """Nothing is in the way."""
    assert [] == problems(*[seen_in(each) for each in REGIONS])


@pytest.mark.parametrize(
    ("seen", "text"),
    [
        (
            seen_in(HERE, alias=None, serves=None),
            "`Api` in `eu-west-1` has no alias `prod`: deploy the app to that region first",
        ),
        (
            seen_in(HERE, source=None, comes=None),
            "`Api` in `eu-west-1` has no alias `staging`: nothing was brought to staging yet",
        ),
        (
            seen_in(HERE, source=staging("$LATEST")),
            (
                "`Api` in `eu-west-1`: `staging` points at $LATEST, which changes; "
                "run `promote staging`"
            ),
        ),
        (
            seen_in(HERE, source=staging("47", weights=(("48", 0.1),))),
            (
                "`Api` in `eu-west-1`: `staging` serves several versions (also version 48: 10%); "
                "end that shift first"
            ),
        ),
        (
            seen_in(HERE, source=staging("47", description="hot 2026 version 47 code x")),
            (
                "`Api` in `eu-west-1`: `staging` serves code of `deploy --watch`, of no stack; "
                "run `promote staging`"
            ),
        ),
        (
            seen_in(HERE, comes=None),
            "`Api` in `eu-west-1`: version 47 does not exist any more",
        ),
        (
            seen_in(HERE, comes=state_of("47", state="Pending", reason="being created")),
            "`Api` in `eu-west-1`: version 47 is Pending (being created), not Active",
        ),
        (
            seen_in(HERE, comes=state_of("47", update_status="InProgress")),
            "`Api` in `eu-west-1`: version 47 is InProgress, not Active",
        ),
    ],
)
@pytest.mark.fault(52)
def test_what_cannot_be_promoted_is_named_with_its_region(seen: Seen, text: str) -> None:
    """Fault 52: a version that is not there, or not ready, and what else is in the way."""
    assert [text] == problems(seen)


@pytest.mark.fault(52)
@pytest.mark.parametrize(
    ("other", "what"),
    [
        (state_of("47", code_sha256="other"), "code"),
        (state_of("47", layers=("arn:us:greetings:7",)), "layers"),
        (state_of("47", memory_mb=512), "memory or timeout"),
        (state_of("47", timeout_seconds=30), "memory or timeout"),
    ],
)
def test_a_region_that_is_behind_is_found(other: object, what: str) -> None:
    """Fault 52: each way in which one region has other things than the others (R182)."""
    seen = (seen_in(HERE), seen_in(THERE, comes=other))
    text = (
        f"`Api`: staging has other {what} in eu-west-1 and us-east-1: a region is behind; "
        "run `promote staging`"
    )
    assert [text] == problems(*seen)


def test_what_puts_an_environment_right_is_what_moves_it() -> None:
    """A deployment moves the first environment only; all others are promoted to."""
    ways = [planning.way_to(app(), each) for each in ("dev", "staging", "prod")]
    assert ["deploy", "promote staging", "promote prod"] == ways
    sight = Sight((seen_in(HERE), seen_in(THERE, comes=state_of("47", code_sha256="other"))))
    (text,) = planning.source_problems(sight, "dev", "deploy")
    assert text.endswith("run `deploy` for all regions")


def on_record(number: str, *regions: str) -> ReleaseRecord:
    """A release that has put a version of Api in these regions."""
    image = {"ApiFunction": dict.fromkeys(regions, ServedVersion(number, ""))}
    return ReleaseRecord(
        id="staging-2", environment="staging", act="promote", made="", who="", host="",
        promotion="x", image=image,
    )  # fmt: skip


def test_a_source_that_is_not_what_its_release_says_is_told() -> None:
    """A line a function, whichever regions; what is not on record came later."""
    sight = Sight((seen_in(HERE), seen_in(THERE), seen_in(THERE, "Worker")))
    assert () == planning.untold(sight, None)
    assert () == planning.untold(sight, on_record("47", *REGIONS))
    assert () == planning.untold(sight, on_record("46"))
    (told,) = planning.untold(sight, on_record("46", *REGIONS))
    assert (
        "`Api`: staging serves version 47 in eu-west-1, us-east-1, and not version 46, which "
        "staging-2 has put there: it was moved by other means"
    ) == told


def test_layers_are_compared_by_their_content() -> None:
    """A layer version has another ARN in each region, and often another number."""
    one, other = "arn:eu:layer:greetings:3", "arn:us:layer:greetings:7"
    seen = (
        seen_in(HERE, comes=state_of("47", layers=(one,))),
        seen_in(THERE, comes=state_of("47", layers=(other,))),
    )
    assert [] == problems(*seen, contents={one: "content x", other: "content x"})
    assert 1 == len(problems(*seen, contents={one: "content x", other: "content y"}))


def test_an_inactive_version_may_be_promoted() -> None:
    """It is idle: its next call wakes it."""
    assert [] == problems(seen_in(HERE, comes=state_of("47", state="Inactive")))


def refusal(seen: Sequence[Seen], *found: str) -> SamDeployError:
    """The error for what was found."""
    with pytest.raises(SamDeployError) as caught:
        planning.refuse("staging cannot be promoted to prod", Sight(tuple(seen)), found, "mend it")
    return caught.value


def test_one_problem_is_the_reason() -> None:
    """Exit 5 with its hint, and no list of one."""
    error = refusal([seen_in(HERE)], "a region is behind")
    assert ("staging cannot be promoted to prod", "a region is behind", "nothing was changed") == (
        error.what,
        error.why,
        error.state,
    )
    assert ((), "mend it", RefusedError) == (error.problems, error.hint, type(error))


def test_all_problems_are_told_at_once() -> None:
    """In their order."""
    error = refusal([seen_in(HERE)], "one", "two")
    assert ("2 things are in the way", ("one", "two")) == (error.why, error.problems)


def test_a_region_that_does_not_answer_is_named_once() -> None:
    """Exit 8, however many functions it has: nothing else is wrong."""
    silent = UnansweredError("`lambda:ListAliases` got no answer in `us-east-1`")
    error = refusal(
        [
            seen_in(HERE),
            seen_in(THERE, failed=silent),
            seen_in(THERE, "Worker", failed=silent),
        ]
    )
    assert UnreachableError is type(error)
    assert (
        "`us-east-1` cannot be read: `lambda:ListAliases` got no answer in `us-east-1`" == error.why
    )
    assert "a promotion is for all regions or none; run it again when they answer" == error.hint


def test_the_way_on_is_that_of_the_call_without_an_answer() -> None:
    """In the embedded cloud it names the faults that somebody has put in force."""
    hint = "see which faults were added (`sam-deploy cloud fault list`)"
    silent = UnansweredError("`lambda:ListAliases` got no answer in `us-east-1`", hint=hint)
    error = refusal([seen_in(HERE), seen_in(THERE, failed=silent)])
    assert f"a promotion is for all regions or none; {hint}" == error.hint


def test_nothing_in_the_way_is_no_error() -> None:
    """It returns."""
    planning.refuse("x", Sight((seen_in(HERE),)), (), "")


def test_a_plan_says_what_is_and_what_shall_be() -> None:
    """The home region first; the state that each alias must be in; who it is for."""
    sight = Sight(
        (seen_in(HERE), seen_in(THERE, alias=Alias("prod", "46", "r9", (("45", 0.1),), "by hand")))
    )
    made = planning.plan(FRAME, sight, [version_of(each.comes) for each in sight.seen])
    assert (THERE, HERE) == made.regions
    assert "arn:aws:sts::000000000000:assumed-role/ci" == made.caller
    here, there = made.flips
    assert ("46", "47", "r-eu-west-1", ()) == (
        here.before.number,
        here.after.number,
        here.revision_id,
        here.weights,
    )
    assert ("r9", (("45", 0.1),), "by hand") == (
        there.revision_id,
        there.weights,
        there.description,
    )
    assert made.flips == made.moves


def test_a_version_that_was_deleted_since_is_known_by_its_number() -> None:
    """What an alias serves can be named, and gone back to as far as Lambda allows."""
    sight = Sight((seen_in(HERE, serves=None),))
    made = planning.plan(FRAME, sight, [version_of(sight.seen[0].comes)])
    assert "46" == made.flips[0].before.number


@pytest.mark.parametrize(
    ("arn", "caller"),
    [
        ("arn:aws:sts::1:assumed-role/ci/run-17", "arn:aws:sts::1:assumed-role/ci"),
        ("arn:aws:iam::1:role/ci", "arn:aws:sts::1:assumed-role/ci"),
        ("arn:aws-cn:iam::1:role/pipelines/ci", "arn:aws-cn:sts::1:assumed-role/ci"),
        ("arn:aws:iam::1:user/ops", "arn:aws:iam::1:user/ops"),
        ("", ""),
    ],
)
def test_a_caller_is_the_same_with_each_run_of_a_pipeline(arn: str, caller: str) -> None:
    """The session's name is none of who agrees or promotes."""
    assert caller == planning.caller_of(arn)


def test_flips_are_shown_by_function() -> None:
    """In the order of the app."""
    sight = Sight(tuple(seen_in(r, n) for n in ("Api", "Worker") for r in REGIONS))
    made = planning.plan(FRAME, sight, [version_of(each.comes) for each in sight.seen])
    spread = planning.spread(made.flips)
    assert {"Api": list(REGIONS), "Worker": list(REGIONS)} == {
        name: [each.region for each in flips] for name, flips in spread.items()
    }
