from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from tests.unit.promotion.conftest import flip_of

from sam_deploy.aws import Alias, AwsCallError, UnansweredError
from sam_deploy.aws.errors import DeniedError, ExpiredError
from sam_deploy.errors import SamDeployError
from sam_deploy.promotion import aliases
from sam_deploy.promotion.aliases import PAUSE_SECONDS, TRIES, MovedError, Wanted

FLIP = flip_of("eu-west-1")
WANTED = Wanted("47", (), "sd:0123:1:47")
BEFORE = Alias("prod", "46", "r1")
AFTER = Alias("prod", "47", "r2", (), WANTED.description)


def failing(code: str) -> AwsCallError:
    """What AWS answers."""
    return AwsCallError("lambda:UpdateAlias", "eu-west-1", code, "injected", "id")


@dataclass
class Scripted:
    """An alias; each try of a write is the next of `tries`, each look the next of `looks`."""

    tries: list[Alias | SamDeployError]
    looks: list[Alias | SamDeployError | None] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    revisions: list[str] = field(default_factory=list)

    def get(self, flip: object) -> Alias | None:
        """Return the next of what is seen."""
        del flip
        found = self.looks.pop(0)
        if isinstance(found, SamDeployError):
            raise found
        return found

    def update(self, flip: object, wanted: Wanted, revision_id: str) -> Alias:
        """Answer as the next try has it."""
        del flip, wanted
        self.revisions.append(revision_id)
        came = self.tries.pop(0)
        if isinstance(came, SamDeployError):
            raise came
        return came

    def write(self) -> str:
        """Write it once, behind the fence of `r1`."""
        return aliases.write(self, FLIP, WANTED, "r1", self.pauses.append)


DOUBTFUL: list[Callable[[], SamDeployError]] = [
    lambda: failing("PreconditionFailedException"),
    lambda: failing("ResourceConflictException"),
    lambda: failing("ThrottlingException"),
    lambda: failing("TooManyRequestsException"),
    lambda: failing("ServiceException"),
    lambda: failing("InternalFailure"),
    lambda: UnansweredError("no answer"),
]
every_doubt = pytest.mark.parametrize("doubt", DOUBTFUL, ids=lambda each: str(each())[-45:])


def test_a_write_that_is_answered_is_done() -> None:
    """One call, and its new revision; nothing is read."""
    assert "r2" == Scripted([AFTER]).write()


@pytest.mark.fault(3)
@every_doubt
def test_a_write_whose_answer_says_otherwise_was_done(doubt: Callable[[], SamDeployError]) -> None:
    """Fault 3: it is read back, and is what it shall be: no failure, and no second write."""
    scripted = Scripted([doubt()], [AFTER])
    assert "r2" == scripted.write()
    assert ["r1"] == scripted.revisions


@every_doubt
def test_a_write_that_was_not_done_is_tried_again(doubt: Callable[[], SamDeployError]) -> None:
    """The alias is as before, so the same write goes once more, after a pause."""
    scripted = Scripted([doubt(), doubt(), AFTER], [BEFORE, BEFORE])
    assert "r2" == scripted.write()
    assert (["r1"] * 3, [PAUSE_SECONDS, 2 * PAUSE_SECONDS]) == (
        scripted.revisions,
        scripted.pauses,
    )


@every_doubt
def test_a_write_that_is_never_done_ends_in_its_error(doubt: Callable[[], SamDeployError]) -> None:
    """After six tries, whose pauses take six seconds together."""
    scripted = Scripted([doubt() for _ in range(TRIES)], [BEFORE] * TRIES)
    with pytest.raises(type(doubt())):
        scripted.write()
    assert TRIES == len(scripted.revisions)
    assert 6 == pytest.approx(sum(scripted.pauses), abs=0.5)


@pytest.mark.fault(4)
@every_doubt
@pytest.mark.parametrize(
    "found",
    [
        Alias("prod", "48", "r9", (), "by hand"),
        Alias("prod", "46", "r9"),
        Alias("prod", "47", "r9", (), "by hand"),
        Alias("prod", "47", "r9", (("46", 0.1),), WANTED.description),
        Alias("prod", "47", "r9", (), "sd:0123:2:47"),
        None,
    ],
)
def test_what_somebody_else_has_written_is_not_written_over(
    doubt: Callable[[], SamDeployError], found: Alias | None
) -> None:
    """Fault 4: another revision, and not just what was wanted: it is somebody else's."""
    scripted = Scripted([doubt()], [found])
    with pytest.raises(MovedError) as caught:
        scripted.write()
    assert found == caught.value.found
    assert FLIP == caught.value.flip


@pytest.mark.parametrize(
    "error",
    [
        failing("InvalidParameterValueException"),
        failing("ResourceNotFoundException"),
        DeniedError("lambda:UpdateAlias", "eu-west-1", "no", ""),
        ExpiredError("expired"),
    ],
)
def test_what_lambda_refuses_is_not_tried_again(error: SamDeployError) -> None:
    """Nothing was done, and that is certain: it is raised as it came."""
    with pytest.raises(type(error)) as caught:
        Scripted([error]).write()
    assert error is caught.value


def test_a_doubt_that_cannot_be_settled_is_the_error() -> None:
    """When the alias cannot be read either, what is told is why the write is in doubt."""
    silent = UnansweredError("silence")
    with pytest.raises(AwsCallError) as caught:
        Scripted([failing("ServiceException")], [silent]).write()
    assert silent is caught.value.__cause__


def test_a_foreign_alias_is_named_with_what_it_serves() -> None:
    """Where it is, what it serves, and who says so."""
    moved = MovedError(FLIP, Alias("prod", "48", "r9", (), "by hand"))
    assert (
        "Alias `prod` of `ApiFunction` in `eu-west-1` was moved by someone else: "
        "it serves version 48 (`by hand`)"
    ) == str(moved)
    assert "it does not exist any more" == MovedError(FLIP, None).why
    assert 5 == moved.exit_code
