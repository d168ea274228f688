"""An approval file is good for one plan, once, for a time, and nobody can make one by hand."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sam_deploy.approval import Approval, ApprovalFile, Subject, by_file, grant
from sam_deploy.approval.grants import key_of
from sam_deploy.aws import Record
from sam_deploy.errors import ApprovalError, ConfigError, UnreachableError

Desk = Any
Plans = Callable[..., Subject]
ANN = "ann@example.com"
HOUR = 3600


def granted(desk: Desk, subject: Subject, path: Path, nonce: str = "n1") -> ApprovalFile:
    """Ann has approved the plan, and the file lies there."""
    file = grant(desk.bucket, subject, nonce=nonce, by=ANN, valid_seconds=HOUR, now=desk.clock.wall)
    file.save(path)
    return file


def use(desk: Desk, subject: Subject, path: Path) -> Approval:
    return by_file(path, subject, desk.bucket, now=desk.clock.wall)


def refused(desk: Desk, subject: Subject, path: Path) -> ApprovalError:
    before = dict(desk.bucket.there)
    with pytest.raises(ApprovalError) as raised:
        use(desk, subject, path)
    assert 6 == raised.value.exit_code
    assert before == desk.bucket.there
    return raised.value


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the approval file goes."""
    return tmp_path / "approval.json"


def test_a_file_approves_its_plan(desk: Desk, subject: Subject, path: Path) -> None:
    """The approval names who made the file; the record says that it was used, by whom."""
    granted(desk, subject, path)
    desk.clock.pass_by(HOUR - 1)
    assert Approval("file", ANN, subject.digest, "2026-01-02T03:59:59Z") == use(desk, subject, path)
    record = json.loads(desk.bucket.read(key_of(subject)).body)
    assert (desk.clock.seconds, subject.caller) == (record["used"], record["used_by"])


def test_the_file_carries_what_makes_the_plan_again(
    desk: Desk, subject: Subject, path: Path
) -> None:
    """Among it the nonce; it says in clear text what it is for and until when."""
    made = granted(desk, subject, path)
    assert made == ApprovalFile.load(path)
    assert ("n1", "Promote to prod", "2026-01-02T04:00:00Z") == (made.nonce, made.act, made.expires)
    assert (subject.app, subject.environment, subject.digest, subject.caller) == (
        made.app,
        made.environment,
        made.digest,
        made.caller,
    )


@pytest.mark.parametrize("act", ["Promote to prod", "a\tb\nc \u00a0\u2028 \\u0020 é"])
def test_the_file_can_be_a_secret_that_is_masked(
    desk: Desk, subject: Subject, path: Path, act: str
) -> None:
    """One line without white space, which is what GitLab masks; what is read is what was there."""
    made = replace(granted(desk, subject, path), act=act)
    made.save(path)
    text = path.read_text(encoding="utf-8")
    assert [text.removesuffix("\n")] == text.split()
    assert text.isascii()
    assert made == ApprovalFile.load(path)


def test_a_file_of_several_lines_is_good_as_before(
    desk: Desk, subject: Subject, path: Path
) -> None:
    """As earlier versions wrote it: what counts is its values, not its bytes."""
    granted(desk, subject, path)
    parts = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(parts, indent=2) + "\n", encoding="utf-8")
    assert subject.digest == use(desk, subject, path).digest


def test_the_file_is_for_its_owner_alone(desk: Desk, subject: Subject, path: Path) -> None:
    """0600, even where a readable file lay before."""
    path.write_text("old", encoding="utf-8")
    path.chmod(0o644)
    granted(desk, subject, path)
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)


def test_a_file_that_cannot_be_written_is_told(desk: Desk, subject: Subject, path: Path) -> None:
    """Exit 2 with its name."""
    file = granted(desk, subject, path)
    with pytest.raises(ConfigError, match="cannot be written"):
        file.save(path.parent / "missing" / "approval.json")


def test_the_bucket_does_not_know_the_token(desk: Desk, subject: Subject, path: Path) -> None:
    """Whoever reads the bucket cannot make the file, and no repr shows it."""
    file = granted(desk, subject, path)
    assert len(file.token) == 64
    assert file.token not in desk.bucket.text()
    assert file.token not in repr(file)


@pytest.mark.fault(20)
def test_a_file_is_good_once(desk: Desk, subject: Subject, path: Path) -> None:
    """The second use is told when the first one was, and by whom (fault 20)."""
    granted(desk, subject, path)
    use(desk, subject, path)
    error = refused(desk, subject, path)
    assert f"`{path}` does not approve this plan ({subject.plan})" == error.what
    assert f"it was used at 2026-01-02 03:00 UTC by `{subject.caller}`, and is good once" == (
        error.why
    )
    assert "sam-deploy approve" in error.hint


@pytest.mark.fault(20)
def test_a_file_is_good_for_its_own_plan(
    desk: Desk, subject: Subject, other: Plans, path: Path
) -> None:
    """After drift the digest is another one, for which the file is nothing (fault 20)."""
    granted(desk, subject, path)
    error = refused(desk, other(2), path)
    assert f"it approves another one ({subject.plan}: Promote to prod)" in error.why
    assert "with the same options" in error.hint
    use(desk, subject, path)


@pytest.mark.fault(20)
def test_another_caller_is_named(desk: Desk, subject: Subject, other: Plans, path: Path) -> None:
    """Who asks is part of the plan (fault 20)."""
    granted(desk, subject, path)
    mallory = "arn:aws:iam::123456789012:user/mallory"
    error = refused(desk, other(2, caller=mallory), path)
    assert f"which `{subject.caller}` asked for, not `{mallory}`" in error.why


@pytest.mark.parametrize("names", [{"environment": "staging"}, {"app": "shop"}])
def test_a_file_of_another_place_is_told(
    desk: Desk, subject: Subject, other: Plans, path: Path, names: dict[str, str]
) -> None:
    """Both places are named."""
    granted(desk, subject, path)
    error = refused(desk, other(1, **names), path)
    here = {"environment": "prod", "app": "orders"} | names
    assert f"it is for `prod` of `orders`, not `{here['environment']}` of `{here['app']}`" == (
        error.why
    )


def test_a_file_ends(desk: Desk, subject: Subject, path: Path) -> None:
    """At the time that the bucket has, whatever the file says."""
    granted(desk, subject, path)
    document = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(document | {"expires": "2099-01-01T00:00:00Z"}), encoding="utf-8")
    desk.clock.pass_by(HOUR)
    assert "it has expired at 2026-01-02 04:00 UTC" == refused(desk, subject, path).why


@pytest.mark.parametrize("token", ["", "0" * 64, "é", "\ud800"])
def test_a_file_with_another_token_is_refused(
    desk: Desk, subject: Subject, path: Path, token: str
) -> None:
    """Knowing the digest, which screens show in part, is not enough; and nothing is told of use."""
    granted(desk, subject, path)
    document = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(document | {"token": token}), encoding="utf-8")
    error = refused(desk, subject, path)
    assert "its token is not the one that was made for this plan" == error.why


def test_a_file_without_its_record_is_refused(desk: Desk, subject: Subject, path: Path) -> None:
    """As in another account."""
    granted(desk, subject, path)
    desk.bucket.there.clear()
    assert "knows no approval of this plan" in refused(desk, subject, path).why


PARTS = ("app", "environment", "act", "digest", "nonce", "caller", "expires", "token")
DAMAGED = {
    "empty": b"",
    "binary": b"\xff\xfe\x00",
    "half": b'{"schema": 1, "app"',
    "list": b"[1]",
    "deep": b"[" * 60000,
    "long": b" " * 70000,
    "parts missing": b'{"schema": 1}',
    "newer": json.dumps({"schema": 2} | dict.fromkeys(PARTS, "x")).encode(),
    "numbers": json.dumps({"schema": 1} | dict.fromkeys(PARTS, 1)).encode(),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_file_is_told(desk: Desk, subject: Subject, path: Path, kind: str) -> None:
    """Exit 6, with its name and how to make another one."""
    path.write_bytes(DAMAGED[kind])
    error = refused(desk, subject, path)
    assert f"`{path}` is no approval file" == error.what
    assert error.why
    assert "sam-deploy approve" in error.hint


def test_a_file_that_is_not_there_is_told(desk: Desk, subject: Subject, path: Path) -> None:
    """In the words of the system; a folder is none, either."""
    assert "No such file or directory" == refused(desk, subject, path).why
    assert "Is a directory" == refused(desk, subject, path.parent).why


@given(body=st.binary(max_size=300) | st.text(max_size=100).map(lambda text: text.encode("utf-16")))
def test_no_file_is_a_bug(
    tmp_path_factory: pytest.TempPathFactory, subject: Subject, body: bytes
) -> None:
    """Whatever a file holds ends in exit 6."""
    path = tmp_path_factory.getbasetemp() / "junk-approval.json"
    path.write_bytes(body)
    with pytest.raises(ApprovalError):
        by_file(path, subject, _Empty(), now=lambda: 0.0)


class _Empty:
    """A bucket with nothing in it."""

    def read(self, _key: str) -> Record | None:
        """There is nothing."""
        return None

    def create(self, _key: str, _body: bytes) -> str | None:
        """Nobody writes here."""
        raise AssertionError

    def replace(self, _key: str, _body: bytes, _etag: str) -> str | None:
        """Nobody writes here."""
        raise AssertionError

    def delete(self, _key: str, _etag: str) -> bool:
        """Nobody writes here."""
        raise AssertionError


@pytest.mark.parametrize("body", [b"", b"[]", b'{"schema": 2}', b'{"schema": 1, "x": 1}'])
def test_a_record_that_cannot_be_read_is_refused(
    desk: Desk, subject: Subject, path: Path, body: bytes
) -> None:
    """With its name in the bucket."""
    granted(desk, subject, path)
    desk.bucket.there[key_of(subject)] = Record(body, "etag")
    assert f"`{key_of(subject)}` in the artifact bucket cannot be read" == (
        refused(desk, subject, path).what
    )


def test_a_record_of_another_plan_is_refused(
    desk: Desk, subject: Subject, other: Plans, path: Path
) -> None:
    """Somebody has copied it to where another one belongs."""
    granted(desk, other(2), path)
    copied = desk.bucket.read(key_of(other(2)))
    granted(desk, subject, path)
    desk.bucket.there[key_of(subject)] = copied
    assert "cannot be read" in refused(desk, subject, path).what


@pytest.mark.parametrize("fault", ["losing", "unanswered"])
def test_a_use_whose_answer_is_lost_is_recognised(
    desk: Desk, subject: Subject, path: Path, fault: str
) -> None:
    """It was our own: the approval stands, and the file is used up."""
    granted(desk, subject, path)
    getattr(desk.bucket, fault).append("replace")
    use(desk, subject, path)
    refused(desk, subject, path)


def test_a_use_that_never_arrived_leaves_the_file_good(
    desk: Desk, subject: Subject, path: Path
) -> None:
    """Exit 8; the same command can be run again."""
    granted(desk, subject, path)
    desk.bucket.unheard = ["replace"]
    with pytest.raises(UnreachableError):
        use(desk, subject, path)
    use(desk, subject, path)


@pytest.mark.fault(20)
def test_of_two_at_the_same_moment_one_uses_the_file(
    desk: Desk, subject: Subject, path: Path
) -> None:
    """The other one is told (fault 20)."""
    granted(desk, subject, path)
    desk.bucket.meanwhile = lambda: use(desk, subject, path)
    with pytest.raises(ApprovalError, match="somebody has used it a moment ago"):
        use(desk, subject, path)


def test_a_plan_has_one_file(desk: Desk, subject: Subject, path: Path) -> None:
    """A second one would be a second use."""
    granted(desk, subject, path)
    with pytest.raises(ApprovalError, match="has an approval file already"):
        granted(desk, subject, path)
    use(desk, subject, path)
    with pytest.raises(ApprovalError, match="has an approval file already"):
        granted(desk, subject, path)


@pytest.mark.parametrize("fault", ["losing", "unanswered"])
def test_a_grant_whose_answer_is_lost_is_recognised(
    desk: Desk, subject: Subject, path: Path, fault: str
) -> None:
    """It is read back."""
    getattr(desk.bucket, fault).append("create")
    granted(desk, subject, path)
    use(desk, subject, path)
